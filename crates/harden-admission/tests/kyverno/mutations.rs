//! Rules that change random pods, and what makes pods.

use serde_json::{Value, json};

use super::matching::template;
use super::random::Random;
use super::records::Question;

pub(crate) fn questions(count: usize) -> Vec<Question> {
    let mut random = Random::new(31);
    (0..count).map(|number| question(number, &mut random)).collect()
}

fn question(number: usize, random: &mut Random) -> Question {
    let rules: Value = (0..=random.below(2)).map(|number| rule(number, random)).collect();
    let mut policy = json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"},
        "spec": {"background": false, "rules": rules},
    });
    if random.is_one_of(5) {
        policy["spec"]["applyRules"] = "One".into();
    }
    let (version, kind) = *random.of(&[
        ("v1", "Pod"),
        ("v1", "Pod"),
        ("apps/v1", "Deployment"),
        ("batch/v1", "CronJob"),
    ]);
    let mut metadata = json!({"name": "n", "namespace": "ns"});
    if random.is_one_of(2) {
        metadata["labels"] = json!({"app": random.of(&["a", "b"])});
    }
    let object = json!({
        "apiVersion": version, "kind": kind, "metadata": metadata, "spec": template(kind, pod(random)),
    });
    let mut question = Question::new(format!("mutations {number}"), &policy, &object);
    if random.is_one_of(6) {
        question.was(object);
    }
    question.mutates();
    question
}

fn rule(number: usize, random: &mut Random) -> Value {
    let mut rule = json!({
        "name": format!("r{number}"), "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
    });
    if random.is_one_of(4) {
        rule["exclude"] =
            json!({"any": [{"resources": {"selector": {"matchLabels": {"app": "b"}}}}]});
    }
    if random.is_one_of(4) {
        rule["context"] = json!([{"name": "v", "variable": {
            "jmesPath": random.of(&["request.object.spec.containers[].name", "request.operation"]),
        }}]);
    }
    let has_context = rule.get("context").is_some();
    if random.is_one_of(4) {
        let key =
            if has_context { "{{ v }}" } else { "{{ request.object.spec.containers[].image }}" };
        let operator = random.of(&["AnyIn", "AllNotIn", "Equals", "NotEquals"]);
        let condition = json!({"key": key, "operator": operator, "value": random.of(&["a", "nginx", "CREATE"])});
        rule["preconditions"] = json!({"all": [condition]});
    }
    rule["mutate"] = match random.below(10) {
        0..5 => json!({"patchStrategicMerge": {"spec": strategic(random)}}),
        5 => json!({"patchStrategicMerge": {"metadata": {"labels": random.json(&json!([
            {"+(app)": "c"}, {"app": "c"}, {"b": "{{ request.object.metadata.name }}"}, {"app": null},
            {"(app)": "a", "x": "y"}, {"b": "{{ request.object.metadata.labels.app }}"},
        ]))}}}),
        6..8 => json!({"patchesJson6902": operations(random).to_string()}),
        _ => json!({"foreach": [foreach(random)]}),
    };
    rule
}

fn strategic(random: &mut Random) -> Value {
    random.json(&json!([
        {"hostPID": false},
        {"+(hostPID)": false},
        {"securityContext": {"+(runAsNonRoot)": true, "+(runAsUser)": 1000}},
        {"securityContext": {"fsGroup": 1, "runAsUser": null}},
        {"=(securityContext)": {"=(runAsUser)": "0", "runAsUser": 1}},
        {"(hostPID)": true, "hostPID": false},
        {"(hostPID)": "!true", "hostNetwork": true},
        {"containers": [{"(name)": "*", "imagePullPolicy": "Always"}]},
        {"containers": [{"(image)": "nginx*", "+(imagePullPolicy)": "Always"}]},
        {"containers": [{"(name)": "?*", "resources": {"+(limits)": {"+(memory)": "1Gi", "cpu": "1"}}}]},
        {"containers": [{"name": "a", "image": "other"}]},
        {"containers": [{"name": "z", "image": "new"}]},
        {"containers": [{"(name)": "zz", "image": "none"}]},
        {"containers": [{"$patch": "delete", "name": "a"}]},
        {"volumes": [{"name": "w", "emptyDir": {}}]},
        {"+(volumes)": [{"name": "w", "emptyDir": {}}]},
        {"volumes": [{"(hostPath)": {"path": "*"}, "hostPath": {"path": "/b"}}]},
        {"<(containers)": [{"image": "nginx"}], "nodeName": "x"},
        {"<(containers)": [{"image": "*:latest | !*:*"}], "nodeName": "x"},
        {"tolerations": [{"key": "k", "operator": "Exists"}]},
        {"imagePullSecrets": [{"name": "s"}]},
        {"containers": [{"(name)": "*", "env": [{"name": "E", "value": "{{ request.namespace }}"}]}]},
        {"containers": [{"(name)": "*", "image": "{{ images.containers.\"{{ element }}\".name }}"}]},
        {"nodeName": "{{ request.object.spec.none }}"},
        {"nodeName": "{{ request.object.spec.none || 'd' }}"},
        {"terminationGracePeriodSeconds": "{{ length(request.object.spec.containers) }}"},
    ]))
}

