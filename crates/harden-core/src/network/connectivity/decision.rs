//! How policies decide about one peer: tier by tier, rule by rule, over all ports at once.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::labels::{Labels, NAMESPACE_NAME};
use super::profiles::Profile;
use super::records::{
    Action, At, Family, NamedPort, PeerRecord, Pods, PortRecord, RuleRecord, Within,
};
use super::{Network, Party, Stranger};
use crate::network::{Connections, Direction, Ports};

impl Network {
    /// What the policies for a party let through from or to a peer.
    pub(super) fn let_through(
        &self,
        direction: Direction,
        own: Party<'_>,
        peer: Party<'_>,
        family: Family,
    ) -> Connections {
        let destination = if direction == Direction::Ingress { own } else { peer };
        let ports = self.named_ports(destination);
        let decide = |profile: &Profile| {
            self.decide(profile, |rule| self.is_peer_of(rule, peer, family), ports)
        };
        match own {
            Party::Address(_) => Connections::all(),
            Party::Workload(it) | Party::Pod(it, _) => {
                let profile = it.record().map(|it| self.profiles.id(it.class, direction));
                profile.and_then(|it| self.profiles.get(it)).map_or(Connections::NONE, decide)
            }
            Party::Stranger(it) => decide(&self.profile_of(it, direction)),
        }
    }

    /// What a profile lets through with a peer that some of its rules are for. Every rule is asked for once, in order.
    pub(super) fn decide(
        &self,
        profile: &Profile,
        mut is_for_peer: impl FnMut(&RuleRecord) -> bool,
        ports: &[NamedPort],
    ) -> Connections {
        let mut allowed = Connections::NONE;
        let mut open = Connections::all();
        for tier in &profile.tiers {
            let mut passed = Connections::NONE;
            for rule in self.rules_in(profile, &tier.policies) {
                if !is_for_peer(rule) || open.is_empty() {
                    continue;
                }
                let hit = rule.connections(ports).intersection(&open);
                open = open.difference(&hit);
                match rule.action {
                    Action::Allow => allowed = allowed.union(&hit),
                    Action::Pass => passed = passed.union(&hit),
                    Action::Deny | Action::Log => {}
                }
            }
            open = if tier.is_closed { passed } else { open.union(&passed) };
        }
        allowed.union(&open)
    }

