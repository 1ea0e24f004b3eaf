//! Random objects, as the API server has them: no field that its types leave out.

use serde_json::{Value, json};

use crate::dice::Dice;

const NAMES: [&str; 5] = ["web", "db", "nginx", "a-b", "x1"];
const IMAGES: [&str; 5] =
    ["nginx", "nginx:1.25", "r.io/app@sha256:00", "a/b:latest", "ghcr.io/x/y:v1"];

/// A Deployment.
pub(crate) fn deployment(dice: &mut Dice) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(dice),
        "spec": {
            "replicas": dice.below(5),
            "selector": {"matchLabels": {"app": "web"}},
            "strategy": {"type": dice.pick(&["Recreate", "RollingUpdate"])},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod(dice)},
        },
        "status": {},
    })
}

/// A Pod.
pub(crate) fn pod_object(dice: &mut Dice) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata(dice), "spec": pod(dice), "status": {}})
}

fn metadata(dice: &mut Dice) -> Value {
    let mut metadata = json!({"name": dice.pick(&NAMES)});
    if dice.chance(70) {
        // The server reads a map in any order, so that of two entries any may be the first with an error.
        metadata["labels"] = json!({*dice.pick(&["app", "tier", "a"]): dice.pick(&NAMES)});
    }
    if dice.chance(30) {
        metadata["annotations"] = json!({"a/b": dice.pick(&["", "1", "true"])});
    }
    metadata
}

fn pod(dice: &mut Dice) -> Value {
    let mut containers: Vec<Value> = (0..=dice.below(3)).map(|_| container(dice)).collect();
    // Two of a name or a port of the host are refused.
    for (index, container) in containers.iter_mut().enumerate().skip(1) {
        container["name"] = format!("c{index}").into();
        container.as_object_mut().unwrap().remove("ports");
    }
    let mut pod = json!({"containers": containers});
    if dice.chance(30) {
        pod["hostNetwork"] = true.into();
    }
    if dice.chance(30) {
        pod["volumes"] = json!([{"name": "data", "emptyDir": {}}]);
    }
    pod
}

fn container(dice: &mut Dice) -> Value {
    let mut container =
        json!({"name": dice.pick(&NAMES), "image": dice.pick(&IMAGES), "resources": {}});
    if dice.chance(50) {
        container["securityContext"] =
            json!({"runAsUser": dice.below(3), "privileged": dice.chance(50)});
    }
    if dice.chance(40) {
        container["resources"] = json!({"limits": {"memory": "1Gi", "cpu": "500m"}});
    }
    if dice.chance(40) {
        container["ports"] = json!([{"containerPort": 8080 + dice.below(3)}]);
    }
    container
}
