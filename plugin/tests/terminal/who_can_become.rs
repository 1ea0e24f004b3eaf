//! `who-can become` for manifests: what it says, in every format, and what it refuses.

use serde_json::Value;

use crate::check::Folder;
use crate::gallery;
use crate::harden::Ended;

const SHOP: &str = "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: baseline}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer, namespace: shop}
rules:
- {apiGroups: [apps], resources: [deployments], verbs: [create, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: developers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: binder}
rules:
- {apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], verbs: [create]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: may-bind}
rules:
- {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: binder}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: binder}
subjects:
- {kind: ServiceAccount, name: operator, namespace: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: may-bind}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: may-bind}
subjects:
- {kind: ServiceAccount, name: operator, namespace: shop}
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: bob}
";

fn ask(words: &str) -> Ended {
    let folder =
        Folder::with(&[("shop.yaml", SHOP), ("other/broken.yaml", "kind: Role\n  a: b\n")]);
    folder.run(&format!("who-can become {words}"))
}

#[test]
fn every_format_shows_the_paths() {
    for format in ["text", "wide", "json", "dot", "mermaid", "svg"] {
        let printed = ask(&format!("cluster-admin --cut -f shop.yaml -o {format}")).ok();
        let settings = gallery("terminal");
        settings.bind(|| insta::assert_snapshot!(format!("who-can-become-{format}"), printed));
    }
}

#[test]
fn bind_alone_leads_nowhere() {
    let Ended { code, stdout, .. } = ask("cluster-admin --from bob -f shop.yaml");
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("User bob cannot become cluster-admin"), "{stdout}");
}

#[test]
fn what_a_label_prevents_is_said() {
    let node = ask("node --from group:developers -f shop.yaml -o json").ok();
    let node: Value = serde_json::from_str(&node).unwrap();
    let numbers = node["answers"][0]["steps"].as_array().unwrap().iter();
    let step = |number: &Value| &node["steps"][usize::try_from(number.as_u64().unwrap()).unwrap()];
    let ids: Vec<_> = numbers.map(|it| &step(it)["edge"]).collect();
    assert!(!ids.is_empty());
    assert!(!ids.contains(&&Value::from("privileged-pod")), "{ids:?}");
    let own =
        SHOP.replace("name: operator", "name: nobody").replace("verbs: [bind]", "verbs: [get]");
    let folder = Folder::with(&[("shop.yaml", &own)]);
    let ended = folder.run("who-can become node --from group:developers -f shop.yaml");
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("prevented: Pod Security enforces baseline"), "{}", ended.stdout);
}

#[test]
fn nobody_is_said_only_where_all_was_read() {
    let ended = ask("node --from bob -f shop.yaml -f other/broken.yaml");
    assert_eq!(ended.code, 3, "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("Incomplete"), "{}", ended.stdout);
}

#[test]
fn a_target_that_is_nobody_is_refused() {
    for words in ["user:", "a/b/c", "node --from group:", "node --cut=all"] {
        let ended = ask(&format!("{words} -f shop.yaml"));
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{words}");
    }
}