    /// The rules of some policies in the direction of a profile, in their order.
    pub(super) fn rules_in<'a>(
        &'a self,
        profile: &Profile,
        policies: &'a [u32],
    ) -> impl Iterator<Item = &'a RuleRecord> + use<'a> {
        let direction = profile.direction;
        let policies = policies.iter().filter_map(|it| self.policies.get(*it as usize));
        policies.flat_map(move |it| it.rules.get(direction).into_iter().flatten())
    }

    pub(super) fn is_peer_of(&self, rule: &RuleRecord, peer: Party<'_>, family: Family) -> bool {
        rule.peers.iter().any(|it| match peer {
            Party::Workload(workload) | Party::Pod(workload, _) => {
                workload.record().is_some_and(|record| self.is_class(*it, record.class, family))
            }
            Party::Address(address) => self.is_address(*it, address),
            Party::Stranger(stranger) => self.is_stranger(*it, stranger, family),
        })
    }

    /// Whether a class is a peer by its addresses of a family.
    pub(super) fn is_class(&self, peer: PeerRecord, class: u32, family: Family) -> bool {
        match peer {
            PeerRecord::Everybody => true,
            PeerRecord::Pods(pods) => self.members.is_of(pods, class),
            PeerRecord::Nodes(nodes) => self.members.is_on_node(nodes, class),
            PeerRecord::Addresses { set, counts_pods, counts_nodes } => {
                match self.class(class).map(|it| &it.at) {
                    Some(At::Pod { sets, .. }) => {
                        let own = sets.get(family.index());
                        counts_pods && own.is_some_and(|it| it.binary_search(&set).is_ok())
                    }
                    Some(At::Node { addresses, .. }) => {
                        counts_nodes && self.includes(set, addresses, family)
                    }
                    None => false,
                }
            }
            PeerRecord::Hosts => {
                self.class(class).is_some_and(|it| matches!(it.at, At::Node { .. }))
            }
            PeerRecord::Common(id) => {
                self.tables.is_common(id, |it| self.is_class(it, class, family))
            }
            PeerRecord::World | PeerRecord::Unknown => false,
        }
    }

    /// Whether an address that is none of a pod is a peer.
    pub(super) fn is_address(&self, peer: PeerRecord, address: IpAddr) -> bool {
        let mut of_nodes = self.nodes.iter().filter(|it| it.addresses.contains(&address));
        match peer {
            PeerRecord::Everybody => true,
            PeerRecord::Addresses { set, counts_nodes, .. } => {
                self.includes(set, &[address], Family::of(address))
                    && (counts_nodes || of_nodes.next().is_none())
            }
            PeerRecord::Nodes(nodes) => {
                let test = self.tables.nodes.get(nodes as usize);
                test.is_some_and(|test| of_nodes.any(|it| test.holds(&it.labels)))
            }
            PeerRecord::Hosts => of_nodes.next().is_some(),
            PeerRecord::World => of_nodes.next().is_none(),
            PeerRecord::Common(id) => self.tables.is_common(id, |it| self.is_address(it, address)),
            PeerRecord::Pods(_) | PeerRecord::Unknown => false,
        }
    }

    fn is_stranger(&self, peer: PeerRecord, stranger: &Stranger, family: Family) -> bool {
        match peer {
            PeerRecord::Everybody => true,
            PeerRecord::Pods(pods) => {
                let pods = self.tables.pods.get(pods as usize);
                pods.is_some_and(|it| self.selects(it, stranger))
            }
            PeerRecord::Addresses { set, counts_pods, .. } => {
                counts_pods && self.includes(set, &[], family)
            }
            PeerRecord::Common(id) => {
                self.tables.is_common(id, |it| self.is_stranger(it, stranger, family))
            }
            PeerRecord::Nodes(_) | PeerRecord::Hosts | PeerRecord::World | PeerRecord::Unknown => {
                false
            }
        }
    }

    fn selects(&self, pods: &Pods, stranger: &Stranger) -> bool {
        let is_within = match &pods.within {
            Within::One(id) => {
                let own = stranger.namespace.get(NAMESPACE_NAME);
                self.namespaces
                    .get(*id as usize)
                    .is_some_and(|it| own.is_some_and(|own| **own == *it.name))
            }
            Within::Labelled(test) => test.holds(&labels(&stranger.namespace)),
        };
        let mut own = labels(&stranger.labels);
        let mut keys = BTreeSet::new();
        pods.pods.keys(&mut keys);
        own.add_beside(&keys, Some(&labels(&stranger.namespace)), None);
        is_within && pods.pods.holds(&own)
    }

    /// What holds for a pod that is not there.
    pub(super) fn profile_of(&self, stranger: &Stranger, direction: Direction) -> Profile {
        let is_for = |id: &u32| {
            let subject = self.policies.get(*id as usize).map(|it| &it.subject);
            subject
                .into_iter()
                .flatten()
                .any(|it| self.is_stranger(PeerRecord::Pods(*it), stranger, Family::V4))
        };
        let own: Vec<u32> = self.profiles.order.iter().copied().filter(is_for).collect();
        let direction = usize::from(direction == Direction::Egress);
        Profile::new(&self.policies, &self.tiers, &own, direction)
    }

    /// Whether one of some addresses of a family is in a set; without any address, whether all of the family is.
    fn includes(&self, set: u32, addresses: &[IpAddr], family: Family) -> bool {
        self.tables.sets.get(set as usize).is_some_and(|it| {
            let mut own = addresses.iter().filter(|it| Family::of(**it) == family);
            if addresses.is_empty() {
                it.hold_all_of(family.any())
            } else {
                own.any(|address| it.contains(*address))
            }
        })
    }

    /// The families in which two parties can talk: those that both are known to have, and IPv4 where nothing is known.
    pub(super) fn families(
        &self,
        one: Party<'_>,
        other: Party<'_>,
    ) -> impl Iterator<Item = Family> + use<> {
        shared(self.has(one), self.has(other))
    }

    /// The same for two classes.
    pub(super) fn families_of_classes(
        &self,
        one: u32,
        other: u32,
    ) -> impl Iterator<Item = Family> + use<> {
        let has = |it: u32| self.class(it).map_or([false; 2], |it| it.at.has());
        shared(has(one), has(other))
    }

    fn has(&self, party: Party<'_>) -> [bool; 2] {
        match party {
            Party::Address(address) | Party::Pod(_, address) => {
                Family::ALL.map(|it| it == Family::of(address))
            }
            Party::Workload(it) => {
                let class = it.record().and_then(|it| self.class(it.class));
                class.map_or([false; 2], |it| it.at.has())
            }
            Party::Stranger(_) => [false; 2],
        }
    }

    pub(super) fn named_ports(&self, party: Party<'_>) -> &[NamedPort] {
        let (Party::Workload(workload) | Party::Pod(workload, _)) = party else { return &[] };
        let class = workload.record().and_then(|it| self.class(it.class));
        // Nothing selects what is on the network of its node, so that nobody knows its ports.
        class.filter(|it| matches!(it.at, At::Pod { .. })).map_or(&[], |it| &it.ports)
    }
}

impl RuleRecord {
    /// What it is for, where the destination has ports of these names.
    pub(super) fn connections(&self, named: &[NamedPort]) -> Connections {
        let all = self.ports.as_ref().map_or_else(Connections::all, |it| connections(it, named));
        if self.except.is_empty() { all } else { all.difference(&connections(&self.except, named)) }
    }
}

fn connections(ports: &[PortRecord], named: &[NamedPort]) -> Connections {
    let mut all = Connections::NONE;
    for port in ports {
        match port {
            PortRecord::Range(protocol, first, last) => {
                all = all.union(&Connections::of(*protocol, Ports::range(*first, *last)));
            }
            PortRecord::Name(protocol, name) => {
                let own = named.iter().filter(|it| {
                    it.name == *name && protocol.is_none_or(|protocol| protocol == it.protocol)
                });
                for it in own {
                    let one = Ports::range(it.number, it.number);
                    all = all.union(&Connections::of(it.protocol, one));
                }
            }
        }
    }
    all
}

fn labels(map: &std::collections::BTreeMap<String, String>) -> Labels {
    let mut labels = Labels::default();
    map.iter().for_each(|(key, value)| labels.set(key, value));
    labels
}

fn shared(one: [bool; 2], other: [bool; 2]) -> impl Iterator<Item = Family> {
    let both = match (one, other) {
        ([false, false], [false, false]) => [true, false],
        ([false, false], known) | (known, [false, false]) => known,
        ([a, b], [c, d]) => [a && c, b && d],
    };
    Family::ALL.into_iter().zip(both).filter(|(_, it)| *it).map(|(it, _)| it)
}
