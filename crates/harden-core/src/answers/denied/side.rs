//! Which policies refuse a connection, at which of its ends.

use super::Verdict;
use super::party::{Resolved, Who};
use crate::kubernetes::PortRange;
use crate::network::connectivity::{
    Explanation, Lack, Network, Party, Policy, Reason, Side as Said, Workload,
};
use crate::network::{Direction, Flow};

/// An end at which a connection is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Egress where it goes out, ingress where it goes in.
    pub direction: Direction,
    /// What refuses it.
    pub refused_by: Vec<Place>,
    /// What would let it through but for one thing.
    pub near_misses: Vec<Place>,
}

/// A policy or a rule of one, with what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `NetworkPolicy team-a/default-deny`.
    pub policy: String,
    /// Where it is written; empty where that is not known.
    pub spot: String,
    /// What it does.
    pub what: &'static str,
}

/// What the policies that were read make of a connection, and the ends at which they refuse it.
pub(super) fn judge(
    network: &Network,
    from: &Resolved<'_>,
    to: &Resolved<'_>,
    flow: &Flow,
) -> (Verdict, Vec<Side>) {
    let Some(PortRange::Number(port)) = &flow.port else {
        return (Verdict::Unknown("the log does not say one port".to_owned()), Vec::new());
    };
    let (Some(source), Some(destination)) = (from.party(), to.party()) else {
        return unknown_end(from, to);
    };
    if [source, destination].iter().all(|it| matches!(it, Party::Address(_))) {
        let why = "neither address is one of a pod that was read".to_owned();
        return (Verdict::Unknown(why), Vec::new());
    }
    let explanation = network.explain(source, destination, flow.protocol, port.get());
    let sides: Vec<_> = explanation.sides.iter().filter(|it| !it.is_allowed()).map(side).collect();
    (verdict(&explanation), sides)
}

fn verdict(explanation: &Explanation<'_>) -> Verdict {
    if explanation.is_unknown() {
        let doubts = explanation.sides.iter().flat_map(|it| &it.doubts);
        let names: Vec<_> = doubts.map(ToString::to_string).collect();
        let names = names.join(", ");
        return Verdict::Unknown(format!("the API server refuses what may decide: {names}"));
    }
    if explanation.is_allowed() { Verdict::LetThrough } else { Verdict::Refused }
}

/// What is known where an end is nobody who was read: the policies that isolate the other.
fn unknown_end(from: &Resolved<'_>, to: &Resolved<'_>) -> (Verdict, Vec<Side>) {
    let missing: Vec<_> =
        [from, to].into_iter().filter(|it| matches!(it.who, Who::Unknown)).map(why).collect();
    let ends = [(from, Direction::Egress), (to, Direction::Ingress)];
    let sides =
        ends.into_iter().filter_map(|(end, direction)| isolation(end.workload()?, direction));
    (Verdict::Unknown(missing.join(", and ")), sides.collect())
}

fn why(end: &Resolved<'_>) -> String {
    match end.namespace() {
        Some(_) => format!("{} was not read", end.name()),
        None => format!("the log does not say which address {} is", end.name()),
    }
}

fn isolation(workload: Workload<'_>, direction: Direction) -> Option<Side> {
    let isolating = workload.policies(direction).filter(|it| it.isolates(direction));
    let refused_by: Vec<_> = isolating.map(|it| of_policy(it, ISOLATES)).collect();
    (!refused_by.is_empty()).then(|| Side { direction, refused_by, near_misses: Vec::new() })
}

const ISOLATES: &str = "lets through only what its rules name";

fn side(said: &Said<'_>) -> Side {
    let refused_by = match &said.reason {
        Reason::Rule(rule) => vec![Place {
            policy: rule.policy.to_string(),
            spot: rule.spot().to_string(),
            what: "has a rule that refuses it",
        }],
        Reason::Isolated(policies) => policies.iter().map(|it| of_policy(*it, ISOLATES)).collect(),
        Reason::NoPod | Reason::NoPolicy | Reason::NotDecided => Vec::new(),
    };
    let near_misses = said.near_misses.iter().map(|it| Place {
        policy: it.rule.policy.to_string(),
        spot: it.rule.spot().to_string(),
        what: match it.lack {
            Lack::Port => "is for these ends, and for other ports",
            Lack::Peer => "is for this port, and for others",
        },
    });
    Side { direction: said.direction, refused_by, near_misses: near_misses.collect() }
}

fn of_policy(policy: Policy<'_>, what: &'static str) -> Place {
    let spot = policy.spot().map(|it| it.to_string()).unwrap_or_default();
    Place { policy: policy.to_string(), spot, what }
}
