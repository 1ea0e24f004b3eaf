//! Criteria that no request meets, although the API server takes them.

use harden_yaml::{Action, Place};

use super::{AuditRule, GroupResources};
use crate::configuration::resources::{self, Existence};
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
    let subjects = rule.users.iter().map(|it| (it, "users"));
    let groups = rule.user_groups.iter().map(|it| (it, "userGroups"));
    for (item, list) in subjects.chain(groups) {
        found.extend(subject(item.text, item.place, list));
    }
    found.extend(rule.namespaces.iter().filter_map(|it| namespace(it.text, it.place)));
    found.extend(rule.resources.iter().flat_map(resource));
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

fn subject<'d>(text: &str, place: Place<'d>, list: &str) -> Option<Idle<'d>> {
    if !text.contains('*') {
        return None;
    }
    let reason = if text == "*" {
        format!("`*` in {list} matches nobody: leave `{list}` out to mean all")
    } else {
        format!(
            "`{text}` in {list} matches nobody: names are compared as they are, without wildcards"
        )
    };
    Some(Idle { place, criterion: Criterion::Subject, reason, change: None })
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

fn resource<'d>(entry: &GroupResources<'d>) -> Vec<Idle<'d>> {
    let idle = |place, reason, meant: Option<String>| {
        let change = meant.map(Action::set);
        Idle { place, criterion: Criterion::Resource, reason, change }
    };
    let group = entry.group;
    // Policies still carry the group that was everybody's first, beside those that took its place.
    if !matches!(group, "" | "*" | "extensions")
        && !group.contains('.')
        && !resources::is_own_group(group)
    {
        let place = entry.place.at("group");
        let full = ["k8s.io", "authorization.k8s.io", "apiserver.k8s.io"]
            .map(|domain| format!("{group}.{domain}"));
        let (hint, meant) = match full.into_iter().find(|it| resources::is_own_group(it)) {
            Some(full) => (format!("it is called `{full}`"), Some(full)),
            None if matches!(group, "core" | "v1") => {
                ("the core group is empty text".to_owned(), Some(String::new()))
            }
            None => ("there is no such group".to_owned(), None),
        };
        let reason = format!("group `{group}` matches no request: {hint}");
        return vec![idle(place, reason, meant)];
    }
    let entries = entry.resources.iter();
    entries
        .filter_map(|item| {
            let (reason, meant) = pattern(group, item.text)?;
            Some(idle(item.place, reason, meant))
        })
        .collect()
}

/// Why a pattern of resources matches nothing, and what was meant.
fn pattern(group: &str, text: &str) -> Option<(String, Option<String>)> {
    let (resource, subresource) = text.split_once('/').unwrap_or((text, ""));
    if text == "*" || resource == "*" && subresource != "*" {
        let is_known = subresource.is_empty()
            || resources::is_subresource(subresource)
            || !resources::is_own_group(group);
        return (!is_known).then(|| {
            let reason =
                format!("`{text}` matches no request: nothing has a subresource `{subresource}`");
            (reason, None)
        });
    }
    if resource == "*" {
        let reason = "`*/*` matches no request: `*` stands for all resources and subresources";
        return Some((reason.to_owned(), Some("*".to_owned())));
    }
    if resources::existence(group, resource) == Existence::Unknown && group != "*" {
        let meant = resources::meant(resource);
        let hint = match meant {
            Some((of, plural)) if of == group => format!("it is called `{plural}`"),
            Some(("", plural)) => format!("`{plural}` are in the core group, which is empty text"),
            Some((of, plural)) => format!("`{plural}` are in group `{of}`"),
            None if group.is_empty() => "the core group has no such resource".to_owned(),
            None => format!("group `{group}` has no such resource"),
        };
        let mended = meant.filter(|(of, _)| *of == group).map(|(_, plural)| {
            if subresource.is_empty() {
                plural.to_owned()
            } else {
                format!("{plural}/{subresource}")
            }
        });
        return Some((format!("`{text}` matches no request: {hint}"), mended));
    }
    if resource.chars().any(char::is_uppercase) {
        let meant = resources::meant(resource).map(|(_, plural)| plural.to_owned());
        let reason = format!("`{text}` matches no request: resources are lower case and plural");
        return Some((reason, meant));
    }
    let is_own = resources::is_own_group(group);
    (is_own
        && !subresource.is_empty()
        && subresource != "*"
        && !resources::is_subresource(subresource))
    .then(|| {
        let reason = format!(
            "`{text}` matches no request: `{resource}` have no subresource `{subresource}`"
        );
        (reason, None)
    })
}
