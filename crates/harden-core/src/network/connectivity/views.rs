//! Namespaces, workloads, policies and rules to look at.

use std::fmt;

use super::records::{Action, At, Mark, NamespaceRecord, PolicyRecord, RuleRecord, WorkloadRecord};
use super::{Network, Party};
use crate::network::{Connections, Direction};
use crate::source::Spot;

/// A namespace.
#[derive(Debug, Clone, Copy)]
pub struct Namespace<'a> {
    pub(super) of: &'a Network,
    pub(super) id: u32,
}

impl<'a> Namespace<'a> {
    pub(super) fn record(self) -> Option<&'a NamespaceRecord> {
        self.of.namespaces.get(self.id as usize)
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.record().map_or("", |it| &it.name)
    }

    /// Its labels, that of its name included.
    pub fn labels(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.record().into_iter().flat_map(|it| it.labels.iter())
    }

    /// Where it is written; none where only what is in it was read.
    pub fn spot(self) -> Option<Spot<'a>> {
        self.record()?.mark.as_ref().map(Mark::spot)
    }
}

/// Pods of one owner that no policy can tell apart. Its words are `team-a/web[Deployment]`.
#[derive(Debug, Clone, Copy)]
pub struct Workload<'a> {
    pub(super) of: &'a Network,
    pub(super) id: u32,
}

impl<'a> Workload<'a> {
    pub(super) fn record(self) -> Option<&'a WorkloadRecord> {
        self.of.workloads.get(self.id as usize)
    }

    /// Its place among all workloads.
    pub fn index(self) -> usize {
        self.id as usize
    }

    /// The namespace that it is in.
    pub fn namespace(self) -> Namespace<'a> {
        let id = self.record().map_or(u32::MAX, |it| it.namespace);
        Namespace { of: self.of, id }
    }

    /// What the pods belong to: `Deployment`, or `Pod`.
    pub fn kind(self) -> &'a str {
        self.record().map_or("", |it| &it.kind)
    }

    /// What that is called.
    pub fn name(self) -> &'a str {
        self.record().map_or("", |it| &it.name)
    }

    /// Which of several of one name it is, from 1, where policies tell its pods apart; zero where it is the only one.
    pub fn variant(self) -> u32 {
        self.record().map_or(0, |it| it.variant)
    }

    /// How many pods of it were read; zero where only a template was.
    pub fn pods(self) -> u32 {
        self.record().map_or(0, |it| it.pods)
    }

    /// The labels of its first pod.
    pub fn labels(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.record().into_iter().flat_map(|it| it.labels.iter())
    }

    /// Where it is written.
    pub fn spot(self) -> Option<Spot<'a>> {
        self.record().map(|it| it.mark.spot())
    }

    /// Whether its pods are on the network of their node, where no policy is for them.
    pub fn is_on_host(self) -> bool {
        let class = self.record().and_then(|it| self.of.class(it.class));
        class.is_some_and(|it| matches!(it.at, At::Node { .. }))
    }

    /// What policies can tell apart: workloads of one class are one to all of them.
    pub fn class(self) -> u32 {
        self.record().map_or(u32::MAX, |it| it.class)
    }

    /// The policies that are for it and say something in a direction, in the order in which they are asked.
    pub fn policies(self, direction: Direction) -> impl Iterator<Item = Policy<'a>> {
        let tiers = self.profile(direction).into_iter().flat_map(|it| &it.tiers);
        tiers.flat_map(|it| &it.policies).map(move |id| Policy { of: self.of, id: *id })
    }

    /// The policies that may be for it and that the API server refuses.
    pub fn doubts(self, direction: Direction) -> impl Iterator<Item = Policy<'a>> {
        let doubts = self.profile(direction).into_iter().flat_map(|it| &it.doubts);
        doubts.map(move |id| Policy { of: self.of, id: *id })
    }

    /// Whether only what a rule lets through goes through in a direction.
    pub fn is_isolated(self, direction: Direction) -> bool {
        self.profile(direction).is_some_and(|it| it.tiers.iter().any(|it| it.is_closed))
    }

    /// The most that may come in from anybody at all: what no rule lets through comes from nobody.
    pub fn most_let_in(self) -> Connections {
        let Some(profile) = self.profile(Direction::Ingress) else { return Connections::all() };
        let may_match = |it: &RuleRecord| it.action != Action::Deny && !it.peers.is_empty();
        self.of.decide(profile, may_match, self.of.named_ports(Party::Workload(self)))
    }

    fn profile(self, direction: Direction) -> Option<&'a super::profiles::Profile> {
        let record = self.record()?;
        self.of.profiles.get(self.of.profiles.id(record.class, direction))
    }
}

