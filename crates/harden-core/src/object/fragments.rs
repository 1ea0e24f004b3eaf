//! Pods in kinds that are not known, by their shape.
//!
//! Operators lay their own pods under what such a kind says, so that nobody can tell from it what is missing.

use std::collections::BTreeSet;

use harden_yaml::Place;

use super::objects::{DEEPEST, is_object};
use super::{Object, Origin, PodTemplate};

/// What a kind that is not known says of pods.
#[derive(Debug, Clone)]
pub struct Fragment<'d> {
    /// What has the fields of a pod's spec.
    pub template: PodTemplate<'d>,
    /// Containers beside those in the lists of a pod.
    pub containers: Vec<Place<'d>>,
}

/// The lists of a pod.
const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Lists of other kinds whose items are containers.
const OTHER_LISTS: [&str; 2] = ["steps", "sidecars"];

/// What is in containers only, beside an `image`.
const FIELDS: [&str; 9] = [
    "command",
    "args",
    "env",
    "envFrom",
    "volumeMounts",
    "resources",
    "securityContext",
    "ports",
    "livenessProbe",
];

/// What is in the security context of containers only.
const SECURITY_FIELDS: [&str; 5] = [
    "privileged",
    "capabilities",
    "allowPrivilegeEscalation",
    "readOnlyRootFilesystem",
    "procMount",
];

/// Places where a volume's files come from.
const VOLUME_SOURCES: [&str; 7] =
    ["hostPath", "emptyDir", "secret", "configMap", "persistentVolumeClaim", "projected", "csi"];

/// Groups whose objects say what pods must or may be like, and not what they are; and some of Kubernetes,
/// whose objects hold none.
const CLOSED: [&str; 13] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "auto.gke.io",
    "config.k8s.io",
    "gatekeeper.sh",
    "jspolicy.com",
    "kubewarden.io",
    "kyverno.io",
    "networking.k8s.io",
    "rbac.authorization.k8s.io",
    "security.openshift.io",
    "sigstore.dev",
    "storage.k8s.io",
];

/// How kinds end, in lower case, that make exceptions or say what is let in.
const ALLOWING: [&str; 6] =
    ["allowlist", "denylist", "whitelist", "blacklist", "exception", "exemption"];

/// Keys under which there is what objects are compared with, and not what they are.
const CRITERIA: [&str; 14] = [
    "allow",
    "allowed",
    "deny",
    "denied",
    "disallowed",
    "forbidden",
    "matchingCriteria",
    "match",
    "pattern",
    "anyPattern",
    "patterns",
    "exclude",
    "exceptions",
    "exemptions",
];

/// What says of the map that it is in that it bounds pods, as PodSecurityPolicies did.
const BOUNDS: [&str; 8] = [
    "allowedCapabilities",
    "allowedFlexVolumes",
    "allowedHostPaths",
    "allowedUnsafeSysctls",
    "defaultAddCapabilities",
    "defaultAllowPrivilegeEscalation",
    "forbiddenSysctls",
    "requiredDropCapabilities",
];

impl<'d> Object<'d> {
    /// What it says of pods, if it is of a kind that is not known.
    pub fn fragments(&self) -> Vec<Fragment<'d>> {
        let mut fragments = Fragments(Vec::new());
        if self.pod_kind().is_none() && self.is_open() {
            for (_, value) in self.place.entries().filter(|(key, _)| may_hold_pods(key)) {
                fragments.visit(value, self.place, None, DEEPEST);
            }
        }
        fragments.0
    }

    /// Whether it is of a custom kind that may hold pods or other objects.
    pub(super) fn is_open(&self) -> bool {
        let is_in = |group: &str| {
            let rest = self.group.strip_suffix(group);
            rest.is_some_and(|it| it.is_empty() || it.ends_with('.'))
        };
        let kind = self.kind.to_ascii_lowercase();
        self.group.contains('.')
            && !CLOSED.iter().any(|it| is_in(it))
            && !ALLOWING.iter().any(|it| kind.ends_with(it))
    }
}

/// Whether pods or objects may be under a key of an object, and not only what they are compared with.
pub(super) fn may_hold_pods(key: &str) -> bool {
    !matches!(key, "metadata" | "status") && !CRITERIA.contains(&key)
}

