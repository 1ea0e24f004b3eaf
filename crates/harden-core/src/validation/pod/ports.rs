//! What the API server refuses of the ports of containers.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::{Pod, unique};
use crate::kubernetes::port_name_flaw;
use crate::object::Origin;
use crate::validation::problem::{ProblemKind, Problems};

/// The ports of one container.
pub(super) fn check<'d>(ports: Place<'d>, problems: &mut Problems<'d>) {
    let mut seen = FxHashSet::default();
    for port in ports.items() {
        let name = port.at("name");
        problems.optional_text(ProblemKind::Port, name, port_name_flaw);
        unique(name, &mut seen, problems);
    }
}

/// Ports of the host, which containers of a pod cannot share.
pub(super) fn check_host_ports<'d>(pod: &Pod<'d>, problems: &mut Problems<'d>) {
    let [first, running, _] = pod.container_lists();
    let is_host = pod.spec.at("hostNetwork").as_bool() == Some(true);
    // Host ports were defaults in templates, too, before 1.28.
    let has_defaults = is_host && (pod.origin == Origin::Pod || !problems.since(28));
    let mut taken = FxHashSet::default();
    for container in running.items() {
        for port in container.at("ports").items() {
            let (inside, outside) = (port.at("containerPort"), port.at("hostPort"));
            let stated = outside.as_i64().filter(|it| *it != 0);
            if is_host && stated.is_some() && stated != inside.as_i64() {
                let rule = "must be the `containerPort` when `hostNetwork` is true";
                problems.invalid(ProblemKind::Port, outside, rule);
            }
            let default = inside.as_i64().filter(|_| has_defaults);
            take(port, stated.or(default), &mut taken, problems);
        }
    }
    for container in first.items() {
        let mut taken = FxHashSet::default();
        for port in container.at("ports").items() {
            let stated = port.at("hostPort").as_i64().filter(|it| *it != 0);
            let default = port.at("containerPort").as_i64().filter(|_| has_defaults);
            take(port, stated.or(default), &mut taken, problems);
        }
    }
}

/// The ports of the host that are taken: protocol, address and number.
type Taken<'d> = FxHashSet<(&'d str, &'d str, i64)>;

fn take<'d>(
    port: Place<'d>,
    number: Option<i64>,
    taken: &mut Taken<'d>,
    problems: &mut Problems<'d>,
) {
    let Some(number) = number.filter(|it| *it != 0) else { return };
    let protocol = port.at("protocol").as_str().filter(|it| !it.is_empty()).unwrap_or("TCP");
    let address = port.at("hostIP").as_str().unwrap_or_default();
    if !taken.insert((protocol, address, number)) {
        let stated = port.at("hostPort");
        let place = if stated.exists() { stated } else { port.at("containerPort") };
        let message = format!("port {number} of the host is taken by another port of the pod");
        problems.add(ProblemKind::Port, place, message);
    }
}
