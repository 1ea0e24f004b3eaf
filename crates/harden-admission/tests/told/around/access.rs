//! Roles and bindings, those that Kubernetes makes among them.

use serde_json::{Value, json};

use super::{fields, set, some};
use crate::dice::Dice;

const ROLES: [&str; 10] = [
    "ci",
    "admin",
    "cluster-admin",
    "system:kubelet-api-admin",
    "system:controller:generic-garbage-collector",
    "system:controller:namespace-controller",
    "system:controller:resourcequota-controller",
    "system:controller:storage-version-migrator-controller",
    "system:controller:clusterrole-aggregation-controller",
    "system:kube-controller-manager",
];

pub(super) fn edit_role(object: &mut Value, dice: &mut Dice) {
    match dice.below(6) {
        0 => object["metadata"]["name"] = (*dice.pick(&ROLES)).into(),
        1 => object["kind"] = (*dice.pick(&["Role", "ClusterRole"])).into(),
        2 => {
            let rules = object["rules"].as_array_mut().unwrap();
            if rules.len() > 1 && dice.chance(50) {
                rules.remove(0);
            } else {
                rules.push(rule(dice));
            }
        }
        3 => *dice_rule(object, dice) = rule(dice),
        _ => {
            let rule = dice_rule(object, dice);
            let key = *dice.pick(&["verbs", "apiGroups", "resources", "resourceNames"]);
            if rule["nonResourceURLs"].is_null() {
                rule[key] = list(key, dice);
            }
        }
    }
}

fn dice_rule<'o>(object: &'o mut Value, dice: &mut Dice) -> &'o mut Value {
    let rules = object["rules"].as_array_mut().unwrap();
    let index = dice.below(rules.len());
    &mut rules[index]
}

fn rule(dice: &mut Dice) -> Value {
    if dice.chance(10) {
        return json!({"nonResourceURLs": dice.pick(&[["*"], ["/metrics"]]), "verbs": list("verbs", dice)});
    }
    let mut rule = json!({});
    for key in ["verbs", "apiGroups", "resources"] {
        rule[key] = list(key, dice);
    }
    rule
}

fn list(key: &str, dice: &mut Dice) -> Value {
    let (words, rare): (&[&str], &[&str]) = match key {
        "verbs" => (
            &["get", "list", "watch", "patch", "delete"],
            &["*", "bind", "escalate", "deletecollection"],
        ),
        "apiGroups" => (
            &["", "apps", "rbac.authorization.k8s.io"],
            &["*", "cert-manager.io", "custom.metrics.k8s.io", "storage.k8s.io"],
        ),
        "resources" => (
            &["pods", "clusterroles", "roles", "nodes/log"],
            &["*", "*/scale", "nodes/proxy", "rolebindings", "pods/exec"],
        ),
        _ => (&["view", "cluster-admin"], &["web"]),
    };
    let mut list = some(dice, words, 30);
    list.extend(some(dice, rare, 25));
    if list.is_empty() && key != "resourceNames" {
        list.push((*dice.pick(&[words, rare].concat())).to_owned());
    }
    list.into()
}

/// Only ClusterRoles allow URLs, and only Roles are in namespaces.
pub(super) fn finish_role(mut object: Value, dice: &mut Dice) -> Value {
    if object["kind"] == "ClusterRole" {
        fields(&mut object["metadata"]).remove("namespace");
        if dice.chance(5) {
            object["aggregationRule"] =
                json!({"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]});
        }
    } else {
        object["metadata"]["namespace"] = "team-a".into();
        object["rules"].as_array_mut().unwrap().retain(|it| it["nonResourceURLs"].is_null());
    }
    object
}

pub(super) fn edit_binding(object: &mut Value, dice: &mut Dice) {
    const NAMES: [&str; 6] = [
        "ci",
        "cluster-admin",
        "kubeadm:cluster-admins",
        "kubeadm:bootstrap-signer-clusterinfo",
        "system:discovery",
        "system:public-info-viewer",
    ];
    const GIVEN: [&str; 9] = [
        "cluster-admin",
        "view",
        "system:basic-user",
        "system:cluster-trust-bundle-discovery",
        "system:discovery",
        "system:public-info-viewer",
        "system:service-account-issuer-discovery",
        "system:image-puller",
        "kubeadm:bootstrap-signer-clusterinfo",
    ];
    match dice.below(6) {
        0 => object["metadata"]["name"] = (*dice.pick(&NAMES)).into(),
        1 => object["kind"] = (*dice.pick(&["RoleBinding", "ClusterRoleBinding"])).into(),
        2 => object["roleRef"]["name"] = (*dice.pick(&GIVEN)).into(),
        3 if dice.chance(30) => {
            // What kubeadm makes so that nodes that join find the cluster, or nearly that.
            object["kind"] = "RoleBinding".into();
            object["metadata"] =
                json!({"name": "kubeadm:bootstrap-signer-clusterinfo", "namespace": "kube-public"});
            object["roleRef"]["kind"] = "Role".into();
            object["roleRef"]["name"] = "kubeadm:bootstrap-signer-clusterinfo".into();
            object["subjects"] = json!([{"kind": "User", "name": "system:anonymous"}]);
        }
        3 => object["roleRef"]["kind"] = (*dice.pick(&["Role", "ClusterRole"])).into(),
        4 => set(object, "subjects", dice, &[json!([]), Value::Null]),
        _ => {}
    }
    if !object["subjects"].is_array() && dice.chance(80) {
        object["subjects"] = json!([]);
    }
    if let Some(subjects) = object["subjects"].as_array_mut() {
        subjects.push(subject(dice));
        if dice.chance(60) {
            subjects.remove(0);
        }
    }
}

fn subject(dice: &mut Dice) -> Value {
    const NAMED: [&str; 10] = [
        "system:authenticated",
        "system:unauthenticated",
        "system:anonymous",
        "system:masters",
        "system:serviceaccounts",
        "system:serviceaccounts:team-a",
        "system:serviceaccounts:",
        "system:serviceaccount:team-a:default",
        "kubeadm:cluster-admins",
        "engineers",
    ];
    match dice.below(3) {
        0 => {
            json!({"kind": "ServiceAccount", "name": dice.pick(&["default", "ci"]), "namespace": "team-b"})
        }
        1 => json!({"kind": "User", "name": dice.pick(&NAMED)}),
        _ => {
            json!({"kind": "Group", "name": dice.pick(&NAMED), "apiGroup": "rbac.authorization.k8s.io"})
        }
    }
}

/// Only RoleBindings are in namespaces, and give Roles.
pub(super) fn finish_binding(mut object: Value, dice: &mut Dice) -> Value {
    object["roleRef"]["apiGroup"] = "rbac.authorization.k8s.io".into();
    if object["kind"] == "ClusterRoleBinding" {
        fields(&mut object["metadata"]).remove("namespace");
        object["roleRef"]["kind"] = "ClusterRole".into();
    } else if object["metadata"]["namespace"].is_null() {
        object["metadata"]["namespace"] = (*dice.pick(&["team-a", "kube-public"])).into();
    }
    object
}
