//! What the Pod Security Standards say of a pod, by the rules that speak for their checks.

use std::net::IpAddr;
use std::sync::Arc;

use crate::finding::About;
use crate::kubernetes::{Level, MinorVersion};
use crate::pod_security::{self, CheckFailure, Container, Fault, Profile};
use crate::rule::{Reporter, Workload};

/// The profiles of both levels in one policy version, and the rules that speak for their checks;
/// made once for many pods.
#[derive(Debug, Clone)]
pub(super) struct Profiles {
    pub(super) version: MinorVersion,
    baseline: Profile,
    restricted: Profile,
    /// By the ids of upstream's checks.
    abouts: Vec<(&'static str, Arc<About>)>,
}

impl Profiles {
    pub(super) fn new(abouts: Vec<(&'static str, Arc<About>)>, version: MinorVersion) -> Self {
        Self {
            version,
            baseline: Profile::new(Level::Baseline, version),
            restricted: Profile::new(Level::Restricted, version),
            abouts,
        }
    }

    /// What the rule that speaks for a check is about, if it is to be run.
    pub(super) fn about(&self, check: &pod_security::Check) -> Option<&Arc<About>> {
        self.abouts.iter().find(|(id, _)| *id == check.id).map(|(_, about)| about)
    }

    /// The highest level that the pod meets, and what keeps it from the next ones. What baseline
    /// forbids is not said again in the words of restricted.
    pub(super) fn judge<'d>(&self, workload: &Workload<'d>) -> (Level, Vec<CheckFailure<'d>>) {
        let restricted = self.restricted.evaluate(&workload.pod);
        if restricted.is_empty() {
            return (Level::Restricted, restricted);
        }
        let mut failures = self.baseline.evaluate(&workload.pod);
        let level = if failures.is_empty() { Level::Baseline } else { Level::Privileged };
        let said: Vec<_> =
            failures.iter().flat_map(|it| &it.faults).map(|it| it.place.grip()).collect();
        for mut failure in restricted {
            if failure.check.level == Level::Restricted {
                failure.faults.retain(|fault| !said.contains(&fault.place.grip()));
                if !failure.faults.is_empty() {
                    failures.push(failure);
                }
            }
        }
        failures.retain(|it| !asks_itself(workload, it));
        (level, failures)
    }
}

/// Whether all hosts of probes are the pod's own: in the network of its node, as the parts of the control
/// plane are, a pod is asked at an address of the node. That it is in there is said by another check.
fn asks_itself(workload: &Workload<'_>, failure: &CheckFailure<'_>) -> bool {
    let object = workload.object.place;
    let is_own = |fault: &Fault<'_>| {
        let host = fault.place.as_str().unwrap_or_default();
        let is_loopback = host == "localhost"
            || host
                .parse::<IpAddr>()
                .is_ok_and(|it: IpAddr| it.is_loopback() || it.is_unspecified());
        let of_status = ["hostIP", "podIP"].map(|it| object.at("status").at(it).as_str());
        is_loopback || of_status.contains(&Some(host))
    };
    failure.check.id == "hostProbesAndHostLifecycle"
        && workload.at("hostNetwork").as_bool() == Some(true)
        && failure.faults.iter().all(is_own)
}

/// Reports what a check found, in upstream's words.
pub(super) fn report<'d>(
    failure: &CheckFailure<'d>,
    workload: &Workload<'d>,
    reporter: &mut Reporter<'_, 'd>,
) {
    let message = if failure.detail.is_empty() {
        failure.reason.to_owned()
    } else {
        format!("{}: {}", failure.reason, failure.detail)
    };
    let faults = failure
        .faults
        .iter()
        .map(|fault| (fault.place, container_of(workload, fault), fault.change.clone()));
    reporter.flag_all(message, faults);
}

/// The name of the container that a fault is in; empty when it is the pod's own.
fn container_of<'d>(workload: &Workload<'d>, fault: &Fault<'_>) -> &'d str {
    let is_in = |container: &&Container<'_>| fault.place.way_from(&container.place()).is_some();
    workload.containers().iter().find(is_in).map_or("", |it| it.name)
}
