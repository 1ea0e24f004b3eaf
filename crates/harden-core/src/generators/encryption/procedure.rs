//! What is done with a file that is in use.

mod verification;

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::configuration::{Configuration, ResourceRule};
use super::new_key::{self, NewKeys};
use super::resource::{self, Resource};
use super::stage::{self, Stage};
use super::writer::Writer;
use super::{migration, plan, provider, status};
use crate::cluster::{Facts, Need};
use crate::generators::{File, Generated, HostPath, OptionError, known_version, platform};
use crate::kubernetes::PolicyVersion;
use crate::platform::PlatformName;

/// What is done with a file that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Subcommand))]
pub enum Procedure {
    /// Replace the key: a plan, the file of one stage, or with --output-dir all of them
    Rotate(Rotate),
    /// Encrypt what a running cluster stores in plain: a plan, the file of one stage, or all of them
    Enable(Enable),
    /// Go back to plain: a plan, the file of one stage, or with --output-dir all of them
    Disable(Disable),
}

/// From one key to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Rotate {
    /// How far it is.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub progress: Progress,

    /// What encrypts.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub writer: Writer,
}

/// From plain to encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Enable {
    /// How far it is.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub progress: Progress,

    /// What encrypts.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub writer: Writer,

    /// Resources to encrypt from --stage add on: secrets, deployments.apps, *.apps, *. or *.*
    /// [default: secrets]
    #[cfg_attr(feature = "cli", arg(long, value_name = "RESOURCE", value_delimiter = ','))]
    pub resources: Vec<Resource>,
}

/// From encrypted to plain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Disable {
    /// How far it is.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub progress: Progress,
}

/// How far a procedure is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Progress {
    /// The file that the API servers use now; - is standard input
    #[cfg_attr(feature = "cli", arg(short = 'f', long = "filename", value_name = "FILE"))]
    pub filename: Option<String>,

    /// Make the file of this stage [default: the plan of all stages]
    #[cfg_attr(feature = "cli", arg(long, value_name = "STAGE"))]
    pub stage: Option<Stage>,

    /// State that everything was written again since the last stage, which --stage retire needs
    #[cfg_attr(feature = "cli", arg(long))]
    pub reencrypted: bool,

    /// Ask the cluster: whether its API server uses FILE, and for --stage retire whether a
    /// StorageVersionMigration wrote everything again since. With --stage status the exit code is 1
    /// if it does not use FILE, and 3 if it does not tell
    #[cfg_attr(feature = "cli", arg(long))]
    pub verify: bool,

    /// Where the file is on the control plane nodes
    /// [default: /etc/kubernetes/encryption/encryption.yaml]
    #[cfg_attr(feature = "cli", arg(long, value_name = "PATH"))]
    pub config_path: Option<HostPath>,

    /// The API servers read the file again when it changes
    /// (--encryption-provider-config-automatic-reload), so that the plan restarts nothing
    #[cfg_attr(feature = "cli", arg(long))]
    pub automatic_reload: bool,

    /// Version of Kubernetes that it is for, such as 1.30 or latest; cluster asks the API server
    /// [default: v1.37]
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION"))]
    pub kubernetes_version: Option<PolicyVersion>,

    /// Platform that it is for: where it replaces keys itself, what is printed is how
    #[cfg_attr(feature = "cli", arg(long, value_name = "PLATFORM"))]
    pub platform: Option<PlatformName>,

    /// Let keys be printed to the terminal
    #[cfg_attr(feature = "cli", arg(long))]
    pub show_key: bool,

    /// What was read of it.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub source: Option<Source>,
}

/// The file in use, once it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    configuration: Configuration,
    hash: String,
}

/// Leaves out everything: it is of keys.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

impl Enable {
    /// What is to be encrypted.
    pub(super) fn resources(&self) -> Vec<Resource> {
        resource::or_secrets(&self.resources)
    }
}

impl Procedure {
    /// How far it is.
    pub(super) fn progress(&self) -> &Progress {
        match self {
            Self::Rotate(it) => &it.progress,
            Self::Enable(it) => &it.progress,
            Self::Disable(it) => &it.progress,
        }
    }

    /// What encrypts, if that is a question.
    pub(super) fn writer(&self) -> Option<&Writer> {
        match self {
            Self::Rotate(it) => Some(&it.writer),
            Self::Enable(it) => Some(&it.writer),
            Self::Disable(_) => None,
        }
    }

