//! What a new cluster holds by itself breaks no rule about roles, and requests are matched as the
//! rules about roles take them to be.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use harden_core::check::{Settings, check};
use harden_core::rules;
use harness::{ControlPlane, Oracle};
use serde_json::{Value, json};

#[test]
fn the_roles_and_bindings_of_kubernetes_are_no_flaws() {
    let Some(plane) = ControlPlane::shared() else { return };
    let kinds = "clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts";
    let text = plane.kubectl_ok(["get", kinds, "-A", "-o", "json"]);
    let outcome = check(Settings::new(rules::rbac::RULES.iter().copied()), [text]);
    assert!(outcome.coverage.objects > 100, "{:?}", outcome.coverage);
    let findings = outcome.findings.iter();
    let messages: Vec<_> = findings.map(|it| format!("{}: {}", it.about.id, it.message)).collect();
    assert_eq!(messages, [""; 0]);
}

/// Whether ServiceAccount `team/ci` may do something by a role that a RoleBinding without the
/// account's namespace gives it.
fn is_allowed(oracle: &mut Oracle, rule: &Value, verb: &str, resource: &str) -> bool {
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let head = "rbac.authorization.k8s.io";
    let metadata = json!({"name": "ci", "namespace": "team"});
    let answer = oracle.ask(&json!({
        "objects": [
            {"apiVersion": format!("{head}/v1"), "kind": "Role", "metadata": metadata, "rules": [rule]},
            {"apiVersion": format!("{head}/v1"), "kind": "RoleBinding", "metadata": metadata,
             "roleRef": {"apiGroup": head, "kind": "Role", "name": "ci"},
             "subjects": [{"kind": "ServiceAccount", "name": "ci"}]},
        ],
        "user": "system:serviceaccount:team:ci",
        "groups": ["system:serviceaccounts", "system:serviceaccounts:team"],
        "attributes": {"verb": verb, "namespace": "team", "apiGroup": "", "resource": resource,
                       "subresource": subresource, "name": "web", "isResourceRequest": true},
    }));
    answer["allowed"].as_bool().unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn requests_are_matched_as_the_rules_take_them_to_be() {
    let Some(mut oracle) = Oracle::for_test("rbac") else { return };
    for (resources, verbs, verb, resource, expected) in [
        ("pods", "get", "get", "pods", true),
        ("pods", "*", "create", "pods/exec", false),
        ("pods/*", "*", "create", "pods/exec", false),
        ("*/exec", "create", "create", "pods/exec", true),
        ("*/exec", "create", "create", "pods", false),
        ("*", "create", "create", "pods/exec", true),
        ("*/*", "*", "get", "pods", false),
        ("*/*", "*", "create", "pods/exec", false),
        ("Pods", "get", "get", "pods", false),
        ("secrets", "list", "get", "secrets", false),
        ("serviceaccounts", "*", "create", "serviceaccounts/token", false),
        ("serviceaccounts", "*", "impersonate", "serviceaccounts", true),
    ] {
        let rule = json!({"apiGroups": [""], "resources": [resources], "verbs": [verbs]});
        let allowed = is_allowed(&mut oracle, &rule, verb, resource);
        assert_eq!(allowed, expected, "{rule}: {verb} {resource}");
    }
}

#[test]
fn what_the_rules_call_ineffective_allows_nothing() {
    let Some(mut oracle) = Oracle::for_test("rbac") else { return };
    let head = "rbac.authorization.k8s.io";
    for (rule, verb, group, resource, name) in [
        (
            r#"{"apiGroups":["core"],"resources":["secrets"],"verbs":["get"]}"#,
            "get",
            "",
            "secrets",
            "a",
        ),
        (
            r#"{"apiGroups":["v1"],"resources":["secrets"],"verbs":["get"]}"#,
            "get",
            "",
            "secrets",
            "a",
        ),
        (
            r#"{"apiGroups":["apps/v1"],"resources":["deployments"],"verbs":["get"]}"#,
            "get",
            "apps",
            "deployments",
            "a",
        ),
        (
            r#"{"apiGroups":[""],"resources":["deployments"],"verbs":["get"]}"#,
            "get",
            "apps",
            "deployments",
            "a",
        ),
        (r#"{"apiGroups":[""],"resources":["secret"],"verbs":["get"]}"#, "get", "", "secrets", "a"),
        (
            r#"{"apiGroups":[""],"resources":["pods/logs"],"verbs":["get"]}"#,
            "get",
            "",
            "pods/log",
            "a",
        ),
        (
            r#"{"apiGroups":[""],"resources":["pods"],"verbs":["GET","read"]}"#,
            "get",
            "",
            "pods",
            "a",
        ),
        (
            r#"{"apiGroups":[""],"resources":["pods"],"resourceNames":["a*"],"verbs":["get"]}"#,
            "get",
            "",
            "pods",
            "ab",
        ),
        (
            r#"{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["a"],"verbs":["create"]}"#,
            "create",
            "",
            "configmaps",
            "",
        ),
        (
            r#"{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["a"],"verbs":["deletecollection"]}"#,
            "deletecollection",
            "",
            "configmaps",
            "",
        ),
    ] {
        let rules = [serde_json::from_str::<Value>(rule).unwrap()];
        let role = json!({"apiVersion": format!("{head}/v1"), "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": rules});
        let text = serde_json::to_string(&role).unwrap();
        let outcome = check(Settings::new(rules::rbac::RULES.iter().copied()), [text]);
        let flagged = outcome.findings.iter().any(|it| &*it.about.id == "ineffective-permission");
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let answer = oracle.ask(&json!({
            "objects": [role, {
                "apiVersion": format!("{head}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": "r"},
                "roleRef": {"apiGroup": head, "kind": "ClusterRole", "name": "r"},
                "subjects": [{"kind": "User", "name": "ann", "apiGroup": head}],
            }],
            "user": "ann", "groups": [],
            "attributes": {"verb": verb, "namespace": "team", "apiGroup": group, "resource": resource,
                           "subresource": subresource, "name": name, "isResourceRequest": true},
        }));
        assert_eq!((flagged, answer["allowed"].as_bool()), (true, Some(false)), "{role} {answer}");
    }
}
