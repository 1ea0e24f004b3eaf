//! The selectors of Cilium: labels by what they come from, some of which are not those of pods.

use std::sync::Arc;

use harden_yaml::Place;

use super::super::peers::{Refusal, known_fields, list, refuse, text};
use crate::kubernetes::{is_label_value, is_qualified_name};
use crate::network::Direction;
use crate::network::connectivity::labels::{ACCOUNT, NAMESPACE_NAME, OF_NAMESPACE, Test};

/// What a rule is read for.
pub(super) struct Scope {
    /// None for a policy of the cluster.
    pub(super) namespace: Option<u32>,
    pub(super) direction: Direction,
}

/// What Cilium asks of labels: every requirement holds.
pub(super) struct Selector(Vec<Requirement>);

struct Requirement {
    of: Of,
    condition: Asked,
    /// Whether it stands in `matchLabels` with the source `k8s`.
    is_plain: bool,
}

/// Whose label is asked for.
enum Of {
    Pod(Arc<str>),
    /// Of the namespace of the pod; its name is a label, too.
    Namespace(Arc<str>),
    Account,
    /// Of the cluster that the pod is in.
    Cluster,
    /// Of what is no pod.
    Reserved(Arc<str>),
    /// One that no pod has.
    Nobody,
}

enum Asked {
    In(Vec<Arc<str>>),
    NotIn(Vec<Arc<str>>),
    Exists,
    DoesNotExist,
}

const POD_NAMESPACE: &str = "io.kubernetes.pod.namespace";
const NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";
const SERVICE_ACCOUNT: &str = "io.cilium.k8s.policy.serviceaccount";
const CLUSTER: &str = "io.cilium.k8s.policy.cluster";

/// How labels begin that are no part of what Cilium knows a pod by unless it is told otherwise
/// (`operations/performance/scalability/identity-relevant-labels` of its documentation).
const LEFT_OUT: [&str; 11] = [
    "io.kubernetes",
    "kubernetes.io",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/controller-uid",
    "k8s.io",
    "pod-template-generation",
    "pod-template-hash",
    "controller-revision-hash",
    "controller-uid",
];

impl Selector {
    pub(super) fn read(place: Place<'_>) -> Result<Self, Refusal> {
        known_fields(place, &["matchExpressions", "matchLabels"])?;
        let labels = place.at("matchLabels");
        known_map(labels)?;
        let mut requirements = Vec::new();
        for (key, value) in labels.entries() {
            let value = text(value)?;
            if !is_label_value(value) {
                return Err(refuse(labels, "a value of it is none of a label"));
            }
            let (source, of) = owner(key, labels)?;
            let is_plain = source == Some("k8s");
            requirements.push(Requirement {
                of,
                condition: Asked::In(vec![value.into()]),
                is_plain,
            });
        }
        for item in list(place.at("matchExpressions"))? {
            known_fields(item, &["key", "operator", "values"])?;
            let (_, of) = owner(text(item.at("key"))?, item)?;
            requirements.push(Requirement { of, condition: asked(item)?, is_plain: false });
        }
        Ok(Self(requirements))
    }

    /// What is not judged of it.
    pub(super) fn beyond(&self) -> Option<&'static str> {
        let names_cluster = self.0.iter().any(|it| matches!(it.of, Of::Cluster));
        names_cluster.then_some("which cluster a pod is in")
    }

    /// Whether it says which namespaces it is for; if not, those of a namespace are for that only.
    pub(super) fn names_namespaces(&self) -> bool {
        self.0.iter().any(|it| matches!(it.of, Of::Namespace(_)))
    }

    pub(super) fn is_for_reserved(&self) -> bool {
        self.0.iter().any(|it| matches!(it.of, Of::Reserved(_)))
    }

    /// What is no pod, where it asks for that and nothing else.
    pub(super) fn only_reserved(&self) -> Option<&str> {
        let [Requirement { of: Of::Reserved(name), condition, .. }] = self.0.as_slice() else {
            return None;
        };
        match condition {
            Asked::Exists => Some(name),
            Asked::In(values) if values.iter().any(|it| it.is_empty()) => Some(name),
            _ => None,
        }
    }

    /// What it asks of namespaces, by their own labels.
    pub(super) fn of_namespaces(&self) -> Test {
        let own = self.0.iter().filter_map(|it| match &it.of {
            Of::Namespace(key) => Some(it.condition.test(key)),
            _ => None,
        });
        Test::all(own)
    }

    /// What it asks of pods beside their namespaces.
    pub(super) fn of_pods(&self) -> Test {
        let own = self.0.iter().filter_map(|it| match &it.of {
            Of::Namespace(_) => None,
            Of::Pod(key) => Some(it.condition.test(key)),
            Of::Account => Some(it.condition.test(ACCOUNT)),
            Of::Cluster => Some(it.condition.of_something()),
            Of::Reserved(_) | Of::Nobody => Some(it.condition.of_nothing()),
        });
        Test::all(own)
    }

    /// What it asks of pods of the namespace that it is in. The name of a namespace is overwritten by that one.
    pub(super) fn of_own_namespace(&self) -> Test {
        let namespaces = self.0.iter().filter_map(|it| match &it.of {
            Of::Namespace(key) if **key == *NAMESPACE_NAME && it.is_plain => None,
            Of::Namespace(key) => Some(it.condition.test(&format!("{OF_NAMESPACE}{key}"))),
            _ => None,
        });
        Test::all(namespaces.chain([self.of_pods()]))
    }

    /// What it asks of labels that are not those of pods, by their keys as they are.
    pub(super) fn of_labels(&self) -> Test {
        let own = self.0.iter().map(|it| match &it.of {
            Of::Pod(key) | Of::Namespace(key) => it.condition.test(key),
            _ => it.condition.of_nothing(),
        });
        Test::all(own)
    }
}

