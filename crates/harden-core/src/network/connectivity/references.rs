//! What policies refer to and that may be read after them: Services, ServiceAccounts, sets of addresses, tiers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use harden_yaml::Place;
use rustc_hash::FxHashMap;

use super::labels::{Labels, Test};
use super::reader::Reader;
use super::records::{Action, Order, PeerRecord, Pods, TierRecord, Within, index};
use crate::kubernetes::{Addresses, range};
use crate::object::Object;

/// A kind of object that policies refer to, and how it is learnt.
pub(super) struct Other {
    pub(super) group: &'static str,
    pub(super) kind: &'static str,
    pub(super) learn: fn(&mut Reader, &Object<'_>),
}

/// The group of Calico.
pub(super) const CALICO: &str = "projectcalico.org";
/// How Calico stores its objects where it brings no API of its own.
pub(super) const STORED: &str = "crd.projectcalico.org";

/// Every kind of object that policies refer to.
pub(super) const OTHERS: &[Other] = &[
    Other { group: "", kind: "ServiceAccount", learn: learn_account },
    Other { group: "cilium.io", kind: "CiliumCIDRGroup", learn: learn_group },
    Other { group: CALICO, kind: "NetworkSet", learn: learn_networks },
    Other { group: STORED, kind: "NetworkSet", learn: learn_networks },
    Other { group: CALICO, kind: "GlobalNetworkSet", learn: learn_networks },
    Other { group: STORED, kind: "GlobalNetworkSet", learn: learn_networks },
    Other { group: CALICO, kind: "Tier", learn: learn_tier },
    Other { group: STORED, kind: "Tier", learn: learn_tier },
];

/// What was read that policies may refer to, and what they do refer to.
#[derive(Debug, Default)]
pub(super) struct References {
    /// The labels of ServiceAccounts.
    pub(super) accounts: BTreeMap<(u32, Arc<str>), Labels>,
    groups: BTreeMap<Arc<str>, SetRecord>,
    networks: BTreeMap<(Option<u32>, Arc<str>), SetRecord>,
    tiers: BTreeMap<Arc<str>, (Order, bool)>,
    /// The tiers that policies name.
    named: BTreeMap<Arc<str>, u32>,
    wanted: Vec<Wanted>,
    known_networks: FxHashMap<Test, u32>,
}

/// Addresses that have labels.
#[derive(Debug)]
struct SetRecord {
    labels: Labels,
    addresses: Addresses,
}

/// What a policy refers to, and the entry of a table that it is for.
#[derive(Debug)]
pub(super) enum Wanted {
    /// The pods of Services, of one namespace or of all.
    Services { pods: u32, namespace: Option<u32>, which: Which },
    /// The addresses of groups, without some.
    Groups { set: u32, which: Which, except: Addresses },
    /// The addresses of sets; what is asked of their labels and of their namespace.
    Networks { set: u32, test: Test },
}

/// By what something is referred to.
#[derive(Debug)]
pub(super) enum Which {
    Name(Arc<str>),
    Labelled(Test),
}

impl Which {
    fn holds(&self, name: &str, labels: &Labels) -> bool {
        match self {
            Self::Name(own) => **own == *name,
            Self::Labelled(test) => test.holds(labels),
        }
    }
}

impl Reader {
    pub(super) fn want(&mut self, wanted: Wanted) {
        self.references.wanted.push(wanted);
    }

    /// The addresses of the sets whose labels, and those of their namespaces, are like this.
    pub(super) fn networks_of(&mut self, test: Test) -> u32 {
        if let Some(id) = self.references.known_networks.get(&test) {
            return *id;
        }
        let set = self.tables.reserve_set();
        self.references.known_networks.insert(test.clone(), set);
        self.want(Wanted::Networks { set, test });
        set
    }

    /// The tier of a name, whose place is known once all was read.
    pub(super) fn tier_called(&mut self, name: &str) -> u32 {
        if let Some(id) = self.references.named.get(name) {
            return *id;
        }
        let (id, name): (_, Arc<str>) = (index(self.tiers.len()), name.into());
        let order = Order(f64::INFINITY);
        self.tiers.push(TierRecord { order, name: Arc::clone(&name), passes: false });
        self.references.named.insert(name, id);
        id
    }

