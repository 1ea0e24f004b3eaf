//! What nearly lets somebody do something, and the one thing that is missing.

use std::collections::BTreeSet;

use super::{Holder, Question, Through, Whole};
use crate::rbac::authorization::{Authorization, Binding, Grant, Miss, Request};

/// Something that would let somebody do what was asked, but for one thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NearMiss {
    /// Who would be let, as `ServiceAccount team/web`.
    pub subject: String,
    /// What is missing, in words.
    pub missing: String,
    /// The way that it would be by; none where the binding itself leads nowhere.
    pub through: Option<Through>,
    /// The binding.
    pub binding: String,
    /// Where it is written.
    pub place: (String, Option<u32>),
}

/// What nearly lets somebody who is not among `holders`. What Kubernetes makes for itself is left out.
pub fn near_misses(all: &Authorization, question: &Question, holders: &[Holder]) -> Vec<NearMiss> {
    let request = &question.request;
    let known: BTreeSet<_> = holders
        .iter()
        .map(|it| (it.kind.as_str(), it.namespace.as_str(), it.name.as_str()))
        .collect();
    let mut near = BTreeSet::new();
    for binding in all.bindings().filter(|it| !it.is_built_in() && !it.is_assumed()) {
        let is_in_scope = binding.holds_for(request);
        for subject in binding.subjects() {
            if known.contains(&(subject.kind(), subject.namespace(), subject.name())) {
                continue;
            }
            let mut add = |missing: String, through: Option<Through>| {
                let spot = binding.spot();
                near.insert(NearMiss {
                    subject: subject.to_string(),
                    missing,
                    through,
                    binding: binding.to_string(),
                    place: (spot.source.to_owned(), spot.line),
                });
            };
            if !subject.is_somebody() {
                add(nobody(subject.kind()), None);
                continue;
            }
            if binding.roles().next().is_none() && is_in_scope {
                let (kind, name) = binding.role_ref();
                add(
                    format!("the role: there is no {kind} `{name}`{}", of_other_kind(all, binding)),
                    None,
                );
            }
            for role in binding.roles() {
                for rule in role.rules() {
                    let missing = match (rule.misses(request).as_slice(), is_in_scope) {
                        ([], false) => elsewhere(binding),
                        ([one], true) => words(*one, request, &Whole::of(rule)),
                        _ => continue,
                    };
                    add(missing, Some(Through::of(&Grant { binding, subject, role, rule })));
                }
            }
        }
    }
    near.into_iter().collect()
}

fn nobody(kind: &str) -> String {
    match kind {
        "ServiceAccount" => "the namespace of the ServiceAccount".to_owned(),
        kind => format!("the subject: `{kind}` is none of User, Group and ServiceAccount"),
    }
}

fn of_other_kind(all: &Authorization, binding: Binding<'_>) -> String {
    let (kind, name) = binding.role_ref();
    let (namespace, other) =
        if kind == "Role" { ("", "ClusterRole") } else { (binding.namespace(), "Role") };
    let is_there = all.roles_named(namespace, name).any(|it| it.kind() == other);
    if is_there { format!(", but a {other}") } else { String::new() }
}

fn elsewhere(binding: Binding<'_>) -> String {
    format!("the place: it counts in namespace {} only", binding.namespace())
}

fn words(miss: Miss, request: &Request, rule: &Whole) -> String {
    let has = |list: &[String]| {
        let shown: Vec<_> = list.iter().map(|it| if it.is_empty() { "\"\"" } else { it }).collect();
        shown.join(", ")
    };
    match (miss, request) {
        (Miss::Verb, _) => {
            format!("the verb {}: the rule has {}", request.verb(), has(&rule.verbs))
        }
        (Miss::Group, Request::Resource(it)) => {
            format!("the API group {:?}: the rule has {}", it.group, has(&rule.groups))
        }
        (Miss::Resource, Request::Resource(it)) => {
            format!("the resource {}: the rule has {}", it.path(), has(&rule.resources))
        }
        (Miss::Name, Request::Resource(it)) if !it.name.is_empty() => {
            format!("the name {}: the rule has {}", it.name, has(&rule.names))
        }
        (Miss::Name, _) => format!("other names: the rule is for {} only", has(&rule.names)),
        _ => format!("the path: the rule has {}", has(&rule.urls)),
    }
}
