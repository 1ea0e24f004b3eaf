//! Pods that say some of what changes say, at random.

use serde_json::{Value, json};

use crate::dice::Dice;

/// A pod of `team-a`.
pub(crate) fn pod(spec: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "team-a"}, "spec": spec})
}

/// Any pod.
pub(crate) fn random(dice: &mut Dice) -> Value {
    let mut spec = json!({"containers": containers(dice)});
    if dice.chance(50) {
        spec["initContainers"] = containers(dice);
    }
    if dice.chance(40) {
        spec["securityContext"] = [
            json!({}),
            json!({"runAsUser": 1}),
            json!({"seccompProfile": {"type": "Localhost", "localhostProfile": "a"}}),
            json!({"seccompProfile": {"type": "RuntimeDefault"}, "runAsNonRoot": true}),
        ][dice.below(4)]
        .clone();
    }
    for flag in ["hostNetwork", "hostPID", "hostIPC", "hostUsers"] {
        if dice.chance(15) {
            spec[flag] = dice.chance(50).into();
        }
    }
    if dice.chance(20) {
        let source = *dice.pick(&["nfs", "emptyDir", "azureFile", "configMap"]);
        spec["volumes"] = json!([{"name": "v", source: {}}]);
    }
    // Gatekeeper does not see it, so that none says windows.
    if dice.chance(10) {
        spec["os"] = json!({"name": "linux"});
    }
    pod(&spec)
}

fn containers(dice: &mut Dice) -> Value {
    let all = (0..=dice.below(3)).map(|index| {
        let mut container = json!({"name": format!("c{}", 9 - index), "image": "a"});
        if dice.chance(70) {
            let mut security = json!({});
            for flag in ["privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem"] {
                if dice.chance(25) {
                    security[flag] = dice.chance(50).into();
                }
            }
            if dice.chance(40) {
                security["capabilities"] = [
                    json!({}),
                    json!({"drop": ["ALL"]}),
                    json!({"add": []}),
                    json!({"add": ["NET_BIND_SERVICE"]}),
                    json!({"add": ["CHOWN", "NET_BIND_SERVICE"], "drop": ["KILL"]}),
                ][dice.below(5)]
                .clone();
            }
            container["securityContext"] = security;
        }
        if dice.chance(10) {
            container["volumeDevices"] = json!([{"name": "v", "devicePath": "/dev/a"}]);
        }
        container
    });
    all.collect()
}
