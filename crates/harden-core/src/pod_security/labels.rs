//! The namespace labels that Pod Security goes by.

mod problem;

use std::fmt;

use harden_yaml::{Kind, Place};

pub use problem::{LabelProblem, LabelProblemKind};

use super::go_quoted;
use super::standard::{Standard, Version};
use crate::kubernetes::Level;

/// What the keys of these labels begin with.
pub const PREFIX: &str = "pod-security.kubernetes.io/";

/// What happens to pods that break a standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// They are rejected.
    Enforce,
    /// They are noted in the audit log.
    Audit,
    /// Whoever creates them is warned.
    Warn,
}

impl Mode {
    /// The modes in the order of the API server's messages.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Audit, Self::Warn];

    /// The label with the level.
    pub fn level_label(self) -> &'static str {
        match self {
            Self::Enforce => "pod-security.kubernetes.io/enforce",
            Self::Audit => "pod-security.kubernetes.io/audit",
            Self::Warn => "pod-security.kubernetes.io/warn",
        }
    }

    /// The label with the version.
    pub fn version_label(self) -> &'static str {
        match self {
            Self::Enforce => "pod-security.kubernetes.io/enforce-version",
            Self::Audit => "pod-security.kubernetes.io/audit-version",
            Self::Warn => "pod-security.kubernetes.io/warn-version",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enforce => "enforce",
            Self::Audit => "audit",
            Self::Warn => "warn",
        })
    }
}

/// The standards of a namespace, by mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// What pods must meet to be let in.
    pub enforce: Standard,
    /// What they must meet not to be noted in the audit log.
    pub audit: Standard,
    /// What they must meet to come without a warning.
    pub warn: Standard,
}

impl Policy {
    /// What an API server without a PodSecurityConfiguration defaults to: anything goes.
    pub const PRIVILEGED: Self = Self {
        enforce: Standard::PRIVILEGED,
        audit: Standard::PRIVILEGED,
        warn: Standard::PRIVILEGED,
    };

    /// The policy of a namespace that is labelled to enforce `standard` and nothing else: warnings
    /// follow.
    pub fn enforcing(standard: Standard) -> Self {
        let mut policy = Self { enforce: standard, ..Self::PRIVILEGED };
        policy.let_warnings_follow(true);
        policy
    }

    /// The standard of a mode.
    pub fn standard(&self, mode: Mode) -> Standard {
        match mode {
            Mode::Enforce => self.enforce,
            Mode::Audit => self.audit,
            Mode::Warn => self.warn,
        }
    }

    fn standard_mut(&mut self, mode: Mode) -> &mut Standard {
        match mode {
            Mode::Enforce => &mut self.enforce,
            Mode::Audit => &mut self.audit,
            Mode::Warn => &mut self.warn,
        }
    }

    fn let_warnings_follow(&mut self, with_version: bool) {
        if self.enforce.level > self.warn.level {
            self.warn.level = self.enforce.level;
            if with_version {
                self.warn.version = self.enforce.version;
            }
        }
    }
}

/// A label that the API server rejects.
#[derive(Debug, Clone)]
pub struct InvalidLabel<'d> {
    /// Its key.
    pub label: &'static str,
    /// Its value.
    pub value: &'d str,
    /// The rule that it breaks, in the server's words.
    pub rule: String,
    /// Where it is.
    pub place: Place<'d>,
}

impl fmt::Display for InvalidLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, rule, .. } = self;
        write!(f, "metadata.labels[{label}]: Invalid value: {}: {rule}", go_quoted(self.value))
    }
}

/// What the labels of a namespace come to.
#[derive(Debug, Clone)]
pub struct Labels<'d> {
    /// The policy. Where labels are invalid but stored all the same, enforce falls to restricted,
    /// audit and warn to privileged, and versions to latest.
    pub policy: Policy,
    /// The labels that the API server rejects, in the order in which it names them.
    pub invalid: Vec<InvalidLabel<'d>>,
    /// Whether any of the six labels is there.
    pub is_labelled: bool,
}

impl<'d> Labels<'d> {
    /// Reads `metadata.labels` of a namespace; `defaults` are those of the PodSecurityConfiguration.
    pub fn read(labels: Place<'d>, defaults: Policy) -> Self {
        let mut this = Self { policy: defaults, invalid: Vec::new(), is_labelled: false };
        for mode in Mode::ALL {
            this.read_level(labels, mode);
            this.read_version(labels, mode);
        }
        let enforces = text(labels, Mode::Enforce.level_label())
            .is_some_and(|(value, _)| value.parse::<Level>().is_ok());
        if enforces && text(labels, Mode::Warn.level_label()).is_none() {
            let has_version = text(labels, Mode::Warn.version_label()).is_some();
            this.policy.let_warnings_follow(!has_version);
        }
        this
    }

    /// What the API server says of the invalid labels when the namespace is created; none when
    /// they are all valid.
    pub fn rejection(&self, namespace: &str) -> Option<String> {
        let errors: Vec<String> = self.invalid.iter().map(ToString::to_string).collect();
        let errors = match errors.as_slice() {
            [] => return None,
            [only] => only.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        Some(format!("Namespace {} is invalid: {errors}", go_quoted(namespace)))
    }

    fn read_level(&mut self, labels: Place<'d>, mode: Mode) {
        let label = mode.level_label();
        let Some((value, place)) = text(labels, label) else { return };
        self.is_labelled = true;
        let level = value.parse().unwrap_or_else(|error| {
            self.add_invalid(label, value, &error, place);
            if mode == Mode::Enforce { Level::Restricted } else { Level::Privileged }
        });
        self.policy.standard_mut(mode).level = level;
    }

    fn read_version(&mut self, labels: Place<'d>, mode: Mode) {
        let label = mode.version_label();
        let Some((value, place)) = text(labels, label) else { return };
        self.is_labelled = true;
        let version = value.parse().unwrap_or_else(|error| {
            self.add_invalid(label, value, &error, place);
            Version::Latest
        });
        self.policy.standard_mut(mode).version = version;
    }

    fn add_invalid(
        &mut self,
        label: &'static str,
        value: &'d str,
        rule: &dyn fmt::Display,
        place: Place<'d>,
    ) {
        self.invalid.push(InvalidLabel { label, value, rule: rule.to_string(), place });
    }
}

/// A label's value; Go takes a null for an empty string.
fn text<'d>(labels: Place<'d>, label: &'static str) -> Option<(&'d str, Place<'d>)> {
    let place = labels.get(label)?;
    match place.kind() {
        Kind::Null => Some(("", place)),
        _ => place.as_str().map(|value| (value, place)),
    }
}

#[cfg(test)]
mod tests;