impl fmt::Display for Workload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}[{}]", self.namespace().name(), self.name(), self.kind())?;
        if self.variant() > 0 { write!(f, "#{}", self.variant()) } else { Ok(()) }
    }
}

/// A policy of whatever API. Its words are `NetworkPolicy team-a/web`.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    pub(super) of: &'a Network,
    pub(super) id: u32,
}

impl<'a> Policy<'a> {
    pub(super) fn record(self) -> Option<&'a PolicyRecord> {
        self.of.policies.get(self.id as usize)
    }

    /// Its place among all policies.
    pub fn index(self) -> usize {
        self.id as usize
    }

    /// Its kind.
    pub fn kind(self) -> &'a str {
        self.record().map_or("", |it| it.kind)
    }

    /// The namespace that it is in; none for one of the cluster.
    pub fn namespace(self) -> Option<Namespace<'a>> {
        let id = self.record()?.namespace?;
        Some(Namespace { of: self.of, id })
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.record().map_or("", |it| &it.name)
    }

    /// Where it is written.
    pub fn spot(self) -> Option<Spot<'a>> {
        self.record().map(|it| it.mark.spot())
    }

    /// Why the API server refuses it, if it does, so that nobody knows what it would say.
    pub fn refused(self) -> Option<&'a str> {
        self.record()?.refused.as_deref()
    }

    /// What of it as a whole is not judged, so that less may go through than is counted here.
    pub fn beyond(self) -> Option<&'static str> {
        self.record()?.beyond
    }

    /// The tier that it is in.
    pub fn tier(self) -> &'a str {
        let tier = self.record().and_then(|it| self.of.tiers.get(it.tier as usize));
        tier.map_or("", |it| &it.name)
    }

    /// Whether what it does not let through is refused in a direction, where no policy before it says otherwise.
    pub fn isolates(self, direction: Direction) -> bool {
        let at = usize::from(direction == Direction::Egress);
        self.record().is_some_and(|it| it.isolates.get(at) == Some(&true))
    }

    /// Its rules in a direction, in their order.
    pub fn rules(self, direction: Direction) -> impl Iterator<Item = Rule<'a>> {
        let at = usize::from(direction == Direction::Egress);
        let rules = self.record().and_then(|it| it.rules.get(at)).into_iter().flatten();
        rules.enumerate().map(move |(index, record)| Rule {
            policy: self,
            direction,
            index,
            record,
        })
    }

    /// The workloads that it is for.
    pub fn workloads(self) -> impl Iterator<Item = Workload<'a>> {
        self.of.workloads().filter(move |it| {
            let subject = self.record().into_iter().flat_map(|it| &it.subject);
            it.record().is_some_and(|workload| {
                subject.into_iter().any(|pods| self.of.members.is_of(*pods, workload.class))
            })
        })
    }
}

impl fmt::Display for Policy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind())?;
        self.namespace().map_or(Ok(()), |it| write!(f, "{}/", it.name()))?;
        f.write_str(self.name())
    }
}

/// A rule of a policy.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    /// The policy that it is in.
    pub policy: Policy<'a>,
    /// Which way the traffic goes that it is for.
    pub direction: Direction,
    /// Its place among the rules of the direction, from zero.
    pub index: usize,
    pub(super) record: &'a RuleRecord,
}

impl<'a> Rule<'a> {
    /// Where it is written.
    pub fn spot(self) -> Spot<'a> {
        self.record.mark.spot()
    }

    /// What it says of what it is for: `allow`, `deny`, `pass` or `log`.
    pub fn action(self) -> &'static str {
        match self.record.action {
            Action::Allow => "allow",
            Action::Deny => "deny",
            Action::Pass => "pass",
            Action::Log => "log",
        }
    }

    /// Whether it lets through what it is for.
    pub fn is_allowing(self) -> bool {
        self.record.action == Action::Allow
    }

    /// What of it is not judged, so that less may go through than is counted here.
    pub fn beyond(self) -> Option<&'static str> {
        self.record.beyond
    }
}

/// What of a policy is not judged, so that answers that it has a say in are at most what goes through.
#[derive(Debug, Clone, Copy)]
pub struct Beyond<'a> {
    /// The policy.
    pub policy: Policy<'a>,
    /// The rule; none where it is of the policy as a whole.
    pub rule: Option<Rule<'a>>,
    /// What is not judged.
    pub what: &'static str,
}
