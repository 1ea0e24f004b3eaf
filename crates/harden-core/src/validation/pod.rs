//! What the API server refuses of pods and pod templates.

mod affinity;
mod annotations;
mod container;
mod environment;
mod mounts;
mod network;
mod ports;
mod probes;
mod resources;
mod scheduling;
mod security;
mod source;
mod volumes;
mod windows;

use harden_yaml::Place;
use rustc_hash::FxHashSet;

pub(super) use affinity::node_selector;
pub(super) use resources::{is_container_resource, is_extended, is_overcommitted};

use super::names;
use super::problem::{ProblemKind, Problems};
use crate::object::{Object, Origin, is_placeholder};

/// A pod as its containers are held to it.
#[derive(Debug)]
pub(super) struct Pod<'d> {
    metadata: Place<'d>,
    spec: Place<'d>,
    origin: Origin,
    /// The volumes that containers may mount.
    volumes: volumes::Volumes<'d>,
    /// The names of its resource claims.
    claims: FxHashSet<&'d str>,
    /// How many seconds it has to end.
    grace_period: i64,
    /// Whether it shares the user namespace of the host.
    has_host_users: bool,
}

pub(super) fn check_pod<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let pod = Pod::new(object.place, Origin::Pod, &[]);
    pod.check(problems);
    let is_live = object.place.follow("metadata.uid").exists();
    let debuggers = pod.spec.at("ephemeralContainers");
    if !is_live && !debuggers.is_empty() {
        problems.forbidden(ProblemKind::Pod, debuggers, "on creation; see `kubectl debug`");
    }
    if !pod.spec.at("schedulingGates").is_empty() {
        let node = pod.spec.at("nodeName");
        if node.as_str() != Some("") {
            problems.forbidden(ProblemKind::Pod, node, "beside `schedulingGates`");
        }
    }
    // Since then it is no longer taken for 1.
    if problems.since(37) {
        problems.not_negative(ProblemKind::Pod, pod.spec.at("terminationGracePeriodSeconds"));
    }
    let lists = ["containers", "initContainers"].map(|it| pod.spec.at(it));
    for image in lists.iter().flat_map(Place::items).map(|it| it.at("image")) {
        problems.text(ProblemKind::Pod, image, |it| {
            (it.trim() != it).then_some("must not have leading or trailing whitespace")
        });
    }
}

pub(super) fn check_pod_template<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    check_template(object.place.at("template"), &[], problems);
}

/// The template of pods in another kind, whose pods have these volumes beside their own.
pub(super) fn check_template<'d>(
    template: Place<'d>,
    claims: &[&'d str],
    problems: &mut Problems<'d>,
) {
    let pod = Pod::new(template, Origin::Template, claims);
    super::metadata::labels(pod.metadata, problems);
    pod.check(problems);
    let debuggers = pod.spec.at("ephemeralContainers");
    if !debuggers.is_empty() {
        problems.forbidden(ProblemKind::Pod, debuggers, "in a pod template");
    }
}

impl<'d> Pod<'d> {
    fn new(holder: Place<'d>, origin: Origin, claims: &[&'d str]) -> Self {
        let spec = holder.at("spec");
        let names = spec.at("resourceClaims").items().filter_map(|it| it.at("name").as_str());
        Self {
            metadata: holder.at("metadata"),
            spec,
            origin,
            volumes: volumes::Volumes::of(spec.at("volumes"), claims),
            claims: names.collect(),
            grace_period: spec.at("terminationGracePeriodSeconds").as_i64().unwrap_or(30),
            has_host_users: spec.at("hostUsers").as_bool() != Some(false),
        }
    }

    fn check(&self, problems: &mut Problems<'d>) {
        self.volumes.check(self.metadata, self.origin, problems);
        container::check_all(self, problems);
        resources::check_pod(self, problems);
        annotations::check(self, problems);
        security::check_pod(self, problems);
        windows::check(self, problems);
        network::check(self, problems);
        scheduling::check(self.spec, problems);
        affinity::check(self.spec.at("affinity"), problems);
        for (field, flaw) in [
            ("serviceAccountName", names::subdomain as fn(&str) -> names::Flaw),
            ("nodeName", names::subdomain),
            ("priorityClassName", names::subdomain),
            ("hostname", names::label),
            ("subdomain", names::label),
        ] {
            problems.optional_text(ProblemKind::Name, self.spec.at(field), flaw);
        }
        problems.text(ProblemKind::Name, self.spec.at("runtimeClassName"), names::subdomain);
        let deadline = self.spec.at("activeDeadlineSeconds");
        let range = 1..=i64::from(i32::MAX);
        problems.number(
            ProblemKind::Pod,
            deadline,
            |it| range.contains(&it),
            "must be between 1 and 2147483647, inclusive",
        );
        self.resource_claims(problems);
    }

    fn resource_claims(&self, problems: &mut Problems<'d>) {
        let mut seen = FxHashSet::default();
        for claim in self.spec.at("resourceClaims").items() {
            unique(claim.at("name"), &mut seen, problems);
            problems.text(ProblemKind::Name, claim.at("name"), names::label);
            let sources = ["resourceClaimName", "resourceClaimTemplateName"].map(|it| claim.at(it));
            for source in sources {
                problems.text(ProblemKind::Name, source, names::subdomain);
            }
            if sources.iter().filter(|it| it.exists()).count() != 1 {
                let message = "a resource claim must have one of `resourceClaimName` and \
                               `resourceClaimTemplateName`";
                problems.add(ProblemKind::Pod, claim, message);
            }
        }
    }

    /// Its lists of containers.
    fn container_lists(&self) -> [Place<'d>; 3] {
        ["initContainers", "containers", "ephemeralContainers"].map(|it| self.spec.at(it))
    }

    /// All its containers.
    fn containers(&self) -> impl Iterator<Item = Place<'d>> + use<'d> {
        self.container_lists().into_iter().flat_map(|it| it.items())
    }
}

/// Says that something is there twice.
pub(super) fn repeated<'d>(place: Place<'d>, problems: &mut Problems<'d>) {
    let (key, text) = (place.key().unwrap_or("name"), place.as_str().unwrap_or_default());
    let message = format!("`{text}` is used before: `{key}` must be unique");
    problems.add(ProblemKind::Duplicate, place, message);
}

/// Says that a name was there before, if it was.
pub(super) fn unique<'d>(
    name: Place<'d>,
    seen: &mut FxHashSet<&'d str>,
    problems: &mut Problems<'d>,
) {
    let Some(text) = name.as_str().filter(|it| !it.is_empty() && !is_placeholder(it)) else {
        return;
    };
    if !seen.insert(text) {
        repeated(name, problems);
    }
}
