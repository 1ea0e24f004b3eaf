//! Policies that add nothing beside others.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::labels::{NAMESPACE_NAME, Test};
use super::records::{Action, PeerRecord, Pods, PolicyRecord, PortRecord, RuleRecord, Within};
use super::scope::Scope;
use super::{Network, Policy};

/// So many others are held against each policy at most, so that the cost follows the number of policies.
const MOST: usize = 1_000;

impl Network {
    /// The NetworkPolicies that add nothing beside others, each with these: whatever pods come, all of them together
    /// may be taken away. `may_cover` says whether the second is there wherever the first is.
    pub fn redundant(
        &self,
        may_cover: impl Fn(Policy<'_>, Policy<'_>) -> bool,
    ) -> Vec<(Policy<'_>, Vec<Policy<'_>>)> {
        let subjects = Subjects::of(self);
        let mut all: Vec<(Policy<'_>, Vec<Policy<'_>>)> = Vec::new();
        let mut gone = vec![false; self.policies.len()];
        // Of two that say the same, the later one goes.
        for policy in self.policies().collect::<Vec<_>>().into_iter().rev() {
            let is_there = |it: &u32| gone.get(*it as usize) == Some(&false) && *it != policy.id;
            let others = subjects.around(policy.id).filter(is_there);
            let others =
                others.map(|id| Policy { of: self, id }).filter(|it| may_cover(policy, *it));
            let others: Vec<_> = others.take(MOST).collect();
            if let Some(by) = self.covered_by(policy, &others) {
                if let Some(gone) = gone.get_mut(policy.id as usize) {
                    *gone = true;
                }
                all.push((policy, by));
            }
        }
        all.reverse();
        all
    }

    /// Those of some policies, all of them for the pods of this one, that say all that it says.
    fn covered_by<'a>(&'a self, own: Policy<'a>, others: &[Policy<'a>]) -> Option<Vec<Policy<'a>>> {
        let record = own.record()?;
        let is_floor = is_floor(record);
        let mut by: BTreeMap<u32, Policy<'a>> = BTreeMap::new();
        for (direction, rules) in record.rules.iter().enumerate() {
            if record.isolates.get(direction) != Some(&true) {
                continue;
            }
            let isolating = || {
                others
                    .iter()
                    .filter_map(|it| Some((*it, it.record()?)))
                    .filter(|(_, record)| record.isolates.get(direction) == Some(&true))
                    // What denies everything stays what it is when those that allow something go.
                    .filter(|(_, record)| !is_floor || self::is_floor(record))
            };
            let says = |record: &PolicyRecord, rule| {
                let mut own = record.rules.get(direction).into_iter().flatten();
                own.any(|it| self.is_rule_within(rule, it))
            };
            if rules.is_empty() {
                let (it, _) = isolating().next()?;
                by.insert(it.id, it);
            }
            for rule in rules {
                let (it, _) = isolating().find(|(_, record)| says(record, rule))?;
                by.insert(it.id, it);
            }
        }
        (!by.is_empty()).then(|| by.into_values().collect())
    }

    fn is_rule_within(&self, own: &RuleRecord, other: &RuleRecord) -> bool {
        let (Action::Allow, Action::Allow) = (own.action, other.action) else { return false };
        let has_ports = match (&own.ports, &other.ports) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(others)) => {
                own.iter().all(|it| others.iter().any(|other| is_port_within(it, other)))
            }
        };
        let is_peer =
            |it: &PeerRecord| other.peers.iter().any(|other| self.is_peer_within(*it, *other));
        has_ports && other.beyond.is_none() && own.peers.iter().all(is_peer)
    }

    fn is_peer_within(&self, own: PeerRecord, other: PeerRecord) -> bool {
        match (own, other) {
            (_, PeerRecord::Everybody) => true,
            (PeerRecord::Pods(own), PeerRecord::Pods(other)) => {
                let pods = |it: u32| self.tables.pods.get(it as usize);
                own == other
                    || pods(own).zip(pods(other)).is_some_and(|(a, b)| self.are_within(a, b))
            }
            (
                PeerRecord::Addresses { set: own, counts_pods, counts_nodes },
                PeerRecord::Addresses { set: other, counts_pods: of_pods, counts_nodes: of_nodes },
            ) => {
                let set = |it: u32| self.tables.sets.get(it as usize);
                let is_within = set(own).zip(set(other)).is_some_and(|(own, other)| {
                    let mut both = other.clone();
                    both.add_all(own);
                    both == *other
                });
                (!counts_pods || of_pods) && (!counts_nodes || of_nodes) && is_within
            }
            (own, other) => own == other,
        }
    }

    /// Whether all pods that one entry of the table is for are pods of the other, whatever comes.
    fn are_within(&self, own: &Pods, other: &Pods) -> bool {
        let home = |it: &Within| match it {
            Within::One(id) => {
                let name = self.namespaces.get(*id as usize).map(|it| &it.name);
                name.and_then(|it| Scope::of(&Test::is(NAMESPACE_NAME, it)))
            }
            Within::Labelled(test) => Scope::of(test),
        };
        let is_within = |own: Option<Scope>, other: Option<Scope>| {
            own.zip(other).is_some_and(|(own, other)| own.is_within(&other))
        };
        (own.within == other.within || is_within(home(&own.within), home(&other.within)))
            && (own.pods == other.pods || is_within(Scope::of(&own.pods), Scope::of(&other.pods)))
    }
}