fn operations(random: &mut Random) -> Value {
    let one = |random: &mut Random| {
        random.json(&json!([
            {"op": "add", "path": "/spec/containers/0/image", "value": "x"},
            {"op": "add", "path": "/spec/containers/-", "value": {"name": "q", "image": "x"}},
            {"op": "add", "path": "/spec/nodeSelector/k", "value": "v"},
            {"op": "add", "path": "/metadata/labels/a~1b", "value": "v"},
            {"op": "replace", "path": "/spec/hostPID", "value": false},
            {"op": "remove", "path": "/spec/hostPID"},
            {"op": "remove", "path": "/spec/containers/1"},
            {"op": "test", "path": "/spec/hostPID", "value": true},
            {"op": "copy", "from": "/metadata/name", "path": "/spec/nodeName"},
            {"op": "move", "from": "/spec/hostPID", "path": "/spec/hostIPC"},
            {"op": "add", "path": "/spec/nodeName", "value": "{{ request.namespace }}"},
            {"op": "add", "path": "/spec/containers/5/image", "value": "x"},
        ]))
    };
    let count = 1 + random.below(2);
    (0..count).map(|_| one(random)).collect()
}

fn foreach(random: &mut Random) -> Value {
    let mut foreach = random.json(&json!([
        {"patchStrategicMerge": {"spec": {"containers": [{
            "name": "{{ element.name }}", "image": "r/{{ element.image }}",
        }]}}},
        {"patchStrategicMerge": {"spec": {"containers": [{
            "(name)": "{{ element.name }}", "+(imagePullPolicy)": "Never",
        }]}}},
        {"patchesJson6902": json!([{
            "op": "replace", "path": "/spec/containers/{{ elementIndex }}/image", "value": "{{ element.name }}",
        }]).to_string()},
        {"patchesJson6902": json!([{"op": "remove", "path": "/spec/containers/{{ elementIndex }}"}]).to_string()},
    ]));
    let lists = [
        "request.object.spec.containers",
        "request.object.spec.containers[?image=='nginx']",
        "request.object.spec.volumes",
    ];
    foreach["list"] = (*random.of(&lists)).into();
    if random.is_one_of(3) {
        foreach["order"] = (*random.of(&["Ascending", "Descending"])).into();
    }
    if random.is_one_of(3) {
        foreach["preconditions"] = json!({"any": [
            {"key": "{{ element.image }}", "operator": "Equals", "value": random.of(&["nginx*", "b:1"])},
        ]});
    }
    foreach
}

fn pod(random: &mut Random) -> Value {
    let mut containers = Vec::new();
    for name in ["a", "b", "c"] {
        if random.is_one_of(2) || name == "a" {
            let mut container = json!({"name": name, "image": random.of(&["nginx", "b:1", "c:latest", "r.io/d@sha256:0"])});
            if random.is_one_of(4) {
                container["imagePullPolicy"] = "IfNotPresent".into();
            }
            if random.is_one_of(4) {
                container["resources"] = random.json(&json!([
                    {}, {"limits": {"cpu": "2"}}, {"limits": {"memory": "2Gi"}, "requests": {"cpu": "1"}},
                ]));
            }
            if random.is_one_of(5) {
                container["env"] = json!([{"name": random.of(&["E", "F"]), "value": "v"}]);
            }
            containers.push(container);
        }
    }
    let mut spec = json!({"containers": containers});
    if random.is_one_of(3) {
        spec["hostPID"] = random.is_one_of(2).into();
    }
    if random.is_one_of(3) {
        spec["securityContext"] =
            random.json(&json!([{}, {"runAsUser": 0}, {"runAsNonRoot": false, "runAsUser": 5}]));
    }
    if random.is_one_of(3) {
        spec["volumes"] = json!([random.json(&json!([
            {"name": "v", "hostPath": {"path": "/a"}}, {"name": "w", "configMap": {"name": "c"}},
        ]))]);
    }
    spec
}
