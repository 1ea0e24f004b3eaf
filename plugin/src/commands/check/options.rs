//! The options of `check`.

use std::path::{Path, PathBuf};

use anyhow::bail;
use harden_core::check::Settings;
use harden_core::finding::Severity;
use harden_core::ignore::Root;
use harden_core::kubernetes::{Level, MinorVersion, PolicyVersion};
use harden_core::report::{FORMATS, Format, Order};
use harden_core::rule::Rule;
use harden_core::rules;
use harden_core::schema::similar;

use super::config::{Config, Entry, File, RuleName};
use super::exclude::Exclude;
use super::given::Given;
use crate::commands::explain::severity;
use crate::connection::Connection;
use crate::deliver::outputs::Outputs;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    given: Given,

    /// File, folder, https:// address, or - for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The same as PATH, repeatable
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    filename: Vec<PathBuf>,

    /// Look into the folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    recursive: bool,

    /// Folder with a kustomization, which kubectl builds
    #[arg(short, long, value_name = "DIR", help_heading = "Input")]
    pub(super) kustomize: Option<PathBuf>,

    /// CustomResourceDefinitions to check custom objects against, repeatable
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(super) crd: Vec<PathBuf>,

    /// Files and folders to leave out, by a glob such as vendor or charts/**/test-*.yaml; repeatable
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    exclude: Vec<String>,

    /// Pod Security level that pods are held to, unless their Namespace is among the input
    #[arg(long, value_name = "LEVEL", default_value = "restricted", help_heading = "Rules")]
    level: Level,

    /// Kubernetes version that the manifests are meant for, such as 1.30 or latest; cluster asks the
    /// API server [default: v1.37]
    #[arg(long, value_name = "VERSION", help_heading = "Rules")]
    pub(super) kubernetes_version: Option<PolicyVersion>,

    /// Run only these rules; `rules` marks those that run only when they are named here
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule, help_heading = "Rules")]
    rule: Vec<&'static Rule>,

    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule, help_heading = "Rules")]
    skip: Vec<&'static Rule>,

    /// Leave out rules of lower severity: critical, high, medium or low
    #[arg(long, value_name = "SEVERITY", value_parser = severity, help_heading = "Rules")]
    min_severity: Option<Severity>,

    /// Settings and ignores [default: .kubectl-harden.yaml of this folder or the nearest above it in the repository]
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(super) config: Option<PathBuf>,

    /// Count what was ignored, too
    #[arg(long, help_heading = "Rules")]
    pub(super) no_ignores: bool,

    #[command(flatten)]
    pub(super) outputs: Outputs<Format>,

    /// Order of findings: severity, place, rule or object [default: severity where people read, else place]
    #[arg(long, value_name = "ORDER", value_parser = order, help_heading = "Output")]
    sort: Option<Order>,

    /// Show so many findings, the worst, and say how many are left out; the exit code is that of all
    #[arg(long, value_name = "NUMBER", help_heading = "Output")]
    pub(super) max_findings: Option<usize>,

    /// Print no notes, and in text no numbers: nothing where nothing was found
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    quiet: bool,

    /// Show the lines of every finding, however many there are, and name the files that hold nothing to check
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,

    /// Exit with 1 when there is a finding of at least this severity: critical, high, medium, low or never
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = threshold, help_heading = "Exit code")]
    fail_on: Threshold,

    /// Findings that were there before, which do not count
    #[arg(long, value_name = "FILE", help_heading = "Exit code")]
    pub(super) baseline: Option<PathBuf>,

    /// Exit with 1 when there is any finding that the baseline does not hold
    #[arg(long, help_heading = "Exit code")]
    fail_on_new: bool,

    /// Write what is found now as a baseline
    #[arg(long, value_name = "FILE", help_heading = "Exit code")]
    pub(super) write_baseline: Option<PathBuf>,

    /// Exit as if all was read and checked, when something was not
    #[arg(long, help_heading = "Exit code")]
    allow_incomplete: bool,

    #[command(flatten)]
    pub(super) connection: Connection,
}

/// The severity from which a finding fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Threshold(pub(super) Option<Severity>);

impl Options {
    /// What is to be read, in the order of the command line: what has no flag comes first.
    pub(super) fn names(&self) -> anyhow::Result<Vec<PathBuf>> {
        let names: Vec<_> = self.paths.iter().chain(&self.filename).cloned().collect();
        if names.is_empty() && self.kustomize.is_none() {
            bail!(
                "there is nothing to check: name a file, a folder, an https:// address or - with PATH or -f, or a \
                 kustomization with -k; the cluster of the current context is not read yet"
            );
        }
        Ok(names)
    }

    /// Whether folders of folders are looked into.
    pub(super) fn is_recursive(&self) -> bool {
        self.recursive
    }

