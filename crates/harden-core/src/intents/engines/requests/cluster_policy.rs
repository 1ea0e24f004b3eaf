//! Kyverno's older kind, ClusterPolicy, which knows the namespace of a request where the object has none.

use serde_json::{Value, json};

use crate::Manifest;
use crate::intents::engines::parts;
use crate::intents::policy::Policy;

pub(super) fn write(policy: &Policy, message: &str) -> Vec<Manifest> {
    let mut subjects = parts::excluded_subjects(policy);
    let groups = policy.break_glass.iter();
    subjects.extend(groups.map(|it| json!({"kind": "Group", "name": it})));
    let exclude = (!subjects.is_empty()).then(|| json!({"any": [{"subjects": subjects}]}));
    let rule = parts::fields([
        ("name", policy.intent.id.into()),
        ("match", json!({"any": matches(policy)})),
        ("exclude", exclude.into()),
        (
            "validate",
            json!({
                "failureAction": policy.mode.failure_action(),
                "message": message,
                "deny": denied(&policy.exempt_namespaces()),
            }),
        ),
    ]);
    // There are no requests but those that come.
    vec![parts::cluster_policy(policy, &parts::why(policy), &rule, false)]
}

/// The subresources, of the kind that has them.
fn matches(policy: &Policy) -> Value {
    let items = policy.intent.target.resources().iter().map(|it| {
        let subresources = it.names.iter().filter_map(|(name, _)| name.strip_prefix("pods/"));
        let kinds: Vec<_> = subresources.map(|name| format!("Pod/{name}")).collect();
        json!({"resources": {"kinds": kinds, "operations": it.operations}})
    });
    items.collect()
}

/// Where a request is refused: everywhere but in some namespaces. `exclude` would look for them in the object.
fn denied(but: &[String]) -> Value {
    if but.is_empty() {
        return json!({});
    }
    json!({"conditions": {"all": [
        {"key": "{{ request.namespace }}", "operator": "AnyNotIn", "value": but},
    ]}})
}
