//! A directed graph whose edges need several things together, each of which may be there in several ways.

mod paths;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub use paths::{Onward, Paths};

/// A node, by its number.
pub type Node = u32;

/// A way in which something that an edge needs is there, by its number.
pub type Way = u32;

/// What an edge needs: of each of these, one way at least.
pub type Needs = Box<[Box<[Way]>]>;

/// How far it is along edges: fewer steps first, then easier ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length {
    /// Steps that somebody takes.
    pub steps: u32,
    /// How hard they are together.
    pub effort: u32,
}

/// An edge.
#[derive(Debug, Clone)]
pub struct Edge<L> {
    /// Where it begins.
    pub from: Node,
    /// Where it leads.
    pub to: Node,
    /// How long it is.
    pub length: Length,
    /// What it needs; nothing where it cannot be taken away.
    pub needs: Needs,
    /// What it is.
    pub label: L,
}

/// Nodes and edges.
#[derive(Debug)]
pub struct Graph<L> {
    edges: Vec<Edge<L>>,
    /// By the node, the edges that begin there.
    out: Vec<Vec<u32>>,
    /// By the node, the edges that lead there.
    into: Vec<Vec<u32>>,
}

impl<L> Default for Graph<L> {
    fn default() -> Self {
        Self { edges: Vec::new(), out: Vec::new(), into: Vec::new() }
    }
}

/// Ways that are not there, for a graph as it would be without them.
#[derive(Debug, Clone, Default)]
pub struct Without(Vec<bool>);

/// Of every node, the first edge of its shortest path to a target.
#[derive(Debug)]
pub struct Routes {
    target: Node,
    by_node: Vec<Option<(Length, Option<u32>)>>,
}

impl std::ops::Add for Length {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let steps = self.steps.saturating_add(other.steps);
        Self { steps, effort: self.effort.saturating_add(other.effort) }
    }
}

impl Without {
    /// Notes that a way is gone.
    pub fn add(&mut self, way: Way) {
        let index = way as usize;
        if self.0.len() <= index {
            self.0.resize(index + 1, false);
        }
        if let Some(it) = self.0.get_mut(index) {
            *it = true;
        }
    }

    /// Whether a way is gone.
    pub fn has(&self, way: Way) -> bool {
        self.0.get(way as usize).copied().unwrap_or(false)
    }

    /// Whether all that an edge needs is still there.
    pub fn leaves<L>(&self, edge: &Edge<L>) -> bool {
        edge.needs.iter().all(|ways| ways.iter().any(|it| !self.has(*it)))
    }
}

impl<L> Graph<L> {
    /// Adds an edge; its nodes come to be with it. One whose needs have no way is none.
    pub fn add(&mut self, edge: Edge<L>) {
        if edge.from == edge.to || edge.needs.iter().any(|it| it.is_empty()) {
            return;
        }
        let Ok(number) = u32::try_from(self.edges.len()) else { return };
        let nodes = edge.from.max(edge.to) as usize + 1;
        if self.out.len() < nodes {
            self.out.resize_with(nodes, Vec::new);
            self.into.resize_with(nodes, Vec::new);
        }
        if let Some(it) = self.out.get_mut(edge.from as usize) {
            it.push(number);
        }
        if let Some(it) = self.into.get_mut(edge.to as usize) {
            it.push(number);
        }
        self.edges.push(edge);
    }

    /// All edges, by their numbers.
    pub fn edges(&self) -> &[Edge<L>] {
        &self.edges
    }

    /// The edges that begin at a node, with their numbers.
    pub fn from(&self, node: Node) -> impl Iterator<Item = (u32, &Edge<L>)> {
        self.numbered(self.out.get(node as usize))
    }

    /// The edges that lead to a node, with their numbers.
    pub fn to(&self, node: Node) -> impl Iterator<Item = (u32, &Edge<L>)> {
        self.numbered(self.into.get(node as usize))
    }

