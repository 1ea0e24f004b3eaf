//! What of a role's rules matches no request.

use harden_yaml::{Action, Place};

use crate::kubernetes::resources::{self, Existence, existence};
use crate::rbac::PolicyRule;
use crate::rules::similar::is_misspelt;

/// A word of a rule that no request has.
#[derive(Debug, Clone)]
pub(super) struct Idle<'d> {
    /// The word.
    pub(super) place: Place<'d>,
    /// Why not, after the word itself.
    pub(super) reason: String,
    /// What was meant, where that is clear.
    pub(super) change: Option<Action>,
}

/// The verbs of requests for resources.
const VERBS: [&str; 8] =
    ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// Words of people, and the verb that was meant.
const WORDS: [(&str, &str); 16] = [
    ("add", "create"),
    ("all", "*"),
    ("any", "*"),
    ("apply", "patch"),
    ("change", "update"),
    ("describe", "get"),
    ("destroy", "delete"),
    ("edit", "update"),
    ("fetch", "get"),
    ("modify", "update"),
    ("post", "create"),
    ("put", "update"),
    ("read", "get"),
    ("remove", "delete"),
    ("view", "get"),
    ("write", "update"),
];

/// The words of a rule that match no request; `is_namespaced` for the rules of a Role. What only other
/// authorizers and extensions may ask for is not known, and not among them.
pub(super) fn idle<'d>(rule: PolicyRule<'d>, is_namespaced: bool) -> Vec<Idle<'d>> {
    let mut idle = Vec::new();
    let mut add = |place: Place<'d>, found: Option<(String, Option<String>)>| {
        if let Some((reason, meant)) = found {
            let word = place.as_str().unwrap_or("");
            if word.contains("{{") || word.contains('$') {
                // Somebody has yet to fill it in.
                return;
            }
            let reason = format!("`{word}` {reason}");
            idle.push(Idle { place, reason, change: meant.map(Action::set) });
        }
    };
    let items = |key| rule.place.at(key).items();
    let groups: Vec<_> = items("apiGroups").filter_map(|it| it.as_str()).collect();
    for place in items("apiGroups") {
        add(place, place.as_str().and_then(|it| word_flaw(it).or_else(|| group_flaw(it))));
    }
    let groups: Vec<_> = groups.into_iter().filter(|it| group_flaw(it).is_none()).collect();
    for place in items("resources") {
        let flaw = |it| word_flaw(it).or_else(|| resource_flaw(it, &groups, is_namespaced));
        add(place, place.as_str().and_then(flaw));
    }
    for place in items("resourceNames") {
        add(place, place.as_str().and_then(|it| name_flaw(rule, it)));
    }
    for place in items("nonResourceURLs") {
        add(place, place.as_str().and_then(url_flaw));
    }
    let is_of_others = groups.is_empty() || !groups.iter().all(|it| is_own(it));
    for place in items("verbs") {
        let flaw = |it| {
            let flaw = word_flaw(it).or_else(|| verb_flaw(it, is_of_others));
            flaw.or_else(|| nameless_verb_flaw(rule, it))
        };
        add(place, place.as_str().and_then(flaw));
    }
    idle
}

/// What no group, resource or verb can be, whoever has it.
fn word_flaw(text: &str) -> Option<(String, Option<String>)> {
    if text.trim().contains([',', ';', ' ', '|']) {
        return Some(("is one word to the API server, and no list".to_owned(), None));
    }
    let inside = text.strip_prefix("*/").or_else(|| text.strip_suffix("/*")).unwrap_or(text);
    let is_pattern = inside != "*" && inside.contains('*');
    is_pattern.then(|| ("stands for nothing: `*` is for all or for itself".to_owned(), None))
}

