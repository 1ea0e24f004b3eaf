#![allow(clippy::unwrap_used, reason = "a test may fail")]

use crate::check::testing::mends;
use crate::rules::find;

fn mend(rule: &str, text: &str) -> Vec<String> {
    mends(find(rule).unwrap(), text)
}

const GROUP: &str = "rbac.authorization.k8s.io";

fn binding(kind: &str, role: &str, subjects: &str) -> String {
    format!(
        "{{apiVersion: {GROUP}/v1, kind: {kind}, metadata: {{name: a, namespace: b}}, \
         roleRef: {{apiGroup: {GROUP}, {role}}}, subjects: {subjects}}}"
    )
}

fn role(kind: &str, labels: &str, rules: &str) -> String {
    format!(
        "{{apiVersion: {GROUP}/v1, kind: {kind}, metadata: {{name: a, labels: {labels}}}, rules: {rules}}}"
    )
}

#[test]
fn nobody_is_bound_without_logging_in() {
    let anybody = "{kind: Group, name: 'system:unauthenticated'}";
    let nobody = "{kind: User, name: 'system:anonymous'}";
    let users = "{kind: Group, name: 'system:authenticated'}";
    let discovery = "kind: ClusterRole, name: 'system:discovery'";
    for (id, role, subjects, expected) in [
        (
            "anonymous-access",
            "kind: ClusterRole, name: view",
            anybody.to_owned(),
            vec!["/subjects/0 removed"],
        ),
        (
            "anonymous-access",
            "kind: ClusterRole, name: view",
            format!("{users}, {nobody}, {anybody}"),
            vec!["/subjects/1 removed", "/subjects/2 removed"],
        ),
        (
            "anonymous-discovery",
            discovery,
            format!("{users}, {anybody}"),
            vec!["/subjects/1 removed"],
        ),
        (
            "anonymous-discovery",
            discovery,
            format!("{anybody}, {nobody}"),
            vec!["/subjects/0/name = \"system:authenticated\"", "/subjects/1 removed"],
        ),
        (
            "anonymous-discovery",
            discovery,
            nobody.to_owned(),
            vec!["/subjects/0/name = \"system:authenticated\"", "/subjects/0/kind = \"Group\""],
        ),
    ] {
        let text = binding("ClusterRoleBinding", role, &format!("[{subjects}]"));
        assert_eq!(mend(id, &text), expected, "{text}");
    }
}

#[test]
fn verbs_that_raise_rights_are_taken_out_of_a_rule_or_it_goes() {
    let rule = |verbs: &str, names: &str| {
        format!("{{apiGroups: [{GROUP}], resources: [roles, clusterroles], verbs: {verbs}{names}}}")
    };
    for (rules, expected) in [
        (rule("[get, bind]", ""), vec!["/rules/0/verbs/1 removed"]),
        (
            rule("[bind, get, escalate]", ""),
            vec!["/rules/0/verbs/0 removed", "/rules/0/verbs/2 removed"],
        ),
        (rule("[bind, escalate]", ""), vec!["/rules/0 removed"]),
        (rule("[bind, escalate]", ", resourceNames: [b]"), vec!["/rules/0/verbs/1 removed"]),
        (rule("['*']", ""), vec!["-"]),
        (rule("[bind, '*']", ""), vec!["-"]),
    ] {
        let text = role("ClusterRole", "{}", &format!("[{rules}]"));
        assert_eq!(mend("role-escalation", &text), expected, "{rules}");
    }
}

#[test]
fn a_role_is_aggregated_into_edit_instead_of_view() {
    let label = |to: &str| format!("{GROUP}/aggregate-to-{to}: 'true'");
    let rules = "[{apiGroups: [example.com], resources: [a], verbs: [get, update]}]";
    let view = "/metadata/labels/rbac.authorization.k8s.io~1aggregate-to-view";
    for (labels, expected) in [
        (label("view"), format!("{view} -> {GROUP}/aggregate-to-edit")),
        (format!("{}, {}", label("view"), label("edit")), format!("{view} removed")),
        (format!("{}, {}", label("view"), label("admin")), format!("{view} removed")),
    ] {
        let text = role("ClusterRole", &format!("{{{labels}}}"), rules);
        assert_eq!(mend("aggregation-into-view", &text), [expected], "{labels}");
    }
}

#[test]
fn a_group_is_filled_in_where_only_one_has_the_resources() {
    for (rule, expected) in [
        ("{resources: [pods, pods/log], verbs: [get]}", "/rules/0/apiGroups = [\"\"]"),
        (
            "{apiGroups: [], resources: [deployments], verbs: [get]}",
            "/rules/0/apiGroups = [\"apps\"]",
        ),
        ("{resources: [events], verbs: [get]}", "-"),
        ("{resources: [pods, deployments], verbs: [get]}", "-"),
        ("{resources: ['*'], verbs: [get]}", "-"),
        ("{resources: [frobnicators], verbs: [get]}", "-"),
        ("{resources: [pods]}", "-"),
    ] {
        let text = role("ClusterRole", "{}", &format!("[{rule}]"));
        assert_eq!(mend("invalid-role", &text), [expected], "{rule}");
    }
}

#[test]
fn kinds_of_bindings_are_written_as_they_are() {
    let text = binding("RoleBinding", "kind: clusterrole, name: view", "[{kind: group, name: a}]");
    let expected = ["/roleRef/kind = \"ClusterRole\"", "/subjects/0/kind = \"Group\""];
    assert_eq!(mend("invalid-binding", &text), expected);
    let text = binding("ClusterRoleBinding", "kind: Role, name: view", "[]");
    assert_eq!(mend("invalid-binding", &text), ["-"]);
}
