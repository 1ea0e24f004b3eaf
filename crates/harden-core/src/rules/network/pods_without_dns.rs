//! Pods that policies let out, but not to DNS.

use std::collections::BTreeMap;

use crate::kubernetes::Reach;
use crate::network::connectivity::{Policy, Workload};
use crate::network::{Direction, NetworkPolicy, Peer, TrafficRule};
use crate::rule::{Reachability, World};
use crate::source::folder;

/// What a policy says of names.
struct Says {
    /// Whether one of its rules may let pods resolve names.
    resolves: bool,
    /// Whether one of its rules lets pods out to what they find by a name.
    needs_names: bool,
}

/// The policies that let pods out to what they find by a name, each with the first of the pods that no policy lets
/// resolve any. Pods that nothing lets out may need no name, and only files of one folder are taken for what is
/// applied together.
pub(super) fn all<'w, 'd>(
    world: &'w World<'d>,
    reachability: &'w Reachability<'d>,
) -> BTreeMap<usize, (Policy<'w>, Workload<'w>)> {
    let says: Vec<_> = reachability.network().policies().map(|it| says(reachability, it)).collect();
    let of = |policy: Policy<'_>| says.get(policy.index()).and_then(Option::as_ref);
    let mut found = BTreeMap::new();
    for workload in reachability.network().workloads() {
        let namespace = workload.namespace().name();
        let doubts = workload.doubts(Direction::Egress).next();
        let is_known = !namespace.is_empty() && doubts.is_none();
        if !is_known || !workload.is_isolated(Direction::Egress) {
            continue;
        }
        let own = workload.spot().map(|it| folder(it.source));
        let file = |it| reachability.object(it).map(|it| folder(world.file(it)));
        let mut policies = workload.policies(Direction::Egress);
        let is_all_known =
            policies.all(|it| file(it) == own && of(it).is_some_and(|it| !it.resolves));
        let mut policies = workload.policies(Direction::Egress);
        let needing = policies.find(|it| of(*it).is_some_and(|it| it.needs_names));
        if let Some(policy) = needing.filter(|_| is_all_known)
            && !world.network().has_other_kinds(namespace)
        {
            found.entry(policy.index()).or_insert((policy, workload));
        }
    }
    found
}

fn says(reachability: &Reachability<'_>, policy: Policy<'_>) -> Option<Says> {
    let policy = NetworkPolicy::read(reachability.object(policy)?)?;
    let rules = || policy.rules(Direction::Egress);
    Some(Says {
        resolves: rules().any(|it| it.resolves_names() || names_dns(&it)),
        needs_names: rules().any(|it| needs_names(&it)),
    })
}

/// Whether a port of it is called after DNS, by whatever name its pods have for that.
fn names_dns(rule: &TrafficRule<'_>) -> bool {
    rule.ports().any(|it| it.place.at("port").as_str().is_some_and(|name| name.contains("dns")))
}

fn needs_names(rule: &TrafficRule<'_>) -> bool {
    let is_pods = |it: Peer<'_>| it.ip_block().is_none();
    rule.reach() == Reach::All || rule.peers().any(is_pods)
}
