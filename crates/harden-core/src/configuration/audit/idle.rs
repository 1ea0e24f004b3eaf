//! Criteria that no request meets, although the API server takes them.

mod path;
mod resource;
mod subject;

use harden_yaml::{Action, Place};

use super::AuditRule;
use crate::kubernetes::is_label_name;

/// What a criterion is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Criterion {
    /// An entry of `verbs`.
    Verb,
    /// An entry of `users` or `userGroups`.
    Subject,
    /// An entry of `namespaces`.
    Namespace,
    /// A group, or an entry of `resources` in it.
    Resource,
    /// An entry of `nonResourceURLs`.
    Path,
}

/// An entry that no request meets.
#[derive(Debug, Clone)]
pub struct Idle<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// What it is about.
    pub criterion: Criterion,
    /// Why it matches nothing, in one line.
    pub reason: String,
    /// What would write the entry that was probably meant; `None` where that cannot be told.
    pub change: Option<Action>,
}

const RESOURCE_VERBS: [&str; 8] =
    ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const METHODS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];

/// The entries of a rule that no request meets.
pub fn idle<'d>(rule: &AuditRule<'d>) -> Vec<Idle<'d>> {
    let mut found = Vec::new();
    found.extend(rule.verbs.iter().filter_map(|it| verb(it.text, it.place, rule)));
    let idle = |place, criterion, reason| Idle { place, criterion, reason, change: None };
    for item in &rule.users {
        let reason = subject::of_users(item.text);
        found.extend(reason.map(|it| idle(item.place, Criterion::Subject, it)));
    }
    for item in &rule.user_groups {
        let reason = subject::of_groups(item.text);
        found.extend(reason.map(|it| idle(item.place, Criterion::Subject, it)));
    }
    found.extend(rule.namespaces.iter().filter_map(|it| namespace(it.text, it.place)));
    found.extend(rule.resources.iter().flat_map(resource::idle));
    for item in &rule.non_resource_urls {
        let reason = path::reason(item.text);
        found.extend(reason.map(|it| idle(item.place, Criterion::Path, it)));
    }
    found
}

fn verb<'d>(text: &str, place: Place<'d>, rule: &AuditRule<'_>) -> Option<Idle<'d>> {
    let takes_resources = rule.non_resource_urls.is_empty();
    let takes_paths = !rule.is_about_resources();
    let is_known =
        takes_resources && RESOURCE_VERBS.contains(&text) || takes_paths && METHODS.contains(&text);
    if is_known {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let meant = match lower.as_str() {
        "post" if !takes_paths => Some("create"),
        "put" if !takes_paths => Some("update"),
        known => RESOURCE_VERBS.into_iter().chain(METHODS).find(|it| *it == known),
    };
    let reason = if text == "*" {
        "verb `*` matches no request: leave `verbs` out to mean all".to_owned()
    } else if !takes_resources && RESOURCE_VERBS.contains(&text) {
        format!("verb `{text}` matches no request: paths know HTTP methods such as `post` only")
    } else if meant.is_some_and(|it| it == lower) {
        format!("verb `{text}` matches no request: verbs are lower case")
    } else if let Some(meant) = meant {
        format!("verb `{text}` matches no request about a resource: it is called `{meant}` there")
    } else {
        format!("verb `{text}` matches no request: there is no such verb")
    };
    let change = meant.filter(|it| *it != text).map(Action::set);
    Some(Idle { place, criterion: Criterion::Verb, reason, change })
}

fn namespace<'d>(text: &str, place: Place<'d>) -> Option<Idle<'d>> {
    if text.is_empty() || is_label_name(text) {
        return None;
    }
    let reason = match text {
        "*" => "namespace `*` matches no request: leave `namespaces` out to mean all".to_owned(),
        _ if text.contains('*') => {
            format!("namespace `{text}` matches no request: names are compared as they are")
        }
        _ => format!("namespace `{text}` matches no request: no namespace can have this name"),
    };
    Some(Idle { place, criterion: Criterion::Namespace, reason, change: None })
}