/// Whether it is what must not be there, in a policy of Open Cluster Management.
pub(super) fn is_forbidden(place: Place<'_>) -> bool {
    let compliance = place.at("complianceType").as_str();
    compliance.is_some_and(|it| it.eq_ignore_ascii_case("mustnothave"))
}

/// Whether a place has what is in the spec of a pod only.
pub(crate) fn is_pod_shaped(place: Place<'_>) -> bool {
    let is_bound = BOUNDS.iter().any(|it| place.at(it).exists());
    let is_on_host =
        ["hostNetwork", "hostPID", "hostIPC"].iter().any(|it| place.at(it).as_bool().is_some());
    has_volumes(place)
        || is_on_host && !is_bound
        || LISTS.iter().any(|it| place.at(it).items().any(is_item))
}

fn has_volumes(place: Place<'_>) -> bool {
    place.at("volumes").items().any(is_volume)
}

struct Fragments<'d>(Vec<Fragment<'d>>);

impl<'d> Fragments<'d> {
    /// Looks into a place. `owner` is the fragment around it whose volumes containers here can mount.
    fn visit(&mut self, place: Place<'d>, above: Place<'d>, owner: Option<usize>, left: usize) {
        let Some(left) = left.checked_sub(1) else { return };
        if place.is_list() {
            return place.items().for_each(|it| self.visit(it, above, owner, left));
        }
        if !place.is_map() || is_object(place) || is_forbidden(place) {
            return;
        }
        let has_volumes = has_volumes(place);
        let is_pod = is_pod_shaped(place);
        let mut containers = Vec::new();
        if is_container(place) {
            containers.push(place);
        }
        for (key, list) in place.entries().filter(|(key, it)| it.is_list() && !LISTS.contains(key))
        {
            let is_known = OTHER_LISTS.contains(&key);
            let fits = |it: &Place<'d>| is_container(*it) || is_known && is_item(*it);
            containers.extend(list.items().filter(fits));
        }
        let known = if is_pod { None } else { owner.and_then(|it| self.0.get_mut(it)) };
        let found: BTreeSet<_> = containers.iter().map(Place::span).collect();
        match known {
            Some(owner) => owner.containers.append(&mut containers),
            None if is_pod || !containers.is_empty() => {
                let own = place.at("metadata");
                let metadata = if own.is_map() { own } else { above.at("metadata") };
                let template = PodTemplate {
                    metadata,
                    spec: place,
                    origin: Origin::Template,
                    is_partial: true,
                };
                self.0.push(Fragment { template, containers });
            }
            None => {}
        }
        let owner = if has_volumes { self.0.len().checked_sub(1) } else { owner };
        for (key, value) in place.entries().filter(|(key, _)| !CRITERIA.contains(key)) {
            if value.is_list() {
                let is_known = |it: &Place<'d>| {
                    found.contains(&it.span()) || LISTS.contains(&key) && is_item(*it)
                };
                value
                    .items()
                    .filter(|it| !is_known(it))
                    .for_each(|it| self.visit(it, place, owner, left));
            } else {
                self.visit(value, place, owner, left);
            }
        }
    }
}

fn is_volume(volume: Place<'_>) -> bool {
    VOLUME_SOURCES.iter().any(|it| volume.at(it).is_map())
        || volume.at("image").at("reference").exists()
}

/// Whether it is a container, wherever it is.
fn is_container(place: Place<'_>) -> bool {
    let security = place.at("securityContext");
    place.is_map()
        && (place.at("image").as_str().is_some() && FIELDS.iter().any(|it| place.at(it).exists())
            || SECURITY_FIELDS.iter().any(|it| security.at(it).exists()))
}

/// Whether an item of a list of containers is one, as far as it is written.
fn is_item(place: Place<'_>) -> bool {
    FIELDS.iter().any(|it| place.at(it).exists())
        || place.at("name").exists() && place.at("image").as_str().is_some()
}

#[cfg(test)]
mod tests {
    use harden_yaml::{Document, Place};

    use crate::object::objects;

