//! The graph of who can become whom in one cluster.

mod following;
mod held;
mod holding;
mod roles;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::edge::{Difficulty, Edge};
use super::facts::Facts;
use super::graph::{self, Graph, Length, Node, Way};
use super::party::Party;
use crate::kubernetes::{Level, MinorVersion};
use crate::rbac::authorization::{self, Authorization};

use held::Matches;

/// The graph of who can become whom, for one version of Kubernetes.
#[derive(Debug)]
pub struct Ways<'a> {
    authorization: &'a Authorization,
    facts: &'a Facts,
    version: MinorVersion,
    matches: Matches,
    /// The names of bindings, by where they are and the kind and name of their role.
    bound: FxHashMap<(&'a str, &'a str, &'a str), Vec<&'a str>>,
    parties: Vec<Party>,
    numbers: FxHashMap<Party, Node>,
    graph: Graph<Label>,
    means: Vec<Means<'a>>,
    ways: FxHashMap<[u32; 4], Way>,
}

/// What an edge of the graph is.
#[derive(Debug, Clone)]
pub struct Label {
    /// The way of becoming something.
    pub edge: &'static Edge,
    /// What of the cluster makes it so, where that is more than rights: a pod, a role.
    pub detail: Option<Arc<str>>,
    /// The level of Pod Security that prevents it.
    pub prevented: Option<Level>,
}

/// What gives a right, or a role.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// The binding, and the subject that has it; none for whoever has only just bound the role.
    pub bound: Option<(authorization::Binding<'a>, authorization::Subject<'a>)>,
    /// The role.
    pub role: authorization::Role<'a>,
    /// The rule; none where it matters that the role is bound, whatever it allows.
    pub rule: Option<authorization::Rule<'a>>,
}

impl<'a> Ways<'a> {
    /// The graph that roles and bindings and what else is known come to. Of `others` nothing is known, and they may
    /// be asked about all the same.
    pub fn new(
        authorization: &'a Authorization,
        facts: &'a Facts,
        version: MinorVersion,
        others: impl IntoIterator<Item = Party>,
    ) -> Self {
        let mut this = Self {
            authorization,
            facts,
            version,
            matches: Matches::of(authorization),
            bound: bound(authorization),
            parties: Vec::new(),
            numbers: FxHashMap::default(),
            graph: Graph::default(),
            means: Vec::new(),
            ways: FxHashMap::default(),
        };
        let people = this.people(others);
        people.iter().for_each(|it| {
            this.node(it);
        });
        this.add_rights(&people);
        this.add_following();
        this
    }

    /// The graph.
    pub fn graph(&self) -> &Graph<Label> {
        &self.graph
    }

    /// Everybody and everything in the graph, by the numbers of their nodes.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// The party of a node.
    pub fn party(&self, node: Node) -> Option<&Party> {
        self.parties.get(node as usize)
    }

    /// The node of a party, if anything leads there or from there, or if it is somebody who is known.
    pub fn find(&self, party: &Party) -> Option<Node> {
        self.numbers.get(party).copied()
    }

    /// Everybody who sends requests, with their nodes, by their names.
    pub fn somebodies(&self) -> Vec<(&Party, Node)> {
        let all = self.numbers.iter().filter(|(party, _)| party.is_somebody());
        let mut all: Vec<_> = all.map(|(party, node)| (party, *node)).collect();
        all.sort_unstable();
        all
    }

    /// What a way in which something is allowed is.
    pub fn means(&self) -> &[Means<'a>] {
        &self.means
    }

    fn node(&mut self, party: &Party) -> Node {
        if let Some(known) = self.numbers.get(party) {
            return *known;
        }
        let node = u32::try_from(self.parties.len()).unwrap_or(u32::MAX);
        self.parties.push(party.clone());
        self.numbers.insert(party.clone(), node);
        node
    }

    fn way(&mut self, means: Means<'a>) -> Way {
        const NONE: u32 = u32::MAX;
        let (binding, subject) =
            means.bound.map_or((NONE, NONE), |(binding, it)| (binding.id(), it.number()));
        let key =
            [binding, subject, means.role.id(), means.rule.map_or(NONE, authorization::Rule::id)];
        let next = u32::try_from(self.means.len()).unwrap_or(NONE);
        let way = *self.ways.entry(key).or_insert(next);
        if way == next {
            self.means.push(means);
        }
        way
    }

    fn add(&mut self, from: &Party, to: &Party, needs: Vec<Box<[Way]>>, label: Label) {
        let (from, to) = (self.node(from), self.node(to));
        let difficulty = label.edge.difficulty;
        let length =
            Length { steps: u32::from(difficulty != Difficulty::None), effort: effort(difficulty) };
        self.graph.add(graph::Edge { from, to, length, needs: needs.into(), label });
    }
}

impl Label {
    /// Whether nothing prevents it.
    pub fn is_open(edge: &graph::Edge<Self>) -> bool {
        edge.label.prevented.is_none()
    }
}

impl From<&'static Edge> for Label {
    fn from(edge: &'static Edge) -> Self {
        Self { edge, detail: None, prevented: None }
    }
}

/// The names of bindings, by their namespace, which is empty for the whole cluster, and the kind and name of their role.
fn bound(authorization: &Authorization) -> FxHashMap<(&str, &str, &str), Vec<&str>> {
    let mut bound: FxHashMap<_, Vec<_>> = FxHashMap::default();
    for binding in authorization.bindings() {
        let (kind, name) = binding.role_ref();
        let place = if binding.is_cluster_wide() { "" } else { binding.namespace() };
        bound.entry((place, kind, name)).or_default().push(binding.name());
    }
    bound
}

/// One hard step is as much as some moderate ones.
const fn effort(difficulty: Difficulty) -> u32 {
    match difficulty {
        Difficulty::None => 0,
        Difficulty::Easy => 1,
        Difficulty::Moderate => 3,
        Difficulty::Hard => 9,
    }
}
