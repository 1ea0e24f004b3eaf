//! What an object says of its kind and its API version, when it does not say both as it should.

use harden_yaml::{Place, ProblemKind};

use super::similar::is_near;
use crate::object::{KINDS, first_word};

/// What an object says of its kind and its API version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'d> {
    pub(super) api_version: Said<'d>,
    pub(super) kind: Said<'d>,
}

/// How something is said.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said<'d> {
    /// By its key, as text.
    Rightly(&'d str),
    /// By a key that is misspelt.
    Nearly(Place<'d>, &'d str),
    /// By its key, but not as text.
    Wrongly(Place<'d>),
    /// By a key that is set twice, and the last time to what nobody knows: it may be a secret that got there.
    Doubtfully,
    /// By what nobody knows, on another line than its key: it may be a secret that was folded there.
    Apart(Place<'d>),
    /// Not at all.
    Not,
}

impl<'d> Head<'d> {
    pub(super) fn read(place: Place<'d>) -> Self {
        let api_version = Said::read(place, "apiVersion", is_api_version);
        Self { api_version, kind: kind(place) }
    }
}

/// What an object says of its kind.
pub(super) fn kind(place: Place<'_>) -> Said<'_> {
    match Said::read(place, "kind", is_kind) {
        Said::Rightly(kind) if is_doubtful(place.at("kind"), kind) => Said::Doubtfully,
        Said::Rightly(kind) if is_apart(place.at("kind"), kind) => Said::Apart(place.at("kind")),
        said => said,
    }
}

impl<'d> Said<'d> {
    /// `is_value` tells whether a value may be meant by a key that is misspelt.
    fn read(place: Place<'d>, wanted: &'static str, is_value: fn(&str) -> bool) -> Self {
        let value = place.at(wanted);
        if let Some(text) = value.as_str().filter(|it| !it.is_empty()) {
            // What bad indentation folds into it may be a secret.
            return Self::Rightly(first_word(text));
        }
        let near = place.entries().find_map(|(key, value)| {
            let text = value.as_str().filter(|it| is_value(it))?;
            is_near(key, wanted).then_some(Self::Nearly(value, text))
        });
        let wrong = || value.key_span().map(|_| Self::Wrongly(value));
        near.or_else(wrong).unwrap_or(Self::Not)
    }

    /// What it comes to; none where it is not said.
    pub(super) fn text(self) -> Option<&'d str> {
        match self {
            Self::Rightly(text) | Self::Nearly(_, text) => Some(text),
            Self::Wrongly(_) | Self::Apart(_) | Self::Doubtfully | Self::Not => None,
        }
    }
}

/// Whether a kind is set in place of another, and is none that is known.
fn is_doubtful(place: Place<'_>, kind: &str) -> bool {
    let document = place.document();
    let first = document.problems().iter().find_map(|problem| match &problem.kind {
        ProblemKind::DuplicateKey { first, .. } if Some(problem.span) == place.key_span() => {
            document.text().get(first.end as usize..)
        }
        _ => None,
    });
    first.is_some_and(|rest| {
        let value = rest.trim_start_matches(['"', '\'', ' ', '\t']).trim_start_matches(':');
        let value = value.trim_start().trim_start_matches(['"', '\'']);
        let is_same = value.strip_prefix(kind).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|it: char| !it.is_ascii_alphanumeric())
        });
        !is_same && !is_known(kind)
    })
}

/// Whether a kind that is not known stands on another line than its key.
fn is_apart(place: Place<'_>, kind: &str) -> bool {
    let between = || {
        let (start, end) = (place.key_span()?.end as usize, place.span().start as usize);
        place.document().text().get(start..end)
    };
    between().is_some_and(|it| it.contains(['\n', '\r'])) && !is_known(kind)
}

fn is_known(kind: &str) -> bool {
    super::is_kind(kind) || KINDS.iter().any(|it| it.kind == kind)
}

/// Whether a text is an API version of Kubernetes, or could be.
pub(super) fn is_api_version(text: &str) -> bool {
    let (group, version) = text.split_once('/').unwrap_or(("", text));
    let is_group = group
        .bytes()
        .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b".-".contains(&it));
    let Some(rest) = version.strip_prefix('v') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let is_version = match rest.split_once("alpha").or_else(|| rest.split_once("beta")) {
        Some((major, minor)) => digits(major) && digits(minor),
        None => digits(rest),
    };
    is_group && is_version
}

/// Whether a text is written as kinds are: `NetworkPolicy`.
pub(super) fn is_kind(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_uppercase())
        && text.bytes().all(|it| it.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_kinds_are_told_from_other_words() {
        for text in ["v1", "apps/v1", "networking.k8s.io/v1beta1", "example.com/v2alpha12"] {
            assert!(is_api_version(text), "{text}");
        }
        for text in ["1", "2.0", "2019-12-01", "v1.2", "v", "score.dev/v1b1", "a b/v1", "v1beta"] {
            assert!(!is_api_version(text), "{text}");
        }
        assert!(is_kind("Pod") && is_kind("IPAddress"));
        assert!(!is_kind("pod") && !is_kind("discovery#rest") && !is_kind("A b") && !is_kind(""));
    }
}