fn name_flaw(rule: PolicyRule<'_>, name: &str) -> Option<(String, Option<String>)> {
    // Signers end in `/*`, and roles may be called anything.
    let may_hold = rule.words("resources").into_iter().any(|it| {
        matches!(it, "*" | "signers" | "roles" | "clusterroles" | "users" | "groups" | "uids")
            || it.starts_with("userextras")
    });
    let is_flaw = name.contains('*') && !may_hold;
    is_flaw.then(|| ("stands for nothing: names are compared as they are".to_owned(), None))
}

/// Verbs of requests that name no object.
fn nameless_verb_flaw(rule: PolicyRule<'_>, verb: &str) -> Option<(String, Option<String>)> {
    let is_plain = rule.words("resources").into_iter().all(|it| it != "*" && !it.contains('/'));
    if !rule.is_for_names() || !is_plain {
        return None;
    }
    // Applying by a patch, or updating what is not there, asks for `create` with the name.
    let applies = ["patch", "update", "*"].into_iter().any(|it| rule.lists("verbs", it));
    let reason = match verb {
        "create" if !applies => "names no object, so that resourceNames leave nothing of it",
        "deletecollection" => "names no object, so that resourceNames leave nothing of it",
        _ => return None,
    };
    Some((reason.to_owned(), None))
}

fn is_own(group: &str) -> bool {
    // Roles still carry the group that was everybody's first.
    group == "extensions" || resources::is_own_group(group)
}

fn group_flaw(group: &str) -> Option<(String, Option<String>)> {
    if matches!(group, "" | "*") || is_own(group) {
        return None;
    }
    if let Some((name, _)) = group.split_once('/') {
        return Some(("is a group with its version".to_owned(), Some(name.to_owned())));
    }
    if group.bytes().any(|it| it.is_ascii_uppercase()) {
        return Some(("is not in lower case".to_owned(), Some(group.to_ascii_lowercase())));
    }
    let is_version =
        group.strip_prefix('v').is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()));
    if group == "core" || is_version && !group.contains('.') {
        let what = if is_version { "is a version" } else { "is called by empty text" };
        let reason = format!("{what}: the core group is \"\"");
        return Some((reason, Some(String::new())));
    }
    let full = ["k8s.io", "authorization.k8s.io", "apiserver.k8s.io"]
        .map(|domain| format!("{group}.{domain}"));
    let meant = full.into_iter().filter(|_| !group.contains('.')).find(|it| is_own(it));
    let meant = meant.or_else(|| {
        let is_ours = !group.contains('.') || group.ends_with(".k8s.io");
        let mut near = resources::groups().filter(|it| is_ours && is_misspelt(group, it));
        near.next().map(str::to_owned)
    })?;
    Some((format!("is no API group; one is called `{meant}`"), Some(meant)))
}

/// `groups` are those that exist, as far as that is known.
fn resource_flaw(
    text: &str,
    groups: &[&str],
    is_namespaced: bool,
) -> Option<(String, Option<String>)> {
    if text.len() > 2 && text.ends_with("/*") {
        return Some(("does not stand for every subresource".to_owned(), None));
    }
    let (resource, subresource) = match text.split_once('/') {
        Some((resource, subresource)) => (resource, Some(subresource)),
        None => (text, None),
    };
    let with_subresource = |plural: &str| match subresource {
        Some(subresource) => format!("{plural}/{subresource}"),
        None => plural.to_owned(),
    };
    if text.bytes().any(|it| it.is_ascii_uppercase()) {
        let plural = resources::meant(resource).map(|(_, plural)| plural.to_owned());
        let meant = with_subresource(&plural.unwrap_or_else(|| resource.to_ascii_lowercase()));
        return Some(("is not in lower case".to_owned(), Some(meant)));
    }
    if text.starts_with('/') || text.ends_with('/') {
        let meant = text.trim_matches('/').to_owned();
        return Some(("has a `/` too many".to_owned(), Some(meant)));
    }
    if resource == "*" || groups.is_empty() || !groups.iter().all(|it| is_own(it)) {
        return None;
    }
    if let Some((plain, _)) = resource.split_once('.') {
        let reason = "has a `.`: its group goes into apiGroups, its version nowhere";
        return Some((reason.to_owned(), Some(with_subresource(plain))));
    }
    if resource == "all" {
        return Some(("is a word of kubectl for some kinds, and no resource".to_owned(), None));
    }
    let exists = |group: &&str| {
        existence(group, resource) != Existence::Unknown || resources::is_virtual(group, resource)
    };
    let Some(group) = groups.iter().copied().find(exists) else {
        return unknown_flaw(resource, groups, &with_subresource);
    };
    if is_namespaced && resources::is_cluster_wide(group, resource) {
        let reason = "is outside of namespaces, which takes a ClusterRole";
        return Some((reason.to_owned(), None));
    }
    let meant = subresource_meant(resource, subresource?)?;
    let reason = format!("is no subresource; one is called `{meant}`");
    Some((reason, Some(format!("{resource}/{meant}"))))
}

