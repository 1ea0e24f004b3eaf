//! The APIServer `cluster` of OpenShift, by which its operators run the control plane.

use serde_json::{Value, json};

/// The object with this part of its `spec`, below comments.
pub(super) fn api_server(comment: &str, key: &str, part: &Value) -> String {
    let mut text = String::new();
    for line in comment.lines() {
        text.push_str("# ");
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("# What else it says stays with: oc apply --server-side --field-manager kubectl-harden -f FILE\n");
    text.push_str(&harden_yaml::write(&json!({
        "apiVersion": "config.openshift.io/v1",
        "kind": "APIServer",
        "metadata": {"name": "cluster"},
        "spec": {key: part},
    })));
    text
}