    /// Finds what policies refer to.
    pub(super) fn resolve(&mut self) {
        let mut missing = Vec::new();
        for wanted in std::mem::take(&mut self.references.wanted) {
            match wanted {
                Wanted::Services { pods, namespace, which } => {
                    let tests = self.pods_of_services(namespace, &which);
                    if tests.iter().any(Option::is_none) || tests.is_empty() {
                        missing.push(PeerRecord::Pods(pods));
                    }
                    let any = Test::Any(tests.into_iter().flatten().collect());
                    if let Some(entry) = self.tables.pods.get_mut(pods as usize) {
                        *entry = Pods::of(Within::Labelled(Test::Always), any);
                    }
                }
                Wanted::Groups { set, which, except } => {
                    let groups = self.references.groups.iter();
                    let mut own =
                        groups.filter(|(name, it)| which.holds(name, &it.labels)).peekable();
                    if own.peek().is_none() {
                        missing.push(PeerRecord::Addresses {
                            set,
                            counts_pods: false,
                            counts_nodes: false,
                        });
                    }
                    let mut all = Addresses::default();
                    own.for_each(|(_, it)| all.add_all(&it.addresses));
                    all.remove_all(&except);
                    self.fill(set, &all);
                }
                Wanted::Networks { set, test } => {
                    let mut all = Addresses::default();
                    for ((namespace, _), record) in &self.references.networks {
                        let mut labels = record.labels.clone();
                        let mut keys = BTreeSet::new();
                        test.keys(&mut keys);
                        let within = namespace.and_then(|it| self.namespaces.get(it as usize));
                        labels.add_beside(&keys, within.map(|it| &it.labels), None);
                        if test.holds(&labels) {
                            all.add_all(&record.addresses);
                        }
                    }
                    self.fill(set, &all);
                }
            }
        }
        self.widen(&missing);
        self.place_tiers();
    }

    fn fill(&mut self, set: u32, addresses: &Addresses) {
        if let Some(entry) = self.tables.sets.get_mut(set as usize) {
            entry.add_all(addresses);
        }
    }

    /// What each Service that is meant asks of pods; none for one that selects no pods.
    fn pods_of_services(&self, namespace: Option<u32>, which: &Which) -> Vec<Option<Test>> {
        let own = self.services.iter().filter(|it| {
            namespace.is_none_or(|own| own == it.namespace) && which.holds(&it.name, &it.labels)
        });
        let tests = own.map(|it| {
            let within = self.namespaces.get(it.namespace as usize)?;
            Some(Test::all([Test::in_namespace(&within.name), it.selector.clone()?]))
        });
        tests.collect()
    }

    /// Where it is not known what a rule that lets through is for, it may be for everybody.
    fn widen(&mut self, missing: &[PeerRecord]) {
        if missing.is_empty() {
            return;
        }
        let rules = self.policies.iter_mut().flat_map(|it| it.rules.iter_mut().flatten());
        for rule in rules.filter(|rule| rule.peers.iter().any(|it| missing.contains(it))) {
            rule.beyond = Some("it refers to an object that was not read");
            if rule.action == Action::Allow {
                rule.peers.push(PeerRecord::Everybody);
            }
        }
    }

    fn place_tiers(&mut self) {
        for (name, id) in &self.references.named {
            let known = self.references.tiers.get(name);
            let tier = self.tiers.get_mut(*id as usize);
            if let (Some((order, passes)), Some(tier)) = (known, tier) {
                tier.order = *order;
                tier.passes = *passes;
                continue;
            }
            for policy in self.policies.iter_mut().filter(|it| it.tier == *id) {
                let reason = format!("spec.tier: Tier {name} was not read");
                policy.refused.get_or_insert(reason);
            }
        }
    }
}

fn learn_account(reader: &mut Reader, object: &Object<'_>) {
    let namespace = reader.namespace_of(object);
    reader.references.accounts.insert((namespace, object.name().into()), labels(object));
}

fn learn_group(reader: &mut Reader, object: &Object<'_>) {
    let addresses = addresses(object.place.follow("spec.externalCIDRs"));
    let record = SetRecord { labels: labels(object), addresses };
    reader.references.groups.insert(object.name().into(), record);
}

fn learn_networks(reader: &mut Reader, object: &Object<'_>) {
    let namespace = (object.kind == "NetworkSet").then(|| reader.namespace_of(object));
    let addresses = addresses(object.place.follow("spec.nets"));
    let record = SetRecord { labels: labels(object), addresses };
    reader.references.networks.insert((namespace, object.name().into()), record);
}

fn learn_tier(reader: &mut Reader, object: &Object<'_>) {
    let spec = object.place.at("spec");
    let order = Order(spec.at("order").as_f64().unwrap_or(f64::INFINITY));
    let passes = spec.at("defaultAction").as_str() == Some("Pass");
    reader.references.tiers.insert(object.name().into(), (order, passes));
}

fn labels(object: &Object<'_>) -> Labels {
    Labels::read(object.place.at("metadata").at("labels"))
}

/// The addresses of a list of ranges and single addresses; what is neither is left out.
fn addresses(list: Place<'_>) -> Addresses {
    let mut all = Addresses::default();
    for text in list.items().filter_map(|it| it.as_str()) {
        match text.parse::<std::net::IpAddr>() {
            Ok(address) => all.add(address.into()),
            Err(_) => range(text).into_iter().for_each(|it| all.add(it)),
        }
    }
    all
}