impl Asked {
    fn test(&self, key: &str) -> Test {
        match self {
            Self::In(values) => Test::In(key.into(), values.clone()),
            Self::NotIn(values) => Test::not(Test::In(key.into(), values.clone())),
            Self::Exists => Test::Has(key.into()),
            Self::DoesNotExist => Test::not(Test::Has(key.into())),
        }
    }

    /// Where there is no such label.
    fn of_nothing(&self) -> Test {
        match self {
            Self::In(_) | Self::Exists => Test::never(),
            Self::NotIn(_) | Self::DoesNotExist => Test::Always,
        }
    }

    /// Where there is one of a value that nobody knows.
    fn of_something(&self) -> Test {
        if matches!(self, Self::DoesNotExist) { Test::never() } else { Test::Always }
    }
}

fn asked(item: Place<'_>) -> Result<Asked, Refusal> {
    let listed = list(item.at("values"))?;
    let values = listed.iter().map(|it| text(*it).map(Into::into));
    let values: Vec<Arc<str>> = values.collect::<Result<_, _>>()?;
    let needs =
        |some: bool, why| if values.is_empty() == some { Err(refuse(item, why)) } else { Ok(()) };
    match item.at("operator").as_str() {
        Some("In") => needs(true, "In needs values").map(|()| Asked::In(values.clone())),
        Some("NotIn") => needs(true, "NotIn needs values").map(|()| Asked::NotIn(values.clone())),
        Some("Exists") => needs(false, "Exists has no values").map(|()| Asked::Exists),
        Some("DoesNotExist") => {
            needs(false, "DoesNotExist has no values").map(|()| Asked::DoesNotExist)
        }
        _ => Err(refuse(item.at("operator"), "Unsupported value")),
    }
}

/// A key with the source before it, if any; those of Kubernetes and of any source are for pods.
fn owner<'d>(key: &'d str, place: Place<'_>) -> Result<(Option<&'d str>, Of), Refusal> {
    let (source, name) = match key.split_once(':') {
        Some((source, name)) => (Some(source), name),
        None => (None, key),
    };
    if !is_qualified_name(name) {
        return Err(refuse(place, &format!("{key}: no name of a label")));
    }
    let of = match source {
        Some("reserved") => Of::Reserved(name.into()),
        None | Some("" | "any" | "k8s") => of_kubernetes(name),
        Some(_) => Of::Nobody,
    };
    Ok((source, of))
}

fn of_kubernetes(name: &str) -> Of {
    if let Some(label) = name.strip_prefix(NAMESPACE_LABELS) {
        return Of::Namespace(label.into());
    }
    match name {
        POD_NAMESPACE => Of::Namespace(NAMESPACE_NAME.into()),
        SERVICE_ACCOUNT => Of::Account,
        CLUSTER => Of::Cluster,
        _ if is_left_out(name) => Of::Nobody,
        _ => Of::Pod(name.into()),
    }
}

fn is_left_out(name: &str) -> bool {
    let is_beta =
        name.split_once('/').is_some_and(|(domain, _)| domain.ends_with("beta.kubernetes.io"));
    is_beta || LEFT_OUT.iter().any(|it| name.starts_with(it))
}

fn known_map(place: Place<'_>) -> Result<(), Refusal> {
    if place.is_map() || !place.exists() || place.is_null() {
        Ok(())
    } else {
        Err(refuse(place, "must be a map"))
    }
}
