//! By which rules manifests are judged: the words of the command line for it.

use std::path::{Path, PathBuf};

use anyhow::bail;
use harden_core::check::Settings;
use harden_core::finding::Severity;
use harden_core::ignore::Root;
use harden_core::kubernetes::{Level, MinorVersion, PolicyVersion};
use harden_core::rule::Rule;
use harden_core::schema::similar;

use super::{Config, Entry, File, Given, RuleName};
use crate::commands::explain::severity;
use crate::rules;

/// By which rules manifests are judged.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct Selection {
    /// Pod Security level that pods are held to, unless their Namespace is among the input
    #[arg(long, value_name = "LEVEL", default_value = "restricted")]
    pub(crate) level: Level,

    /// Kubernetes version that the manifests are meant for, such as 1.30 or latest; cluster asks the
    /// API server [default: v1.37]
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes_version: Option<PolicyVersion>,

    /// Run only these rules; `rules` marks those that run only when they are named here
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule)]
    rule: Vec<&'static Rule>,

    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule)]
    skip: Vec<&'static Rule>,

    /// Leave out rules of lower severity: critical, high, medium or low
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    min_severity: Option<Severity>,

    /// Settings and ignores [default: .kubectl-harden.yaml of this folder or the nearest above it in the repository]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// What was seen of images [default: kubectl-harden.lock of this folder or the nearest above it in the repository]
    #[arg(long, value_name = "FILE")]
    pub(crate) lock: Option<PathBuf>,

    /// Count what was ignored, too
    #[arg(long)]
    pub(crate) no_ignores: bool,
}

impl Selection {
    /// Takes from the file what the command line does not say.
    pub(crate) fn fill(&mut self, given: &Given, config: &Config) {
        if let Some(level) = config.level.filter(|_| !given.has("level")) {
            self.level = level;
        }
        self.kubernetes_version = self.kubernetes_version.or(config.kubernetes_version);
    }

    /// What to check by, for servers of a version.
    pub(crate) fn settings(&self, file: &File, version: MinorVersion) -> anyhow::Result<Settings> {
        let config = &file.config;
        let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
        let mut settings = Settings {
            known_ids: rules::all().map(|it| it.id).collect(),
            level: self.level,
            version,
            today: crate::commands::generate::machine::today()?,
            reads_ignores: !self.no_ignores,
            ignores: if self.no_ignores {
                Vec::new()
            } else {
                config.ignore.iter().map(Entry::to_core).collect()
            },
            root: Root { folder: text(&file.folder), here: text(&std::env::current_dir()?) },
            lock: file.lock.clone(),
            severities: config.severities.iter().map(|(rule, it)| (rule.0.id, it.0)).collect(),
            ..Settings::new([])
        };
        settings.rules = rules::all().filter(|it| self.runs(it, config, &settings)).collect();
        if settings.rules.is_empty() {
            bail!("--rule, --skip and --min-severity leave no rule to run");
        }
        Ok(settings)
    }

    /// The ids of rules that the command line leaves out, and that would run as the file says.
    pub(crate) fn left_out(&self, file: &File, settings: &Settings) -> Vec<&'static str> {
        let whole = Self { rule: Vec::new(), skip: Vec::new(), min_severity: None, ..self.clone() };
        let runs = |by: &Self, rule: &Rule| by.runs(rule, &file.config, settings);
        rules::all().filter(|it| runs(&whole, it) && !runs(self, it)).map(|it| it.id).collect()
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
            let is_deaf = rule.check.lock().is_some() && settings.lock.is_none();
            !is_deaf && (!rules::is_on_request(rule) || settings.severities.contains_key(rule.id))
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
pub(crate) fn rule(id: &str) -> Result<&'static Rule, String> {
    rules::find(id).ok_or_else(|| {
        let near = similar(id, rules::all().map(|it| it.id));
        let or = near.map_or_else(
            || "`kubectl harden rules` lists them".to_owned(),
            |it| format!("did you mean `{it}`?"),
        );
        format!("there is no such rule; {or}")
    })
}