    /// What findings are ordered by in a format.
    pub(super) fn order(&self, format: Format) -> Order {
        self.sort.unwrap_or(format.order)
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    pub(super) fn fails_on_new(&self) -> bool {
        self.fail_on_new
    }

    /// The severity from which a finding fails the run; `None` where none does.
    pub(super) fn fails_on(&self) -> Option<Severity> {
        self.fail_on.0
    }

    pub(super) fn allows_incomplete(&self) -> bool {
        self.allow_incomplete
    }

    /// Files and folders that are left out: what the command line says, and what the file says.
    pub(super) fn exclude(&self, file: &File) -> anyhow::Result<Exclude> {
        let here = std::env::current_dir()?;
        let of_file = file.config.exclude.iter().map(|it| it.0.as_str());
        Exclude::new([
            (here, self.exclude.iter().map(String::as_str).collect()),
            (file.folder.clone(), of_file.collect()),
        ])
    }

    /// Takes from the file what the command line does not say.
    pub(super) fn fill(&mut self, config: &Config) -> anyhow::Result<()> {
        let is_given = |flag| self.given.has(flag);
        if let Some(level) = config.level.filter(|_| !is_given("level")) {
            self.level = level;
        }
        if let Some(format) = config.output.filter(|_| !is_given("output")) {
            self.outputs.output = format;
        }
        if let Some(threshold) = config.fail_on.filter(|_| !is_given("fail_on")) {
            self.fail_on = threshold;
        }
        self.kubernetes_version = self.kubernetes_version.or(config.kubernetes_version);
        self.sort = self.sort.or(config.sort);
        self.max_findings = self.max_findings.or(config.max_findings);
        // One of these excludes the other.
        if !self.quiet && !self.verbose {
            (self.quiet, self.verbose) = (config.quiet, config.verbose);
        }
        self.recursive |= config.recursive;
        self.fail_on_new |= config.fail_on_new;
        self.allow_incomplete |= config.allow_incomplete;
        if self.baseline.is_none() {
            self.baseline.clone_from(&config.baseline);
        }
        if self.crd.is_empty() {
            self.crd.clone_from(&config.crd);
        }
        if self.outputs.output_file.is_empty() {
            self.outputs.output_file = config.output_file.iter().map(|it| it.0.clone()).collect();
        }
        if self.fails_on_new() && self.baseline.is_none() {
            bail!("--fail-on-new needs --baseline, which says what was there before");
        }
        Ok(())
    }

    pub(super) fn settings(&self, file: &File, version: MinorVersion) -> anyhow::Result<Settings> {
        let config = &file.config;
        let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
        let mut settings = Settings {
            known_ids: rules::all().map(|it| it.id).collect(),
            level: self.level,
            version,
            reads_ignores: !self.no_ignores,
            ignores: if self.no_ignores {
                Vec::new()
            } else {
                config.ignore.iter().map(Entry::to_core).collect()
            },
            root: Root { folder: text(&file.folder), here: text(&std::env::current_dir()?) },
            severities: config.severities.iter().map(|(rule, it)| (rule.0.id, it.0)).collect(),
            ..Settings::new([])
        };
        settings.rules = rules::all().filter(|it| self.runs(it, config, &settings)).collect();
        if settings.rules.is_empty() {
            bail!("--rule, --skip and --min-severity leave no rule to run");
        }
        Ok(settings)
    }

    /// Whether a rule runs. What the command line names runs, whatever the file says.
    fn runs(&self, rule: &Rule, config: &Config, settings: &Settings) -> bool {
        let is_among = |rules: &[&Rule]| rules.iter().any(|it| it.id == rule.id);
        let is_in = |rules: &[RuleName]| rules.iter().any(|it| it.0.id == rule.id);
        let is_wanted = if !self.rule.is_empty() {
            is_among(&self.rule)
        } else if is_in(&config.skip) {
            false
        } else if config.rule.is_empty() {
            !rules::is_on_request(rule) || settings.severities.contains_key(rule.id)
        } else {
            is_in(&config.rule)
        };
        let of_file = config.min_severity.filter(|_| self.rule.is_empty());
        let least = self.min_severity.or(of_file);
        is_wanted
            && !is_among(&self.skip)
            && least.is_none_or(|it| settings.severity_of(rule) >= it)
    }
}

/// Reads a rule by its id.
pub(super) fn rule(id: &str) -> Result<&'static Rule, String> {
    rules::find(id).ok_or_else(|| {
        let near = similar(id, rules::all().map(|it| it.id));
        let or = near.map_or_else(
            || "`kubectl harden rules` lists them".to_owned(),
            |it| format!("did you mean `{it}`?"),
        );
        format!("there is no such rule; {or}")
    })
}

/// Reads an order by its name.
pub(super) fn order(text: &str) -> Result<Order, String> {
    Order::ALL
        .into_iter()
        .find(|it| it.name() == text)
        .ok_or_else(|| format!("must be one of {}", Order::ALL.map(Order::name).join(", ")))
}

/// Reads a format by its name.
pub(super) fn format(text: &str) -> Result<Format, String> {
    Format::find(text).ok_or_else(|| {
        let names: Vec<_> = FORMATS.iter().map(|it| it.name).collect();
        format!("there is no such format; there are {}", names.join(", "))
    })
}

/// Reads the severity from which a finding fails the run.
pub(super) fn threshold(text: &str) -> Result<Threshold, String> {
    if text == "never" {
        Ok(Threshold(None))
    } else {
        severity(text).map(|it| Threshold(Some(it))).map_err(|it| format!("{it}, never"))
    }
}
