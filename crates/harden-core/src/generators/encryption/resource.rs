//! Which resources are encrypted, and in how many rules.

use std::fmt;
use std::str::FromStr;

use crate::configuration::encryption::{flaw, meant, name_error, split};
use crate::kubernetes::MinorVersion;

/// A resource, all of a group, or everything: `secrets`, `deployments.apps`, `*.apps`, `*.`, `*.*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource(String);

/// Why a text names no resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidResource {
    /// The API server rejects it.
    #[error("{0}")]
    Rejected(&'static str),
    /// The API server takes it, and encrypts nothing.
    #[error("{0}, and nothing would be encrypted by it{1}")]
    Inert(&'static str, String),
    /// It has characters that no resource has.
    #[error(
        "must be the plural in lower case with its group behind a dot: secrets, deployments.apps, *.apps, *. for the core group, *.* for all"
    )]
    Malformed,
}

impl Resource {
    /// As it is written in the file.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Single resources come first, everything last.
    fn breadth(&self) -> u8 {
        match split(&self.0) {
            ("*", "*") => 2,
            ("*", _) => 1,
            _ => 0,
        }
    }

    /// Whether the server rejects both in one rule.
    fn overlaps(&self, other: &Self) -> bool {
        let ((a, a_group), (b, b_group)) = (split(&self.0), split(&other.0));
        let is_wild = a == "*" || b == "*";
        self.breadth() == 2 || other.breadth() == 2 || is_wild && a_group == b_group
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Resource {
    type Err = InvalidResource;

    fn from_str(text: &str) -> Result<Self, InvalidResource> {
        if let Some(error) = name_error(text) {
            return Err(InvalidResource::Rejected(error));
        }
        let (resource, group) = split(text);
        let is_word =
            |it: &str| it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let hint = || meant(text).map_or_else(String::new, |it| format!("; did you mean {it}?"));
        let is_named = !resource.is_empty() && (resource == "*" || is_word(resource));
        let is_grouped = group == "*" || group.split('.').all(is_word);
        let has_gap = text != "*." && text.split('.').any(str::is_empty);
        if !is_named || !is_grouped || has_gap {
            let hint = hint();
            return Err(if hint.is_empty() {
                InvalidResource::Malformed
            } else {
                InvalidResource::Inert("is no resource of Kubernetes", hint)
            });
        }
        if let Some(flaw) = flaw(text, MinorVersion::NEWEST_KNOWN) {
            return Err(InvalidResource::Inert(flaw, hint()));
        }
        Ok(Self(text.to_owned()))
    }
}

/// What to encrypt: Secrets, when nothing else is said.
pub(super) fn or_secrets(chosen: &[Resource]) -> Vec<Resource> {
    if chosen.is_empty() { vec![Resource("secrets".to_owned())] } else { chosen.to_vec() }
}

/// The lists of as few rules as the server takes, in an order in which none masks a later one.
pub(super) fn rules(resources: &[Resource]) -> Vec<Vec<String>> {
    let mut ordered: Vec<&Resource> = Vec::new();
    for resource in resources {
        if !ordered.contains(&resource) {
            ordered.push(resource);
        }
    }
    ordered.sort_by_key(|it| it.breadth());
    let mut rules: Vec<Vec<&Resource>> = Vec::new();
    for resource in ordered {
        match rules.last_mut().filter(|rule| !rule.iter().any(|it| it.overlaps(resource))) {
            Some(rule) => rule.push(resource),
            None => rules.push(vec![resource]),
        }
    }
    let written = |rule: Vec<&Resource>| rule.iter().map(|it| it.0.clone()).collect();
    rules.into_iter().map(written).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_up(words: &[&str]) -> Vec<Vec<String>> {
        let resources: Vec<_> = words.iter().map(|it| it.parse().unwrap()).collect();
        rules(&resources)
    }

    #[test]
    fn overlapping_resources_go_to_rules_of_their_own_the_widest_last() {
        for (words, expected) in [
            (&["secrets", "configmaps", "secrets"][..], &[&["secrets", "configmaps"][..]][..]),
            (&["*.apps", "secrets"], &[&["secrets", "*.apps"]]),
            (&["*.*", "secrets"], &[&["secrets"], &["*.*"]]),
            (
                &["*.*", "*.", "deployments.apps", "*.apps", "secrets", "jobs.batch"],
                &[&["deployments.apps", "secrets", "jobs.batch"], &["*.", "*.apps"], &["*.*"]],
            ),
        ] {
            assert_eq!(split_up(words), expected, "{words:?}");
        }
    }

    #[test]
    fn what_the_server_rejects_or_overlooks_is_no_resource() {
        for word in [
            "Secrets",
            "*",
            "secrets.",
            "secrets.*",
            "secret",
            "core/secrets",
            "secrets.v1",
            "*.core",
            "",
            ".apps",
            "a..b",
            "secrets ",
            "events.events.k8s.io",
            "ingresses.extensions",
            "tokenreviews.authentication.k8s.io",
            "serviceipallocations",
            "a,b",
            "sëcrets",
        ] {
            assert!(word.parse::<Resource>().is_err(), "{word}");
        }
        for word in ["*.", "*.*", "*.batch", "pandas.example.com", "*.example.com", "events"] {
            assert!(word.parse::<Resource>().is_ok(), "{word}");
        }
    }
}
