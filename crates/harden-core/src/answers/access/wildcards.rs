//! Roles with a `*`, and who holds them.

use std::collections::BTreeMap;

use super::Whole;
use crate::rbac::authorization::{Authorization, Rule};

/// A role with a `*`, and who holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    /// The role, as `ClusterRole view`.
    pub role: String,
    /// The rules that have one.
    pub rules: Vec<Wild>,
    /// Who holds it, each with where: a namespace, or empty for everywhere.
    pub holders: Vec<(String, String)>,
    /// Whether Kubernetes makes just this role.
    pub is_built_in: bool,
}

/// A rule with a `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wild {
    /// What is `*`, of verbs, resources, groups and paths.
    pub of: Vec<&'static str>,
    /// The rule.
    pub rule: Whole,
    /// Where it is written.
    pub source: String,
    /// The line, where somebody reads the source by its lines.
    pub line: Option<u32>,
}

/// Every role that has a `*` among verbs, groups, resources or paths, those that have it from others included.
pub fn wildcards(all: &Authorization) -> Vec<Wildcard> {
    let mut holders: BTreeMap<u32, Vec<(String, String)>> = BTreeMap::new();
    for binding in all.bindings() {
        for role in binding.roles() {
            let those = holders.entry(role.id()).or_default();
            let subjects = binding.subjects().filter(|it| it.is_somebody());
            those.extend(subjects.map(|it| (it.to_string(), binding.namespace().to_owned())));
        }
    }
    let mut wildcards = Vec::new();
    for role in all.roles() {
        let rules: Vec<_> = role.rules().filter_map(wild).collect();
        if rules.is_empty() {
            continue;
        }
        let mut holders = holders.remove(&role.id()).unwrap_or_default();
        holders.sort();
        holders.dedup();
        let is_built_in = role.is_built_in();
        wildcards.push(Wildcard { role: role.to_string(), rules, holders, is_built_in });
    }
    wildcards.sort_by(|a, b| (a.is_built_in, &a.role).cmp(&(b.is_built_in, &b.role)));
    wildcards
}

fn wild(rule: Rule<'_>) -> Option<Wild> {
    let is_star = |it: &str| it == "*" || it.starts_with("*/");
    let of = [
        ("verbs", rule.verbs().any(is_star)),
        ("groups", rule.groups().any(is_star)),
        ("resources", rule.resources().any(is_star)),
        ("paths", rule.urls().any(|it| it.ends_with('*'))),
    ];
    let of: Vec<_> = of.into_iter().filter_map(|(what, has)| has.then_some(what)).collect();
    let spot = rule.spot();
    (!of.is_empty()).then(|| Wild {
        of,
        rule: Whole::of(rule),
        source: spot.source.to_owned(),
        line: spot.line,
    })
}
