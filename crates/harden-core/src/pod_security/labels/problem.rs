//! Labels that do not do what they look like.

use harden_yaml::{Kind, Place};
use strsim::levenshtein;

use super::{Labels, Mode, PREFIX, Policy, text};
use crate::kubernetes::{Level, MinorVersion};
use crate::pod_security::Version;

/// A label that is rejected, or that does not do what it looks like.
#[derive(Debug, Clone)]
pub struct LabelProblem<'d> {
    /// The label; it may be missing.
    pub place: Place<'d>,
    /// What is the matter.
    pub kind: LabelProblemKind,
}

/// What is the matter with a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelProblemKind {
    /// The API server rejects its value.
    Invalid {
        /// The value that was probably meant.
        meant: Option<String>,
    },
    /// Its value is no string, so that the API server cannot read the namespace.
    NotText {
        /// The value that was probably meant.
        meant: Option<String>,
    },
    /// The API server takes it and ignores it: there is no such label.
    Unknown {
        /// The end of the label that was probably meant, such as `enforce`.
        meant: Option<&'static str>,
    },
    /// A version without a level, which changes nothing.
    VersionWithoutLevel(Mode),
    /// A version whose rules change with every upgrade of the API server.
    Latest {
        /// The mode that the version is for.
        mode: Mode,
        /// Whether `latest` is written, or there is no version.
        is_written: bool,
    },
    /// A version that the API server does not know yet, which is the same as `latest`.
    Unreleased(Mode),
}

impl<'d> LabelProblem<'d> {
    /// The problems of the labels of a namespace: unknown labels first, then by mode. `newest` is
    /// the newest version that the API server knows.
    pub fn all(labels: Place<'d>, newest: MinorVersion) -> Vec<Self> {
        let mut problems: Vec<_> = unknown(labels).collect();
        let policy = Labels::read(labels, Policy::PRIVILEGED).policy;
        for mode in Mode::ALL {
            let level = labels.at(mode.level_label());
            problems.extend(rejected(level, |value| value.parse::<Level>().is_ok(), meant_level));
            let version = labels.at(mode.version_label());
            let is_version = |value: &str| value.parse::<Version>().is_ok();
            let mut kinds: Vec<_> = rejected(version, is_version, meant_version)
                .map(|it| it.kind)
                .into_iter()
                .collect();
            let applies = policy.standard(mode).level > Level::Privileged;
            let is_read = text(labels, mode.version_label()).is_some();
            if is_read && text(labels, mode.level_label()).is_none() && !applies {
                kinds.push(LabelProblemKind::VersionWithoutLevel(mode));
            }
            // Warnings that follow have the version of what is enforced, which was judged above.
            let has_own_version = is_read || text(labels, mode.level_label()).is_some();
            if kinds.is_empty() && applies && has_own_version {
                kinds.extend(moving(policy.standard(mode).version, mode, is_read, newest));
            }
            problems.extend(kinds.into_iter().map(|kind| Self { place: version, kind }));
        }
        problems
    }
}

fn moving(
    version: Version,
    mode: Mode,
    is_written: bool,
    newest: MinorVersion,
) -> Option<LabelProblemKind> {
    match version {
        Version::Latest => Some(LabelProblemKind::Latest { mode, is_written }),
        Version::Pinned(minor) if minor > newest => Some(LabelProblemKind::Unreleased(mode)),
        Version::Pinned(_) => None,
    }
}

fn unknown(labels: Place<'_>) -> impl Iterator<Item = LabelProblem<'_>> {
    let known = Mode::ALL.map(|mode| [mode.level_label(), mode.version_label()]);
    labels.entries().filter_map(move |(key, place)| {
        let end = key.strip_prefix(PREFIX)?;
        let mut ends = known.iter().flatten().filter_map(|label| label.strip_prefix(PREFIX));
        if ends.clone().any(|it| it == end) {
            return None;
        }
        let meant = ends.find(|it| is_near(&end.to_ascii_lowercase(), it));
        Some(LabelProblem { place, kind: LabelProblemKind::Unknown { meant } })
    })
}

fn rejected(
    place: Place<'_>,
    is_valid: impl Fn(&str) -> bool,
    meant: impl Fn(&str) -> Option<String>,
) -> Option<LabelProblem<'_>> {
    let kind = match (place.kind(), place.as_str()) {
        (Kind::Missing, _) => return None,
        (_, Some(value)) if is_valid(value) => return None,
        (Kind::String | Kind::Null, value) => {
            LabelProblemKind::Invalid { meant: meant(value.unwrap_or("")) }
        }
        _ => LabelProblemKind::NotText { meant: meant(place.source()) },
    };
    Some(LabelProblem { place, kind })
}

fn meant_level(value: &str) -> Option<String> {
    let value = value.trim().to_ascii_lowercase();
    let levels = [Level::Privileged, Level::Baseline, Level::Restricted];
    levels.into_iter().map(Level::as_str).find(|level| is_near(&value, level)).map(str::to_owned)
}

/// `v1.30` for `1.30`, `V1.30`, `v1.30.4` and the like.
fn meant_version(value: &str) -> Option<String> {
    let value = value.trim().to_ascii_lowercase();
    if is_near(&value, "latest") {
        return Some("latest".to_owned());
    }
    let minor = value.strip_prefix('v').unwrap_or(&value).strip_prefix("1.")?;
    let minor = minor.split('.').next()?;
    let minor: u16 = minor.parse().ok()?;
    Some(MinorVersion(minor).to_string())
}

/// Whether two words differ by at most two edits, and by less than half their length.
fn is_near(word: &str, known: &str) -> bool {
    let most = 2.min(known.chars().count() / 2);
    word.len().abs_diff(known.len()) <= 2 * most && levenshtein(word, known) <= most
}
