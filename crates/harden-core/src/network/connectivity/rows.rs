//! All connections, source by source, so that memory does not grow with the square of the workloads.

use std::collections::BTreeMap;
use std::net::IpAddr;

use rustc_hash::FxHashMap;

use super::candidates::Candidates;
use super::profiles::Profile;
use super::records::{At, Family, NamedPort, PortRecord, RuleRecord, index};
use super::{Network, Workload};
use crate::kubernetes::Addresses;
use crate::network::{Connections, Direction};

/// What one workload reaches.
#[derive(Debug)]
pub struct Row<'a> {
    /// The source.
    pub from: Workload<'a>,
    /// The workloads that it reaches, in their order, each with its connections; never itself.
    pub to: Vec<(Workload<'a>, Connections)>,
}

/// Addresses outside with what goes through from or to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// The addresses.
    pub addresses: Addresses,
    /// What goes through.
    pub connections: Connections,
}

impl Network {
    /// What each workload reaches, in their order. What reaches nothing has an empty row.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows_of(|_| true)
    }

    /// The same of some workloads only.
    pub fn rows_of<'a>(
        &'a self,
        is_asked: impl Fn(Workload<'a>) -> bool,
    ) -> impl Iterator<Item = Row<'a>> {
        let mut rows = Rows::new(self);
        self.workloads().filter(move |it| is_asked(*it)).map(move |from| rows.row(from))
    }

    /// Addresses outside of the cluster that a workload reaches, or that reach it, by what goes through; without those
    /// that nothing goes through with.
    pub fn outside(&self, workload: Workload<'_>, direction: Direction) -> Vec<Outside> {
        let Some(class) = workload.record().map(|it| it.class) else { return Vec::new() };
        let id = self.profiles.id(class, direction);
        let Some(profile) = self.profiles.get(id) else { return Vec::new() };
        let ports = match (direction, self.class(class)) {
            (Direction::Ingress, Some(it)) if matches!(it.at, At::Pod { .. }) => {
                it.ports.as_slice()
            }
            _ => &[],
        };
        let mut by_connections: BTreeMap<Connections, Addresses> = BTreeMap::new();
        for (first, last) in self.parts(profile) {
            let is_for =
                |rule: &RuleRecord| rule.peers.iter().any(|it| self.is_address(*it, first));
            let connections = self.decide(profile, is_for, ports);
            let addresses = by_connections.entry(connections).or_default();
            addresses.add_all(&Addresses::between(first, last));
        }
        by_connections.remove(&Connections::NONE);
        let all = by_connections.into_iter();
        let mut all: Vec<_> =
            all.map(|(connections, addresses)| Outside { addresses, connections }).collect();
        all.sort_by(|one, other| one.addresses.cmp(&other.addresses));
        all
    }

    /// Parts of all addresses that the rules of a profile do not tell apart.
    fn parts(&self, profile: &Profile) -> Vec<(IpAddr, IpAddr)> {
        use super::records::PeerRecord;
        let policies = profile.tiers.iter().flat_map(|it| &it.policies).copied();
        let rules = policies.filter_map(|it| self.policies.get(it as usize));
        let rules = rules.filter_map(|it| it.rules.get(profile.direction)).flatten();
        let peers = rules.flat_map(|it| &it.peers);
        let peers: Vec<_> = peers.flat_map(|it| self.tables.parts_of(*it)).collect();
        let sets = peers.iter().filter_map(|it| match it {
            PeerRecord::Addresses { set, .. } => self.tables.sets.get(*set as usize),
            _ => None,
        });
        let asks_for_nodes = peers.iter().any(|it| match it {
            PeerRecord::Nodes(_) | PeerRecord::Hosts | PeerRecord::World => true,
            PeerRecord::Addresses { counts_nodes, .. } => !counts_nodes,
            _ => false,
        });
        let nodes = self.nodes.iter().filter(|_| asks_for_nodes).flat_map(|it| &it.addresses);
        let nodes: Vec<_> = nodes.map(|it| Addresses::between(*it, *it)).collect();
        Addresses::parts(sets.chain(&nodes))
    }
}

/// A set of connections by the numbers of the rules that are for a peer.
type ByRules = FxHashMap<Box<[u32]>, u32>;

/// What is kept from one row to the next.
struct Rows<'a> {
    of: &'a Network,
    /// The named ports of each class, by their table.
    ports: Vec<u32>,
    names: Vec<&'a [NamedPort]>,
    profiles: Vec<Flat<'a>>,
    /// Each set of connections once.
    all: Vec<Connections>,
    known: FxHashMap<Connections, u32>,
    shared: FxHashMap<(u32, u32), u32>,
    /// By profile and named ports: what comes of the rules that are for a peer.
    decided: FxHashMap<(u32, u32), ByRules>,
    /// What comes in by each profile and named ports, for the source of the row.
    coming: FxHashMap<(u32, u32, Family), u32>,
    candidates: Candidates,
    buffer: Vec<u32>,
}

/// A profile with its rules in a list.
struct Flat<'a> {
    profile: &'a Profile,
    rules: Vec<&'a RuleRecord>,
    asks_for_names: bool,
}

