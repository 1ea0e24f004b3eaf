//! Kyverno's older kind, ClusterPolicy, whose mutations know JMESPath and no CEL.

use serde_json::{Map, Value, json};

use super::{why, without_images};
use crate::Manifest;
use crate::intents::change::{Change, Place};
use crate::intents::engines::{cluster_policy, parts};
use crate::intents::policy::{Policy, Unsaid};
use crate::kubernetes::Kind;

pub(super) fn write(policy: &Policy, change: &'static Change) -> Result<Vec<Manifest>, Unsaid> {
    without_images(policy, "a ClusterPolicy")?;
    let mut matches = cluster_policy::matches(policy);
    if let (Some(name), Some(all)) = (change.named, matches.as_array_mut()) {
        all.iter_mut().for_each(|it| it["resources"]["names"] = json!([name]));
    }
    let mut rule = json!({"name": policy.intent.id, "match": {"any": matches}});
    let excluded = parts::excluded(policy);
    if !excluded.is_empty() {
        rule["exclude"] = json!({"any": excluded});
    }
    if let Some(conditions) = preconditions(change.unless(false).map(|it| it.query)) {
        rule["preconditions"] = conditions;
    }
    let value = (change.value)();
    rule["mutate"] = match change.place {
        Place::Object(path) => json!({"patchStrategicMerge": patch(path, value)}),
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
    let spec = json!({
        "background": false,
        "webhookConfiguration": {"failurePolicy": "Fail"},
        "rules": [rule],
    });
    let why = why(policy, change, &[]);
    let mut made =
        Manifest::new(Kind::CLUSTER_POLICY, None, &policy.name(), &why, json!({"spec": spec}));
    let mut annotations = parts::kyverno_annotations(policy);
    annotations.push(("pod-policies.kyverno.io/autogen-controllers", "none".to_owned()));
    parts::annotate(&mut made.object, policy, &annotations);
    Ok(vec![made])
}

/// A patch that adds a value at a path where there is none.
fn patch(path: &[&str], value: Value) -> Value {
    let (first, rest) = match path {
        [] => return value,
        [last] => (format!("+({last})"), None),
        [first, rest @ ..] => ((*first).to_owned(), Some(rest)),
    };
    let inner = rest.map_or_else(|| value.clone(), |rest| patch(rest, value.clone()));
    Value::Object(Map::from_iter([(first, inner)]))
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
