//! What goes through with pods that are not there yet.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::newcomers::Newcomers;
use super::profiles::Profile;
use super::records::{At, Family, NamedPort, PeerRecord, PortRecord, RuleRecord};
use super::{Network, Workload};
use crate::kubernetes::Protocol;
use crate::network::{Connections, Direction, PROTOCOLS, Ports};

/// Pods that may come, and what goes through with all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The pods.
    pub with: Newcomers,
    /// What goes through by number. Nothing, where these are an exception of what goes through with everybody.
    pub connections: Connections,
    /// What goes through to ports that the pods have by name.
    pub named: BTreeSet<(Protocol, Arc<str>)>,
}

/// What decides what goes through with those who may come: it is the same for workloads of which this is the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Likeness {
    profile: u32,
    ports: Vec<NamedPort>,
    families: [bool; 2],
}

impl Network {
    /// What decides the exposure of a workload.
    pub fn likeness(&self, workload: Workload<'_>, direction: Direction) -> Option<Likeness> {
        let id = workload.record()?.class;
        let class = self.class(id)?;
        let ports = if direction == Direction::Ingress { class.ports.clone() } else { Vec::new() };
        Some(Likeness { profile: self.profiles.id(id, direction), ports, families: class.at.has() })
    }

    /// What goes through between a workload and pods that are not there: first what goes through with whatever pod, then
    /// what differs with those that rules are for. What their own policies would say is left out, for pods come with
    /// policies that nobody has seen.
    pub fn exposure(&self, workload: Workload<'_>, direction: Direction) -> Vec<Exposure> {
        let Some(class) = workload.record().and_then(|it| self.class(it.class)) else {
            return Vec::new();
        };
        let profile = workload.record().map(|it| self.profiles.id(it.class, direction));
        let Some(profile) = profile.and_then(|it| self.profiles.get(it)) else { return Vec::new() };
        let own = match (direction, &class.at) {
            (Direction::Ingress, At::Pod { .. }) => class.ports.as_slice(),
            _ => &[],
        };
        let has = class.at.has();
        let families: Vec<_> = if has == [false; 2] {
            vec![Family::V4]
        } else {
            Family::ALL.into_iter().zip(has).filter(|it| it.1).map(|it| it.0).collect()
        };
        let ask = Ask { of: self, profile, direction, own, families: &families };
        let exposure = |with: Newcomers| ask.exposure(with);
        let anybody = exposure(Newcomers::anybody());
        let is_open = !anybody.is_nothing();
        let mut all: Vec<_> = self.spoken_of(profile).into_iter().map(exposure).collect();
        all.retain(|it| {
            let is_same = (&it.connections, &it.named) == (&anybody.connections, &anybody.named);
            !is_same && (is_open || !it.is_nothing())
        });
        is_open.then_some(anybody).into_iter().chain(all).collect()
    }

    /// The rules of a profile, in their order.
    fn rules_of<'a>(&'a self, profile: &'a Profile) -> impl Iterator<Item = &'a RuleRecord> {
        profile.tiers.iter().flat_map(|it| self.rules_in(profile, &it.policies))
    }

    /// The pods that rules of a profile are for and that are not there.
    fn spoken_of(&self, profile: &Profile) -> BTreeSet<Newcomers> {
        let peers = self.rules_of(profile).flat_map(|it| &it.peers);
        let pods = peers.filter_map(|it| match it {
            PeerRecord::Pods(pods) => Some(*pods),
            _ => None,
        });
        let ids: BTreeSet<u32> = pods.collect();
        let spoken = ids.into_iter().filter_map(|id| {
            let pods = self.tables.pods.get(id as usize).filter(|it| !it.pods.asks_beside())?;
            let newcomers = Newcomers::of(self, pods)?;
            let are_there =
                || self.members.of_pods(id).is_some_and(|it| it.iter().next().is_some());
            let is_said = newcomers.are_plain() && are_there();
            let is_nobody = newcomers.is_anybody() || newcomers.is_nobody();
            (!is_said && !is_nobody).then_some(newcomers)
        });
        spoken.collect()
    }
}

/// What is asked for each of those who may come.
struct Ask<'a> {
    of: &'a Network,
    profile: &'a Profile,
    direction: Direction,
    /// The ports that the workload has by name, where it is the destination.
    own: &'a [NamedPort],
    /// The families of its addresses.
    families: &'a [Family],
}

