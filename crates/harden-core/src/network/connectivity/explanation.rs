//! Why one connection goes through or does not: the policies and lines that decide it, and what almost would have.

use super::records::{Action, Family, RuleRecord};
use super::views::{Policy, Rule};
use super::{Network, Party};
use crate::kubernetes::Protocol;
use crate::network::{Connections, Direction, Ports};

/// Why a connection goes through, or does not.
#[derive(Debug, Clone)]
pub struct Explanation<'a> {
    /// What the policies for its source say, then what those for its destination say.
    pub sides: [Side<'a>; 2],
}

/// What policies for one end of a connection say.
#[derive(Debug, Clone)]
pub struct Side<'a> {
    /// Egress for the source, ingress for the destination.
    pub direction: Direction,
    /// What decides.
    pub reason: Reason<'a>,
    /// Rules that would let it through but for one thing; only where it does not go through.
    pub near_misses: Vec<NearMiss<'a>>,
    /// Policies that may be for this end and that the API server refuses, so that nobody knows what they would say.
    pub doubts: Vec<Policy<'a>>,
}

/// What decides about a connection at one end.
#[derive(Debug, Clone)]
pub enum Reason<'a> {
    /// No policy can be for this end: it is an address, or a pod on the network of its node.
    NoPod,
    /// No policy is for it in this direction.
    NoPolicy,
    /// There are policies for it, of which none isolates it and none decides.
    NotDecided,
    /// This rule lets it through or refuses it.
    Rule(Rule<'a>),
    /// These policies let only through what their rules name, and none names it.
    Isolated(Vec<Policy<'a>>),
}

/// A rule that would let a connection through but for one thing.
#[derive(Debug, Clone, Copy)]
pub struct NearMiss<'a> {
    /// The rule.
    pub rule: Rule<'a>,
    /// What is missing.
    pub lack: Lack,
}

/// What a rule lacks to let a connection through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// The other end is among its peers, but it is for other ports.
    Port,
    /// It is for the port, but the other end is not among its peers.
    Peer,
}

impl Explanation<'_> {
    /// Whether the connection goes through, as far as the policies that are known say.
    pub fn is_allowed(&self) -> bool {
        self.sides.iter().all(Side::is_allowed)
    }

    /// Whether nobody knows: policies that are refused could decide otherwise.
    pub fn is_unknown(&self) -> bool {
        self.sides.iter().any(|it| !it.doubts.is_empty() && !it.is_refused_for_certain())
    }
}

impl Side<'_> {
    /// Whether this end lets it through.
    pub fn is_allowed(&self) -> bool {
        match &self.reason {
            Reason::NoPod | Reason::NoPolicy | Reason::NotDecided => true,
            Reason::Rule(rule) => rule.is_allowing(),
            Reason::Isolated(_) => false,
        }
    }

    /// Whether no policy of a namespace could let it through: those of administrators refuse it before.
    fn is_refused_for_certain(&self) -> bool {
        let only_namespaced = self.doubts.iter().all(|it| it.namespace().is_some());
        let is_before = |rule: &Rule<'_>| rule.policy.tier() == super::policy::ADMIN.1;
        matches!(&self.reason, Reason::Rule(rule) if only_namespaced && is_before(rule))
    }
}

impl Network {
    /// Why a connection goes through, or does not. Where the ends could talk in two families of addresses, it is about
    /// one in which it goes through, if there is one.
    pub fn explain(
        &self,
        from: Party<'_>,
        to: Party<'_>,
        protocol: Protocol,
        port: u16,
    ) -> Explanation<'_> {
        let families: Vec<_> = self.families(from, to).collect();
        let of = |family| Explanation {
            sides: [
                self.side(Direction::Egress, from, to, family, protocol, port),
                self.side(Direction::Ingress, to, from, family, protocol, port),
            ],
        };
        let mut all = families.into_iter().map(of);
        let first = all.next().unwrap_or_else(|| of(Family::V4));
        if first.is_allowed() { first } else { all.find(Explanation::is_allowed).unwrap_or(first) }
    }

    fn side(
        &self,
        direction: Direction,
        own: Party<'_>,
        peer: Party<'_>,
        family: Family,
        protocol: Protocol,
        port: u16,
    ) -> Side<'_> {
        let mut side =
            Side { direction, reason: Reason::NoPod, near_misses: Vec::new(), doubts: Vec::new() };
        let profile = match own {
            Party::Address(_) => return side,
            Party::Workload(it) | Party::Pod(it, _) if it.is_on_host() => return side,
            Party::Workload(it) | Party::Pod(it, _) => {
                let id = it.record().map(|it| self.profiles.id(it.class, direction));
                id.and_then(|it| self.profiles.get(it)).cloned().unwrap_or_default()
            }
            Party::Stranger(it) => self.profile_of(it, direction),
        };
        let policy = |id: &u32| Policy { of: self, id: *id };
        side.doubts = profile.doubts.iter().map(policy).collect();
        side.reason = if profile.tiers.is_empty() { Reason::NoPolicy } else { Reason::NotDecided };
        let destination = if direction == Direction::Ingress { own } else { peer };
        let named = self.named_ports(destination);
        let asked = Connections::of(protocol, Ports::range(port, port));
        let is_for = |it: &RuleRecord| {
            [self.is_peer_of(it, peer, family), asked.is_within(&it.connections(named))]
        };
        'tiers: for tier in &profile.tiers {
            let mut near_misses = Vec::new();
            let rules = tier.policies.iter().map(policy).flat_map(|it| it.rules(direction));
            for rule in rules {
                let (is_peer, is_port) = match is_for(rule.record) {
                    [true, true] if rule.record.action == Action::Pass => continue 'tiers,
                    [true, true] => {
                        side.reason = Reason::Rule(rule);
                        break 'tiers;
                    }
                    [is_peer, is_port] => (is_peer, is_port),
                };
                if rule.is_allowing() && is_peer != is_port {
                    let lack = if is_peer { Lack::Port } else { Lack::Peer };
                    near_misses.push(NearMiss { rule, lack });
                }
            }
            if tier.is_closed {
                let isolating = tier.policies.iter().map(policy);
                side.reason =
                    Reason::Isolated(isolating.filter(|it| it.isolates(direction)).collect());
                near_misses.sort_by_key(|it| it.lack);
                side.near_misses = near_misses;
                break;
            }
        }
        side
    }
}
