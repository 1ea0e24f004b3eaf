//! Small clusters in which somebody has what ways of escalation need, or nearly, and those of real projects.

use std::fs;
use std::path::Path;

use harden_core::escalation::{self, At, Edge, From, Names, Place};
use serde_json::{Map, Value, json};

use crate::random_pods::Random;

pub(crate) const GROUP: &str = "rbac.authorization.k8s.io";
const SITUATIONS: u64 = 60;
const SOMEBODIES: usize = 4;

/// Objects, and what they are called together.
pub(crate) struct Situation {
    pub(crate) name: String,
    pub(crate) objects: Vec<Value>,
}

/// Each way is there whole for the whole cluster, whole in a namespace, and then as chance has it.
pub(crate) fn made() -> Vec<Situation> {
    let edges: Vec<_> = escalation::edges().filter(|it| it.from == From::Holder).collect();
    let mut random = Random::new(19);
    let mut next = 0;
    let situation = |number: u64| {
        let mut objects = setting(&mut random);
        for it in 0..SOMEBODIES {
            let edge = edges[next % edges.len()];
            let twist = next / edges.len();
            grant(&mut objects, &somebody(it), edge, twist, &mut random);
            next += 1;
        }
        Situation { name: format!("situation {number}"), objects }
    };
    (0..SITUATIONS).map(situation).collect()
}

/// Those of real projects, a folder each.
pub(crate) fn real() -> Vec<Situation> {
    let Some(path) = harness::Need::Manifests.folder() else { return Vec::new() };
    let mut folders: Vec<_> = fs::read_dir(path).unwrap().map(|it| it.unwrap().path()).collect();
    folders.sort();
    folders.retain(|it| it.is_dir());
    let situation = |folder: &std::path::PathBuf| {
        let mut objects = Vec::new();
        collect(folder, &mut objects);
        let name = folder.file_name().unwrap().display().to_string();
        Situation { name, objects }
    };
    folders.iter().map(situation).collect()
}

fn collect(folder: &Path, objects: &mut Vec<Value>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let is_yaml = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
        if path.is_dir() {
            collect(&path, objects);
        } else if is_yaml && let Ok(text) = harden_yaml::decode(&fs::read(&path).unwrap()) {
            for section in harden_yaml::sections(&text) {
                let value = serde_yaml::from_str::<Value>(section.text(&text));
                let Ok(mut object) = value else { continue };
                if key(&object).is_none() {
                    continue;
                }
                let is_outside = ["Cluster", "Namespace", "Node"]
                    .iter()
                    .any(|it| object["kind"].as_str().unwrap_or_default().starts_with(it));
                if !is_outside && object["metadata"]["namespace"].is_null() {
                    object["metadata"]["namespace"] = json!("default");
                }
                // It refuses a snapshot with a number that is a text, as some have of other volumes.
                if let Some(volumes) = object["spec"]["volumes"].as_array_mut() {
                    volumes.retain(|it| it["hostPath"].is_object());
                }
                objects.push(object);
            }
        }
    }
}

/// What it is called in the peer's snapshots, if it has a place there.
fn key(object: &Value) -> Option<&'static str> {
    let of = [
        ("Role", "roles"),
        ("ClusterRole", "cluster_roles"),
        ("RoleBinding", "role_bindings"),
        ("ClusterRoleBinding", "cluster_role_bindings"),
        ("ServiceAccount", "service_accounts"),
        ("Namespace", "namespaces"),
        ("Node", "nodes"),
        ("Pod", "pods"),
    ];
    of.iter().find(|(kind, _)| object["kind"] == *kind).map(|(_, key)| *key)
}

impl Situation {
    /// What the peer reads.
    pub(crate) fn snapshot(&self) -> String {
        let mut resources = Map::new();
        for object in &self.objects {
            if let Some(key) = key(object) {
                let list = resources.entry(key).or_insert_with(|| json!([]));
                list.as_array_mut().unwrap().push(object.clone());
            }
        }
        let metadata = json!({
            "kubesplaining_version": "", "snapshot_timestamp": "2026-01-01T00:00:00Z", "cloud_provider": "none",
        });
        json!({"metadata": metadata, "resources": resources}).to_string()
    }
}

fn object(version: &str, kind: &str, name: &str, namespace: &str) -> Value {
    let mut metadata = json!({"name": name});
    if !namespace.is_empty() {
        metadata["namespace"] = json!(namespace);
    }
    json!({"apiVersion": version, "kind": kind, "metadata": metadata})
}

fn account(namespace: &str, name: &str) -> Value {
    json!({"kind": "ServiceAccount", "name": name, "namespace": namespace})
}

fn somebody(number: usize) -> Value {
    match number {
        0 => account("shop", "web"),
        1 => account("free", "till"),
        2 => json!({"kind": "User", "name": "ann", "apiGroup": GROUP}),
        _ => json!({"kind": "Group", "name": "dev", "apiGroup": GROUP}),
    }
}

