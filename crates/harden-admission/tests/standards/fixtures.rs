//! Pods with what upstream's evaluator says of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use harden_admission::Object;
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::object::{Origin, objects};
use harden_core::pod_security::{Version, evaluate_as_server};
use harden_yaml::Document;
use harness::Need;
use serde_json::Value;

/// A pod that is judged at a level.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) level: Level,
    pub(super) version: MinorVersion,
    pub(super) pod: usize,
    /// Upstream's checks that forbid it, sorted.
    pub(super) checks: Vec<String>,
}

/// Pods, each once.
#[derive(Default)]
pub(super) struct Pods {
    pods: Vec<Value>,
    by_text: BTreeMap<String, usize>,
}

impl Pods {
    pub(super) fn get(&self, pod: usize) -> &Value {
        &self.pods[pod]
    }

    fn add(&mut self, text: &str, read: impl FnOnce() -> Value) -> usize {
        *self.by_text.entry(text.to_owned()).or_insert_with(|| {
            self.pods.push(read());
            self.pods.len() - 1
        })
    }
}

/// Upstream's fixtures of every level and version.
pub(super) fn upstream() -> Option<(Pods, Vec<Case>)> {
    let folder = Need::Answers.at("psa")?;
    let mut pods = Pods::default();
    let cases = lines(&folder.join("expected.jsonl")).into_iter().map(|line| {
        let name = line["file"].as_str().unwrap();
        let (level, rest) = name.split_once('/').unwrap();
        let (version, _) = rest.split_once('/').unwrap();
        let text = fs::read_to_string(folder.join("testdata").join(name)).unwrap();
        let pod = pods.add(&text, || {
            let document = Document::parse_yaml(&text);
            let object = objects(document.root()).next().unwrap();
            Object::written(&object).unwrap().json().clone()
        });
        Case::new(name, level, version, pod, &line)
    });
    let cases = cases.collect();
    Some((pods, cases))
}

/// Pods that were generated.
pub(super) fn generated() -> Option<(Pods, Vec<Case>)> {
    let folder = Need::Answers.at("psa")?;
    let mut pods = Pods::default();
    let cases = lines(&folder.join("cases.jsonl")).into_iter().map(|line| {
        let text = |key: &str| line[key].as_str().unwrap().to_owned();
        let pod = pods.add(&line["pod"].to_string(), || line["pod"].clone());
        Case::new(&text("id"), &text("level"), &text("version"), pod, &line)
    });
    let cases = cases.collect();
    Some((pods, cases))
}

impl Case {
    fn new(name: &str, level: &str, version: &str, pod: usize, answer: &Value) -> Self {
        let checks = answer["checks"].as_array().unwrap().iter();
        let mut checks: Vec<_> = checks.map(|it| it.as_str().unwrap().to_owned()).collect();
        checks.sort_unstable();
        Self {
            name: name.to_owned(),
            level: level.parse().unwrap(),
            version: version.parse::<Version>().unwrap().effective(MinorVersion::NEWEST_KNOWN),
            pod,
            checks,
        }
    }
}

/// Whether a server gives a default to a pod by which a check comes to something else: a volume without a source becomes
/// an emptyDir, and a port on the network of the node a port of the node.
pub(super) fn is_defaulted(pod: &Value) -> bool {
    let spec = &pod["spec"];
    let items = |of: &Value| of.as_array().cloned().unwrap_or_default();
    let has_source = |volume: &Value| volume.as_object().is_some_and(|it| it.len() > 1);
    let lists = ["containers", "initContainers"].into_iter().flat_map(|key| items(&spec[key]));
    let mut ports = lists.flat_map(|it| items(&it["ports"]));
    items(&spec["volumes"]).iter().any(|it| !has_source(it))
        || spec["hostNetwork"] == true && ports.any(|it| it["hostPort"].is_null())
}

/// The checks that forbid a pod, sorted, by the model that upstream's answers hold.
pub(super) fn checks(level: Level, version: MinorVersion, pod: &Value) -> Vec<String> {
    let text = pod.to_string();
    let document = Document::parse_json(&text);
    let (metadata, spec) = (document.root().at("metadata"), document.root().at("spec"));
    let failures = evaluate_as_server(level, version, metadata, spec, Origin::Pod);
    let mut checks: Vec<_> = failures.iter().map(|it| it.check.id.to_owned()).collect();
    checks.sort_unstable();
    checks
}

fn lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
