//! Mutators at random, and a Deployment whose Pod they change.

use serde_json::{Value, json};

use super::random::Random;
use super::records::{Question, Task};

/// Questions that are made.
const QUESTIONS: u64 = 150;

pub(crate) fn questions() -> Vec<Question> {
    (0..QUESTIONS).map(question).collect()
}

fn question(seed: u64) -> Question {
    let mut random = Random::new(seed);
    let mut objects = vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns", "labels": {"t": "u"}}}),
        json!({
            "apiVersion": "expansion.gatekeeper.sh/v1beta1", "kind": "ExpansionTemplate",
            "metadata": {"name": "e"},
            "spec": {
                "applyTo": [{"groups": ["apps"], "versions": ["v1"], "kinds": ["Deployment"]}],
                "templateSource": "spec.template",
                "generatedGVK": {"group": "", "version": "v1", "kind": "Pod"},
            },
        }),
    ];
    for number in 0..=random.below(3) {
        objects.push(mutator(number, &mut random));
    }
    let metadata = random.json(&json!([{}, {"labels": {"a": "b"}}]));
    objects.push(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "ns"},
        "spec": {"template": {"metadata": metadata, "spec": pod(&mut random)}},
    }));
    let name = Value::Array(objects[2..].to_vec()).to_string();
    Question { name, task: Task::Expand, objects }
}

fn mutator(number: usize, random: &mut Random) -> Value {
    let kind = *random.of(&["Assign", "Assign", "AssignMetadata", "ModifySet", "AssignImage"]);
    let locations: &[&str] = match kind {
        "AssignMetadata" => {
            &["metadata.labels.a", "metadata.labels.b", "metadata.annotations.\"b/c\""]
        }
        "AssignImage" => {
            &["spec.containers[name: *].image", "spec.containers[name: a].image", "spec.img"]
        }
        "ModifySet" => &[
            "spec.containers[name: *].args",
            "spec.tolerations",
            "spec.containers[name: *].securityContext.capabilities.add",
            "spec.containers[name: b].args",
            "spec.dnsPolicy",
        ],
        _ => &[
            "spec.containers[name: *].securityContext.privileged",
            "spec.containers[name: a].image",
            "spec.containers[name: zz]",
            "spec.volumes[name: v]",
            "spec.dnsPolicy",
            "spec.securityContext",
            "spec.securityContext.fsGroup",
            "spec.containers[name: *].env[name: E].value",
            "spec.containers[name: *].image",
            "spec.x.y.z",
            "spec.nodeSelector.\"k.io/x\"",
            "spec.containers[name: a].ports[containerPort: 80].name",
            "metadata.labels.a",
        ],
    };
    let location = *random.of(locations);
    let mut parameters = match kind {
        "Assign" => json!({"assign": random.json(&json!([
            {"value": true}, {"value": 1}, {"value": "v"}, {"value": {"name": "zz", "image": "i"}},
            {"value": {"name": "v"}}, {"value": ["a"]}, {"value": null}, {"value": {}},
            {"fromMetadata": {"field": "name"}}, {"fromMetadata": {"field": "namespace"}},
        ]))}),
        "AssignMetadata" => json!({"assign": random.json(&json!([
            {"value": "v"}, {"value": "w"}, {"fromMetadata": {"field": "name"}},
        ]))}),
        "ModifySet" => json!({
            "operation": random.of(&["merge", "prune"]),
            "values": {"fromList": random.json(&json!([["a"], ["a", "NET"], [{"key": "k"}], [1]]))},
        }),
        _ => random.json(&json!([
            {"assignDomain": "r.example"}, {"assignPath": "a/b"}, {"assignTag": ":v1"}, {"assignPath": "r.io/x"},
            {"assignDomain": "localhost:5000", "assignTag": format!("@sha256:{}", "a".repeat(64))},
            {"assignDomain": "x"}, {"assignTag": "v1"},
        ])),
    };
    let mut spec = json!({"location": location});
    if kind != "AssignMetadata" {
        spec["applyTo"] = json!([{"groups": [""], "versions": ["v1"], "kinds": ["Pod"]}]);
        if random.is_one_of(3) {
            let ends: Vec<usize> = location.match_indices('.').map(|(at, _)| at).collect();
            let end = *random.of(&[ends[0], ends[ends.len() - 1], location.len()]);
            let condition = random.of(&["MustExist", "MustNotExist"]);
            let path = location[..end].trim_end_matches('"');
            parameters["pathTests"] = json!([{"subPath": path, "condition": condition}]);
        }
    }
    if random.is_one_of(3) {
        spec["match"] = random.json(&json!([
            {"namespaces": ["n*"]}, {"excludedNamespaces": ["ns"]}, {"labelSelector": {"matchLabels": {"a": "b"}}},
            {"source": "Generated"}, {"source": "Original"}, {"scope": "Namespaced"}, {"scope": "Cluster"},
            {"name": "d-*"}, {"namespaceSelector": {"matchLabels": {"t": "u"}}},
        ]));
    }
    spec["parameters"] = parameters;
    json!({
        "apiVersion": "mutations.gatekeeper.sh/v1", "kind": kind, "metadata": {"name": format!("m{number}")},
        "spec": spec,
    })
}

fn pod(random: &mut Random) -> Value {
    let mut containers = Vec::new();
    for name in ["a", "b", "zz"] {
        if random.is_one_of(2) {
            continue;
        }
        let image = random.of(&["nginx", "docker.io/a/b:1", "localhost/x@sha256:0", "r.io:50/x"]);
        let mut container = json!({"name": name, "image": image});
        if random.is_one_of(3) {
            container["securityContext"] = random.json(&json!([
                {}, {"privileged": true}, {"capabilities": {"add": ["NET", "a"]}}, {"capabilities": {}},
            ]));
        }
        if random.is_one_of(3) {
            container["args"] = random.json(&json!([["a"], [], ["b", "a"]]));
        }
        containers.push(container);
    }
    let mut spec = json!({"containers": containers});
    if random.is_one_of(3) {
        spec["securityContext"] = random.json(&json!([{}, {"fsGroup": 1}]));
    }
    if random.is_one_of(5) {
        spec["volumes"] = json!([{"name": "v", "emptyDir": {}}]);
    }
    if random.is_one_of(9) {
        spec["containers"] = json!({});
    }
    spec
}
