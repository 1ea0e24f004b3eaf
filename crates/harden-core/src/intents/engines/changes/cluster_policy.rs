//! Kyverno's older kind, ClusterPolicy, whose mutations know JMESPath and no CEL.

use serde_json::{Value, json};

use super::why;
use crate::Manifest;
use crate::intents::change::{Change, Place};
use crate::intents::engines::{cluster_policy, parts};
use crate::intents::exemption::Exempt;
use crate::intents::policy::{Policy, Unsaid};

pub(super) fn write(policy: &Policy, change: &'static Change) -> Result<Vec<Manifest>, Unsaid> {
    parts::without(policy, "a ClusterPolicy that changes pods", |it| {
        matches!(it, Exempt::Image(_) | Exempt::Object { .. })
    })?;
    let value = (change.value)();
    let mutate = match change.place {
        Place::Object(path) => json!({"patchStrategicMerge": patch(path, &value)}),
        Place::Security(field) => {
            let loops = ["containers", "initContainers"].map(|list| {
                let said = format!("contains(keys(element.securityContext || `{{}}`), '{field}')");
                let unless = change.unless(true).map(|it| it.query);
                json!({
                    "list": format!("request.object.spec.{list} || `[]`"),
                    "preconditions": preconditions([said.as_str()].into_iter().chain(unless)),
                    "patchesJson6902": operations(list, field, &value),
                })
            });
            json!({"foreach": loops})
        }
    };
    let excluded = parts::excluded(policy);
    let exclude = (!excluded.is_empty()).then(|| json!({"any": excluded}));
    let conditions = preconditions(change.unless(false).map(|it| it.query));
    let rule = parts::fields([
        ("name", policy.intent.id.into()),
        ("match", json!({"any": matches(policy, change)})),
        ("exclude", exclude.into()),
        ("preconditions", conditions.into()),
        ("mutate", mutate),
    ]);
    Ok(vec![parts::cluster_policy(policy, &why(policy, change, &[]), &rule, false)])
}

/// What is changed, by the name as well where there is one.
fn matches(policy: &Policy, change: &Change) -> Value {
    let mut matches = cluster_policy::matches(policy);
    let all = matches.as_array_mut().into_iter().flatten();
    for resources in all.filter_map(|it| it.get_mut("resources")?.as_object_mut()) {
        if let Some(name) = change.named {
            resources.insert("names".to_owned(), json!([name]));
        }
    }
    matches
}

/// A patch that adds a value at a path where there is none.
fn patch(path: &[&str], value: &Value) -> Value {
    match path {
        [] => value.clone(),
        [last] => json!({format!("+({last})"): value}),
        [first, rest @ ..] => json!({*first: patch(rest, value)}),
    }
}

/// Operations that set a field in the security of an element, which the first of them makes where there is none. A
/// patch that merges would bring the element before those that stay, and init containers run in their order.
fn operations(list: &str, field: &str, value: &Value) -> String {
    let at = format!("/spec/{list}/{{{{ elementIndex }}}}/securityContext");
    format!(
        "- op: add\n  path: {at}\n  value: {{{{ element.securityContext || `{{}}` }}}}\n\
         - op: add\n  path: {at}/{field}\n  value: {value}\n"
    )
}

/// That none of some conditions is met.
fn preconditions<'q>(queries: impl Iterator<Item = &'q str>) -> Option<Value> {
    let all: Vec<_> = queries
        .map(|it| json!({"key": format!("{{{{ {it} }}}}"), "operator": "Equals", "value": false}))
        .collect();
    (!all.is_empty()).then(|| json!({"all": all}))
}
