//! Who reaches whom, for rules: the engine's answer, and the objects that it was made of.

use rustc_hash::FxHashMap;

use super::Reporter;
use crate::inventory::PodSummary;
use crate::network::NetworkPolicy;
use crate::network::connectivity::{
    KnownPods, Namespace, Network, Origin, Party, Policy, Reader, Settings, Stranger,
};
use crate::object::Object;

/// The source and document of an object, and where it begins.
type Key = (usize, u32, u32);

/// Who reaches whom in the input, all of it taken for one cluster.
#[derive(Debug)]
pub struct Reachability<'d> {
    network: Network,
    /// By the places of the policies in the network.
    policies: Vec<Object<'d>>,
    /// The places of the policies in the network, by where they are.
    places: FxHashMap<Key, usize>,
}

impl<'d> Reachability<'d> {
    pub(super) fn of<'o>(
        objects: impl Iterator<Item = &'o Object<'d>>,
        pods: &[&PodSummary],
        reporter: &Reporter<'_, 'd>,
    ) -> Self
    where
        'd: 'o,
    {
        let mut reader = Reader::new(Settings {
            origin: Origin::Files(reporter.version()),
            namespace: String::new(),
            ip_blocks_include_pods: true,
        });
        let mut policies = Vec::new();
        for object in objects {
            let before = reader.policies();
            reader.learn_object(object, reporter.text_of(object));
            if reader.policies() > before {
                policies.push(object.clone());
            }
        }
        for pod in pods.iter().filter(|it| !it.is_patch) {
            let of = &*pod.object;
            reader.learn_pods(&KnownPods {
                group: of.api_version.split_once('/').map_or("", |(group, _)| group),
                kind: &of.kind,
                namespace: &of.namespace,
                name: &of.name,
                labels: &pod.labels,
                account: pod.service_account.as_deref(),
                ports: &pod.named_ports,
                is_on_host: pod.is_host_network,
                source: &pod.file,
            });
        }
        let places = policies.iter().map(key).zip(0..).collect();
        Self { network: reader.finish(), policies, places }
    }

    /// The engine's answer.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The object that a policy is.
    pub fn object(&self, policy: Policy<'_>) -> Option<&Object<'d>> {
        self.policies.get(policy.index())
    }

    /// Whether something holds for any of the pods that a policy is for: of those that are there, or else for one that
    /// may come. Nothing holds where the API server refuses the policy.
    pub fn any_of(
        &self,
        object: &Object<'d>,
        policy: &NetworkPolicy<'d>,
        mut holds: impl FnMut(Party<'_>) -> bool,
    ) -> bool {
        let Some(known) = self.policy(object).filter(|it| it.refused().is_none()) else {
            return false;
        };
        let mut workloads = known.workloads().peekable();
        if workloads.peek().is_some() {
            return workloads.any(|it| holds(Party::Workload(it)));
        }
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let selector = policy.selector().unwrap_or_default();
        holds(Party::Stranger(&Stranger {
            namespace: known
                .namespace()
                .into_iter()
                .flat_map(Namespace::labels)
                .map(owned)
                .collect(),
            labels: selector.values().map(owned).collect(),
        }))
    }

    fn policy(&self, object: &Object<'d>) -> Option<Policy<'_>> {
        self.network.policies().nth(*self.places.get(&key(object))?)
    }
}

fn key(object: &Object<'_>) -> Key {
    (object.source, object.document, object.place.extent().start)
}
