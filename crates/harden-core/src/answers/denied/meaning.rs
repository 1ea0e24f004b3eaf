//! Whether manifests want a connection that was refused.

use super::allowing;
use super::party::Resolved;
use crate::kubernetes::PortRange;
use crate::network::wanted::Wanted;
use crate::network::{End, Flow};

/// Where manifests want it.
pub(super) fn wanted(
    wanted: &Wanted,
    from: &Resolved<'_>,
    to: &Resolved<'_>,
    flow: &Flow,
) -> Vec<String> {
    let is_it = |it: &&Flow| {
        it.protocol == flow.protocol
            && is_end(&it.from, from)
            && is_end(&it.to, to)
            && includes(it.port.as_ref(), flow.port.as_ref())
    };
    let reasons = wanted.flows.iter().filter(|(it, _)| is_it(it)).flat_map(|(_, reasons)| reasons);
    let mut reasons: Vec<_> = reasons.map(ToString::to_string).collect();
    if allowing::is_dns(to, flow) {
        reasons.push("name resolution, which every pod needs".to_owned());
    }
    reasons.sort();
    reasons.dedup();
    reasons
}

/// Whether an end that is wanted is one that was seen.
fn is_end(wanted: &End, seen: &Resolved<'_>) -> bool {
    match wanted {
        End::Workload { namespace, kind, name } => seen.workload().is_some_and(|it| {
            it.namespace().name() == namespace && it.kind() == kind && it.name() == name
        }),
        End::Pod { namespace, labels, .. } => seen.workload().is_some_and(|it| {
            let has = |(key, value): &(String, String)| it.labels().any(|own| own == (key, value));
            it.namespace().name() == namespace && labels.iter().all(has)
        }),
        End::Entity(word) if word == "all" => true,
        End::Entity(word) if word == "cluster" => seen.namespace().is_some(),
        End::Entity(_) | End::Name(_) | End::Address(_) => *wanted == seen.end,
    }
}

/// Whether ports that are wanted include those that were seen; names of ports may.
fn includes(wanted: Option<&PortRange>, seen: Option<&PortRange>) -> bool {
    let bounds = |it: &PortRange| match it {
        PortRange::Number(port) => Some((*port, *port)),
        PortRange::Range(first, last) => Some((*first, *last)),
        PortRange::Name(_) => None,
    };
    let (Some(wanted), Some(seen)) = (wanted, seen) else { return wanted.is_none() };
    match (bounds(wanted), bounds(seen)) {
        (Some(wanted), Some(seen)) => wanted.0 <= seen.0 && seen.1 <= wanted.1,
        _ => true,
    }
}