    /// As it is typed.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Rotate(_) => "rotate",
            Self::Enable(_) => "enable",
            Self::Disable(_) => "disable",
        }
    }

    pub(super) fn files(&self) -> &[String] {
        self.progress().filename.as_slice()
    }

    pub(super) fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
        let reject = |rule| OptionError::new("--filename", file, rule);
        let configuration = Configuration::read(text, file).map_err(reject)?;
        let digest = Sha256::digest(text.as_bytes());
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let progress = match self {
            Self::Rotate(it) => &mut it.progress,
            Self::Enable(it) => &mut it.progress,
            Self::Disable(it) => &mut it.progress,
        };
        progress.source = Some(Source { configuration, hash: format!("sha256:{hash}") });
        Ok(())
    }

    pub(super) fn needs(&self) -> Vec<Need> {
        let progress = self.progress();
        let makes_keys =
            matches!(progress.stage, None | Some(Stage::Add)) && self.writer().is_some();
        let mut needs = vec![Need::Today];
        needs.extend(makes_keys.then_some(Need::Random(new_key::RANDOM)));
        needs.extend(progress.verify.then_some(Need::Encryption));
        let asks = progress.kubernetes_version == Some(PolicyVersion::Cluster);
        needs.extend(asks.then_some(Need::Version));
        needs.extend(platform::need(progress.platform));
        needs
    }

    pub(super) fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        let progress = self.progress();
        let of = platform::chosen(progress.platform, facts)?;
        if let Some(answer) = of.and_then(|it| super::platform::procedure(self, it)) {
            return Ok(answer);
        }
        self.check_version(facts)?;
        let now = self.configuration()?;
        let (mut notes, verdict) = self.verified(&now, facts)?;
        match progress.stage {
            Some(Stage::Status) => {
                let text = status::write(&now);
                Ok(Generated {
                    files: vec![File::new("status.txt", text)],
                    notes,
                    verdict,
                    ..Generated::default()
                })
            }
            Some(stage) => {
                let (next, note) = self.take(stage, &now, facts)?;
                notes.extend(note);
                notes.extend(self.warnings(stage));
                notes.push(plan::next(self, stage).to_owned());
                let comment = plan::header(self, stage, &next);
                let file = super::write(&next, super::NAME, &comment, progress.show_key);
                Ok(Generated { files: vec![file], notes, ..Generated::default() })
            }
            None => self.plan(&now, facts, notes),
        }
    }

    /// Rejects what an API server of the version that it is for does not know.
    fn check_version(&self, facts: &Facts) -> Result<(), OptionError> {
        let Progress { kubernetes_version, automatic_reload, .. } = self.progress();
        let version = known_version(*kubernetes_version, facts)?;
        let resources = if let Self::Enable(it) = self { it.resources.as_slice() } else { &[] };
        let none = Writer::default();
        super::check_version(version, self.writer().unwrap_or(&none), resources)?;
        super::flags::check_reload(*automatic_reload, version)
    }

    /// The plan, and beside it the file of each stage.
    fn plan(
        &self,
        now: &Configuration,
        facts: &Facts,
        mut notes: Vec<String>,
    ) -> Result<Generated, OptionError> {
        let mut steps = Vec::new();
        let mut files = Vec::new();
        let mut last = now.clone();
        for stage in Stage::CHANGES {
            let (next, note) = self.take(stage, &last, facts)?;
            let comment = plan::header(self, stage, &next);
            let name = plan::file_name(stage);
            files.push(File {
                is_companion: true,
                ..super::write(&next, &name, &comment, self.progress().show_key)
            });
            steps.push(plan::Step { stage, note, configuration: next.clone() });
            last = next;
        }
        notes.extend(self.warnings(Stage::Add));
        let text = plan::write(self, now, &steps, facts.today);
        let covered = steps.get(1).map_or_else(Vec::new, |it| self.covered(&it.configuration));
        let migrations = migration::manifests(&covered, self.name(), facts.today);
        files.extend(
            migrations
                .map(|text| File { is_companion: true, ..File::new("3-reencrypt.yaml", text) }),
        );
        files.insert(0, File::new("plan.txt", text));
        Ok(Generated { files, notes, ..Generated::default() })
    }

    /// The resources that are to be written again, given the file of --stage promote.
    pub(super) fn covered<'c>(&self, configuration: &'c Configuration) -> Vec<&'c str> {
        let waits = |rule: &ResourceRule| rule.entries.len() > 1;
        match self {
            Self::Rotate(_) => {
                configuration.resources_where(|it| it.encrypts() && waits(it) && !stage::waits(it))
            }
            Self::Enable(_) => {
                configuration.resources_where(|it| it.encrypts() && it.reads_plain())
            }
            Self::Disable(_) => configuration.resources_where(|it| !it.encrypts() && waits(it)),
        }
    }

    /// The file in use; there need not be one to begin with.
    fn configuration(&self) -> Result<Configuration, OptionError> {
        let progress = self.progress();
        if let Self::Enable(it) = self
            && !it.resources.is_empty()
            && !matches!(progress.stage, None | Some(Stage::Add))
        {
            let rule = "says what --stage add is about; the later stages take it from the file";
            return Err(OptionError::new("--resources", "", rule));
        }
        match (&progress.source, self, progress.stage) {
            (Some(source), ..) => Ok(source.configuration.clone()),
            (None, Self::Enable(_), None | Some(Stage::Add)) if !progress.verify => {
                Ok(Configuration::default())
            }
            _ => Err(OptionError::new(
                "--filename",
                "",
                "name the file that the API servers use now",
            )),
        }
    }

    /// Takes one step.
    fn take(
        &self,
        stage: Stage,
        now: &Configuration,
        facts: &Facts,
    ) -> Result<(Configuration, Option<String>), OptionError> {
        let none = Writer::default();
        let writer = self.writer().unwrap_or(&none);
        writer.check()?;
        // Only the first stage makes anything: what later ones are about is in the file.
        let makes = if stage == Stage::Add { writer } else { &none };
        let mut next = now.clone();
        let mut keys = NewKeys::new(makes, facts, now)?;
        let remark = stage::take(self, stage, &mut next, &mut keys)?;
        Ok((next, remark))
    }

    fn warnings(&self, stage: Stage) -> Option<String> {
        let provider = self.writer()?.provider.filter(|_| stage == Stage::Add)?;
        provider::warning(provider.kind()).map(str::to_owned)
    }
}
