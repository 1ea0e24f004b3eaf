//! Objects, and the pods that they are or make.

mod amounts;
mod blank;
mod copies;
mod fragments;
mod kinds;
pub mod node_files;
mod objects;
mod programs;
mod reference;
mod secrets;
mod texts;

use harden_yaml::Place;

pub use amounts::{node_ports, pod_amount, quantity};
pub use blank::{is_blank, is_placeholder, is_template, is_variable};
pub use copies::{Copies, copies};
pub use fragments::Fragment;
pub(crate) use fragments::is_pod_shaped;
pub use kinds::{KINDS, PodKind};
pub use objects::{Object, Objects, objects};
pub(crate) use objects::{first_word, objects_in, objects_of_list};
pub use reference::ObjectReference;
pub use secrets::SecretUse;

/// Where the metadata and spec of a pod come from, which decides how the API server defaults them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// An object of kind Pod that is created.
    Pod,
    /// The template in another kind.
    Template,
}

/// The metadata and spec of a pod, wherever they stand.
#[derive(Debug, Clone, Copy)]
pub struct PodTemplate<'d> {
    /// The pod's metadata: its labels and annotations.
    pub metadata: Place<'d>,
    /// The pod's spec.
    pub spec: Place<'d>,
    /// Whether it is a Pod itself, or a template that others make pods of.
    pub origin: Origin,
    /// Whether an operator lays a pod of its own under it, so that nobody can tell what is missing.
    pub is_partial: bool,
}

impl<'d> Object<'d> {
    /// What is known of its kind, if its objects are pods or make them.
    pub fn pod_kind(&self) -> Option<&'static PodKind> {
        PodKind::find(self.group, self.kind)
    }

    /// The pods that it is or makes, in the order of the table; empty for kinds that make none, and
    /// for templates that are not written.
    pub fn pods(&self) -> Vec<PodTemplate<'d>> {
        let Some(kind) = self.pod_kind() else { return Vec::new() };
        let mut pods = Vec::new();
        for path in kind.pods {
            walk(self.place, path, &mut |holder| {
                let spec = holder.at("spec");
                if spec.exists() || kind.origin() == Origin::Pod {
                    let metadata = holder.at("metadata");
                    let origin = kind.origin();
                    pods.push(PodTemplate { metadata, spec, origin, is_partial: false });
                }
            });
        }
        pods
    }
}

/// Visits the places that a path leads to: keys between dots, `[]` for every item of a list and `{}`
/// for every value of a map.
fn walk<'d>(place: Place<'d>, path: &'static str, visit: &mut impl FnMut(Place<'d>)) {
    if path.is_empty() {
        return visit(place);
    }
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    if let Some(key) = step.strip_suffix("[]") {
        for item in place.at(key).items() {
            walk(item, rest, visit);
        }
    } else if let Some(key) = step.strip_suffix("{}") {
        for (_, value) in place.at(key).entries() {
            walk(value, rest, visit);
        }
    } else {
        walk(place.at(step), rest, visit);
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    fn spec_paths(text: &str) -> Vec<String> {
        let document = Document::parse_yaml(text);
        let all = objects(document.root());
        all.flat_map(|object| object.pods()).map(|pod| pod.spec.path()).collect()
    }

    #[test]
    fn pods_are_found_in_every_kind_that_the_api_server_looks_into() {
        for (kind, template) in [
            ("{apiVersion: v1, kind: ReplicationController, ", "spec.template"),
            ("{apiVersion: apps/v1, kind: ReplicaSet, ", "spec.template"),
            ("{apiVersion: apps/v1, kind: Deployment, ", "spec.template"),
            ("{apiVersion: apps/v1, kind: StatefulSet, ", "spec.template"),
            ("{apiVersion: apps/v1, kind: DaemonSet, ", "spec.template"),
            ("{apiVersion: batch/v1, kind: Job, ", "spec.template"),
        ] {
            let text = format!("{kind} spec: {{template: {{spec: {{containers: []}}}}}}}}");
            assert_eq!(spec_paths(&text), [format!("{template}.spec")], "{text}");
        }
        let pod = "{apiVersion: v1, kind: Pod, spec: {containers: []}}";
        assert_eq!(spec_paths(pod), ["spec"]);
        let template = "{apiVersion: v1, kind: PodTemplate, template: {spec: {containers: []}}}";
        assert_eq!(spec_paths(template), ["template.spec"]);
        let cron = "{apiVersion: batch/v1, kind: CronJob, \
                    spec: {jobTemplate: {spec: {template: {spec: {containers: []}}}}}}";
        assert_eq!(spec_paths(cron), ["spec.jobTemplate.spec.template.spec"]);
        assert_eq!(KINDS.iter().filter(|kind| kind.is_judged_on_creation).count(), 9);
    }

    #[test]
    fn a_kind_is_known_by_its_group_and_not_by_its_name_alone() {
        let job = "{apiVersion: example.com/v1, kind: Job, spec: {template: {spec: {}}}}";
        assert!(spec_paths(job).is_empty());
        let legacy =
            "{apiVersion: extensions/v1beta1, kind: Deployment, spec: {template: {spec: {}}}}";
        assert_eq!(spec_paths(legacy), ["spec.template.spec"]);
    }

    #[test]
    fn custom_kinds_may_hold_several_templates() {
        let ray = "{apiVersion: ray.io/v1, kind: RayCluster, spec: {headGroupSpec: {template: {spec: {}}}, \
                   workerGroupSpecs: [{template: {spec: {}}}, {template: {spec: {}}}]}}";
        assert_eq!(
            spec_paths(ray),
            [
                "spec.headGroupSpec.template.spec",
                "spec.workerGroupSpecs[0].template.spec",
                "spec.workerGroupSpecs[1].template.spec",
            ]
        );
        let training = "{apiVersion: kubeflow.org/v1, kind: PyTorchJob, spec: {pytorchReplicaSpecs: \
                        {Master: {template: {spec: {}}}, Worker: {template: {spec: {}}}}}}";
        assert_eq!(
            spec_paths(training),
            [
                "spec.pytorchReplicaSpecs.Master.template.spec",
                "spec.pytorchReplicaSpecs.Worker.template.spec",
            ]
        );
    }

    #[test]
    fn templates_that_are_not_written_are_no_pods() {
        assert!(spec_paths("{apiVersion: v1, kind: ReplicationController, spec: {}}").is_empty());
        assert!(
            spec_paths("{apiVersion: v1, kind: ConfigMap, spec: {template: {spec: {}}}}")
                .is_empty()
        );
    }

    #[test]
    fn every_kind_is_listed_once() {
        for (index, kind) in KINDS.iter().enumerate() {
            let first = KINDS.iter().position(|it| it.group == kind.group && it.kind == kind.kind);
            assert_eq!(first, Some(index), "{}/{}", kind.group, kind.kind);
            assert!(!kind.pods.is_empty());
        }
    }
}
