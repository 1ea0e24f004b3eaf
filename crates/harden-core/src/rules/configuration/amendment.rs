//! Audit policies as they would be with another rule, or without one that is never reached.

use harden_yaml::{Action, Kind, Place};
use serde_json::{Map, Value, json};

use crate::configuration::audit::{
    AuditLevel, AuditPolicy, AuditRule, Item, Stage, logged_bodies, shadows,
};
use crate::rule::Edits;

/// What is about a rule that takes some of the requests of another one before it.
#[derive(Debug, Default)]
pub(super) struct Subset {
    /// By group; empty where they are those of the other rule.
    pub(super) resources: Vec<(&'static str, Vec<String>)>,
    /// Empty where they are those of the other rule.
    pub(super) verbs: Vec<&'static str>,
}

/// Deeper values are not repeated; rules have none.
const DEEPEST: usize = 8;

/// A rule that takes of another one's requests those about something, at a level.
fn part(
    policy: &AuditPolicy<'_>,
    rule: &AuditRule<'_>,
    level: AuditLevel,
    about: &Subset,
) -> Value {
    let mut part = rule_of(policy, level);
    let mut set = |key: &str, value: Value| drop(part.insert(key.to_owned(), value));
    for (key, items) in [("users", &rule.users), ("userGroups", &rule.user_groups)] {
        if !items.is_empty() {
            set(key, texts(items));
        }
    }
    if !about.verbs.is_empty() {
        set("verbs", json!(about.verbs));
    } else if !rule.verbs.is_empty() {
        set("verbs", texts(&rule.verbs));
    }
    if about.resources.is_empty() {
        for key in ["resources", "nonResourceURLs"] {
            let written = rule.place.at(key);
            if let Some(written) = value(written, 0).filter(|_| !written.is_empty()) {
                set(key, written);
            }
        }
    } else {
        let groups = about.resources.iter();
        let groups = groups.map(|(group, names)| json!({ "group": group, "resources": names }));
        set("resources", groups.collect());
    }
    if !rule.namespaces.is_empty() {
        set("namespaces", texts(&rule.namespaces));
    }
    part.into()
}

/// Puts a rule that takes some of the requests of another one before it.
pub(super) fn put_before<'d>(
    policy: &AuditPolicy<'d>,
    index: usize,
    level: AuditLevel,
    about: &Subset,
) -> Edits<'d> {
    let Some(rule) = policy.rules.get(index) else { return Vec::new() };
    let part = part(policy, rule, level, about);
    vec![(policy.place.at("rules"), Action::Insert(index, part))]
}

/// Ends a policy with a rule for all that no other one takes.
pub(super) fn catch_all<'d>(policy: &AuditPolicy<'d>) -> Edits<'d> {
    let rule = Value::from(rule_of(policy, AuditLevel::Metadata));
    vec![(policy.place.at("rules"), Action::Append(rule))]
}

/// Moves a rule that is never reached before the one that takes its requests: where it says more than nothing,
/// the other is still reached, and no more bodies are logged that may hold secrets.
pub(super) fn move_before<'d>(policy: &AuditPolicy<'d>, index: usize, to: usize) -> Edits<'d> {
    let Some(rule) = policy.rules.get(index).filter(|it| it.level > AuditLevel::None) else {
        return Vec::new();
    };
    // A comment would not come along.
    let is_bare = !rule.place.source().contains('#') && !rule.place.is_shared();
    let Some(written) = value(rule.place, 0).filter(|_| is_bare) else { return Vec::new() };
    let mut after = policy.clone();
    let moved = after.rules.remove(index);
    after.rules.insert(to, moved);
    if shadows(&after).len() < shadows(policy).len() && is_no_worse(&after, policy) {
        let rules = policy.place.at("rules");
        vec![(rule.place, Action::Remove), (rules, Action::Insert(to, written))]
    } else {
        Vec::new()
    }
}

/// Leaves out a list of a rule, which then matches anything, where the rule does not hide what it then takes, and
/// later ones are still reached.
pub(super) fn leave_out<'d>(
    policy: &AuditPolicy<'d>,
    index: usize,
    list: Place<'d>,
) -> Option<(Place<'d>, Action)> {
    let mut after = policy.clone();
    let rule = after.rules.get_mut(index).filter(|it| it.level > AuditLevel::None)?;
    match list.key()? {
        "verbs" => rule.verbs.clear(),
        "users" => rule.users.clear(),
        "userGroups" => rule.user_groups.clear(),
        "namespaces" => rule.namespaces.clear(),
        _ => return None,
    }
    let is_fine = shadows(&after).len() <= shadows(policy).len() && is_no_worse(&after, policy);
    is_fine.then_some((list, Action::Remove))
}

/// Whether a policy logs no more bodies that may hold secrets than another one.
fn is_no_worse(after: &AuditPolicy<'_>, before: &AuditPolicy<'_>) -> bool {
    let what = |it| logged_bodies(it).into_iter().map(|it| it.of).collect::<Vec<_>>();
    let known = what(before);
    what(after).iter().all(|it| known.contains(it))
}

/// A rule without criteria, of which each request is logged once.
fn rule_of(policy: &AuditPolicy<'_>, level: AuditLevel) -> Map<String, Value> {
    let mut rule = Map::new();
    rule.insert("level".to_owned(), level.as_str().into());
    if !policy.omit_stages.contains(Stage::RequestReceived) {
        rule.insert("omitStages".to_owned(), json!([Stage::RequestReceived.as_str()]));
    }
    rule
}

fn texts(items: &[Item<'_>]) -> Value {
    items.iter().map(|it| it.text).collect()
}

/// What is written at a place of a rule; none for what no rule has.
fn value(place: Place<'_>, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    Some(match place.kind() {
        Kind::Missing | Kind::Null => Value::Null,
        Kind::Bool => place.as_bool()?.into(),
        Kind::String => place.as_str()?.into(),
        Kind::List => place.items().map(|it| value(it, depth + 1)).collect::<Option<_>>()?,
        Kind::Map => {
            let entry = |(key, it): (&str, _)| Some((key.to_owned(), value(it, depth + 1)?));
            Value::Object(place.entries().map(entry).collect::<Option<_>>()?)
        }
        Kind::Int | Kind::Float => return None,
    })
}

#[cfg(test)]
mod tests;
