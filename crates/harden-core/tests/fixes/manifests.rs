//! Objects made at random, with flaws of every kind: those of pods, and those of rules' own examples.

use harden_core::rule::Category;
use harden_core::rules;
use serde_json::{Map, Value, json};

use crate::random_pods::{Random, pod};
use crate::valid::{Use, mended};
use crate::writer;

/// A file of random objects, written in a random way.
pub(crate) fn text(random: &mut Random) -> String {
    let objects: Vec<Value> = if random.chance(5) {
        // Of the files of the API server only the first document is read.
        vec![example(random, |it| it == Category::Configuration)]
    } else {
        (0..=random.below(3)).map(|_| object(random)).collect()
    };
    let objects = match random.below(8) {
        0 => vec![json!({"apiVersion": "v1", "kind": "List", "items": objects})],
        _ => objects,
    };
    let text = match (random.below(8), &objects[..]) {
        (0, [one]) => writer::json(random, one),
        _ => stream(random, &objects),
    };
    check(&text, &objects);
    text
}

/// That the text says what it should is not what is tested.
fn check(text: &str, objects: &[Value]) {
    let documents = harden_yaml::parse(text);
    let is_there = |it: &&harden_yaml::Document<'_>| !it.is_empty();
    for (document, object) in documents.iter().filter(is_there).zip(objects) {
        let json = document.to_json().unwrap_or_else(|| panic!("{document:?}\n{text}"));
        assert_eq!(&serde_json::from_str::<Value>(&json).unwrap(), object, "{text}");
    }
}

fn stream(random: &mut Random, objects: &[Value]) -> String {
    let mut text = String::from(*random.pick(&["", "", "", "---\n", "# head\n---\n", "\u{feff}"]));
    for (index, object) in objects.iter().enumerate() {
        if index > 0 {
            let between =
                random.pick(&["---\n", "---\n", "--- # next\n", "...\n---\n", "---\n---\n"]);
            text.push_str(between);
        }
        text.push_str(&writer::yaml(random, object));
    }
    if random.chance(10) {
        text.truncate(text.trim_end_matches('\n').len());
    }
    if random.chance(12) { text.replace('\n', "\r\n") } else { text }
}

fn object(random: &mut Random) -> Value {
    if random.chance(25) {
        example(random, |it| it != Category::Configuration)
    } else {
        workload(random)
    }
}

/// What some rule is there for.
fn example(random: &mut Random, wants: impl Fn(Category) -> bool) -> Value {
    let all: Vec<_> = rules::all().filter(|it| wants(it.category)).collect();
    loop {
        let rule = random.pick(&all);
        let documents = harden_yaml::parse(rule.bad);
        let json = random.pick(&documents).to_json();
        let value = json.and_then(|it| serde_json::from_str::<Value>(&it).ok());
        if let Some(value) = value.filter(Value::is_object) {
            return value;
        }
    }
}