    fn found(text: &str) -> Vec<String> {
        let document = Document::parse_yaml(text);
        let fragments = objects(document.root()).flat_map(|it| it.fragments());
        let shown = fragments.map(|it| {
            let containers: Vec<_> = it.containers.iter().map(Place::path).collect();
            format!("{} {}", it.template.spec.path(), containers.join(" ")).trim_end().to_owned()
        });
        shown.collect()
    }

    fn of(kind: &str, spec: &str) -> Vec<String> {
        found(&format!("{{apiVersion: {kind}, metadata: {{name: a}}, spec: {{{spec}}}}}"))
    }

    #[test]
    fn templates_and_lists_of_containers_are_found_wherever_they_are() {
        assert_eq!(
            of(
                "beat.k8s.elastic.co/v1beta1, kind: Beat",
                "daemonSet: {podTemplate: {spec: {hostNetwork: true, containers: [{name: a, env: []}]}}}"
            ),
            ["spec.daemonSet.podTemplate.spec"]
        );
        assert_eq!(
            of(
                "tekton.dev/v1, kind: Task",
                "steps: [{name: a, image: b}, {image: c, script: d, env: []}]"
            ),
            ["spec spec.steps[0] spec.steps[1]"]
        );
        assert_eq!(
            of(
                "argoproj.io/v1alpha1, kind: Workflow",
                "volumes: [{name: v, hostPath: {path: /}}], templates: [{name: t, container: {image: a, args: []}}, \
                 {script: {image: b, command: [sh]}, sidecars: [{image: c, name: s}]}]"
            ),
            [
                "spec spec.templates[0].container spec.templates[1].sidecars[0] spec.templates[1].script"
            ]
        );
        assert_eq!(
            of(
                "monitoring.coreos.com/v1, kind: Prometheus",
                "image: a, resources: {}, hostNetwork: true, containers: [{name: b}, {name: c, image: d}]"
            ),
            ["spec spec"]
        );
        assert_eq!(of("example.com/v1, kind: A", "volumes: [{image: {reference: a}}]"), ["spec"]);
        assert_eq!(of("example.com/v1, kind: A", "driver: {hostNetwork: true}"), ["spec.driver"]);
        assert_eq!(
            of(
                "spark.example.com/v1beta2, kind: SparkApplication",
                "driver: {securityContext: {privileged: true}}"
            ),
            ["spec.driver spec.driver"]
        );
    }

    #[test]
    fn what_is_no_pod_is_not_taken_for_one() {
        for (kind, spec) in [
            ("example.com/v1, kind: A", "image: a, name: b"),
            ("example.com/v1, kind: A", "containers: [a, b], volumes: [c]"),
            ("example.com/v1, kind: A", "disk: {image: a, imagePullPolicy: Always}"),
            (
                "kyverno.io/v1, kind: ClusterPolicy",
                "rules: [{validate: {pattern: {spec: {hostNetwork: true}}}}]",
            ),
            ("constraints.gatekeeper.sh/v1, kind: K", "containers: [{name: a, image: b}]"),
            (
                "auto.gke.io/v1, kind: WorkloadAllowlist",
                "containers: [{name: a, image: b, securityContext: {privileged: true}}]",
            ),
            (
                "policy.open-cluster-management.io/v1, kind: ConfigurationPolicy",
                "object-templates: [{complianceType: MustNotHave, objectDefinition: {spec: {hostPID: true}}}]",
            ),
            ("example.com/v1, kind: PrivilegedPodException", "hostPID: true"),
            (
                "example.com/v1, kind: A",
                "rules: [{match: {hostPID: true, containers: [{name: a, env: []}]}}]",
            ),
            (
                "security.openshift.io/v1, kind: SecurityContextConstraints",
                "volumes: [{hostPath: {}}]",
            ),
            (
                "management.cattle.io/v3, kind: PodSecurityPolicyTemplate",
                "privileged: true, hostNetwork: true, volumes: ['*'], allowedCapabilities: ['*']",
            ),
            ("v1, kind: ConfigMap", "containers: [{name: a, image: b}]"),
            ("apps/v1, kind: Deployment", "containers: [{name: a, image: b}]"),
        ] {
            assert_eq!(of(kind, spec), [""; 0], "{kind} {spec}");
        }
        assert_eq!(
            found("{apiVersion: example.com/v1, kind: A, status: {hostNetwork: true}}"),
            [""; 0]
        );
    }
}
