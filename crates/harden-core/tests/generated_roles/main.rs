//! Roles that are made of logs, of manifests and of lists: what they grant, what they say, and that no rule of
//! check objects to them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod manifests;
mod reading;
mod ready;
mod standing;
mod used;

use harden_core::check::{Settings, check};
use harden_core::cluster::Facts;
use harden_core::finding::Severity;
use harden_core::generators::role::Options;
use harden_core::generators::{Generate as _, Generated, OptionError};
use harden_core::{ManifestFormat, render, rules};
use serde_json::{Value, json};

const LOG: &str = "audit.log";

/// An event at the end of an allowed request.
fn event(verb: &str, group: &str, resource: &str, namespace: &str, name: &str) -> Value {
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "stage": "ResponseComplete",
        "auditID": "0d1c", "requestURI": format!("/x/{resource}/{name}?token=hunter2"), "verb": verb,
        "user": {"username": "ann", "groups": ["dev", "system:authenticated"]},
        "objectRef": {"resource": resource, "namespace": namespace, "name": name, "apiGroup": group,
            "apiVersion": "v1", "subresource": subresource},
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": "2026-11-23T10:00:00.000000Z",
        "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": ""},
    })
}

fn get(resource: &str, namespace: &str, name: &str) -> Value {
    event("get", "", resource, namespace, name)
}

fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

fn url(path: &str, verb: &str) -> Value {
    let mut event = with(get("", "", ""), "/requestURI", path.into());
    event.as_object_mut().unwrap().remove("objectRef");
    with(event, "/verb", verb.into())
}

fn for_ann() -> Options {
    Options { user: Some("ann".to_owned()), from_audit: vec![LOG.to_owned()], ..Options::default() }
}

fn made(mut options: Options, events: &[Value]) -> Result<Generated, OptionError> {
    let text: String = events.iter().map(|it| format!("{it}\n")).collect();
    options.read(LOG, &text)?;
    options.generate(&Facts::default())
}

/// The rules of a role, each as `verbs of resources [names]`, in the cluster or in a namespace.
fn rules_in(generated: &Generated, namespace: Option<&str>) -> Vec<String> {
    let words = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let roles = generated.manifests.iter().filter(|it| it.kind.kind.ends_with("Role"));
    let entries = roles
        .filter(|it| it.namespace.as_deref() == namespace)
        .flat_map(|it| it.object["rules"].as_array().unwrap().clone());
    entries
        .map(|rule| {
            let group = words(&rule["apiGroups"]).join(",");
            let group = if group.is_empty() { String::new() } else { format!(" {group}") };
            let what = [words(&rule["resources"]), words(&rule["nonResourceURLs"])].concat();
            let names = words(&rule["resourceNames"]);
            let names = if names.is_empty() { String::new() } else { format!(" {names:?}") };
            format!("{}{group} {}{names}", words(&rule["verbs"]).join("/"), what.join(","))
        })
        .collect()
}

fn text(generated: &Generated) -> String {
    render(&generated.manifests, ManifestFormat::Yaml, true)
}

/// What check says of them, from this severity.
fn findings(generated: &Generated, from: Severity) -> Vec<String> {
    let text = text(generated);
    let outcome = check(Settings::new(rules::all()), [&*text]);
    assert_eq!(outcome.coverage.objects, generated.manifests.len());
    let found = outcome.findings.iter().filter(|it| it.about.severity >= from);
    found.map(|it| format!("{}: {}", it.about.id, it.message)).collect()
}
