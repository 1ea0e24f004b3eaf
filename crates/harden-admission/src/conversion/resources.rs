//! Kinds as rules of Kyverno's name them, as `resourceRules` and as conditions on the kind of a request.

use harden_core::kubernetes::resources::{Existence, existence};
use serde_json::{Value, json};

use super::logic::Term;
use super::text::wildcard;
use crate::Resource;
use crate::kyverno::pattern::wildcard::matches_text;
use crate::kyverno::policy::kinds::KindSelector;

/// The groups whose kinds are known by the kind alone.
const GROUPS: [&str; 14] = [
    "",
    "apps",
    "batch",
    "autoscaling",
    "policy",
    "networking.k8s.io",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "scheduling.k8s.io",
];

/// The rules for what a kind is served as. Where that is not known it is everything in its group, of which a
/// condition leaves out all else.
///
/// # Errors
///
/// Why there are none.
pub(super) fn of_kind(kind: &KindSelector) -> Result<Vec<Value>, &'static str> {
    if kind.kind.is_empty() {
        return Err("it names a kind in a form that Kyverno does not know");
    }
    let is_wild = |it: &str| it.contains(['*', '?']);
    let any_or = |it: &str| if is_wild(it) { "*".to_owned() } else { it.to_owned() };
    let name = if is_wild(&kind.kind) { None } else { plural(&kind.group, &kind.kind) };
    let mut names = vec![name.unwrap_or_else(|| "*".to_owned())];
    let is_wild_pod = is_wild(&kind.kind) && matches_text(&kind.kind, "Pod");
    if is_wild_pod || names.iter().any(|it| it == "pods") {
        // To Kyverno, debugging containers come with their pods.
        names.push("pods/ephemeralcontainers".to_owned());
    }
    Ok(vec![json!({
        "apiGroups": [any_or(&kind.group)],
        "apiVersions": [any_or(&kind.version)],
        "resources": names,
    })])
}

/// The name in the plural of a kind of Kubernetes itself.
fn plural(group: &str, kind: &str) -> Option<String> {
    let is_there = |group: &str| {
        let name = Resource::of(group, kind).name;
        matches!(existence(group, &name), Existence::Stored | Existence::Transient).then_some(name)
    };
    if group.contains(['*', '?']) {
        return GROUPS.iter().find_map(|it| is_there(it));
    }
    is_there(group)
}

/// That a request is about a kind.
pub(super) fn condition(kind: &KindSelector) -> Term {
    Term::all([
        wildcard("request.kind.kind", &kind.kind),
        wildcard("request.kind.group", &kind.group),
        wildcard("request.kind.version", &kind.version),
    ])
}

/// Whether kinds are Namespaces alone, or cannot be; none where some are.
pub(super) fn is_namespace(kinds: &[KindSelector]) -> Option<bool> {
    let may_be = |it: &&KindSelector| it.kind == "Namespace" || it.kind.contains(['*', '?']);
    match kinds.iter().filter(may_be).count() {
        0 if !kinds.is_empty() => Some(false),
        count
            if count == kinds.len()
                && kinds.iter().all(|it| it.kind == "Namespace")
                && count > 0 =>
        {
            Some(true)
        }
        _ => None,
    }
}

/// Whether a condition asks no more than that rules of resources ask: kinds of Kubernetes itself, by name.
pub(super) fn same_kinds(condition: &Term, rules: &[Value]) -> bool {
    let is_named = |rule: &Value| {
        let names = rule.get("resources").and_then(Value::as_array);
        names.is_some_and(|it| it.iter().all(|it| it != "*"))
    };
    let asks_kind = |term: &Term| {
        match term {
        Term::Atom(text) => text.starts_with("request.kind.kind == "),
        Term::All(parts) => parts.iter().all(|it| {
            matches!(it, Term::Atom(text) if text.starts_with("request.kind.") && text.contains(" == "))
        }),
        _ => false,
    }
    };
    rules.iter().all(is_named)
        && match condition {
            Term::Any(kinds) => kinds.iter().all(asks_kind),
            other => asks_kind(other),
        }
}
