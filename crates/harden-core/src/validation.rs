//! What the API server refuses of an object whose fields all have their types: values that contradict each
//! other, names that are no names, and what is named and is not there.
//!
//! It says what the hand-written validation of Kubernetes says on creation, as far as the object alone tells.
//! What one field's schema decides is left to the schema.

mod autoscaler;
mod data;
mod disruption_budget;
mod ingress;
mod limit_range;
mod metadata;
mod names;
mod percentage;
mod pod;
mod priority_class;
mod problem;
mod quota;
mod selector;
mod service;
mod storage;
mod workload;

use crate::kubernetes::MinorVersion;
use crate::object::Object;

use problem::Problems;
pub use problem::{Problem, ProblemKind};

/// A built-in kind in a version whose validation is known, and what validates it.
type Validation =
    (&'static str, &'static str, &'static str, for<'d> fn(&Object<'d>, &mut Problems<'d>));

/// By group, version and kind. What else there is of a kind, such as its metadata, is the same for all.
const VALIDATIONS: &[Validation] = &[
    ("", "v1", "ConfigMap", data::check_config_map),
    ("", "v1", "LimitRange", limit_range::check),
    ("", "v1", "PersistentVolume", storage::check_volume),
    ("", "v1", "PersistentVolumeClaim", storage::check_claim),
    ("", "v1", "Pod", pod::check_pod),
    ("", "v1", "PodTemplate", pod::check_pod_template),
    ("", "v1", "ReplicationController", workload::check_replication_controller),
    ("", "v1", "ResourceQuota", quota::check),
    ("", "v1", "Secret", data::check_secret),
    ("", "v1", "Service", service::check),
    ("apps", "v1", "DaemonSet", workload::check_daemon_set),
    ("apps", "v1", "Deployment", workload::check_deployment),
    ("apps", "v1", "ReplicaSet", workload::check_replica_set),
    ("apps", "v1", "StatefulSet", workload::check_stateful_set),
    ("autoscaling", "v1", "HorizontalPodAutoscaler", autoscaler::check),
    ("autoscaling", "v2", "HorizontalPodAutoscaler", autoscaler::check),
    ("batch", "v1", "CronJob", workload::check_cron_job),
    ("batch", "v1", "Job", workload::check_job),
    ("networking.k8s.io", "v1", "Ingress", ingress::check),
    ("policy", "v1", "PodDisruptionBudget", disruption_budget::check),
    ("scheduling.k8s.io", "v1", "PriorityClass", priority_class::check),
];

/// What an API server of this version refuses in an object, in no order that means something. Nothing for kinds
/// that are not known. The object must be whole: of a part of one nothing can be said.
pub fn check<'d>(object: &Object<'d>, version: MinorVersion) -> Vec<Problem<'d>> {
    let mut problems = Problems::new(version);
    if metadata::is_known(object) {
        metadata::check(object, &mut problems);
    }
    let of_kind = VALIDATIONS
        .iter()
        .find(|(group, version, kind, _)| object.is(group, kind) && object.version == *version);
    if let Some((.., check)) = of_kind {
        check(object, &mut problems);
    }
    problems.take()
}

#[cfg(test)]
mod tests;
