//! What the Pod Security Standards say of a pod, by the rules that speak for their checks.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::net::IpAddr;
use std::sync::Arc;

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::evidence;
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
        let said: FxHashSet<_> =
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
    let containers = Containers::of(workload);
    let lock = reporter.lock();
    let faults = failure.faults.iter().map(|fault| {
        let change = fault.change.clone().map(|it| (fault.place, it));
        let edits = change.into_iter().chain(fault.along.iter().cloned()).collect();
        let known = evidence::of_fault(failure, fault.place, workload, lock);
        (fault.place, containers.around(fault.place), edits, known)
    });
    reporter.flag_all_known(message, faults);
}

/// So many containers are gone through one by one.
const FEW: usize = 8;

/// A pod's containers, by what is in them.
struct Containers<'w, 'd> {
    containers: &'w [Container<'d>],
    /// For many containers: from where on in the text which is the first in the pod's order that is around what
    /// stands there, by its place in that order.
    firsts: Vec<(u32, Option<usize>)>,
}

impl<'w, 'd> Containers<'w, 'd> {
    fn of(workload: &'w Workload<'d>) -> Self {
        let containers = workload.containers();
        let firsts = if containers.len() > FEW { firsts(containers) } else { Vec::new() };
        Self { containers, firsts }
    }

    /// What the container is called that a place is in; empty when it is in none.
    fn around(&self, place: Place<'_>) -> Cow<'d, str> {
        let inside = place.extent().start;
        if self.firsts.is_empty() {
            let is_around = |it: &&Container<'_>| it.place().extent().contains(&inside);
            return self
                .containers
                .iter()
                .find(is_around)
                .map_or_else(Cow::default, Container::label);
        }
        let next = self.firsts.partition_point(|(start, _)| *start <= inside);
        let first = next.checked_sub(1).and_then(|it| self.firsts.get(it)?.1);
        first.and_then(|it| self.containers.get(it)).map_or_else(Cow::default, Container::label)
    }
}

fn firsts(containers: &[Container<'_>]) -> Vec<(u32, Option<usize>)> {
    let numbered = containers.iter().enumerate();
    let mut extents: Vec<_> = numbered.map(|(number, it)| (it.place().extent(), number)).collect();
    extents.sort_by_key(|(extent, number)| (extent.start, Reverse(extent.end), *number));
    let mut firsts = Vec::new();
    // The ends of the containers around, each with the first of these.
    let mut around: Vec<(u32, usize)> = Vec::new();
    let leave = |around: &mut Vec<(u32, usize)>, firsts: &mut Vec<_>, start: u32| {
        while let Some((end, _)) = around.pop_if(|(end, _)| *end <= start) {
            firsts.push((end, around.last().map(|(_, first)| *first)));
        }
    };
    for (extent, number) in extents {
        leave(&mut around, &mut firsts, extent.start);
        let first = around.last().map_or(number, |(_, first)| number.min(*first));
        firsts.push((extent.start, Some(first)));
        around.push((extent.end, first));
    }
    leave(&mut around, &mut firsts, u32::MAX);
    firsts
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;

    #[test]
    fn each_place_is_in_the_first_container_around_it() {
        let item = |number: usize| {
            format!("{{name: c-{number}, image: a, env: [{{name: a}}], resources: {{}}}}")
        };
        let items: Vec<_> = (0..20).map(item).collect();
        let nested = format!(
            "{{apiVersion: a.b/v1, kind: A, spec: {{image: a, name: outer, args: [], steps: [{0}], inner: {{image: b, env: [], name: i, sidecars: [{0}]}}}}}}",
            items.join(", ")
        );
        let lists = format!(
            "{{apiVersion: v1, kind: Pod, spec: {{containers: [{0}], volumes: [{{name: v}}], initContainers: [{0}]}}}}",
            items.join(", ")
        );
        let mut seen = 0;
        for text in [nested, lists] {
            let document = Document::parse_yaml(&text);
            let workloads = objects(document.root()).flat_map(|it| Workload::all(&it));
            for workload in workloads {
                let containers = Containers::of(&workload);
                let linear = Containers { firsts: Vec::new(), ..Containers::of(&workload) };
                seen += usize::from(!containers.firsts.is_empty());
                let mut open = vec![document.root()];
                while let Some(place) = open.pop() {
                    assert_eq!(containers.around(place), linear.around(place), "{place:?}");
                    open.extend(place.items().chain(place.entries().map(|(_, it)| it)));
                }
            }
        }
        assert!(seen > 1);
    }
}
