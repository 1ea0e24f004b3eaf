//! Versions of one resource.

use harden_core::kubernetes::{MinorVersion, resources};
use serde_json::Value;

use super::super::facts::Facts;

/// Whether an object of one version is one of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Equivalence {
    /// It is not served in that version.
    None,
    /// It is, and all but `apiVersion` stays.
    Same,
    /// It is or may be, and what it is then is not known here.
    Unknown,
}

/// Built-in resources that are served in several versions or groups, until a version of Kubernetes.
const SEVERAL: [(&str, &str, &[&str], u16); 14] = [
    ("autoscaling", "horizontalpodautoscalers", &["v1", "v2", "v2beta2", "v2beta1"], u16::MAX),
    ("batch", "cronjobs", &["v1", "v1beta1"], 25),
    ("policy", "poddisruptionbudgets", &["v1", "v1beta1"], 25),
    ("discovery.k8s.io", "endpointslices", &["v1", "v1beta1"], 25),
    ("flowcontrol.apiserver.k8s.io", "flowschemas", &["v1", "v1beta3", "v1beta2"], 32),
    (
        "flowcontrol.apiserver.k8s.io",
        "prioritylevelconfigurations",
        &["v1", "v1beta3", "v1beta2"],
        32,
    ),
    ("storage.k8s.io", "csistoragecapacities", &["v1", "v1beta1"], 27),
    ("storage.k8s.io", "volumeattributesclasses", &["v1", "v1beta1", "v1alpha1"], u16::MAX),
    ("networking.k8s.io", "ipaddresses", &["v1", "v1beta1"], u16::MAX),
    ("networking.k8s.io", "servicecidrs", &["v1", "v1beta1"], u16::MAX),
    ("certificates.k8s.io", "clustertrustbundles", &["v1beta1", "v1alpha1"], u16::MAX),
    ("events.k8s.io", "events", &["v1", "v1beta1"], u16::MAX),
    ("coordination.k8s.io", "leasecandidates", &["v1beta1", "v1alpha2"], u16::MAX),
    ("node.k8s.io", "runtimeclasses", &["v1", "v1beta1"], 25),
];

/// What becomes of an object of a request in another version.
pub(super) fn between(facts: &Facts<'_>, group: &str, version: &str) -> Equivalence {
    let (object_group, resource) = (facts.object.group(), facts.resource.name.as_str());
    let MinorVersion(minor) = facts.request.cluster.version;
    let is_event = |group: &str| matches!(group, "" | "events.k8s.io");
    if resource == "events" && is_event(group) && is_event(object_group) {
        return Equivalence::Unknown;
    }
    if group != object_group {
        return Equivalence::None;
    }
    if resources::is_own_group(group) || group.is_empty() {
        // All kinds of dynamic resources have changed from version to version.
        let changes = group == "resource.k8s.io"
            || SEVERAL.iter().any(|(of, name, versions, until)| {
                *of == group && *name == resource && versions.contains(&version) && minor < *until
            });
        return if changes { Equivalence::Unknown } else { Equivalence::None };
    }
    of_definition(facts, version)
}

/// What a definition says of the versions of its kind.
fn of_definition(facts: &Facts<'_>, version: &str) -> Equivalence {
    let cluster = facts.request.cluster;
    let name = format!("{}.{}", facts.resource.name, facts.object.group());
    let definition = cluster.get("apiextensions.k8s.io", "CustomResourceDefinition", "", &name);
    let Some(definition) = definition else { return Equivalence::Unknown };
    let versions = definition.at("/spec/versions").and_then(Value::as_array);
    let is_served = versions.into_iter().flatten().any(|it| {
        it.get("name").and_then(Value::as_str) == Some(version)
            && it.get("served").and_then(Value::as_bool) == Some(true)
    });
    let by_webhook =
        definition.at("/spec/conversion/strategy").and_then(Value::as_str) == Some("Webhook");
    match (is_served, by_webhook) {
        (false, _) => Equivalence::None,
        (true, true) => Equivalence::Unknown,
        (true, false) => Equivalence::Same,
    }
}
