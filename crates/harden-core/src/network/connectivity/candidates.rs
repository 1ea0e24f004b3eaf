//! Which classes a row can have at all, so that what is refused as a whole is never looked at.

use super::Network;
use super::classes::Bits;
use super::profiles::Profile;
use super::records::{Action, Family, PeerRecord, index};
use crate::network::Direction;

/// Which classes can meet.
pub(super) struct Candidates {
    /// By profile, the classes that it may let something through with; `None` for all of them.
    peers: Vec<Option<Bits>>,
    /// The profiles for ingress that classes have, each with them.
    destinations: Vec<(u32, Vec<u32>)>,
    /// The workloads of each class.
    workloads: Vec<Vec<u32>>,
}

impl Candidates {
    pub(super) fn new(of: &Network) -> Self {
        let profiles = (0..index(of.profiles.len())).filter_map(|id| of.profiles.get(id));
        let peers = profiles.map(|it| peers(of, it)).collect();
        let mut destinations: Vec<(u32, Vec<u32>)> = Vec::new();
        let classes = 0..index(of.classes.len());
        let mut by_profile: Vec<(u32, u32)> =
            classes.map(|it| (of.profiles.id(it, Direction::Ingress), it)).collect();
        by_profile.sort_unstable();
        for (profile, class) in by_profile {
            match destinations.last_mut() {
                Some((last, classes)) if *last == profile => classes.push(class),
                _ => destinations.push((profile, vec![class])),
            }
        }
        let mut workloads = vec![Vec::new(); of.classes.len()];
        for (id, workload) in (0..).zip(&of.workloads) {
            if let Some(all) = workloads.get_mut(workload.class as usize) {
                all.push(id);
            }
        }
        Self { peers, destinations, workloads }
    }

    /// The workloads of a class, in their order.
    pub(super) fn workloads(&self, class: u32) -> &[u32] {
        self.workloads.get(class as usize).map_or(&[], Vec::as_slice)
    }

    /// The classes that a class may reach.
    pub(super) fn of(&self, source: u32, network: &Network) -> Vec<u32> {
        let egress = network.profiles.id(source, Direction::Egress);
        let reached = self.peers.get(egress as usize).and_then(Option::as_ref);
        let takes = |profile: u32| {
            let peers = self.peers.get(profile as usize).and_then(Option::as_ref);
            peers.is_none_or(|it| it.contains(source))
        };
        let taking = self.destinations.iter().filter(|(profile, _)| takes(*profile));
        let all = taking.flat_map(|(_, classes)| classes).copied();
        all.filter(|it| reached.is_none_or(|reached| reached.contains(*it))).collect()
    }
}

/// The classes that a profile may let something through with; `None` for all of them.
fn peers(of: &Network, profile: &Profile) -> Option<Bits> {
    if !of.decide(profile, |_| false, &[]).is_empty() {
        return None;
    }
    let policies = profile.tiers.iter().flat_map(|it| &it.policies);
    let rules = policies.filter_map(|it| of.policies.get(*it as usize));
    let rules = rules.filter_map(|it| it.rules.get(profile.direction)).flatten();
    let mut all = Bits::of(of.classes.len());
    for peer in rules.filter(|it| it.action != Action::Deny).flat_map(|it| &it.peers) {
        match peer {
            PeerRecord::Everybody => return None,
            PeerRecord::Pods(pods) => {
                of.members.of_pods(*pods).into_iter().for_each(|it| all.add(it));
            }
            other => {
                let is_one =
                    |class: &u32| Family::ALL.iter().any(|it| of.is_class(*other, *class, *it));
                (0..index(of.classes.len())).filter(is_one).for_each(|it| all.insert(it));
            }
        }
    }
    Some(all)
}
