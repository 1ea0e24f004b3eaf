//! Roles that are there already: bound again, or narrowed down.

use harden_core::generators::role::Options;
use harden_core::generators::{Generate as _, Verdict};

use super::{event, for_ann, get, made, rules_in};

const EXISTING: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [''], resources: [secrets], resourceNames: [s], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: broad}
rules: [{apiGroups: ['', apps], resources: ['*'], verbs: [get, delete]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: devs, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: broad}
subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: dev}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: lost, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: nowhere}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: ann}]
";

#[test]
fn a_role_that_grants_just_that_is_bound_instead() {
    let mut options = Options { filename: vec!["roles.yaml".to_owned()], ..for_ann() };
    options.read("roles.yaml", EXISTING).unwrap();
    let generated = made(options.clone(), &[get("secrets", "a", "s")]).unwrap();
    assert_eq!(generated.manifests.len(), 1);
    assert_eq!(generated.manifests[0].object["roleRef"]["name"], "reader");
    let more = made(options, &[get("secrets", "a", "s"), get("secrets", "a", "t")]).unwrap();
    assert_eq!(more.manifests.len(), 2);
}

#[test]
fn what_was_not_used_is_said_and_left_out() {
    let mut options =
        Options { filename: vec!["roles.yaml".to_owned()], unused: true, ..for_ann() };
    options.read("roles.yaml", EXISTING).unwrap();
    let events = [get("services", "a", "s"), event("list", "", "nodes", "", "")];
    let generated = made(options, &events).unwrap();
    assert_eq!(rules_in(&generated, Some("a")), ["get services [\"s\"]"]);
    assert_eq!(rules_in(&generated, None), Vec::<String>::new());
    let notes = generated.notes.join("\n");
    for said in [
        "less than 30 days",
        "RoleBinding a/devs gives ClusterRole broad: 1 of its 4 rights were used; not used were delete * and get/delete *.apps",
        "left out: list nodes",
        "Role nowhere (by RoleBinding a/lost)",
        "take away what it stands for: RoleBinding a/devs",
    ] {
        assert!(notes.contains(said), "{said}\n{notes}");
    }
    assert_eq!(generated.verdict, Verdict::Unknown, "a role is not there");
}