fn is_port_within(own: &PortRecord, other: &PortRecord) -> bool {
    match (own, other) {
        (PortRecord::Range(own, first, last), PortRecord::Range(other, from, to)) => {
            own == other && from <= first && last <= to
        }
        (own, other) => own == other,
    }
}

/// Which pods NetworkPolicies are for, so that not every policy of a namespace is held against every other.
#[derive(Default)]
struct Subjects {
    /// By policy, in order; none where it is no NetworkPolicy, or one that the API server refuses.
    own: Vec<Option<(u32, Scope)>>,
    /// By namespace, and a key and value that their pods must have.
    with: FxHashMap<(u32, Arc<str>, Arc<str>), Vec<u32>>,
    /// By namespace; for pods that need no value in particular.
    without: FxHashMap<u32, Vec<u32>>,
}

impl Subjects {
    fn of(network: &Network) -> Self {
        let mut this = Self::default();
        for (id, policy) in (0..).zip(&network.policies) {
            let own = subject(network, policy);
            if let Some((namespace, scope)) = &own {
                let anchor = scope.values().next();
                let place = match anchor {
                    Some((key, value)) => {
                        let key = (*namespace, Arc::clone(key), Arc::clone(value));
                        this.with.entry(key).or_default()
                    }
                    None => this.without.entry(*namespace).or_default(),
                };
                place.push(id);
            }
            this.own.push(own);
        }
        this
    }

    /// The policies that are for all pods that this one is for.
    fn around(&self, policy: u32) -> impl Iterator<Item = u32> {
        let own = self.own.get(policy as usize).and_then(Option::as_ref);
        let all = own.into_iter().flat_map(|(namespace, scope)| {
            let lists = scope.values().filter_map(|(key, value)| {
                self.with.get(&(*namespace, Arc::clone(key), Arc::clone(value)))
            });
            lists.chain(self.without.get(namespace)).flatten().copied().collect::<Vec<_>>()
        });
        all.filter(move |id| {
            let other = self.own.get(*id as usize).and_then(Option::as_ref);
            own.zip(other).is_some_and(|(own, other)| own.1.is_within(&other.1))
        })
    }
}

fn subject(network: &Network, policy: &PolicyRecord) -> Option<(u32, Scope)> {
    let is_plain = policy.kind == "NetworkPolicy" && policy.refused.is_none();
    let [subject] = policy.subject.as_slice() else { return None };
    let pods = network.tables.pods.get(*subject as usize).filter(|_| is_plain)?;
    Some((policy.namespace?, Scope::of(&pods.pods)?))
}

/// Whether a policy isolates and allows nothing: the floor that is under all others.
fn is_floor(record: &PolicyRecord) -> bool {
    record.rules.iter().all(Vec::is_empty)
}
