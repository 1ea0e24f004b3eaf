//! Learns namespaces, pods and policies while texts stream past.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use harden_yaml::Place;
use rustc_hash::FxHashMap;

use super::Network;
use super::classes::Members;
use super::labels::{Labels, NAMESPACE_NAME};
use super::policy::APIS;
use super::profiles::Profiles;
use super::records::{
    At, ClassRecord, Family, Mark, NamespaceRecord, NodeRecord, PolicyRecord, PortRecord, Tables,
    TierRecord, WorkloadRecord, index,
};
use super::references::{OTHERS, References};
use super::services::{self, EntryRecord, ServiceRecord};
use super::workload::{KnownPods, PodRecord};
use crate::kubernetes::{Addresses, GroupKind, MinorVersion};
use crate::network::backend::{Backend, ENTRIES};
use crate::object::Object;
use crate::source::{Positions, Source};

/// One of these words stands in every text that there is something to learn of.
pub const WORDS: &[&str] = &[
    "Policy",
    "containers",
    "Namespace",
    "Service",
    "Node",
    "Ingress",
    "Route",
    "CIDRGroup",
    "NetworkSet",
    "Tier",
];

/// The kinds without which no answer can be complete.
pub const NEEDED: &[GroupKind] = &[
    GroupKind::NAMESPACE,
    GroupKind::new("", "Pod"),
    GroupKind::new("networking.k8s.io", "NetworkPolicy"),
];

/// Whether objects of a kind of a cluster are read. Of what makes pods, the pods say more.
pub fn reads(group: &str, kind: &str) -> bool {
    group.is_empty() && kind == "Pod" || is_learnt(group, kind)
}

/// Whether kinds of a group of APIs are read.
pub fn reads_group(group: &str) -> bool {
    group == "v1" || learnt().any(|it| it.group == group)
}

/// The kinds that are learnt beside pods and what makes them.
fn learnt() -> impl Iterator<Item = GroupKind> {
    let policies = APIS.iter().copied().flatten().map(|it| GroupKind::new(it.group, it.kind));
    let others = OTHERS.iter().map(|it| GroupKind::new(it.group, it.kind));
    policies.chain(others).chain(ENTRIES).chain(OWN)
}

/// Those that stand for themselves.
const OWN: [GroupKind; 3] =
    [GroupKind::NAMESPACE, GroupKind::new("", "Node"), GroupKind::new("", "Service")];

fn is_learnt(group: &str, kind: &str) -> bool {
    learnt().any(|it| it.is(group, kind))
}

/// Where objects come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From files: what an API server of this version would refuse is known to be refused.
    Files(MinorVersion),
    /// From a cluster, where all is as it is stored.
    Cluster,
}

/// How objects are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where they come from.
    pub origin: Origin,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// Whether an `ipBlock` of a NetworkPolicy includes pods that have an address of it, which the API leaves to the
    /// network plugin.
    pub ip_blocks_include_pods: bool,
}

/// Learns all that decides who reaches whom.
#[derive(Debug)]
pub struct Reader {
    settings: Settings,
    pub(super) tables: Tables,
    pub(super) namespaces: Vec<NamespaceRecord>,
    namespaces_by_name: BTreeMap<Arc<str>, u32>,
    nodes: Vec<NodeRecord>,
    pods: Vec<PodRecord>,
    pub(super) services: Vec<ServiceRecord>,
    entries: Vec<EntryRecord>,
    pub(super) policies: Vec<PolicyRecord>,
    pub(super) tiers: Vec<TierRecord>,
    pub(super) references: References,
    sources: BTreeSet<Arc<str>>,
    broken: BTreeMap<Arc<str>, usize>,
    skipped: BTreeMap<Arc<str>, usize>,
    /// Every object by its kind and name, and those of which there were several.
    seen: BTreeSet<Arc<str>>,
    doubles: BTreeSet<Arc<str>>,
}

