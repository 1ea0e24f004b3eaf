//! Agreement with a real API server over what it makes of manifests before it asks policies.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use harden_admission::{Cluster, Object, Question, User};
use harden_core::kubernetes::MinorVersion;
use harden_yaml::documents;
use harness::ControlPlane;
use serde_json::Value;

#[test]
fn objects_are_decoded_as_the_server_decodes_them() {
    let Some(plane) = ControlPlane::shared() else { return };
    let text = include_str!("decoded/objects.yaml");
    let file = std::env::temp_dir().join(format!("decoded-{}.yaml", std::process::id()));
    std::fs::write(&file, text).unwrap();
    let words = ["create", "--dry-run=server", "-o", "json", "-f", file.to_str().unwrap()];
    let printed = plane.kubectl_ok(words);
    std::fs::remove_file(&file).unwrap();
    let printed = serde_json::Deserializer::from_str(&printed).into_iter::<Value>();
    let theirs: Vec<Value> = printed.map(|it| stripped(&it.unwrap())).collect();
    let cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
    let question =
        Question { operation: None, user: User::default(), namespace: "default".to_owned() };
    let mut ours = Vec::new();
    for document in documents(text) {
        for object in harden_core::object::objects(document.root()) {
            let object = question.place(Object::written(&object).unwrap(), &cluster);
            let request = question.request(object, None, &cluster).unwrap();
            ours.push(stripped(request.object.unwrap().json()));
        }
    }
    assert_eq!(ours.len(), theirs.len());
    let mut differences = Vec::new();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        compare(
            &format!("{} {}", theirs["kind"], theirs["metadata"]["name"]),
            ours,
            theirs,
            &mut differences,
        );
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

const TOKEN: &str = "kube-api-access-";

/// An object without what a server adds when it has asked policies.
fn stripped(object: &Value) -> Value {
    let mut object = object.clone();
    for field in ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"] {
        object["metadata"].as_object_mut().unwrap().remove(field);
    }
    object.as_object_mut().unwrap().remove("status");
    let text = object.to_string();
    // What a server makes by chance, and what it notes behind the policies that change something.
    let end = text.find(TOKEN).and_then(|at| text.get(at..at + TOKEN.len() + 5)).unwrap_or(TOKEN);
    let mut object: Value = serde_json::from_str(&text.replace(end, TOKEN)).unwrap();
    let later: &[&str] = match object["kind"].as_str().unwrap() {
        "DaemonSet" => &["/metadata/annotations"],
        "Job" => &["/metadata/labels", "/spec/selector", "/spec/template/metadata/labels"],
        "Service" => {
            &["/spec/clusterIP", "/spec/clusterIPs", "/spec/ipFamilies", "/spec/ipFamilyPolicy"]
        }
        _ => &[],
    };
    for (parent, key) in later.iter().filter_map(|it| it.rsplit_once('/')) {
        object.pointer_mut(parent).and_then(|it| it.as_object_mut()?.remove(key));
    }
    object
}

fn compare(at: &str, ours: &Value, theirs: &Value, differences: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                match b.get(key) {
                    Some(other) => compare(&format!("{at}/{key}"), value, other, differences),
                    None => differences.push(format!("{at}/{key}: ours {value}, theirs nothing")),
                }
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                differences.push(format!("{at}/{key}: ours nothing, theirs {value}"));
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{at}/{index}"), a, b, differences);
            }
        }
        _ if ours == theirs => {}
        _ => differences.push(format!("{at}: ours {ours}, theirs {theirs}")),
    }
}
