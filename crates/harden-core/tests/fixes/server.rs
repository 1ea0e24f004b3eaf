//! A real API server admits to a restricted namespace what is said to reach the restricted level.

use harden_core::kubernetes::Level;
use harden_core::object::objects;
use harden_core::rules::usual;
use harden_yaml::parse;
use harness::{ControlPlane, eventually};
use serde_json::{Map, Value, json};

use crate::model::Node;
use crate::promise::{Told, WAYS, fix_all};
use crate::proxy::Proxy;
use crate::real::inputs;

const NAMESPACE: &str = "
apiVersion: v1
kind: Namespace
metadata:
  name: fixed
  labels: {pod-security.kubernetes.io/enforce: restricted}
";

/// What names an object that a server without the rest of the manifests does not have, or is not for new pods.
const ELSEWHERE: [&str; 7] = [
    "serviceAccountName",
    "serviceAccount",
    "priorityClassName",
    "runtimeClassName",
    "ephemeralContainers",
    "resourceClaims",
    "nodeName",
];

/// A pod, and whether it is said to reach the restricted level.
struct Made {
    file: String,
    pod: Value,
    is_restricted: bool,
}

/// The pods of all objects, made as controllers make them of templates.
fn pods(told: &Told<'_>) -> Vec<Made> {
    let mut made = Vec::new();
    for record in &told.after.sources {
        let Some(text) = record.text.as_deref() else { continue };
        let documents = parse(text);
        let mut levels = record.pods.iter();
        for object in documents.iter().flat_map(|it| objects(it.root())) {
            for pod in object.pods() {
                let reference = object.reference();
                let Some(summary) = levels.next() else { break };
                assert_eq!(*summary.object, *reference, "{}", record.name);
                let Some(level) = summary.level else { continue };
                let [metadata, mut spec] =
                    [pod.metadata, pod.spec].map(|it| fields(Node::of(it).value()));
                ELSEWHERE.iter().for_each(|it| drop(spec.remove(*it)));
                let mut own = json!({"name": format!("pod-{}", made.len()), "namespace": "fixed"});
                for field in ["labels", "annotations"] {
                    own[field] = metadata.get(field).cloned().unwrap_or_default();
                }
                let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": own, "spec": spec});
                let is_restricted = level == Level::Restricted;
                made.push(Made { file: record.name.to_string(), pod, is_restricted });
            }
        }
    }
    made
}

fn fields(value: Value) -> Map<String, Value> {
    if let Value::Object(fields) = value { fields } else { Map::new() }
}

#[test]
fn what_reaches_the_restricted_level_is_admitted_by_a_server() {
    let Some(plane) = ControlPlane::shared() else { return };
    let inputs = inputs(harness::Need::Manifests);
    plane.apply(NAMESPACE);
    eventually("the default ServiceAccount", || {
        let all = plane.kubectl_ok(["get", "serviceaccounts", "-n", "fixed", "-o", "name"]);
        (!all.is_empty()).then_some(())
    });
    let proxy = Proxy::start(plane);
    let rules: Vec<_> = usual().collect();
    let (mut admitted, mut refused, mut unjudged, mut wrong) = (0, 0, Vec::new(), Vec::new());
    for texts in &inputs {
        for Made { file, pod, is_restricted } in fix_all(texts, &rules, WAYS[0], |it| pods(&it)) {
            let reply = proxy.create("/api/v1/namespaces/fixed/pods", &pod.to_string());
            match (reply.code, is_restricted) {
                (201, true) => admitted += 1,
                (403, false) if reply.message.contains("violates PodSecurity") => refused += 1,
                // Before Pod Security comes what is no sound pod, or what other admission refuses.
                (400 | 422, _) => unjudged.push(format!("{file}: {}", reply.message)),
                (code, _) => wrong.push(format!("{file}: {code} {}\n{pod}", reply.message)),
            }
        }
    }
    eprintln!("{admitted} admitted, {refused} refused as said; not judged: {unjudged:#?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(inputs.is_empty() || unjudged.len() * 20 < admitted, "a test of nothing");
}
