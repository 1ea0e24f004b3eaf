//! Whom the words of a log mean among the workloads that were read.

use std::collections::BTreeMap;

use crate::kubernetes::PortRange;
use crate::network::connectivity::{Network, Party, Service, Stranger, Workload};
use crate::network::{End, Flow};

/// An end of a connection, and who that is.
#[derive(Debug, Clone)]
pub(super) struct Resolved<'n> {
    /// As the log names it.
    pub(super) end: End,
    pub(super) who: Who<'n>,
    /// The Service by whose address it is, where policies are for the pods behind it.
    pub(super) service: Option<Service<'n>>,
}

#[derive(Debug, Clone)]
pub(super) enum Who<'n> {
    /// A workload that was read, or an address that is of none.
    Known(Party<'n>),
    /// Pods that were not read, and of which the labels are known.
    Stranger(Stranger),
    /// Nobody who was read.
    Unknown,
}

impl Resolved<'_> {
    /// Its name: that of the workload where it is known, else that of the log.
    pub(super) fn name(&self) -> String {
        self.workload().map_or_else(|| self.end.to_string(), |it| it.to_string())
    }

    pub(super) fn workload(&self) -> Option<Workload<'_>> {
        match &self.who {
            Who::Known(Party::Workload(it) | Party::Pod(it, _)) => Some(*it),
            _ => None,
        }
    }

    pub(super) fn party(&self) -> Option<Party<'_>> {
        match &self.who {
            Who::Known(party) => Some(*party),
            Who::Stranger(it) => Some(Party::Stranger(it)),
            Who::Unknown => None,
        }
    }

    /// The namespace of its pods, where it has some.
    pub(super) fn namespace(&self) -> Option<&str> {
        match &self.end {
            End::Workload { namespace, .. } | End::Pod { namespace, .. } => Some(namespace),
            _ => self.workload().map(|it| it.namespace().name()),
        }
    }
}

/// A connection as policies see it: to the port of pods, and not to that of the Service before them.
pub(super) fn behind(flow: &Flow, to: &Resolved<'_>) -> Flow {
    let (Some(service), Some(workload), Some(PortRange::Number(port))) =
        (to.service, to.workload(), &flow.port)
    else {
        return flow.clone();
    };
    let is_asked = |number, protocol| number == port.get() && protocol == flow.protocol;
    let targets = service.targets(workload, |it| is_asked(it.number, it.protocol));
    let target = targets.ports(flow.protocol).ranges().first().map(|(first, _)| *first);
    let target = target.and_then(|it| it.try_into().ok()).map(PortRange::Number);
    Flow { port: target.or_else(|| flow.port.clone()), ..flow.clone() }
}

/// Finds who an end is; `labels` are those that the log names.
pub(super) fn resolve<'n>(
    end: &End,
    labels: &[(String, String)],
    network: &'n Network,
) -> Resolved<'n> {
    let service = service(end, network);
    let behind = service.and_then(|it| it.workloads().next());
    if let Some(workload) = behind {
        let who = Who::Known(Party::Workload(workload));
        return Resolved { end: end.clone(), who, service };
    }
    Resolved { end: end.clone(), who: who(end, labels, network), service: None }
}

/// The Service that an end names, or whose address it is.
fn service<'n>(end: &End, network: &'n Network) -> Option<Service<'n>> {
    network.services().find(|it| match end {
        End::Workload { namespace, kind, name } => {
            kind == "Service" && it.name() == name && it.namespace().name() == namespace
        }
        End::Address(address) => it.addresses().contains(address),
        _ => false,
    })
}

fn who<'n>(end: &End, labels: &[(String, String)], network: &'n Network) -> Who<'n> {
    match end {
        End::Workload { namespace, kind, name } => {
            let exact =
                |it: &Workload<'_>| it.name() == name && (kind.is_empty() || it.kind() == kind);
            let made = |it: &Workload<'_>| {
                kind == "ReplicaSet"
                    && it.kind() == "Deployment"
                    && has_suffixes(name, it.name(), &[HASH])
            };
            let within = || within(network, namespace, labels);
            let found = within().find(exact).or_else(|| longest(within().filter(made)));
            of_pods(found, namespace, labels)
        }
        End::Pod { namespace, name, labels: own } if name.is_empty() => {
            of_pods(within(network, namespace, own).next(), namespace, own)
        }
        End::Pod { namespace, name, .. } => {
            let made = |it: &Workload<'_>| makes(*it, name);
            of_pods(longest(within(network, namespace, labels).filter(made)), namespace, labels)
        }
        End::Address(address) => Who::Known(network.party_at(*address)),
        End::Name(_) | End::Entity(_) => Who::Unknown,
    }
}

fn of_pods<'n>(
    found: Option<Workload<'n>>,
    namespace: &str,
    labels: &[(String, String)],
) -> Who<'n> {
    match found {
        Some(workload) => Who::Known(Party::Workload(workload)),
        None if labels.is_empty() => Who::Unknown,
        None => {
            let own = ("kubernetes.io/metadata.name".to_owned(), namespace.to_owned());
            let labels = labels.iter().cloned().collect();
            Who::Stranger(Stranger { namespace: BTreeMap::from([own]), labels })
        }
    }
}

/// The workloads of a namespace whose pods have such labels.
fn within<'n>(
    network: &'n Network,
    namespace: &str,
    labels: &[(String, String)],
) -> impl Iterator<Item = Workload<'n>> {
    network.workloads().filter(move |it| {
        it.namespace().name() == namespace
            && labels.iter().all(|(key, value)| {
                it.labels().find(|(own, _)| own == key).is_none_or(|(_, own)| own == value)
            })
    })
}

fn longest<'n>(all: impl Iterator<Item = Workload<'n>>) -> Option<Workload<'n>> {
    all.max_by_key(|it| it.name().len())
}

/// Letters and digits with which Kubernetes makes names; none of them makes a word.
const RANDOM: &str = "bcdfghjklmnpqrstvwxz2456789";

/// What follows in the name of a pod after that of what makes it.
type Suffix = fn(&str) -> bool;

const HASH: Suffix =
    |it| !it.is_empty() && it.len() <= 10 && it.chars().all(|it| RANDOM.contains(it));
const CHANCE: Suffix = |it| it.len() == 5 && it.chars().all(|it| RANDOM.contains(it));
const NUMBER: Suffix = |it| !it.is_empty() && it.chars().all(|it| it.is_ascii_digit());

/// Whether a workload gives its pods such names.
fn makes(workload: Workload<'_>, pod: &str) -> bool {
    let name = workload.name();
    let has = |suffixes: &[Suffix]| has_suffixes(pod, name, suffixes);
    match workload.kind() {
        "Pod" => pod == name,
        "Deployment" | "Rollout" => has(&[HASH, CHANCE]),
        "StatefulSet" => has(&[NUMBER]),
        "CronJob" => has(&[NUMBER, CHANCE]),
        "Job" => has(&[CHANCE]) || has(&[NUMBER, CHANCE]),
        _ => has(&[CHANCE]),
    }
}

fn has_suffixes(text: &str, name: &str, suffixes: &[Suffix]) -> bool {
    let Some(rest) = text.strip_prefix(name).and_then(|it| it.strip_prefix('-')) else {
        return false;
    };
    let parts: Vec<_> = rest.split('-').collect();
    parts.len() == suffixes.len() && suffixes.iter().zip(parts).all(|(suffix, it)| suffix(it))
}
