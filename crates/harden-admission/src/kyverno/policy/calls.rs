//! Calls of the API server, answered from the objects at hand.

use serde_json::{Value, json};

use super::context::Context;
use super::field::text;
use crate::kyverno::jmespath::Failure;
use crate::{Cluster, Object};

/// The answer to a call, whose variables stand for something already.
///
/// # Errors
///
/// The server has none, or what it has is not at hand.
pub(super) fn answer(call: &Value, context: &Context<'_>) -> Result<Value, Failure> {
    let path = text(call, "urlPath");
    if path.is_empty() {
        return not_judged("a call of a service");
    }
    let namespace = context.policy_namespace();
    let parts: Vec<&str> =
        path.split('?').next().unwrap_or_default().split('/').filter(|it| !it.is_empty()).collect();
    if !namespace.is_empty() {
        let of = parts.iter().position(|it| *it == "namespaces").and_then(|it| parts.get(it + 1));
        match of {
            Some(of) if *of == namespace => {}
            Some(of) => {
                return Err(Failure::Error(format!(
                    "path {path} refers to namespace {of}, which is different from the policy namespace {namespace}"
                )));
            }
            None => {
                return Err(Failure::Error(format!(
                    "path {path} does not contain a namespace segment, which is required for namespaced policies"
                )));
            }
        }
    }
    if !matches!(text(call, "method"), "" | "GET") {
        return not_judged("a call that is no GET");
    }
    let cluster = context.cluster();
    let (group, version, rest) = match parts.as_slice() {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return not_judged("a call for something other than objects"),
    };
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
        rest => (None, rest),
    };
    let query = path.split_once('?').map_or("", |(_, it)| it);
    match rest {
        [plural] => {
            let labels = labels(query)?;
            let mut items = list(group, plural, namespace, cluster)?;
            items.retain(|it| labels.iter().all(|label| label.is_met(it)));
            let kind = cluster.kind_of(group, plural).unwrap_or_default();
            let version =
                if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
            Ok(json!({
                "apiVersion": version,
                "kind": format!("{kind}List"),
                "metadata": {"resourceVersion": ""},
                "items": items,
            }))
        }
        [plural, name] => get(group, plural, namespace, name, path, cluster),
        _ => not_judged("a call for something other than objects"),
    }
}

/// The objects of a resource.
///
/// # Errors
///
/// They are not all at hand.
pub(super) fn list(
    group: &str,
    plural: &str,
    namespace: Option<&str>,
    cluster: &Cluster,
) -> Result<Vec<Value>, Failure> {
    if !is_known(cluster) {
        return not_judged(&format!("not all {plural} are at hand"));
    }
    let Some(kind) = cluster.kind_of(group, plural) else { return Ok(Vec::new()) };
    Ok(cluster.list(group, &kind, namespace).map(|it| it.json().clone()).collect())
}

fn get(
    group: &str,
    plural: &str,
    namespace: Option<&str>,
    name: &str,
    path: &str,
    cluster: &Cluster,
) -> Result<Value, Failure> {
    let kind = cluster.kind_of(group, plural);
    let found = kind.and_then(|kind| {
        cluster.get(group, &kind, namespace.unwrap_or_default(), name).map(Object::json).cloned()
    });
    match found {
        Some(it) => Ok(it),
        None if is_known(cluster) => {
            let resource =
                if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") };
            Err(Failure::Error(format!(
                "failed to GET resource with raw url: {path}: {resource} \"{name}\" not found"
            )))
        }
        None => not_judged(&format!("{path} is not at hand")),
    }
}

/// Whether what is not at hand is not there.
fn is_known(cluster: &Cluster) -> bool {
    cluster.is_whole || cluster.stated.is_some()
}

/// A label that objects must have, or must not.
struct Label {
    key: String,
    value: String,
    is_wanted: bool,
}

impl Label {
    fn is_met(&self, object: &Value) -> bool {
        let labels = object.get("metadata").and_then(|it| it.get("labels"));
        let value = labels.and_then(|it| it.get(&self.key)).and_then(Value::as_str);
        (value == Some(&self.value)) == self.is_wanted
    }
}

fn labels(query: &str) -> Result<Vec<Label>, Failure> {
    let mut labels = Vec::new();
    for part in query.split('&').filter(|it| !it.is_empty()) {
        let selector = match part.split_once('=') {
            Some(("labelSelector", selector)) => selector,
            Some(("limit" | "resourceVersion" | "timeoutSeconds", _)) => continue,
            _ => return not_judged("a call with a selector of fields"),
        };
        let selector = selector.replace("%3D", "=").replace("%2C", ",").replace("%2F", "/");
        for requirement in selector.split(',') {
            let (key, value, is_wanted) = match requirement.split_once("!=") {
                Some((key, value)) => (key, value, false),
                None => match requirement.split_once('=') {
                    Some((key, value)) => (key, value.trim_start_matches('='), true),
                    None => return not_judged("a call with a selector that is rare"),
                },
            };
            labels.push(Label { key: key.to_owned(), value: value.to_owned(), is_wanted });
        }
    }
    Ok(labels)
}

fn not_judged<T>(why: &str) -> Result<T, Failure> {
    Err(Failure::NotJudged(why.to_owned()))
}
