//! The roles of a hardened namespace allow what they say, and nothing else.

use harness::ControlPlane;

use crate::cluster::namespace;

/// What the API server answers a member of a group who asks for `VERB RESOURCE[/SUBRESOURCE] [NAME]`.
fn can(plane: &ControlPlane, group: &str, namespace: &str, question: &str) -> bool {
    let mut words = question.split_whitespace();
    let verb = words.next().unwrap();
    let (resource, subresource) = match words.next().unwrap().split_once('/') {
        // `deployments.apps/scale`: the group belongs to the resource.
        Some((resource, subresource)) => (resource, format!("--subresource={subresource}")),
        None => (question.split_whitespace().nth(1).unwrap(), "--subresource=".to_owned()),
    };
    let resource = words.next().map_or(resource.to_owned(), |name| format!("{resource}/{name}"));
    let subject = ["auth", "can-i", "--as", "ann", "--as-group", group, "-n", namespace];
    let output = plane.kubectl(subject).args([verb, &resource, &subresource]).output().unwrap();
    match String::from_utf8_lossy(&output.stdout).trim() {
        "yes" => true,
        "no" => false,
        other => panic!("{question}: {other:?} {}", String::from_utf8_lossy(&output.stderr)),
    }
}

#[track_caller]
fn check(plane: &ControlPlane, group: &str, namespace: &str, allowed: &[&str], denied: &[&str]) {
    for question in allowed {
        assert!(can(plane, group, namespace, question), "{group} should be allowed to {question}");
    }
    for question in denied {
        assert!(
            !can(plane, group, namespace, question),
            "{group} should not be allowed to {question}"
        );
    }
}

#[test]
fn admins_run_the_namespace_but_cannot_loosen_it() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "roles", "--admin-group admins --edit-group editors --view-group viewers");
    let admin_only = [
        "create pods/exec",
        "get pods/exec",
        "create pods/portforward",
        "patch pods/ephemeralcontainers",
        "create serviceaccounts",
        "list rolebindings.rbac.authorization.k8s.io",
    ];
    let edit = [
        "create pods",
        "delete pods",
        "create pods/eviction",
        "get pods/log",
        "update deployments.apps",
        "patch deployments.apps/scale",
        "create jobs.batch",
        "create services",
        "create ingresses.networking.k8s.io",
        "create horizontalpodautoscalers.autoscaling",
        "update configmaps",
    ];
    let read = [
        "get namespaces roles",
        "list networkpolicies.networking.k8s.io",
        "get resourcequotas",
        "list events",
    ];
    let nobody = [
        "update namespaces roles",
        "patch namespaces roles",
        "delete namespaces roles",
        "update resourcequotas",
        "delete resourcequotas",
        "patch limitranges",
        "create networkpolicies.networking.k8s.io",
        "delete networkpolicies.networking.k8s.io",
        "create rolebindings.rbac.authorization.k8s.io",
        "update rolebindings.rbac.authorization.k8s.io",
        "delete rolebindings.rbac.authorization.k8s.io",
        "escalate roles.rbac.authorization.k8s.io",
        "bind roles.rbac.authorization.k8s.io",
        "impersonate serviceaccounts",
        "impersonate users",
        "create serviceaccounts/token",
        "get secrets",
        "list secrets",
        "create secrets",
        "create endpoints",
        "update endpointslices.discovery.k8s.io",
        "get nodes",
    ];
    check(plane, "admins", "roles", &[&admin_only[..], &edit, &read].concat(), &nobody);
    check(
        plane,
        "editors",
        "roles",
        &[&edit[..], &read].concat(),
        &[&admin_only[..], &nobody].concat(),
    );
    let look = ["list pods", "get pods/log", "list deployments.apps", "get resourcequotas"];
    check(plane, "viewers", "roles", &look, &[&edit[..2], &admin_only, &nobody].concat());
}

#[test]
fn roles_end_at_the_border_of_the_namespace() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "inside", "--admin-group insiders");
    check(plane, "insiders", "inside", &["create pods"], &[]);
    check(
        plane,
        "insiders",
        "default",
        &[],
        &["create pods", "get pods", "list events", "get namespaces default"],
    );
}

#[test]
fn secrets_open_only_when_the_option_says_so() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "secrets-read", "--admin-group readers --secrets read");
    check(
        plane,
        "readers",
        "secrets-read",
        &["get secrets", "list secrets"],
        &["create secrets", "delete secrets"],
    );
    namespace(plane, "secrets-write", "--admin-group writers --edit-group plain --secrets write");
    check(
        plane,
        "writers",
        "secrets-write",
        &["get secrets", "create secrets", "delete secrets"],
        &[],
    );
    check(plane, "plain", "secrets-write", &[], &["get secrets", "create secrets"]);
}
