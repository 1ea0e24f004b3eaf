//! Why a rule does not match a request, criterion by criterion.

use crate::configuration::audit::{AuditRule, Criterion, Event, GroupResources, Item, idle};

/// The reasons why a rule does not match, in the order in which the server looks; empty when it
/// does.
pub(super) fn reasons(rule: &AuditRule<'_>, event: &Event<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut add = |criterion: Criterion, reason: Option<String>| {
        reasons.extend(reason.map(|it| it + &dead_entries(rule, criterion)));
    };
    add(Criterion::Subject, user(rule, event));
    add(Criterion::Subject, groups(rule, event));
    add(Criterion::Verb, missing("verbs", &rule.verbs, event.verb));
    if !rule.is_about_resources() {
        add(Criterion::Resource, path(rule, event));
    } else if event.is_resource_request {
        add(Criterion::Namespace, namespace(rule, event));
        add(Criterion::Resource, resources(rule, event));
    } else {
        let key = if rule.resources.is_empty() { "namespaces" } else { "resources" };
        add(Criterion::Resource, Some(format!("{key}: the request is about no resource")));
    }
    reasons
}

/// Whether a rule is about resources only and the request about none, or the other way round.
pub(super) fn is_of_another_kind(rule: &AuditRule<'_>, event: &Event<'_>) -> bool {
    if event.is_resource_request {
        !rule.non_resource_urls.is_empty()
    } else {
        rule.is_about_resources()
    }
}

fn user(rule: &AuditRule<'_>, event: &Event<'_>) -> Option<String> {
    match &event.user {
        Some(user) => missing("users", &rule.users, user.name),
        None => nobody("users", &rule.users),
    }
}

fn groups(rule: &AuditRule<'_>, event: &Event<'_>) -> Option<String> {
    let list = &rule.user_groups;
    let Some(user) = &event.user else { return nobody("userGroups", list) };
    if list.is_empty() || user.groups.iter().any(|group| has(list, group)) {
        return None;
    }
    Some(match user.groups.as_slice() {
        [] => "userGroups: the user is in no group".to_owned(),
        [group] => format!("userGroups: `{group}` is not {}", one_of(list)),
        groups => format!("userGroups: none of `{}` is {}", groups.join("`, `"), one_of(list)),
    })
}

fn nobody(key: &str, list: &[Item<'_>]) -> Option<String> {
    (!list.is_empty()).then(|| format!("{key}: the request has no user"))
}

fn path(rule: &AuditRule<'_>, event: &Event<'_>) -> Option<String> {
    let list = &rule.non_resource_urls;
    if list.is_empty() {
        None
    } else if event.is_resource_request {
        Some("nonResourceURLs: the request is about a resource".to_owned())
    } else {
        let alone = AuditRule { users: vec![], user_groups: vec![], verbs: vec![], ..rule.clone() };
        let reason = || format!("nonResourceURLs: `{}` is not {}", event.path, one_of(list));
        (!alone.matches(event)).then(reason)
    }
}

fn namespace(rule: &AuditRule<'_>, event: &Event<'_>) -> Option<String> {
    if event.namespace.is_empty() && !rule.namespaces.is_empty() && !has(&rule.namespaces, "") {
        let list = one_of(&rule.namespaces);
        return Some(format!("namespaces: the request has none, and it must be {list}"));
    }
    missing("namespaces", &rule.namespaces, event.namespace)
}

/// Says how far the entries get that come nearest: to the resource, or to its group.
fn resources(rule: &AuditRule<'_>, event: &Event<'_>) -> Option<String> {
    let alone = AuditRule {
        users: vec![],
        user_groups: vec![],
        verbs: vec![],
        namespaces: vec![],
        ..rule.clone()
    };
    if rule.resources.is_empty() || alone.matches(event) {
        return None;
    }
    let in_group = |it: &&GroupResources<'_>| it.group == "*" || it.group == event.group;
    let of_group: Vec<_> = rule.resources.iter().filter(in_group).collect();
    if of_group.is_empty() {
        let groups: Vec<_> = rule.resources.iter().map(|it| group_name(it.group)).collect();
        let own = group_name(event.group);
        return Some(format!("resources: group {own} is not {}", join(groups)));
    }
    let any_name = |entry: &GroupResources<'_>| {
        let entry = GroupResources { names: vec![], ..entry.clone() };
        AuditRule { resources: vec![entry], ..alone.clone() }.matches(event)
    };
    if let Some(entry) = of_group.iter().find(|it| any_name(it)) {
        let list = one_of(&entry.names);
        return Some(match event.name {
            "" => format!("resourceNames: the request names no object, and it must be {list}"),
            name => format!("resourceNames: `{name}` is not {list}"),
        });
    }
    let patterns: Vec<_> = of_group.iter().flat_map(|it| &it.resources).copied().collect();
    let hint = if !event.subresource.is_empty() && has(&patterns, event.resource) {
        format!(" (`{}` takes no subresource)", event.resource)
    } else {
        String::new()
    };
    let name = match event.subresource {
        "" => event.resource.to_owned(),
        subresource => format!("{}/{subresource}", event.resource),
    };
    Some(format!("resources: `{name}` is not {}{hint}", one_of(&patterns)))
}

fn group_name(group: &str) -> String {
    match group {
        "" => "`\"\"` (core)".to_owned(),
        group => format!("`{group}`"),
    }
}

fn missing(key: &str, list: &[Item<'_>], text: &str) -> Option<String> {
    let is_missing = !list.is_empty() && !has(list, text);
    is_missing.then(|| format!("{key}: `{text}` is not {}", one_of(list)))
}

fn has(list: &[Item<'_>], text: &str) -> bool {
    list.iter().any(|it| it.text == text)
}

fn one_of(list: &[Item<'_>]) -> String {
    join(list.iter().map(|it| format!("`{}`", it.text)).collect())
}

/// A few of many.
fn join(mut names: Vec<String>) -> String {
    const MOST: usize = 8;
    names.dedup();
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    match (names.as_slice(), more) {
        ([only], 0) => only.clone(),
        (_, 0) => format!("one of {}", names.join(", ")),
        _ => format!("one of {} and {more} more", names.join(", ")),
    }
}

/// What no request ever meets, in brackets: the reason that is seldom seen.
fn dead_entries(rule: &AuditRule<'_>, criterion: Criterion) -> String {
    let dead = idle(rule).into_iter().filter(|it| it.criterion == criterion);
    let reasons: Vec<_> = dead.map(|it| it.reason).collect();
    if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) }
}
