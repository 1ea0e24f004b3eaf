//! Kyverno's older kind, ClusterPolicy, which asks the API server for the others.

use serde_json::{Value, json};

use crate::Manifest;
use crate::intents::across::{Across, Within};
use crate::intents::engines::{cluster_policy, parts};
use crate::intents::exemption::Exempt;
use crate::intents::policy::{Policy, Unsaid};
use crate::intents::target::Target;
use crate::kubernetes::Kind;

const NAMESPACE: &str = "{{ request.object.metadata.namespace }}";
const NAME: &str = "{{ request.object.metadata.name || '' }}";

pub(super) fn write(policy: &Policy, across: &Across) -> Result<Vec<Manifest>, Unsaid> {
    parts::without(policy, "a ClusterPolicy", |it| matches!(it, Exempt::Object { .. }))?;
    let mut excluded = parts::excluded(policy);
    if !policy.break_glass.is_empty() {
        let groups = policy.break_glass.iter();
        let subjects: Vec<_> = groups.map(|it| json!({"kind": "Group", "name": it})).collect();
        excluded.push(json!({"subjects": subjects}));
    }
    let knows_requester = excluded.iter().any(|it| it.get("subjects").is_some());
    let exclude = (!excluded.is_empty()).then(|| json!({"any": excluded}));
    let mut validate =
        json!({"failureAction": policy.mode.failure_action(), "message": across.message});
    if let (Some(fields), Value::Object(own)) = (validate.as_object_mut(), (across.validate)()) {
        fields.extend(own);
    }
    let rule = parts::fields([
        ("name", policy.intent.id.into()),
        ("match", json!({"any": cluster_policy::matches(policy)})),
        ("exclude", exclude.into()),
        ("context", json!([{"name": "others", "apiCall": call(across)}])),
        ("preconditions", preconditions(policy, across).into()),
        ("validate", validate),
    ]);
    Ok(vec![parts::cluster_policy(policy, &parts::why(policy), &rule, !knows_requester)])
}

/// That an update changes what is judged; what is only created is always new.
fn preconditions(policy: &Policy, across: &Across) -> Option<Value> {
    let Target::Objects { parts, .. } = policy.intent.target else { return None };
    let is_same = parts.iter().map(|part| {
        let query = format!("(request.oldObject{part} || `null`) == request.object{part}");
        json!({"key": format!("{{{{ {query} }}}}"), "operator": "Equals", "value": false})
    });
    (across.within == Within::Cluster).then(|| json!({"any": is_same.collect::<Vec<_>>()}))
}

/// The call for the others, without the object itself.
fn call(across: &Across) -> Value {
    let Kind { group, version, plural, .. } = across.reads;
    let root = if group.is_empty() {
        format!("/api/{version}")
    } else {
        format!("/apis/{group}/{version}")
    };
    match across.within {
        Within::Cluster => json!({
            "urlPath": format!("{root}/{plural}"),
            "jmesPath":
                format!("items[?metadata.namespace != '{NAMESPACE}' || metadata.name != '{NAME}']"),
        }),
        Within::Namespace => {
            json!({"urlPath": format!("{root}/namespaces/{NAMESPACE}/{plural}"), "jmesPath": "items"})
        }
    }
}
