//! What the API server refuses of containers.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::{Pod, environment, mounts, ports, probes, resources, security, unique};
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};

/// What debugs a pod has none of these.
const NOT_FOR_DEBUGGERS: &[&str] =
    &["ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

/// All containers of a pod.
pub(super) fn check_all<'d>(pod: &Pod<'d>, problems: &mut Problems<'d>) {
    let [first, running, debugging] = pod.container_lists();
    let mut seen = FxHashSet::default();
    // Names of init containers are held against those of the others, so that these come first.
    for list in [running, first, debugging] {
        for container in list.items() {
            unique(container.at("name"), &mut seen, problems);
            check(pod, container, problems);
        }
    }
    running.items().for_each(|it| running_container(pod, it, problems));
    first.items().for_each(|it| init_container(pod, it, problems));
    let others = running.items().chain(first.items());
    let named: FxHashSet<_> = if debugging.is_empty() {
        FxHashSet::default()
    } else {
        others.filter_map(|it| it.at("name").as_str()).collect()
    };
    for debugger in debugging.items() {
        for field in NOT_FOR_DEBUGGERS {
            let place = debugger.at(field);
            if !(place.is_map() || place.is_list()) || !place.is_empty() {
                problems.forbidden(ProblemKind::Pod, place, "for an ephemeral container");
            }
        }
        problems.optional_text(ProblemKind::Pod, debugger.at("targetContainerName"), |name| {
            (!named.contains(name)).then_some("the pod has no container of this name")
        });
    }
    ports::check_host_ports(pod, problems);
}

/// What holds for every container.
fn check<'d>(pod: &Pod<'d>, container: Place<'d>, problems: &mut Problems<'d>) {
    problems.text(ProblemKind::Name, container.at("name"), names::label);
    ports::check(container.at("ports"), problems);
    environment::check(pod, container, problems);
    mounts::check(pod, container, problems);
    resources::check_container(pod, container.at("resources"), problems);
    security::check_container(pod, container, problems);
    resizing(pod, container.at("resizePolicy"), problems);
}

fn running_container<'d>(pod: &Pod<'d>, container: Place<'d>, problems: &mut Problems<'d>) {
    probes::check(pod, container, problems);
    let policy = container.at("restartPolicy");
    // Before 1.28 there is no such field, and from 1.35 on it is for every container.
    if problems.since(28) && !problems.since(35) {
        problems.forbidden(ProblemKind::Pod, policy, "for containers that are no init containers");
    }
}

fn init_container<'d>(pod: &Pod<'d>, container: Place<'d>, problems: &mut Problems<'d>) {
    // Before 1.29 the policy is dropped.
    let is_sidecar = problems.since(29) && container.at("restartPolicy").as_str() == Some("Always");
    if is_sidecar {
        return probes::check(pod, container, problems);
    }
    for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        let rule = "for an init container without `restartPolicy: Always`";
        problems.forbidden(ProblemKind::Probe, container.at(field), rule);
    }
    if problems.since(29)
        && !problems.since(35)
        && container.at("restartPolicy").as_str().is_some_and(|it| it != "Always")
    {
        problems.invalid(ProblemKind::Pod, container.at("restartPolicy"), "must be `Always`");
    }
}

/// What is done to a container when its resources change, where pods do not start containers again.
fn resizing<'d>(pod: &Pod<'d>, policies: Place<'d>, problems: &mut Problems<'d>) {
    if !problems.since(33) {
        return;
    }
    let mut seen = FxHashSet::default();
    for policy in policies.items() {
        unique(policy.at("resourceName"), &mut seen, problems);
        let is_never = pod.spec.at("restartPolicy").as_str() == Some("Never");
        let restart = policy.at("restartPolicy");
        if is_never && restart.as_str() == Some("RestartContainer") {
            let rule = "must be `NotRequired` when the pod's `restartPolicy` is `Never`";
            problems.invalid(ProblemKind::Pod, restart, rule);
        }
    }
}
