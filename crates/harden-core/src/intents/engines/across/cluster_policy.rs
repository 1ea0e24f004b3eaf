//! Kyverno's older kind, ClusterPolicy, which asks the API server for the others.

use serde_json::{Value, json};

use crate::Manifest;
use crate::intents::across::{Across, Within};
use crate::intents::engines::{cluster_policy, parts};
use crate::intents::policy::Policy;
use crate::intents::target::Target;
use crate::kubernetes::Kind;

const NAMESPACE: &str = "{{ request.object.metadata.namespace }}";
const NAME: &str = "{{ request.object.metadata.name || '' }}";

pub(super) fn write(policy: &Policy, across: &Across) -> Manifest {
    let mut rule = json!({
        "name": policy.intent.id,
        "match": {"any": cluster_policy::matches(policy)},
    });
    let mut excluded = parts::excluded(policy);
    if !policy.break_glass.is_empty() {
        let groups = policy.break_glass.iter();
        let subjects: Vec<_> = groups.map(|it| json!({"kind": "Group", "name": it})).collect();
        excluded.push(json!({"subjects": subjects}));
    }
    let knows_requester = excluded.iter().any(|it| it.get("subjects").is_some());
    if !excluded.is_empty() {
        rule["exclude"] = json!({"any": excluded});
    }
    rule["context"] = json!([{"name": "others", "apiCall": call(across)}]);
    if let Target::Objects { part, .. } = policy.intent.target
        && across.within == Within::Cluster
    {
        let unchanged =
            format!("{{{{ (request.oldObject{part} || `null`) == request.object{part} }}}}");
        rule["preconditions"] =
            json!({"all": [{"key": unchanged, "operator": "Equals", "value": false}]});
    }
    let mut validate =
        json!({"failureAction": policy.mode.failure_action(), "message": across.message});
    if let (Some(fields), Value::Object(own)) = (validate.as_object_mut(), (across.validate)()) {
        fields.extend(own);
    }
    rule["validate"] = validate;
    let spec = json!({
        "background": !knows_requester,
        "webhookConfiguration": {"failurePolicy": "Fail"},
        "rules": [rule],
    });
    let why = parts::why(policy);
    let mut made =
        Manifest::new(Kind::CLUSTER_POLICY, None, &policy.name(), &why, json!({"spec": spec}));
    let mut annotations = parts::kyverno_annotations(policy);
    annotations.push(("pod-policies.kyverno.io/autogen-controllers", "none".to_owned()));
    parts::annotate(&mut made.object, policy, &annotations);
    made
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