fn role(objects: &mut Vec<Value>, name: &str, place: &str, rules: &[Value], subject: &Value) {
    let version = format!("{GROUP}/v1");
    let (role, binding) = if place.is_empty() {
        ("ClusterRole", "ClusterRoleBinding")
    } else {
        ("Role", "RoleBinding")
    };
    let mut whole = object(&version, role, name, place);
    whole["rules"] = json!(rules);
    objects.push(whole);
    let mut bound = object(&version, binding, name, place);
    bound["roleRef"] = json!({"apiGroup": GROUP, "kind": role, "name": name});
    bound["subjects"] = json!([subject]);
    objects.push(bound);
}

/// What there is beside those who are asked about.
fn setting(random: &mut Random) -> Vec<Value> {
    let mut objects = Vec::new();
    for namespace in ["kube-system", "shop", "free", "flux-system", "argocd", "velero"] {
        objects.push(object("v1", "Namespace", namespace, ""));
    }
    objects[1]["metadata"]["labels"] = json!({"pod-security.kubernetes.io/enforce": "baseline"});
    let all = json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]});
    let secrets = json!({"verbs": ["get", "list"], "apiGroups": [""], "resources": ["secrets"]});
    for (namespace, name, rule) in [
        ("kube-system", "controller", Some(&all)),
        ("flux-system", "kustomize-controller", Some(&all)),
        ("argocd", "argocd-application-controller", Some(&all)),
        ("velero", "velero", Some(&all)),
        ("free", "robot", Some(&secrets)),
        ("free", "till", None),
        ("shop", "web", None),
    ] {
        let mut own = object("v1", "ServiceAccount", name, namespace);
        if name == "robot" && random.chance(50) {
            own["metadata"]["annotations"] =
                json!({"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/robot"});
        }
        objects.push(own);
        if let Some(rule) = rule {
            role(&mut objects, name, "", std::slice::from_ref(rule), &account(namespace, name));
        }
    }
    role(
        &mut objects,
        "cluster-admin",
        "",
        &[all],
        &json!({"kind": "User", "name": "boss", "apiGroup": GROUP}),
    );
    for (namespace, name) in [("free", "robot"), ("shop", "web")] {
        let mut pod = object("v1", "Pod", name, namespace);
        let security = json!({"privileged": name == "robot" && random.chance(50)});
        pod["spec"] = json!({
            "serviceAccountName": name,
            "hostNetwork": random.chance(25),
            "containers": [{"name": "app", "image": "app", "securityContext": security}],
        });
        objects.push(pod);
    }
    if random.chance(50) {
        let mut node = object("v1", "Node", "a", "");
        node["metadata"]["labels"] = json!({"node-role.kubernetes.io/control-plane": ""});
        objects.push(node);
        let mut pod = object("v1", "Pod", "kube-apiserver-a", "kube-system");
        pod["metadata"]["labels"] = json!({"component": "kube-apiserver"});
        pod["spec"] =
            json!({"containers": [{"name": "kube-apiserver", "image": "kube-apiserver"}]});
        objects.push(pod);
    }
    let custom = escalation::edges().filter_map(|it| match it.when {
        escalation::When::CustomResources(group) => Some(group),
        _ => None,
    });
    for group in custom {
        let mut definition =
            object("apiextensions.k8s.io/v1", "CustomResourceDefinition", group, "");
        definition["spec"] = json!({"group": group});
        objects.push(definition);
    }
    objects
}

/// Gives somebody the rights of a way, each by a role of its own: all of them at first, then as chance has it.
fn grant(objects: &mut Vec<Value>, who: &Value, edge: &Edge, twist: usize, random: &mut Random) {
    let chance = |random: &mut Random, percent| twist > 1 && random.chance(percent);
    let own = match edge.place {
        Place::Cluster => "",
        Place::Only(namespace) => namespace,
        Place::Namespace if twist == 0 => "",
        Place::Namespace => *random.pick(&["free", "shop", "free", "kube-system"]),
    };
    for (number, right) in edge.rights.iter().enumerate() {
        if chance(random, 15) {
            continue;
        }
        let mut place = if right.at == At::Cluster { "" } else { own };
        if chance(random, 15) {
            place = *random.pick(&["", "shop", "free"]);
        }
        let (group, resource) = *random.pick(right.of);
        let mut rule = json!({
            "verbs": [random.pick(right.verbs)],
            "apiGroups": [group],
            "resources": [resource],
        });
        let needed = match right.names {
            Names::Include(name) => Some(name),
            Names::IncludeOne([name, ..]) => Some(*name),
            _ => None,
        };
        if needed.is_some() && random.chance(50) {
            rule["resourceNames"] = json!([needed]);
        } else if chance(random, 20) {
            let names = ["web", "robot", "cluster-admin", "system:masters", "shop", "controller"];
            rule["resourceNames"] = json!([random.pick(&names)]);
        }
        let name = format!("{}-{}-{number}", who["name"].as_str().unwrap_or_default(), edge.id);
        role(objects, &name, place, &[rule], who);
    }
}