    fn numbered<'g>(
        &'g self,
        numbers: Option<&'g Vec<u32>>,
    ) -> impl Iterator<Item = (u32, &'g Edge<L>)> {
        let numbers = numbers.into_iter().flatten();
        numbers.filter_map(|it| Some((*it, self.edges.get(*it as usize)?)))
    }

    /// The shortest path of every node to a target, by way of edges that `leads` has.
    pub fn routes(&self, target: Node, leads: impl Fn(&Edge<L>) -> bool) -> Routes {
        let nodes = self.out.len().max(target as usize + 1);
        let mut routes = Routes { target, by_node: vec![None; nodes] };
        let mut open = BinaryHeap::from([Reverse((Length::default(), target, None::<u32>))]);
        while let Some(Reverse((length, node, edge))) = open.pop() {
            let Some(place) = routes.by_node.get_mut(node as usize) else { continue };
            if place.is_some() {
                continue;
            }
            *place = Some((length, edge));
            for (number, edge) in self.to(node).filter(|(_, it)| leads(it)) {
                if routes.length(edge.from).is_none() {
                    open.push(Reverse((edge.length + length, edge.from, Some(number))));
                }
            }
        }
        routes
    }

    /// The edges of the path that `routes` has for a node; none where there is none.
    pub fn path(&self, routes: &Routes, node: Node) -> Option<Vec<u32>> {
        let (mut node, mut path) = (node, Vec::new());
        while node != routes.target {
            let (_, edge) = routes.by_node.get(node as usize).copied().flatten()?;
            let number = edge?;
            path.push(number);
            node = self.edges.get(number as usize)?.to;
        }
        Some(path)
    }
}

impl Routes {
    /// How far it is from a node; nothing where no path leads from it.
    pub fn length(&self, node: Node) -> Option<Length> {
        self.by_node.get(node as usize).copied().flatten().map(|(length, _)| length)
    }

    /// The nodes that a path leads from, the target included.
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        let numbered = (0..).zip(&self.by_node);
        numbered.filter_map(|(node, it)| it.is_some().then_some(node))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn edge(from: Node, to: Node, needs: &[&[Way]]) -> Edge<()> {
        let needs = needs.iter().map(|it| (*it).into()).collect();
        Edge { from, to, length: Length { steps: 1, effort: 1 }, needs, label: () }
    }

    pub(crate) fn graph(edges: &[(Node, Node, &[&[Way]])]) -> Graph<()> {
        let mut graph = Graph::default();
        edges.iter().for_each(|(from, to, needs)| graph.add(edge(*from, *to, needs)));
        graph
    }

    fn path(graph: &Graph<()>, from: Node, to: Node) -> Option<Vec<u32>> {
        graph.path(&graph.routes(to, |_| true), from)
    }

    #[test]
    fn the_path_with_the_fewest_steps_is_taken() {
        let it = graph(&[(0, 1, &[]), (1, 2, &[]), (2, 3, &[]), (0, 2, &[])]);
        assert_eq!(path(&it, 0, 3), Some(vec![3, 2]));
        assert_eq!(path(&it, 3, 0), None);
        assert_eq!(path(&it, 3, 3), Some(Vec::new()));
        assert_eq!(path(&it, 9, 3), None, "a node that is not there");
    }

    #[test]
    fn of_equally_many_steps_the_easier_are_taken() {
        let mut it = graph(&[(0, 1, &[]), (1, 3, &[]), (0, 2, &[]), (2, 3, &[])]);
        assert_eq!(path(&it, 0, 3), Some(vec![0, 1]), "the first where they are alike");
        it.edges[1].length.effort = 3;
        assert_eq!(path(&it, 0, 3), Some(vec![2, 3]));
    }

    #[test]
    fn an_edge_is_there_as_long_as_every_need_has_a_way() {
        let mut gone = Without::default();
        let it = edge(0, 1, &[&[1, 2], &[3]]);
        gone.add(1);
        assert!(gone.leaves(&it));
        gone.add(2);
        assert!(!gone.leaves(&it));
        let mut gone = Without::default();
        gone.add(3);
        assert!(!gone.leaves(&it));
    }

    #[test]
    fn an_edge_that_nothing_allows_is_none() {
        let it = graph(&[(0, 1, &[&[1], &[]]), (1, 1, &[])]);
        assert!(it.edges().is_empty());
    }

    #[test]
    fn a_ring_has_an_end() {
        let it = graph(&[(0, 1, &[]), (1, 0, &[]), (1, 2, &[])]);
        assert_eq!(path(&it, 0, 2), Some(vec![0, 2]));
    }
}
