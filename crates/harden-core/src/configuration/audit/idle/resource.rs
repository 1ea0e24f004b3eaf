//! Groups and resources that no request is about.

use harden_yaml::Action;

use super::{Criterion, Idle};
use crate::configuration::audit::GroupResources;
use crate::configuration::resources::{self, Existence};

/// The group, or the resources, that no request is about.
pub(super) fn idle<'d>(entry: &GroupResources<'d>) -> Vec<Idle<'d>> {
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
    if let Some((plural, of)) = resource.split_once('.') {
        let is_its = of == group || resources::existence(of, plural) != Existence::Unknown;
        let meant = (of == group).then(|| text.replacen(resource, plural, 1));
        let hint = if is_its {
            format!("the group of `{plural}` is written in `group: {of}`")
        } else {
            "names of resources have no dot".to_owned()
        };
        return Some((format!("`{text}` matches no request: {hint}"), meant));
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
