//! An earlier check, read from the JSON report of it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::earlier::{Earlier, Known};
use crate::check::{Incomplete, Settings};
use crate::finding::{Identity, ObjectReference, Severity};

/// A report of an earlier check, as `check -o json` prints it.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierReport {
    earlier: Earlier,
    /// The version of the program that made it.
    pub tool_version: String,
    level: String,
    kubernetes_version: String,
    /// How many findings it leaves out.
    omitted: usize,
    /// How many findings a baseline hid, if there was one.
    hidden: Option<usize>,
}

/// Why a text is no report of an earlier check.
#[derive(Debug, thiserror::Error)]
pub enum InvalidReport {
    /// It is a baseline.
    #[error("it is a baseline: name it with --baseline, or make a report with check -o json")]
    Baseline,
    /// It is a report in another format.
    #[error(
        "it is a report in another format: only what check -o json prints can be compared with"
    )]
    Format,
    /// It is a report of another form.
    #[error("it is a report of version {0}, and this program reads v1: make it again")]
    Version(String),
    /// It ends too early, or something else is wrong with it.
    #[error("it is no whole report of check -o json")]
    Form(#[from] serde_json::Error),
    /// A finding has a rule of a name that no rule has.
    #[error("it is no report of check -o json: `{0}` is no name of a rule")]
    Rule(String),
    /// A finding has a severity that there is not.
    #[error("it is no report of check -o json: there is no severity `{0}`")]
    Severity(String),
}

/// Why a check cannot be compared with a report.
#[derive(Debug, thiserror::Error)]
pub enum Incomparable {
    /// Pods were held to another level.
    #[error(
        "it was made with --level {then}, and this check is with --level {now}: use one for both"
    )]
    Level {
        /// That of the report.
        then: String,
        /// That of the check.
        now: String,
    },
    /// Objects were meant for another version of Kubernetes.
    #[error(
        "it was made with --kubernetes-version {then}, and this check is with {now}: use one for both"
    )]
    Version {
        /// That of the report.
        then: String,
        /// That of the check.
        now: String,
    },
    /// Findings were left out.
    #[error(
        "it leaves out {0} findings, so nobody can tell what is new: make it again without --max-findings"
    )]
    Omitted(usize),
    /// A baseline hid findings, and there is none now.
    #[error(
        "a baseline hid {0} findings of it, so nobody can tell what is new: name the same one with --baseline, or make it again without"
    )]
    Hidden(usize),
}

/// What tells a report from manifests.
#[derive(Deserialize)]
struct Probe<'a> {
    #[serde(borrow)]
    version: Option<Cow<'a, str>>,
    tool: Option<ProbeTool<'a>>,
    #[serde(rename = "$schema")]
    schema: Option<Cow<'a, str>>,
    kind: Option<serde::de::IgnoredAny>,
    findings: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct ProbeTool<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read<'a> {
    #[serde(borrow)]
    tool: Tool<'a>,
    settings: Made<'a>,
    summary: Totals,
    findings: Vec<Found<'a>>,
    coverage: Coverage,
    incomplete: Vec<Lack>,
}

#[derive(Deserialize)]
struct Tool<'a> {
    #[serde(borrow)]
    version: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made<'a> {
    #[serde(borrow)]
    level: Cow<'a, str>,
    kubernetes_version: Cow<'a, str>,
    rules: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Totals {
    #[serde(default)]
    omitted: usize,
    baseline: Option<Hidden>,
}

#[derive(Deserialize)]
struct Hidden {
    hidden: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Coverage {
    broken: usize,
    #[serde(default)]
    excluded: usize,
    #[serde(default)]
    rules_not_run: Vec<String>,
}

#[derive(Deserialize)]
struct Lack {
    what: String,
    why: String,
}

#[derive(Deserialize)]
struct Found<'a> {
    #[serde(borrow)]
    rule: Cow<'a, str>,
    severity: Cow<'a, str>,
    message: Cow<'a, str>,
    source: Cow<'a, str>,
    object: Option<Object<'a>>,
    spots: Vec<Spot<'a>>,
    ignored: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    #[serde(borrow)]
    api_version: Cow<'a, str>,
    kind: Cow<'a, str>,
    #[serde(default)]
    namespace: Cow<'a, str>,
    #[serde(default)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Spot<'a> {
    start: Position,
    #[serde(borrow, default)]
    path: Cow<'a, str>,
    #[serde(default)]
    label: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Position {
    line: u32,
    column: u32,
}

impl EarlierReport {
    /// Reads a report; `None` for a text that was never meant to be one, such as a manifest.
    pub fn parse(text: &str) -> Option<Result<Self, InvalidReport>> {
        // A mark of the byte order, as some shells write it before what they redirect.
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if !text.starts_with('{') {
            let is_ours = text.contains("\n  name: kubectl-harden\n");
            return (text.starts_with("version: v1\ntool:\n") && is_ours)
                .then_some(Err(InvalidReport::Format));
        }
        let probe: Probe<'_> = match serde_json::from_str(text) {
            Ok(probe) => probe,
            Err(error) => {
                // Of a report that was cut off, the head is there.
                let is_ours = text.contains("\"kubectl-harden\"") && text.contains("\"tool\"");
                return is_ours.then_some(Err(error.into()));
            }
        };
        if probe.schema.is_some_and(|it| it.contains("sarif")) {
            return Some(Err(InvalidReport::Format));
        }
        let is_ours = probe.tool.and_then(|it| it.name).is_some_and(|it| it == "kubectl-harden");
        match probe.version {
            Some(_) if !is_ours && probe.kind.is_none() && probe.findings.is_some() => {
                Some(Err(InvalidReport::Baseline))
            }
            _ if !is_ours => None,
            Some(version) if version != "v1" => {
                Some(Err(InvalidReport::Version(version.into_owned())))
            }
            _ => Some(Self::read(text)),
        }
    }

