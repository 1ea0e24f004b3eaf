//! Pods, and what makes them.

use serde_json::{Value, json};

use super::containers::{self, LISTS};
use super::{fields, names, set};
use crate::dice::Dice;

/// Where the spec of the pod is in an object of a kind.
fn pointer(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "Pod" => "/spec",
        "PodTemplate" => "/template/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        "DaemonSet"
        | "Deployment"
        | "Job"
        | "ReplicaSet"
        | "ReplicationController"
        | "StatefulSet" => "/spec/template/spec",
        _ => return None,
    })
}

/// The spec of the pod that an object is or makes.
pub(super) fn spec(object: &Value) -> Option<&Value> {
    object.pointer(pointer(object["kind"].as_str()?)?)
}

pub(super) fn spec_mut(object: &mut Value) -> &mut Value {
    let pointer = pointer(object["kind"].as_str().unwrap()).unwrap();
    object.pointer_mut(pointer).unwrap()
}

pub(super) fn edit(spec: &mut Value, dice: &mut Dice) {
    let yes_or_no = [json!(true), json!(false), Value::Null];
    match dice.below(24) {
        0..=9 => {
            if let Some((list, container)) = containers::any(spec, dice) {
                let volumes = spec["volumes"].clone();
                containers::edit(&mut spec[list][container], list, &volumes, dice);
            }
        }
        10 | 11 => containers::add(spec, dice),
        12 | 13 => containers::add_volume(spec, dice),
        14 => set(spec, "hostUsers", dice, &yes_or_no),
        15 => {
            let key = *dice.pick(&["hostNetwork", "hostPID", "hostIPC"]);
            set(spec, key, dice, &yes_or_no);
        }
        16 => set(spec, "shareProcessNamespace", dice, &yes_or_no),
        17 => set(spec, "automountServiceAccountToken", dice, &yes_or_no),
        18 => {
            let names = [json!("web"), json!("default"), json!(""), Value::Null];
            let key = *dice.pick(&["serviceAccountName", "serviceAccount"]);
            set(spec, key, dice, &names);
        }
        19 => {
            let users = [0, 1, 1000, 9_999, 10_000, 65_534].map(Value::from);
            let users: Vec<_> = users.into_iter().chain([Value::Null]).collect();
            set(&mut spec["securityContext"], "runAsUser", dice, &users);
        }
        20 => set(&mut spec["securityContext"], "runAsNonRoot", dice, &yes_or_no),
        21 => {
            let alias = json!([{"ip": "203.0.113.7", "hostnames": ["payments.example.com"]}]);
            set(spec, "hostAliases", dice, &[alias, json!([]), Value::Null]);
        }
        22 => {
            if dice.below(3) == 0 {
                let systems = [json!({"name": "windows"}), json!({"name": "linux"}), Value::Null];
                set(spec, "os", dice, &systems);
            } else {
                let [windows, linux] =
                    ["windows", "linux"].map(|it| json!({"kubernetes.io/os": it}));
                let selectors = [windows, linux, json!({"disk": "ssd"}), Value::Null];
                set(spec, "nodeSelector", dice, &selectors);
            }
        }
        _ => {
            let bounds = [
                json!({"limits": {"memory": "64Gi"}}),
                json!({"requests": {"memory": "64Gi"}}),
                json!({"requests": {"cpu": "64"}}),
                json!({"limits": {"cpu": "64"}}),
                Value::Null,
            ];
            set(spec, "resources", dice, &bounds);
        }
    }
}

/// Takes out what the API server refuses beside something else.
pub(super) fn repair(spec: &mut Value) {
    if spec["hostUsers"] == false {
        for key in ["hostNetwork", "hostPID", "hostIPC"] {
            fields(spec).remove(key);
        }
    }
    if spec["hostPID"] == true {
        fields(spec).remove("shareProcessNamespace");
    }
    let is_windows = spec["os"]["name"] == "windows";
    if is_windows {
        for key in [
            "hostUsers",
            "hostPID",
            "hostIPC",
            "shareProcessNamespace",
            "resources",
            "securityContext",
        ] {
            fields(spec).remove(key);
        }
    }
    if spec["os"].is_null() {
        fields(spec).remove("os");
    }
    let (is_apart, is_host) = (spec["hostUsers"] == false, spec["hostNetwork"] == true);
    for list in LISTS {
        let Some(containers) = spec.get_mut(list).and_then(Value::as_array_mut) else { continue };
        for (index, container) in containers.iter_mut().enumerate() {
            let fields = container.as_object_mut().unwrap();
            if is_windows {
                fields.remove("securityContext");
            }
            if is_apart {
                fields.remove("volumeDevices");
            }
            // Ports on the node's network are the node's.
            if is_host && (index > 0 || list != "containers") {
                fields.remove("ports");
            }
            if list == "initContainers" && fields.get("restartPolicy").is_none() {
                fields.remove("readinessProbe");
                fields.remove("livenessProbe");
            }
        }
    }
}

/// Another kind that makes the same pods.
pub(super) fn wrap(object: &Value, dice: &mut Dice) -> Value {
    let mut spec = spec(object).unwrap().clone();
    let kinds = [
        ("v1", "Pod"),
        ("v1", "PodTemplate"),
        ("v1", "ReplicationController"),
        ("apps/v1", "DaemonSet"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "ReplicaSet"),
        ("apps/v1", "StatefulSet"),
        ("batch/v1", "CronJob"),
        ("batch/v1", "Job"),
    ];
    let (version, kind) = *dice.pick(&kinds);
    if kind != "Pod" {
        fields(&mut spec).remove("ephemeralContainers");
    }
    let is_run_once = matches!(kind, "Job" | "CronJob");
    if is_run_once {
        spec["restartPolicy"] = "Never".into();
    }
    let labels = json!({"app": "web"});
    let template = json!({"metadata": {"labels": labels}, "spec": spec});
    let mut made = json!({"apiVersion": version, "kind": kind, "metadata": object["metadata"]});
    match kind {
        "Pod" => made["spec"] = template["spec"].clone(),
        "PodTemplate" => made["template"] = template,
        "ReplicationController" => made["spec"] = json!({"selector": labels, "template": template}),
        "Job" => made["spec"] = json!({"template": template}),
        "CronJob" => {
            made["spec"] =
                json!({"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": template}}});
        }
        _ => made["spec"] = json!({"selector": {"matchLabels": labels}, "template": template}),
    }
    if kind == "StatefulSet" {
        made["spec"]["serviceName"] = "web".into();
    }
    if dice.chance(10) {
        names::edit_metadata(&mut made, dice);
    }
    made
}
