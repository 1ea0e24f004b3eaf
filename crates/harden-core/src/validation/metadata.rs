//! What the API server refuses of the metadata of an object.

use harden_yaml::Place;

use super::names::{self, Flaw};
use super::problem::{ProblemKind, Problems};
use crate::kubernetes::{GroupKind, MinorVersion};
use crate::object::{Object, is_placeholder};

/// The most bytes that all annotations of an object may have, keys included.
const MOST_ANNOTATIONS: usize = 256 << 10;

/// What the name of an object must be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// An RFC 1123 label.
    Label,
    /// An RFC 1123 subdomain.
    Subdomain,
    /// A label of RFC 1035 before 1.36, of RFC 1123 since.
    Service,
    /// A subdomain before 1.28, a label since.
    StatefulSet,
    /// Whatever can stand in a URL.
    Segment,
}

/// Built-in kinds by group: what their names are like.
const FORMS: &[(&str, &str, Form)] = &[
    ("", "ConfigMap", Form::Subdomain),
    ("", "Endpoints", Form::Subdomain),
    ("", "LimitRange", Form::Subdomain),
    ("", "Namespace", Form::Label),
    ("", "Node", Form::Subdomain),
    ("", "PersistentVolume", Form::Subdomain),
    ("", "PersistentVolumeClaim", Form::Subdomain),
    ("", "Pod", Form::Subdomain),
    ("", "PodTemplate", Form::Subdomain),
    ("", "ReplicationController", Form::Subdomain),
    ("", "ResourceQuota", Form::Subdomain),
    ("", "Secret", Form::Subdomain),
    ("", "Service", Form::Service),
    ("", "ServiceAccount", Form::Subdomain),
    ("apps", "ControllerRevision", Form::Subdomain),
    ("apps", "DaemonSet", Form::Subdomain),
    ("apps", "Deployment", Form::Subdomain),
    ("apps", "ReplicaSet", Form::Subdomain),
    ("apps", "StatefulSet", Form::StatefulSet),
    ("autoscaling", "HorizontalPodAutoscaler", Form::Subdomain),
    ("batch", "CronJob", Form::Subdomain),
    ("batch", "Job", Form::Subdomain),
    ("coordination.k8s.io", "Lease", Form::Subdomain),
    ("discovery.k8s.io", "EndpointSlice", Form::Subdomain),
    ("networking.k8s.io", "Ingress", Form::Subdomain),
    ("networking.k8s.io", "IngressClass", Form::Subdomain),
    ("networking.k8s.io", "NetworkPolicy", Form::Subdomain),
    ("node.k8s.io", "RuntimeClass", Form::Subdomain),
    ("policy", "PodDisruptionBudget", Form::Segment),
    ("rbac.authorization.k8s.io", "ClusterRole", Form::Segment),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", Form::Segment),
    ("rbac.authorization.k8s.io", "Role", Form::Segment),
    ("rbac.authorization.k8s.io", "RoleBinding", Form::Segment),
    ("scheduling.k8s.io", "PriorityClass", Form::Subdomain),
    ("storage.k8s.io", "StorageClass", Form::Subdomain),
];

impl Form {
    fn of(object: &Object<'_>) -> Option<Self> {
        FORMS.iter().find(|(group, kind, _)| object.is(group, kind)).map(|(.., form)| *form)
    }

    fn flaw(self, name: &str, version: MinorVersion) -> Flaw {
        match self {
            Self::Service if version < MinorVersion(36) => names::label_1035(name),
            Self::StatefulSet if version < MinorVersion(28) => names::subdomain(name),
            Self::Label | Self::Service | Self::StatefulSet => names::label(name),
            Self::Subdomain => names::subdomain(name),
            Self::Segment => names::segment(name),
        }
    }
}

/// Whether the metadata of such objects is known to be validated.
pub(super) fn is_known(object: &Object<'_>) -> bool {
    Form::of(object).is_some()
}

pub(super) fn check<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let metadata = object.place.at("metadata");
    let version = problems.version;
    if let Some(form) = Form::of(object) {
        let is_named = |key: &'static str| {
            let name = metadata.at(key);
            name.exists() && name.as_str() != Some("")
        };
        // A LimitRange without a name is given one.
        let needs_name = !object.is_of(GroupKind::LIMIT_RANGE);
        if needs_name && !is_named("name") && !is_named("generateName") {
            let message = "an object needs a `name`, or a `generateName` where it is only created";
            problems.add(ProblemKind::Name, metadata.at("name"), message);
        }
        problems.optional_text(ProblemKind::Name, metadata.at("name"), |it| form.flaw(it, version));
        problems.optional_text(ProblemKind::Name, metadata.at("generateName"), |prefix| {
            form.flaw(&names::with_an_end(prefix), version)
        });
    }
    problems.optional_text(ProblemKind::Name, metadata.at("namespace"), names::label);
    labels(metadata, problems);
}

/// Labels and annotations, of an object or of the pods that it makes.
pub(super) fn labels<'d>(metadata: Place<'d>, problems: &mut Problems<'d>) {
    map_of_labels(metadata.at("labels"), problems);
    let annotations = metadata.at("annotations");
    let mut size = 0;
    for (key, value) in annotations.entries() {
        size += key.len() + value.as_str().map_or(0, str::len);
        let lower = key.to_lowercase();
        if let Some(rule) = names::qualified_name(&lower)
            && !is_placeholder(key)
        {
            let message = format!("the key of an annotation {rule}");
            problems.add(ProblemKind::Label, value, message);
        }
    }
    if size > MOST_ANNOTATIONS {
        let message =
            format!("annotations have {size} bytes and may have at most {MOST_ANNOTATIONS}");
        problems.add(ProblemKind::Label, annotations, message);
    }
}

/// Labels as they are given or wanted: keys and values.
pub(super) fn map_of_labels<'d>(labels: Place<'d>, problems: &mut Problems<'d>) {
    for (key, value) in labels.entries() {
        if let Some(rule) = names::qualified_name(key)
            && !is_placeholder(key)
        {
            problems.add(ProblemKind::Label, value, format!("the key of a label {rule}"));
        }
        problems.text(ProblemKind::Label, value, names::label_value);
    }
}