fn workload(random: &mut Random) -> Value {
    const KINDS: [(&str, &str); 9] = [
        ("v1", "Pod"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("apps/v1", "ReplicaSet"),
        ("v1", "ReplicationController"),
        ("batch/v1", "Job"),
        ("batch/v1", "CronJob"),
        ("v1", "PodTemplate"),
    ];
    let (version, kind) = *random.pick(&KINDS);
    let made = pod(random);
    let (mut metadata, mut spec) = if random.chance(20) {
        let mut raw = made;
        (raw["metadata"].take(), raw["spec"].take())
    } else {
        mended(random, made, if kind == "Pod" { Use::Pod } else { Use::Template })
    };
    if let Some(spec) = spec.as_object_mut() {
        dress(random, spec, kind);
    }
    let mut own = json!({"name": format!("w-{}", random.below(4))});
    if random.chance(60) {
        own["namespace"] = json!(random.pick(&["team-a", "default", "kube-system"]));
    }
    if kind == "Pod" {
        if let (Some(annotations), Some(_)) = (metadata.get("annotations"), own.as_object()) {
            own["annotations"] = annotations.clone();
        }
        return json!({"apiVersion": version, "kind": kind, "metadata": own, "spec": spec});
    }
    let labels = json!({"app": "w"});
    if metadata.is_object() {
        metadata["labels"] = labels.clone();
        metadata.as_object_mut().unwrap().remove("name");
    } else {
        metadata = json!({"labels": labels});
    }
    let template = json!({"metadata": metadata, "spec": spec});
    let of = match kind {
        "PodTemplate" => {
            return json!({"apiVersion": version, "kind": kind, "metadata": own, "template": template});
        }
        "Job" => json!({"template": template}),
        "CronJob" => json!({"schedule": "@daily", "jobTemplate": {"spec": {"template": template}}}),
        "ReplicationController" => json!({"selector": labels, "template": template}),
        _ => json!({"selector": {"matchLabels": labels}, "template": template}),
    };
    json!({"apiVersion": version, "kind": kind, "metadata": own, "spec": of})
}

/// What the generator of pods, which knows Pod Security alone, leaves out.
fn dress(random: &mut Random, spec: &mut Map<String, Value>, kind: &str) {
    if kind == "Job" || kind == "CronJob" {
        spec.insert("restartPolicy".to_owned(), json!("Never"));
    }
    for (field, values) in [
        ("serviceAccountName", vec![json!("default"), json!("app"), json!("cluster-admin")]),
        ("automountServiceAccountToken", vec![json!(true), json!(false), Value::Null]),
        ("shareProcessNamespace", vec![json!(true)]),
        ("nodeName", vec![json!("node-1")]),
        ("priorityClassName", vec![json!("system-cluster-critical")]),
        ("enableServiceLinks", vec![json!(true), json!(false)]),
    ] {
        if random.chance(15) {
            spec.insert(field.to_owned(), random.pick(&values).clone());
        }
    }
    for list in ["initContainers", "containers"] {
        let Some(containers) = spec.get_mut(list).and_then(Value::as_array_mut) else { continue };
        for container in containers.iter_mut().filter_map(Value::as_object_mut) {
            dress_container(random, container);
        }
    }
}

fn dress_container(random: &mut Random, container: &mut Map<String, Value>) {
    let images = ["nginx", "nginx:latest", "busybox:1.36", "registry.example.com/a/b:1.0", "redis"];
    container.insert("image".to_owned(), json!(random.pick(&images)));
    let fields = [
        (
            "resources",
            vec![
                json!({}),
                json!({"limits": {"cpu": "1", "memory": "128Mi"}}),
                json!({"requests": {"memory": "128m"}, "limits": {"memory": "1Gi"}}),
                json!({"requests": {"cpu": 0.5, "memory": "2Gi"}, "limits": {"memory": "1Gi"}}),
            ],
        ),
        (
            "env",
            vec![
                json!([{"name": "PASSWORD", "value": "hunter2hunter2"}]),
                json!([{"name": "A", "value": "b"}, {"name": "A", "value": "c"}]),
                json!([{"name": "SCRIPT", "value": "set -e\necho '# no comment'\n"}]),
            ],
        ),
        ("imagePullPolicy", vec![json!("Never"), json!("Always"), json!("IfNotPresent")]),
        (
            "command",
            vec![
                json!(["sh", "-c", "apt-get update &&\napt-get install curl"]),
                json!(["sshd", "-D"]),
            ],
        ),
        ("readinessProbe", vec![json!({"httpGet": {"path": "/", "port": 80}})]),
        (
            "volumeMounts",
            vec![
                json!([{"name": "docker", "mountPath": "/var/run/docker.sock"}]),
                json!([{"name": "data", "mountPath": "/data", "mountPropagation": "Bidirectional"}]),
            ],
        ),
        ("terminationMessagePath", vec![json!("/dev/termination-log")]),
    ];
    for (field, values) in fields {
        if random.chance(25) {
            container.insert(field.to_owned(), random.pick(&values).clone());
        }
    }
}
