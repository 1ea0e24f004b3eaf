//! The policies that are for the pods of a class, as rules in tiers.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Network;
use super::classes::Bits;
use super::records::{At, PolicyRecord, TierRecord, index};
use crate::network::Direction;

/// What holds for classes of pods, by direction.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    all: Vec<Profile>,
    /// Of each class, for ingress and for egress.
    of_classes: Vec<[u32; 2]>,
    /// All policies in the order in which they are asked.
    pub(super) order: Vec<u32>,
}

/// What policies say together in one direction.
#[derive(Debug, Default, PartialEq, Eq, Hash, Clone)]
pub(super) struct Profile {
    pub(super) direction: usize,
    pub(super) tiers: Vec<ProfileTier>,
    /// The policies that the API server refuses and that are for these pods.
    pub(super) doubts: Vec<u32>,
}

/// The policies of one tier, in their order.
#[derive(Debug, Default, PartialEq, Eq, Hash, Clone)]
pub(super) struct ProfileTier {
    pub(super) policies: Vec<u32>,
    /// Whether what is not decided is refused at its end.
    pub(super) is_closed: bool,
}

impl Profiles {
    pub(super) fn new(network: &Network) -> Self {
        let mut order: Vec<u32> = (0..index(network.policies.len())).collect();
        let record = |id: &u32| network.policies.get(*id as usize);
        order.sort_by_key(|id| {
            record(id).map(|it| {
                let namespace = it.namespace.and_then(|it| network.namespaces.get(it as usize));
                let tier = network.tiers.get(it.tier as usize);
                (tier, it.order, namespace.map(|it| &it.name), &it.name, it.kind, *id)
            })
        });
        let mut of_classes = vec![Vec::new(); network.classes.len()];
        for id in order.iter().copied() {
            let Some(policy) = record(&id) else { continue };
            for pods in &policy.subject {
                for class in network.members.of_pods(*pods).into_iter().flat_map(Bits::iter) {
                    if let Some(all) = of_classes.get_mut(class as usize)
                        && all.last() != Some(&id)
                    {
                        all.push(id);
                    }
                }
            }
        }
        let (mut all, mut known) = (Vec::new(), FxHashMap::default());
        let mut by_policies: BTreeMap<Vec<u32>, [u32; 2]> = BTreeMap::new();
        let mut profiles = Vec::with_capacity(of_classes.len());
        for (class, own) in network.classes.iter().zip(of_classes) {
            let own = if matches!(class.at, At::Node { .. }) { Vec::new() } else { own };
            let ids = by_policies.entry(own).or_insert_with_key(|own| {
                [0, 1].map(|direction| {
                    let profile = Profile::new(&network.policies, &network.tiers, own, direction);
                    *known.entry(profile).or_insert_with_key(|it| {
                        all.push(it.clone());
                        index(all.len() - 1)
                    })
                })
            });
            profiles.push(*ids);
        }
        Self { all, of_classes: profiles, order }
    }

    pub(super) fn id(&self, class: u32, direction: Direction) -> u32 {
        let [ingress, egress] = self.of_classes.get(class as usize).copied().unwrap_or_default();
        match direction {
            Direction::Ingress => ingress,
            Direction::Egress => egress,
        }
    }

    pub(super) fn get(&self, id: u32) -> Option<&Profile> {
        self.all.get(id as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}

impl Profile {
    /// What policies say together that are in their order.
    pub(super) fn new(
        policies: &[PolicyRecord],
        tiers: &[TierRecord],
        ids: &[u32],
        direction: usize,
    ) -> Self {
        let mut this = Self { direction, ..Self::default() };
        let mut last = None;
        for id in ids {
            let Some(policy) = policies.get(*id as usize) else { continue };
            if policy.refused.is_some() {
                this.doubts.push(*id);
                continue;
            }
            if !has_a_say(policy, direction) {
                continue;
            }
            if last != Some(policy.tier) {
                this.tiers.push(ProfileTier::default());
                last = Some(policy.tier);
            }
            let passes = tiers.get(policy.tier as usize).is_some_and(|it| it.passes);
            if let Some(tier) = this.tiers.last_mut() {
                tier.policies.push(*id);
                tier.is_closed |= !passes && policy.isolates.get(direction) == Some(&true);
            }
        }
        this
    }
}

fn has_a_say(policy: &PolicyRecord, direction: usize) -> bool {
    policy.isolates.get(direction) == Some(&true)
        || policy.rules.get(direction).is_some_and(|it| !it.is_empty())
}
