//! Who reaches whom: every namespace, pod and policy of an input, kept without the texts, asked exactly over all ports
//! and addresses.
//!
//! A [`Reader`] learns objects while texts stream past; [`Reader::finish`] makes a [`Network`] of them. Pods that no
//! policy can tell apart are one class, and policies that are for the same pods one profile, so that the cost follows
//! the number of these. A connection goes through where the egress of its source and the ingress of its destination let
//! it. Return traffic and traffic of a pod to itself are never asked about; a pod on the network of its node counts as an
//! address.

mod candidates;
mod classes;
mod decision;
mod explanation;
mod exposure;
mod labels;
mod newcomers;
mod policy;
mod profiles;
mod reader;
mod records;
mod redundancy;
mod references;
mod rows;
mod scope;
mod services;
mod views;
mod workload;

pub use explanation::{Explanation, Lack, NearMiss, Reason, Side};
pub use exposure::{Exposure, Likeness};
pub use newcomers::Newcomers;
pub use reader::{NEEDED, Origin, Reader, Settings, WORDS, reads, reads_group};
pub use rows::{Outside, Row};
pub use services::{Backend, Entry, Service, ServiceKind, ServicePort};
pub use views::{Beyond, Namespace, Policy, Rule, Workload};
pub use workload::KnownPods;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use self::classes::Members;
use self::profiles::Profiles;
use self::records::{
    ClassRecord, NamespaceRecord, NodeRecord, PolicyRecord, Tables, TierRecord, WorkloadRecord,
};
use self::services::{EntryRecord, ServiceRecord};
use super::{Connections, Direction};

/// All that decides who reaches whom.
#[derive(Debug)]
pub struct Network {
    namespaces: Vec<NamespaceRecord>,
    nodes: Vec<NodeRecord>,
    workloads: Vec<WorkloadRecord>,
    classes: Vec<ClassRecord>,
    /// The workloads of the pods that have these addresses.
    addresses: BTreeMap<IpAddr, u32>,
    services: Vec<ServiceRecord>,
    entries: Vec<EntryRecord>,
    policies: Vec<PolicyRecord>,
    tiers: Vec<TierRecord>,
    tables: Tables,
    members: Members,
    profiles: Profiles,
    broken: BTreeMap<Arc<str>, usize>,
    skipped: BTreeMap<Arc<str>, usize>,
    doubles: BTreeSet<Arc<str>>,
}

/// An end of a connection.
#[derive(Debug, Clone, Copy)]
pub enum Party<'a> {
    /// A workload that was read, by any of its addresses.
    Workload(Workload<'a>),
    /// A pod of a workload by one address.
    Pod(Workload<'a>, IpAddr),
    /// An address that is none of a pod.
    Address(IpAddr),
    /// A pod that is not there.
    Stranger(&'a Stranger),
}

/// A pod that is not there: what may come to be, in a namespace that is known or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stranger {
    /// The labels of its namespace, the name included where it has one.
    pub namespace: BTreeMap<String, String>,
    /// Its own labels.
    pub labels: BTreeMap<String, String>,
}

impl Network {
    /// Finds which classes are which peers, and what holds for each, once all else is there.
    fn settled(mut self) -> Self {
        self.members = Members::new(&self);
        self.profiles = Profiles::new(&self);
        self
    }

    /// All workloads, by namespace, name and kind.
    pub fn workloads(&self) -> impl ExactSizeIterator<Item = Workload<'_>> {
        (0..records::index(self.workloads.len())).map(|id| Workload { of: self, id })
    }

    /// All namespaces that were read, or that something that was read is in.
    pub fn namespaces(&self) -> impl ExactSizeIterator<Item = Namespace<'_>> {
        (0..records::index(self.namespaces.len())).map(|id| Namespace { of: self, id })
    }

    /// Who has an address: the workload of a pod that was read with it, or the address itself.
    pub fn party_at(&self, address: IpAddr) -> Party<'_> {
        let workload = self.addresses.get(&address).map(|id| Workload { of: self, id: *id });
        workload.map_or(Party::Address(address), |it| Party::Pod(it, address))
    }

    /// All policies, in the order in which they were read.
    pub fn policies(&self) -> impl ExactSizeIterator<Item = Policy<'_>> {
        (0..records::index(self.policies.len())).map(|id| Policy { of: self, id })
    }

    /// What is not judged: of policies as a whole, and of their rules.
    pub fn beyond(&self) -> impl Iterator<Item = Beyond<'_>> {
        self.policies().flat_map(|policy| {
            let whole = policy.beyond().map(|what| Beyond { policy, rule: None, what });
            let rules = Direction::ALL.into_iter().flat_map(move |it| policy.rules(it));
            let rules = rules.filter_map(move |rule| {
                rule.beyond().map(|what| Beyond { policy, rule: Some(rule), what })
            });
            whole.into_iter().chain(rules)
        })
    }

    /// The connections that go through from one party to another, by whatever address of both.
    pub fn connections(&self, from: Party<'_>, to: Party<'_>) -> Connections {
        let through = self.families(from, to).map(|family| {
            let out = self.let_through(Direction::Egress, from, to, family);
            out.intersection(&self.let_through(Direction::Ingress, to, from, family))
        });
        through.fold(Connections::NONE, |all, it| all.union(&it))
    }

    /// Whether two parties may have addresses of one family.
    pub fn shares_a_family(&self, one: Party<'_>, other: Party<'_>) -> bool {
        self.families(one, other).next().is_some()
    }

    /// How many documents of a source could not be read and may hold something of this.
    pub fn broken(&self) -> impl Iterator<Item = (&str, usize)> {
        self.broken.iter().map(|(name, count)| (&**name, *count))
    }

    /// How many objects of a source are patches over objects that are not known, and say nothing by themselves.
    pub fn skipped(&self) -> impl Iterator<Item = (&str, usize)> {
        self.skipped.iter().map(|(name, count)| (&**name, *count))
    }

    /// Objects of which several were read, so that it is not one cluster: their kinds and names.
    pub fn doubles(&self) -> impl ExactSizeIterator<Item = &str> {
        self.doubles.iter().map(|it| &**it)
    }

    fn class(&self, id: u32) -> Option<&ClassRecord> {
        self.classes.get(id as usize)
    }
}