impl<'a> Rows<'a> {
    fn new(of: &'a Network) -> Self {
        let mut names: Vec<&[NamedPort]> = vec![&[]];
        let mut known: FxHashMap<&[NamedPort], u32> = FxHashMap::default();
        known.insert(&[], 0);
        let ports = of.classes.iter().map(|class| {
            let own: &[NamedPort] =
                if matches!(class.at, At::Pod { .. }) { &class.ports } else { &[] };
            *known.entry(own).or_insert_with(|| {
                names.push(own);
                index(names.len() - 1)
            })
        });
        let ports = ports.collect();
        let profiles = (0..index(of.profiles.len())).filter_map(|id| of.profiles.get(id));
        let profiles = profiles.map(|profile| {
            let policies = profile.tiers.iter().flat_map(|it| &it.policies);
            let policies = policies.filter_map(|it| of.policies.get(*it as usize));
            let rules: Vec<_> =
                policies.filter_map(|it| it.rules.get(profile.direction)).flatten().collect();
            let mut listed =
                rules.iter().flat_map(|it| it.ports.iter().flatten().chain(&it.except));
            let asks_for_names = listed.any(|it| matches!(it, PortRecord::Name(..)));
            Flat { profile, rules, asks_for_names }
        });
        Self {
            of,
            ports,
            names,
            profiles: profiles.collect(),
            all: Vec::new(),
            known: FxHashMap::default(),
            shared: FxHashMap::default(),
            decided: FxHashMap::default(),
            coming: FxHashMap::default(),
            candidates: Candidates::new(of),
            buffer: Vec::new(),
        }
    }

    fn row(&mut self, from: Workload<'a>) -> Row<'a> {
        let Some(source) = from.record().map(|it| it.class) else {
            return Row { from, to: Vec::new() };
        };
        let mut to = Vec::new();
        for class in self.candidates.of(source, self.of) {
            let id = self.between(source, class);
            let Some(connections) = self.all.get(id as usize).filter(|it| !it.is_empty()) else {
                continue;
            };
            let workloads = self.candidates.workloads(class).iter();
            let others = workloads.filter(|it| **it as usize != from.index());
            to.extend(others.map(|id| (Workload { of: self.of, id: *id }, connections.clone())));
        }
        to.sort_unstable_by_key(|(workload, _)| workload.index());
        self.coming.clear();
        Row { from, to }
    }

    /// What goes through from one class to another.
    fn between(&mut self, source: u32, class: u32) -> u32 {
        let egress = self.of.profiles.id(source, Direction::Egress);
        let ports = self.ports.get(class as usize).copied().unwrap_or(0);
        let profile = self.of.profiles.id(class, Direction::Ingress);
        let mut through = None;
        for family in self.of.families_of_classes(source, class) {
            let out = self.decided(egress, class, ports, family);
            let one = if self.is_none(out) {
                out
            } else {
                let key = (profile, ports, family);
                let known = self.coming.get(&key).copied();
                let inward = known.unwrap_or_else(|| self.decided(profile, source, ports, family));
                self.coming.insert(key, inward);
                self.both(out, inward)
            };
            through = Some(through.map_or(one, |all| self.either(all, one)));
        }
        through.unwrap_or_else(|| self.keep(Connections::NONE))
    }

    /// What a profile lets through with a class, where the destination has these named ports.
    fn decided(&mut self, profile: u32, class: u32, ports: u32, family: Family) -> u32 {
        let Some(flat) = self.profiles.get(profile as usize) else {
            return self.keep(Connections::NONE);
        };
        let ports = if flat.asks_for_names { ports } else { 0 };
        let (of, buffer) = (self.of, &mut self.buffer);
        buffer.clear();
        for (number, rule) in (0..).zip(&flat.rules) {
            if rule.peers.iter().any(|it| of.is_class(*it, class, family)) {
                buffer.push(number);
            }
        }
        let known = self.decided.entry((profile, ports)).or_default();
        if let Some(id) = known.get(buffer.as_slice()) {
            return *id;
        }
        let mut number = 0;
        let is_for = |_: &RuleRecord| {
            number += 1;
            buffer.binary_search(&(number - 1)).is_ok()
        };
        let names = self.names.get(ports as usize).copied().unwrap_or_default();
        let connections = of.decide(flat.profile, is_for, names);
        let key = buffer.clone().into_boxed_slice();
        let id = self.keep(connections);
        self.decided.entry((profile, ports)).or_default().insert(key, id);
        id
    }

    fn keep(&mut self, connections: Connections) -> u32 {
        if let Some(id) = self.known.get(&connections) {
            return *id;
        }
        let id = index(self.all.len());
        self.all.push(connections.clone());
        self.known.insert(connections, id);
        id
    }

    fn is_none(&self, id: u32) -> bool {
        self.all.get(id as usize).is_none_or(Connections::is_empty)
    }

    fn both(&mut self, one: u32, other: u32) -> u32 {
        if one == other {
            return one;
        }
        let key = (one.min(other), one.max(other));
        if let Some(id) = self.shared.get(&key) {
            return *id;
        }
        let (Some(a), Some(b)) = (self.all.get(one as usize), self.all.get(other as usize)) else {
            return one;
        };
        let id = self.keep(a.intersection(b));
        self.shared.insert(key, id);
        id
    }
    fn either(&mut self, one: u32, other: u32) -> u32 {
        if one == other {
            return one;
        }
        let both = self.all.get(one as usize).zip(self.all.get(other as usize));
        let all = both.map(|(one, other)| one.union(other));
        all.map_or(one, |it| self.keep(it))
    }
}