/// What was probably meant by a resource that none of some groups has.
fn unknown_flaw(
    resource: &str,
    groups: &[&str],
    with_subresource: &impl Fn(&str) -> String,
) -> Option<(String, Option<String>)> {
    let near = || {
        let mut known = resources::all().filter(|(group, _)| groups.contains(group));
        known.find(|(_, it)| is_misspelt(resource, it))
    };
    let (of, plural) = resources::meant(resource).or_else(near)?;
    let is_in_groups = groups.contains(&of);
    let place = if of.is_empty() {
        "in the core group, which is \"\"".to_owned()
    } else {
        format!("in the group `{of}`")
    };
    let reason = match (plural == resource, is_in_groups) {
        (true, _) => format!("is {place}"),
        (false, true) => format!("is called `{plural}`"),
        (false, false) => format!("is called `{plural}`, {place}"),
    };
    Some((reason, is_in_groups.then(|| with_subresource(plural))))
}

/// The subresource of a resource that was probably meant by one that it does not have.
fn subresource_meant(resource: &str, subresource: &str) -> Option<&'static str> {
    let known = resources::subresources(resource);
    let is_near = |it: &str| {
        let is_plural = |one: &str, other: &str| one.strip_suffix('s') == Some(other);
        is_plural(subresource, it) || is_plural(it, subresource) || is_misspelt(subresource, it)
    };
    let is_known = known.clone().any(|it| it == subresource);
    known.into_iter().find(|it| !is_known && is_near(it))
}

fn url_flaw(url: &str) -> Option<(String, Option<String>)> {
    let path = url.strip_suffix('*').unwrap_or(url);
    if path.contains('*') {
        return Some(("has a `*` that is not at its end".to_owned(), None));
    }
    let is_flaw = !url.is_empty() && url != "*" && !url.starts_with('/');
    is_flaw.then(|| ("does not begin with `/`".to_owned(), Some(format!("/{url}"))))
}

/// `is_of_others` where extensions may have verbs of their own.
fn verb_flaw(verb: &str, is_of_others: bool) -> Option<(String, Option<String>)> {
    let lower = verb.to_ascii_lowercase();
    let known = |word: &str| VERBS.into_iter().find(|it| *it == word);
    let meant = known(&lower)
        .or_else(|| WORDS.iter().find(|(word, _)| *word == lower).map(|(_, verb)| *verb))
        .or_else(|| VERBS.into_iter().find(|it| is_misspelt(&lower, it)));
    if lower != verb {
        let reason = match meant {
            Some(meant) if meant != lower => format!("is no verb; one is called `{meant}`"),
            _ => "is not in lower case".to_owned(),
        };
        return Some((reason, Some(meant.map_or(lower, str::to_owned))));
    }
    let meant = meant.filter(|it| *it != verb && !is_of_others)?;
    let (what, change) =
        if meant == "*" { ("all are", None) } else { ("one is", Some(meant.to_owned())) };
    Some((format!("is no verb; {what} called `{meant}`"), change))
}
