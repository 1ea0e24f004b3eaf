//! The machine configuration of Talos, which holds what the API server reads elsewhere from files.

use harden_yaml::{Document, Place};

/// The audit policy in a machine configuration, a patch for one, or the document that Talos has for it from
/// 1.14 on; none where a document is no such thing.
pub fn audit_policy<'d>(document: &'d Document<'d>) -> Option<Place<'d>> {
    let root = document.root();
    let text = |key| root.at(key).as_str();
    let policy = match (text("apiVersion"), text("kind")) {
        (Some("v1alpha1"), Some("KubeAuditPolicyConfig")) => root.at("configuration"),
        (None, None) => root.follow("cluster.apiServer.auditPolicy"),
        _ => return None,
    };
    policy.is_map().then_some(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(text: &str) -> Option<String> {
        let document = Document::parse_yaml(text);
        let policy = audit_policy(&document)?;
        let level = policy.at("rules").items().next()?.at("level").as_str()?.to_owned();
        Some(level)
    }

    #[test]
    fn the_policy_is_found_in_either_form_and_nowhere_else() {
        let policy = "{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Request}]}";
        let patch = format!("cluster: {{apiServer: {{auditPolicy: {policy}}}}}\n");
        assert_eq!(level(&patch).as_deref(), Some("Request"));
        let whole = format!("version: v1alpha1\nmachine: {{type: controlplane}}\n{patch}");
        assert_eq!(level(&whole).as_deref(), Some("Request"));
        let newer =
            format!("apiVersion: v1alpha1\nkind: KubeAuditPolicyConfig\nconfiguration: {policy}\n");
        assert_eq!(level(&newer).as_deref(), Some("Request"));
        for other in [policy, "cluster: {apiServer: {auditPolicy: none}}", "[]", ""] {
            assert_eq!(level(other), None, "{other}");
        }
        let other = newer.replace("KubeAuditPolicyConfig", "KubeletConfig");
        assert_eq!(level(&other), None);
    }
}