impl Reader {
    /// Begins to read.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            tables: Tables::default(),
            namespaces: Vec::new(),
            namespaces_by_name: BTreeMap::new(),
            nodes: Vec::new(),
            pods: Vec::new(),
            services: Vec::new(),
            entries: Vec::new(),
            policies: Vec::new(),
            tiers: Vec::new(),
            references: References::default(),
            sources: BTreeSet::new(),
            broken: BTreeMap::new(),
            skipped: BTreeMap::new(),
            seen: BTreeSet::new(),
            doubles: BTreeSet::new(),
        }
    }

    /// Learns what a text holds.
    pub fn learn(&mut self, source: &Source<'_>) {
        let text = source.at(0);
        for document in text.documents_that_may_hold(WORDS) {
            if !document.is_readable() {
                *self.broken.entry(Arc::clone(&source.name)).or_default() += 1;
                continue;
            }
            for object in text.objects(&document) {
                self.learn_object(&object, &text);
            }
        }
    }

    /// Learns what an object of a text says.
    pub fn learn_object(&mut self, object: &Object<'_>, text: &dyn Positions) {
        if !self.sources.contains(text.name()) {
            self.sources.insert(text.name().into());
        }
        let api = APIS.iter().copied().flatten().find(|it| object.is(it.group, it.kind));
        let other = OTHERS.iter().find(|it| object.is(it.group, it.kind));
        let is_known = object.pod_kind().is_some() || is_learnt(object.group, object.kind);
        if !is_known || object.is_removal() {
            return;
        }
        if object.is_patch() || object.clone().in_patch(false).is_patch() {
            *self.skipped.entry(text.name().into()).or_default() += 1;
            return;
        }
        self.note(object);
        if let Some(api) = api {
            let records = (api.read)(self, object, text);
            self.policies.extend(records);
        } else if let Some(other) = other {
            (other.learn)(self, object);
        } else if object.is_of(GroupKind::NAMESPACE) {
            self.learn_namespace(object, text);
        } else if object.is("", "Node") {
            self.learn_node(object);
        } else if object.is("", "Service") {
            let service = services::read(self, object, text);
            self.services.push(service);
        } else if Backend::is_led_to_by(object) {
            let entry = services::read_entry(self, object, text);
            self.entries.push(entry);
        } else {
            let pods = super::workload::read(self, object, text);
            self.pods.extend(pods);
        }
    }

    /// Remembers an object by its name; of two of one name a cluster has only one.
    fn note(&mut self, object: &Object<'_>) {
        if object.name().is_empty() {
            return;
        }
        let namespace = match object.namespace() {
            Some(namespace) => namespace,
            None if object.is_of(GroupKind::NAMESPACE)
                || object.is("", "Node")
                || object.group == "policy.networking.k8s.io"
                || matches!(
                    object.kind,
                    "CiliumClusterwideNetworkPolicy" | "GlobalNetworkPolicy" | "Tier"
                ) =>
            {
                ""
            }
            None => &self.settings.namespace,
        };
        let between = if namespace.is_empty() { "" } else { "/" };
        let words = format!("{} {namespace}{between}{}", object.kind, object.name());
        if let Some(known) = self.seen.replace(words.into()) {
            self.doubles.insert(known);
        }
    }

    /// Learns pods of which only this is known.
    pub fn learn_pods(&mut self, pods: &KnownPods<'_>) {
        let pods = super::workload::known(self, pods);
        self.pods.extend(pods);
    }

    /// How many policies were read so far.
    pub fn policies(&self) -> usize {
        self.policies.len()
    }

    /// Puts all of it together.
    pub fn finish(mut self) -> Network {
        self.resolve();
        let (workloads, classes, addresses) = self.classes();
        let Self { tables, namespaces, nodes, services, entries, policies, tiers, .. } = self;
        let Self { broken, skipped, doubles, .. } = self;
        let network = Network {
            tables,
            members: Members::default(),
            profiles: Profiles::default(),
            namespaces,
            nodes,
            workloads,
            classes,
            addresses,
            services,
            entries,
            policies,
            tiers,
            broken,
            skipped,
            doubles,
        };
        network.settled()
    }

    pub(super) fn origin(&self) -> Origin {
        self.settings.origin
    }

    /// Whether addresses of a NetworkPolicy count for pods.
    pub(super) fn counts_pods(&self) -> bool {
        self.settings.ip_blocks_include_pods
    }

    pub(super) fn mark(&self, text: &dyn Positions, place: Place<'_>) -> Mark {
        let line = match self.settings.origin {
            Origin::Files(_) => text.position(place.span().start).line,
            Origin::Cluster => 0,
        };
        let name = self.sources.get(text.name());
        Mark { source: name.map_or_else(|| text.name().into(), Arc::clone), line }
    }

    /// The namespace that an object is in.
    pub(super) fn namespace_of(&mut self, object: &Object<'_>) -> u32 {
        let default = self.settings.namespace.clone();
        self.namespace(object.namespace().unwrap_or(&default))
    }

    pub(super) fn keep_tier(&mut self, tier: TierRecord) -> u32 {
        let known = self.tiers.iter().position(|it| *it == tier);
        index(known.unwrap_or_else(|| {
            self.tiers.push(tier);
            self.tiers.len() - 1
        }))
    }

    /// The namespace of a name, whether or not it was read.
    pub(super) fn namespace(&mut self, name: &str) -> u32 {
        if let Some(id) = self.namespaces_by_name.get(name) {
            return *id;
        }
        let (id, name): (_, Arc<str>) = (index(self.namespaces.len()), name.into());
        let mut labels = Labels::default();
        labels.set(NAMESPACE_NAME, &name);
        self.namespaces.push(NamespaceRecord { name: Arc::clone(&name), labels, mark: None });
        self.namespaces_by_name.insert(name, id);
        id
    }

    fn learn_namespace(&mut self, object: &Object<'_>, text: &dyn Positions) {
        let id = self.namespace(object.name());
        let mark = self.mark(text, object.place);
        let Some(record) = self.namespaces.get_mut(id as usize) else { return };
        let mut labels = Labels::read(object.place.at("metadata").at("labels"));
        labels.set(NAMESPACE_NAME, object.name());
        record.labels = labels;
        record.mark = Some(mark);
    }

    fn learn_node(&mut self, object: &Object<'_>) {
        let listed = object.place.follow("status.addresses").items();
        let addresses =
            listed.filter_map(|it| it.at("address").as_str()?.parse::<IpAddr>().ok()).collect();
        let labels = Labels::read(object.place.at("metadata").at("labels"));
        self.nodes.push(NodeRecord { name: object.name().into(), labels, addresses });
    }

    /// Pods of one owner that no policy can tell apart are one workload; a template is one only where none of its pods
    /// were read.
    fn classes(&mut self) -> (Vec<WorkloadRecord>, Vec<ClassRecord>, BTreeMap<IpAddr, u32>) {
        let mut pods = std::mem::take(&mut self.pods);
        let running: BTreeSet<_> =
            pods.iter().filter(|it| !it.is_template).map(PodRecord::key).collect();
        pods.retain(|it| !it.is_template || !running.contains(&it.key()));
        let nodes: BTreeMap<&str, u32> =
            self.nodes.iter().zip(0..).map(|(it, id)| (&*it.name, id)).collect();
        let asked = self.asked();
        let mut ids: FxHashMap<ClassRecord, u32> = FxHashMap::default();
        let mut classes = Vec::new();
        let mut workloads: BTreeMap<_, WorkloadRecord> = BTreeMap::new();
        let mut owners: BTreeMap<IpAddr, (u32, Arc<str>, Arc<str>, u32)> = BTreeMap::new();
        for pod in pods {
            let node = pod.node.as_deref().and_then(|it| nodes.get(it)).copied();
            let at = if pod.is_on_host {
                At::Node { node, addresses: pod.addresses.clone() }
            } else {
                self.among_pods(&pod.addresses)
            };
            let key = pod.key();
            let mut labels = pod.labels.only(&asked.keys);
            let account = self.references.accounts.get(&(pod.namespace, Arc::clone(&pod.account)));
            let within = self.namespaces.get(pod.namespace as usize).map(|it| &it.labels);
            labels.add_beside(&asked.keys, within, Some((&pod.account, account)));
            let class = ClassRecord {
                namespace: pod.namespace,
                labels,
                ports: pod.ports.into_iter().filter(|it| asked.ports.contains(&it.name)).collect(),
                at,
            };
            let class = *ids.entry(class).or_insert_with_key(|it| {
                classes.push(it.clone());
                index(classes.len() - 1)
            });
            let (namespace, kind, name) = key;
            if !pod.is_on_host {
                for address in pod.addresses {
                    let owner = (namespace, Arc::clone(&name), Arc::clone(&kind), class);
                    owners.insert(address, owner);
                }
            }
            let entry = workloads.entry((namespace, name, kind, class));
            let (namespace, name, kind, class) = entry.key().clone();
            let record = entry.or_insert_with(|| WorkloadRecord {
                namespace,
                kind,
                name,
                class,
                labels: pod.labels,
                pods: 0,
                variant: 0,
                mark: pod.mark,
            });
            record.pods += u32::from(!pod.is_template);
        }
        let mut workloads: Vec<_> = workloads.into_values().collect();
        let name = |it: u32| self.namespaces.get(it as usize).map(|it| Arc::clone(&it.name));
        workloads.sort_by_cached_key(|it| {
            (name(it.namespace), Arc::clone(&it.name), Arc::clone(&it.kind), it.class)
        });
        number_variants(&mut workloads);
        let ids: BTreeMap<_, u32> = workloads
            .iter()
            .map(|it| (it.namespace, Arc::clone(&it.name), Arc::clone(&it.kind), it.class))
            .zip(0..)
            .collect();
        let addresses =
            owners.into_iter().filter_map(|(address, it)| Some((address, *ids.get(&it)?)));
        let addresses = addresses.collect();
        (workloads, classes, addresses)
    }

    /// What policies ask of pods.
    fn asked(&self) -> Asked {
        let mut asked = Asked::default();
        for pods in &self.tables.pods {
            pods.pods.keys(&mut asked.keys);
        }
        let rules = self.policies.iter().flat_map(|it| it.rules.iter().flatten());
        for port in rules.flat_map(|it| it.ports.iter().flatten().chain(&it.except)) {
            if let PortRecord::Name(_, name) = port {
                asked.ports.insert(Arc::clone(name));
            }
        }
        self.services.iter().for_each(|it| it.asked(&mut asked.keys, &mut asked.ports));
        asked
    }

    /// Where a pod with some addresses is. One whose addresses are not known is in the sets that hold a whole family.
    fn among_pods(&self, addresses: &[IpAddr]) -> At {
        let of = |family| addresses.iter().filter(move |it| Family::of(**it) == family);
        let sets = Family::ALL.map(|family| {
            let includes = |set: &Addresses| {
                (addresses.is_empty() && set.hold_all_of(family.any()))
                    || of(family).any(|it| set.contains(*it))
            };
            let all = (0..).zip(&self.tables.sets);
            all.filter(|(_, it)| includes(it)).map(|(id, _)| id).collect()
        });
        At::Pod { sets, has: Family::ALL.map(|family| of(family).next().is_some()) }
    }
}

/// What policies ask of pods.
#[derive(Default)]
struct Asked {
    /// Keys of labels.
    keys: BTreeSet<Arc<str>>,
    /// Names of ports.
    ports: BTreeSet<Arc<str>>,
}

/// Numbers those of one name that policies can tell apart.
fn number_variants(workloads: &mut [WorkloadRecord]) {
    let is_same = |one: &WorkloadRecord, other: &WorkloadRecord| {
        (one.namespace, &one.kind, &one.name) == (other.namespace, &other.kind, &other.name)
    };
    for group in workloads.chunk_by_mut(is_same).filter(|it| it.len() > 1) {
        group.iter_mut().zip(1..).for_each(|(it, number)| it.variant = number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_policies_refer_to_is_read_of_a_cluster_as_of_files() {
        for other in OTHERS {
            assert!(reads(other.group, other.kind), "{} {}", other.group, other.kind);
        }
        assert!(reads("", "Pod") && !reads("apps", "Deployment") && !reads("", "Secret"));
        assert!(reads_group("v1") && reads_group("cilium.io") && !reads_group("apps"));
    }
}