    fn read(text: &str) -> Result<Self, InvalidReport> {
        let read: Read<'_> = serde_json::from_str(text)?;
        let mut names = Names::default();
        let known: Result<Vec<_>, _> =
            read.findings.into_iter().map(|it| it.known(&mut names)).collect();
        let not_run = read.coverage.rules_not_run;
        let mut rules = read.settings.rules;
        rules.retain(|it| !not_run.contains(it));
        let incomplete = read.incomplete.into_iter();
        Ok(Self {
            earlier: Earlier {
                known: known?,
                rules,
                incomplete: incomplete.map(|Lack { what, why }| Incomplete { what, why }).collect(),
                broken: read.coverage.broken,
                excluded: read.coverage.excluded,
            },
            tool_version: read.tool.version.into_owned(),
            level: read.settings.level.into_owned(),
            kubernetes_version: read.settings.kubernetes_version.into_owned(),
            omitted: read.summary.omitted,
            hidden: read.summary.baseline.map(|it| it.hidden),
        })
    }

    /// What it found, if a check by these settings can be compared with it. `has_baseline` tells whether a baseline
    /// hides findings of the check.
    pub fn earlier(self, settings: &Settings, has_baseline: bool) -> Result<Earlier, Incomparable> {
        let (level, version) = (settings.level.as_str(), settings.version.to_string());
        if self.level != level {
            return Err(Incomparable::Level { then: self.level, now: level.to_owned() });
        }
        if self.kubernetes_version != version {
            return Err(Incomparable::Version { then: self.kubernetes_version, now: version });
        }
        if self.omitted > 0 {
            return Err(Incomparable::Omitted(self.omitted));
        }
        if let Some(hidden) = self.hidden.filter(|it| *it > 0 && !has_baseline) {
            return Err(Incomparable::Hidden(hidden));
        }
        let mut earlier = self.earlier;
        if !settings.reads_ignores {
            earlier.known.iter_mut().for_each(|it| it.is_ignored = false);
        }
        Ok(earlier)
    }

    /// Whether a baseline has hidden findings of it already.
    pub fn had_baseline(&self) -> bool {
        self.hidden.is_some()
    }
}

impl Found<'_> {
    fn known(self, names: &mut Names) -> Result<Known, InvalidReport> {
        let severity = Severity::ALL.into_iter().find(|it| it.name() == self.severity);
        let severity =
            severity.ok_or_else(|| InvalidReport::Severity(self.severity.into_owned()))?;
        let is_kebab = |it: u8| it == b'-' || it.is_ascii_lowercase() || it.is_ascii_digit();
        if self.rule.is_empty() || !self.rule.bytes().all(is_kebab) {
            return Err(InvalidReport::Rule(self.rule.into_owned()));
        }
        let object = self.object.as_ref();
        let identity = Identity {
            rule: &self.rule,
            object: object.map(|it| [&*it.api_version, &*it.kind, &*it.namespace, &*it.name]),
        };
        let spots = || self.spots.iter().map(|it| (&*it.path, &*it.label));
        let start = self.spots.first().map_or((0, 0), |it| (it.start.line, it.start.column));
        let reference = |it: &Object<'_>| ObjectReference {
            api_version: it.api_version.clone().into_owned(),
            kind: it.kind.clone().into_owned(),
            namespace: it.namespace.clone().into_owned(),
            name: it.name.clone().into_owned(),
            pointer: harden_yaml::Pointer::default(),
            uid: String::new(),
        };
        Ok(Known {
            fingerprint: identity.whole(spots()),
            places: identity.places(spots()),
            is_ignored: self.ignored.is_some(),
            severity,
            message: names.one(&self.message),
            source: names.one(&self.source),
            start,
            object: object.map(reference).map(Arc::new),
            rule: self.rule.into_owned().into(),
        })
    }
}

/// Texts that many findings share.
#[derive(Default)]
struct Names(FxHashSet<Arc<str>>);

impl Names {
    fn one(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.0.insert(Arc::clone(&text));
        text
    }
}
