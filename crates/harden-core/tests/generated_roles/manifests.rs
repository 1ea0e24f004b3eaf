//! Roles of whoever applies manifests.

use harden_core::cluster::Facts;
use harden_core::generators::role::Options;
use harden_core::generators::{Generate as _, Verdict};

use super::{rules_in, text};

const CHART: &str = "
apiVersion: v1
kind: List
items:
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: a}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: a, labels: {app.kubernetes.io/managed-by: Helm}}}
- {apiVersion: example.com/v1, kind: Widget, metadata: {name: w, namespace: a}}
- {apiVersion: example.com/v1, kind: Gadget, metadata: {name: w, namespace: a}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec: {group: example.com, scope: Namespaced, names: {kind: Widget, plural: widgets}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web, namespace: a}
rules: [{apiGroups: [''], resources: [services], verbs: [watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewer, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
";

#[test]
fn whoever_applies_manifests_gets_what_that_takes() {
    let mut options = Options {
        for_manifests: vec!["chart.yaml".to_owned()],
        serviceaccount: Some("ci/deployer".parse().unwrap()),
        ..Options::default()
    };
    options.read("chart.yaml", CHART).unwrap();
    let generated = options.generate(&Facts::default()).unwrap();
    let rbac = "rbac.authorization.k8s.io";
    assert_eq!(
        rules_in(&generated, Some("a")),
        [
            "create configmaps".to_owned(),
            "get/patch configmaps [\"web\"]".to_owned(),
            "watch services".to_owned(),
            "create apps deployments".to_owned(),
            "get/patch apps deployments [\"web\"]".to_owned(),
            "create example.com widgets".to_owned(),
            "get/patch example.com widgets [\"w\"]".to_owned(),
            format!("bind {rbac} clusterroles [\"view\"]"),
            format!("create {rbac} rolebindings,roles"),
            format!("get/patch {rbac} rolebindings [\"viewer\", \"web\"]"),
            format!("get/patch {rbac} roles [\"web\"]"),
        ]
    );
    assert_eq!(
        rules_in(&generated, None),
        [
            "create apiextensions.k8s.io customresourcedefinitions",
            "get/patch apiextensions.k8s.io customresourcedefinitions [\"widgets.example.com\"]"
        ]
    );
    assert_eq!(generated.verdict, Verdict::Unknown, "nobody knows Gadget");
    let notes = generated.notes.join("\n");
    assert!(notes.contains("Gadget a/w (chart.yaml:"), "{notes}");
    assert!(notes.contains("helm itself"), "{notes}");
    assert!(
        text(&generated).contains("# For Deployment a/web (chart.yaml:5)."),
        "{}",
        text(&generated)
    );
}
