//! What is kept of namespaces, pods and policies.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::labels::{Labels, Test};
use crate::kubernetes::{Addresses, Protocol};
use crate::source::Spot;

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) source: Arc<str>,
    /// From one; zero where nobody reads the text by its lines.
    pub(super) line: u32,
}

impl Mark {
    pub(super) fn spot(&self) -> Spot<'_> {
        Spot { source: &self.source, line: Some(self.line).filter(|it| *it > 0) }
    }
}

#[derive(Debug)]
pub(super) struct NamespaceRecord {
    pub(super) name: Arc<str>,
    pub(super) labels: Labels,
    /// None where only what is in it was read.
    pub(super) mark: Option<Mark>,
}

#[derive(Debug)]
pub(super) struct NodeRecord {
    pub(super) name: Arc<str>,
    pub(super) labels: Labels,
    pub(super) addresses: Vec<IpAddr>,
}

/// A pod, or pods that are alike but for their addresses, of one owner.
#[derive(Debug)]
pub(super) struct WorkloadRecord {
    pub(super) namespace: u32,
    pub(super) kind: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) class: u32,
    /// Those of its first pod; policies ask only for some.
    pub(super) labels: Labels,
    /// How many pods were read; zero for a template.
    pub(super) pods: u32,
    /// Which of several of one name it is, from 1; zero where there is only one.
    pub(super) variant: u32,
    pub(super) mark: Mark,
}

/// What policies can tell apart: pods of one class are one to all of them. Of labels and ports only those are kept that
/// a policy asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ClassRecord {
    pub(super) namespace: u32,
    /// With what pods have beside their labels, under keys that no label has.
    pub(super) labels: Labels,
    pub(super) ports: Vec<NamedPort>,
    pub(super) at: At,
}

/// Where pods are in the network.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum At {
    /// In that of pods; by family, the sets of addresses that theirs is in, in order, and whether they are known to have
    /// one.
    Pod { sets: [Vec<u32>; 2], has: [bool; 2] },
    /// In that of their node, with its addresses, where they are known.
    Node { node: Option<u32>, addresses: Vec<IpAddr> },
}

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Family {
    V4,
    V6,
}

impl Family {
    pub(super) const ALL: [Self; 2] = [Self::V4, Self::V6];

    pub(super) fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// Some address of it.
    pub(super) fn any(self) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            Self::V6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        }
    }

    pub(super) fn index(self) -> usize {
        match self {
            Self::V4 => 0,
            Self::V6 => 1,
        }
    }
}

impl At {
    /// Whether pods are known to have an address of a family, by family.
    pub(super) fn has(&self) -> [bool; 2] {
        match self {
            Self::Pod { has, .. } => *has,
            Self::Node { addresses, .. } => {
                Family::ALL.map(|family| addresses.iter().any(|it| Family::of(*it) == family))
            }
        }
    }
}

/// A port of a container that has a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NamedPort {
    pub(super) name: Arc<str>,
    pub(super) protocol: Protocol,
    pub(super) number: u16,
}

/// Pods by their namespace and labels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Pods {
    pub(super) within: Within,
    pub(super) pods: Test,
}

/// Namespaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Within {
    One(u32),
    Labelled(Test),
}

impl Pods {
    pub(super) fn of(within: Within, pods: Test) -> Self {
        Self { within, pods }
    }
}

#[derive(Debug)]
pub(super) struct PolicyRecord {
    pub(super) kind: &'static str,
    /// None for one of the cluster.
    pub(super) namespace: Option<u32>,
    pub(super) name: Arc<str>,
    pub(super) mark: Mark,
    pub(super) tier: u32,
    /// Its place in the tier: lower numbers go first, then names.
    pub(super) order: Order,
    /// The pods that it is for, by the table of peers.
    pub(super) subject: Vec<u32>,
    /// Whether what no rule lets through is refused at the end of the tier, by direction.
    pub(super) isolates: [bool; 2],
    /// By direction.
    pub(super) rules: [Vec<RuleRecord>; 2],
    /// Why the API server refuses it, so that nobody knows what it would say.
    pub(super) refused: Option<String>,
    /// What of it as a whole is not judged.
    pub(super) beyond: Option<&'static str>,
}

impl PolicyRecord {
    /// One like this without rules, for some pods.
    pub(super) fn with_subject(&self, subject: Vec<u32>) -> Self {
        Self {
            kind: self.kind,
            namespace: self.namespace,
            name: Arc::clone(&self.name),
            mark: self.mark.clone(),
            tier: self.tier,
            order: self.order,
            subject,
            isolates: [false; 2],
            rules: [Vec::new(), Vec::new()],
            refused: None,
            beyond: None,
        }
    }
}

/// A place in an order that is written as any number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order(pub(super) f64);

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Order {}

