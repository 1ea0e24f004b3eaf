//! A pod or pod template, and what the Pod Security Standards say of it.

use harden_yaml::{Action, Place};

use super::interner::Interner;
use super::object::Source;
use super::{Object, Reporter, WorkloadFact};
use crate::kubernetes::{Level, MinorVersion};
use crate::object::PodTemplate;
use crate::pod_security::{self, CheckFailure, Container, Fault, Pod, Profile};
use crate::rule::{Check, Rule};

/// A pod, or the template of one.
#[derive(Debug)]
pub struct Workload<'d> {
    /// The object that it is, or whose template it is.
    pub object: Object<'d>,
    /// Where its metadata and spec are, and whether it is a Pod itself.
    pub part: PodTemplate<'d>,
    /// The pod as the API server defaults it.
    pub pod: Pod<'d>,
}

impl<'d> Workload<'d> {
    /// The pods that an object is or makes.
    pub(super) fn all(object: &Object<'d>) -> Vec<Self> {
        let pods = object.pods().into_iter();
        pods.map(|part| Self {
            object: object.clone(),
            part,
            pod: Pod::read_defaulted(part.metadata, part.spec, part.origin),
        })
        .collect()
    }

    /// A field of the pod's spec.
    pub fn at(&self, key: &'static str) -> Place<'d> {
        self.part.spec.at(key)
    }

    /// Its containers: those that start it, those that run, and those that debug it.
    pub fn containers(&self) -> &[Container<'d>] {
        self.pod.containers()
    }

    /// Whether it is a patch to another manifest: a pod needs an image in at least one container.
    pub fn is_patch(&self) -> bool {
        self.containers().iter().all(|it| !it.place().at("image").exists())
    }

    /// Where to point at when all of it is meant: its name.
    pub fn grip(&self) -> Place<'d> {
        self.object.place.at("metadata").at("name")
    }

    pub(super) fn fact(&self, source: &dyn Source, interner: &mut Interner) -> WorkloadFact {
        let text = |place: Place<'d>| place.as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        let labels = self.part.metadata.at("labels").entries();
        let automount = self.at("automountServiceAccountToken");
        let mut spot = |place, change| interner.spot(source, self.object.place, place, "", change);
        WorkloadFact {
            source: self.object.source,
            document: self.object.document,
            object: self.object.full_name(),
            is_patch: self.is_patch(),
            labels: labels
                .filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned())))
                .collect(),
            service_account: text(self.at("serviceAccountName"))
                .or_else(|| text(self.at("serviceAccount"))),
            automounts: automount.as_bool(),
            automount_spot: spot(automount, Some(Action::set(false))),
            is_host_network: self.at("hostNetwork").as_bool().unwrap_or(false),
            spot: spot(self.grip(), None),
        }
    }
}

/// The profiles of both levels in one policy version, and the rules that speak for their checks;
/// made once for many pods.
#[derive(Debug, Clone)]
pub(super) struct Profiles {
    pub(super) version: MinorVersion,
    baseline: Profile,
    restricted: Profile,
    rules: Vec<(&'static str, &'static Rule)>,
}

impl Profiles {
    pub(super) fn new(rules: &[&'static Rule], version: MinorVersion) -> Self {
        let rules = rules.iter().filter_map(|rule| match rule.check {
            Check::PodSecurity(id) => Some((id, *rule)),
            _ => None,
        });
        Self {
            version,
            baseline: Profile::new(Level::Baseline, version),
            restricted: Profile::new(Level::Restricted, version),
            rules: rules.collect(),
        }
    }

    /// The rule that speaks for a check, if it is to be run.
    pub(super) fn rule(&self, check: &pod_security::Check) -> Option<&'static Rule> {
        self.rules.iter().find(|(id, _)| *id == check.id).map(|(_, rule)| *rule)
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
        (level, failures)
    }
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