impl Ask<'_> {
    fn exposure(&self, with: Newcomers) -> Exposure {
        let pods: BTreeSet<u32> = self.peers().filter(|it| self.is_for(*it, &with)).collect();
        let through = |own: &[NamedPort]| self.through(&pods, own);
        let connections = through(self.own);
        let mut named = BTreeSet::new();
        if self.direction == Direction::Egress {
            for (protocol, name) in self.names() {
                // A port that no rule is for by its number stands for one of that name.
                let Some(number) = self.free_port(protocol, &connections) else { continue };
                let port = NamedPort { name: Arc::clone(&name), protocol, number };
                if through(&[port]).contains(protocol, number) {
                    named.insert((protocol, name));
                }
            }
        }
        Exposure { with, connections, named }
    }

    /// What goes through with those whom these entries of the table of pods are for.
    fn through(&self, pods: &BTreeSet<u32>, own: &[NamedPort]) -> Connections {
        let sum = |all: Connections, family: &Family| {
            let is_peer = |peer: &PeerRecord| self.is_peer(*peer, pods, *family);
            let is_for = |rule: &RuleRecord| rule.peers.iter().any(is_peer);
            all.union(&self.of.decide(self.profile, is_for, own))
        };
        self.families.iter().fold(Connections::NONE, sum)
    }

    /// Whether those whom these entries of the table of pods are for are a peer.
    fn is_peer(&self, peer: PeerRecord, pods: &BTreeSet<u32>, family: Family) -> bool {
        match peer {
            PeerRecord::Everybody => true,
            PeerRecord::Pods(it) => pods.contains(&it),
            PeerRecord::Addresses { set, counts_pods, .. } => {
                let set = self.of.tables.sets.get(set as usize);
                counts_pods && set.is_some_and(|it| it.hold_all_of(family.any()))
            }
            PeerRecord::Common(id) => {
                self.of.tables.is_common(id, |it| self.is_peer(it, pods, family))
            }
            PeerRecord::Nodes(_) | PeerRecord::Hosts | PeerRecord::World | PeerRecord::Unknown => {
                false
            }
        }
    }

    fn is_for(&self, pods: u32, with: &Newcomers) -> bool {
        let pods = self.of.tables.pods.get(pods as usize);
        pods.is_some_and(|it| with.are_within(self.of, it))
    }

    /// The entries of the table of pods that rules are for.
    fn peers(&self) -> impl Iterator<Item = u32> {
        let peers = self.of.rules_of(self.profile).flat_map(|it| &it.peers);
        peers.filter_map(|it| match it {
            PeerRecord::Pods(pods) => Some(*pods),
            _ => None,
        })
    }

    /// The ports that rules of a profile have by name.
    fn names(&self) -> BTreeSet<(Protocol, Arc<str>)> {
        let ports = self.ports().filter_map(|it| match it {
            PortRecord::Name(protocol, name) => Some((*protocol, Arc::clone(name))),
            PortRecord::Range(..) => None,
        });
        let each = |(protocol, name): (Option<Protocol>, Arc<str>)| {
            let of = PROTOCOLS.into_iter().filter(move |it| protocol.is_none_or(|own| own == *it));
            of.map(move |it| (it, Arc::clone(&name)))
        };
        ports.flat_map(each).collect()
    }

    fn ports(&self) -> impl Iterator<Item = &PortRecord> {
        self.of.rules_of(self.profile).flat_map(|it| it.ports.iter().flatten())
    }

    fn free_port(&self, protocol: Protocol, through: &Connections) -> Option<u16> {
        let mut free = Ports::all().difference(through.ports(protocol));
        for port in self.ports() {
            if let PortRecord::Range(of, first, last) = port
                && *of == protocol
            {
                free = free.difference(&Ports::range(*first, *last));
            }
        }
        free.ranges().first().map(|it| it.0)
    }
}

impl Exposure {
    /// Whether nothing goes through.
    pub fn is_nothing(&self) -> bool {
        self.connections.is_empty() && self.named.is_empty()
    }
}

/// What goes through, as `TCP 80,http,UDP dns`.
impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.named.is_empty() {
            return self.connections.fmt(f);
        }
        let mut by_protocol: BTreeMap<Protocol, Vec<String>> = BTreeMap::new();
        for protocol in PROTOCOLS {
            let ports = self.connections.ports(protocol);
            let numbers = (!ports.is_empty()).then(|| ports.to_string());
            let names = self.named.iter().filter(|it| it.0 == protocol).map(|it| it.1.to_string());
            let all: Vec<_> = numbers.into_iter().chain(names).collect();
            if !all.is_empty() {
                by_protocol.insert(protocol, all);
            }
        }
        for (index, (protocol, ports)) in by_protocol.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{protocol} {}", ports.join(","))?;
        }
        Ok(())
    }
}