impl PartialOrd for Order {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Order {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Policies that are asked before or after others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TierRecord {
    pub(super) order: Order,
    pub(super) name: Arc<str>,
    /// Whether what policies of it isolate goes on to the next tier all the same.
    pub(super) passes: bool,
}

#[derive(Debug, Clone)]
pub(super) struct RuleRecord {
    pub(super) action: Action,
    pub(super) peers: Vec<PeerRecord>,
    /// None for all ports of all protocols.
    pub(super) ports: Option<Vec<PortRecord>>,
    /// Ports that it is not for, whatever the others say.
    pub(super) except: Vec<PortRecord>,
    pub(super) mark: Mark,
    /// What of it is not judged, so that less may go through than it says here.
    pub(super) beyond: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Action {
    Allow,
    Deny,
    /// The rest of the tier is not asked.
    Pass,
    /// Nothing is decided; such a rule has no peers.
    Log,
}

/// A peer of a rule; pods and addresses by their tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PeerRecord {
    Everybody,
    Pods(u32),
    /// The addresses; whether those of pods and those of nodes count.
    Addresses {
        set: u32,
        counts_pods: bool,
        counts_nodes: bool,
    },
    /// Nodes with these labels.
    Nodes(u32),
    /// Every node, and what is on the network of one.
    Hosts,
    /// What is neither a pod nor a node.
    World,
    /// What several peers have in common, by their table.
    Common(u32),
    /// What this model does not know: it matches nothing.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PortRecord {
    /// From the first to the last.
    Range(Protocol, u16, u16),
    /// Ports of containers by name; of any protocol where none is named.
    Name(Option<Protocol>, Arc<str>),
}

/// What several peers have in common.
#[derive(Debug)]
pub(super) struct Common {
    /// One of each of these lists.
    all: Vec<Vec<PeerRecord>>,
    /// None of these.
    none: Vec<PeerRecord>,
}

/// Everything that rules refer to, each once.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) pods: Vec<Pods>,
    pub(super) sets: Vec<Addresses>,
    pub(super) nodes: Vec<Test>,
    pub(super) commons: Vec<Common>,
    known_pods: rustc_hash::FxHashMap<Pods, u32>,
    known_sets: rustc_hash::FxHashMap<Addresses, u32>,
}

impl Tables {
    pub(super) fn keep_pods(&mut self, pods: Pods) -> u32 {
        if let Some(id) = self.known_pods.get(&pods) {
            return *id;
        }
        let id = index(self.pods.len());
        self.pods.push(pods.clone());
        self.known_pods.insert(pods, id);
        id
    }

    pub(super) fn keep_set(&mut self, set: Addresses) -> u32 {
        if let Some(id) = self.known_sets.get(&set) {
            return *id;
        }
        let id = index(self.sets.len());
        self.sets.push(set.clone());
        self.known_sets.insert(set, id);
        id
    }

    /// An entry that is not known yet, and no other policy's.
    pub(super) fn reserve_pods(&mut self) -> u32 {
        self.pods.push(Pods::of(Within::Labelled(Test::Always), Test::never()));
        index(self.pods.len() - 1)
    }

    /// An entry that is not known yet, and no other policy's.
    pub(super) fn reserve_set(&mut self) -> u32 {
        self.sets.push(Addresses::default());
        index(self.sets.len() - 1)
    }

    /// The peer that is one of each of some lists, and none of others.
    pub(super) fn keep_common(
        &mut self,
        mut all: Vec<Vec<PeerRecord>>,
        none: Vec<PeerRecord>,
    ) -> PeerRecord {
        all.retain(|it| !it.contains(&PeerRecord::Everybody));
        match (all.as_slice(), none.as_slice()) {
            ([], []) => return PeerRecord::Everybody,
            ([only], []) if only.len() == 1 => {
                return only.first().copied().unwrap_or(PeerRecord::Unknown);
            }
            _ => {}
        }
        self.commons.push(Common { all, none });
        PeerRecord::Common(index(self.commons.len() - 1))
    }

    /// Whether a peer that is made of others is met, where it is known which of those are.
    pub(super) fn is_common(&self, id: u32, mut is: impl FnMut(PeerRecord) -> bool) -> bool {
        self.commons.get(id as usize).is_some_and(|common| {
            common.all.iter().all(|any| any.iter().any(|it| is(*it)))
                && !common.none.iter().any(|it| is(*it))
        })
    }

    /// What a peer is made of.
    pub(super) fn parts_of(&self, peer: PeerRecord) -> Vec<PeerRecord> {
        let PeerRecord::Common(id) = peer else { return vec![peer] };
        let common = self.commons.get(id as usize).into_iter();
        let peers = common.flat_map(|it| it.all.iter().flatten().chain(&it.none));
        peers.flat_map(|it| self.parts_of(*it)).collect()
    }

    pub(super) fn keep_nodes(&mut self, test: Test) -> u32 {
        self.nodes.push(test);
        index(self.nodes.len() - 1)
    }
}

/// A length as an index; no input is so long that it does not fit.
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
