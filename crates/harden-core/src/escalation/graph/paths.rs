//! All paths from a node to a target, the shortest first, as many as are asked for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Edge, Graph, Length, Node, Routes};

/// Simple paths, in the order of their lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The edges of each.
    pub all: Vec<Vec<u32>>,
    /// Whether there are more.
    pub has_more: bool,
}

/// Of every node, the edges that lead on to a target, those of the shortest paths first.
#[derive(Debug)]
pub struct Onward<'g, L> {
    graph: &'g Graph<L>,
    routes: &'g Routes,
    by_node: Vec<Box<[u32]>>,
}

/// The beginning of a path, which shares all but its last edge with others.
#[derive(Debug, Clone, Copy)]
struct Beginning {
    /// The beginning that it is one edge longer than.
    shorter: Option<usize>,
    edge: u32,
    /// Which of the edges that lead on from there it is.
    rank: usize,
    length: Length,
}

/// How many beginnings of paths are looked at before the search ends.
const PATIENCE: usize = 2_000;

impl<L> Graph<L> {
    /// The edges that lead on where `routes` do. `leads` says which count, and is that of the routes.
    pub fn onward<'g>(
        &'g self,
        routes: &'g Routes,
        leads: impl Fn(&Edge<L>) -> bool,
    ) -> Onward<'g, L> {
        let edges = (0..).zip(&self.out).map(|(node, _)| {
            let on = self.from(node).filter(|(_, it)| leads(it));
            let on =
                on.filter_map(|(number, it)| Some((it.length + routes.length(it.to)?, number)));
            let mut on: Vec<_> = on.collect();
            on.sort_unstable();
            on.into_iter().map(|(_, number)| number).collect()
        });
        Onward { graph: self, routes, by_node: edges.collect() }
    }
}

impl<L> Onward<'_, L> {
    /// The paths from a node, no node twice, at most so many.
    pub fn paths(&self, from: Node, most: usize) -> Paths {
        let mut found = Paths { all: Vec::new(), has_more: false };
        if from == self.routes.target {
            found.all.push(Vec::new());
            return found;
        }
        // What is left is known for every node, so that no beginning is followed that leads nowhere sooner. Of those
        // that come to the same, the longest is nearest to its end. Only the best way on from each is in the heap:
        // the next comes when that is taken.
        let mut all: Vec<Beginning> = Vec::new();
        let mut open = BinaryHeap::new();
        let push = |all: &mut Vec<Beginning>, open: &mut BinaryHeap<_>, shorter, rank| {
            let Some((next, total)) = self.next(all, from, shorter, rank) else { return };
            open.push((Reverse(total), next.length, Reverse(all.len())));
            all.push(next);
        };
        push(&mut all, &mut open, None, 0);
        let mut looked = 0;
        while let Some((_, _, Reverse(number))) = open.pop() {
            looked += 1;
            if found.all.len() == most || looked > PATIENCE {
                found.has_more = true;
                break;
            }
            let Some(it) = all.get(number).copied() else { break };
            push(&mut all, &mut open, it.shorter, it.rank + 1);
            if self.end(it.edge) == Some(self.routes.target) {
                let mut path: Vec<u32> = back(&all, Some(number)).collect();
                path.reverse();
                found.all.push(path);
            } else {
                push(&mut all, &mut open, Some(number), 0);
            }
        }
        found
    }

    /// The first beginning from a rank on that is one edge longer and goes in no ring, with the length of the
    /// shortest path that it may be of.
    fn next(
        &self,
        all: &[Beginning],
        from: Node,
        shorter: Option<usize>,
        rank: usize,
    ) -> Option<(Beginning, Length)> {
        let last = shorter.and_then(|it| all.get(it));
        let node = last.map_or(Some(from), |it| self.end(it.edge))?;
        let so_far = last.map_or_else(Length::default, |it| it.length);
        let edges = self.by_node.get(node as usize)?.get(rank..)?;
        (rank..).zip(edges).find_map(|(rank, number)| {
            let edge = self.graph.edges.get(*number as usize)?;
            let is_ring =
                edge.to == from || back(all, shorter).any(|it| self.end(it) == Some(edge.to));
            let length = so_far + edge.length;
            let total = length + self.routes.length(edge.to)?;
            (!is_ring).then_some((Beginning { shorter, edge: *number, rank, length }, total))
        })
    }

    fn end(&self, edge: u32) -> Option<Node> {
        self.graph.edges.get(edge as usize).map(|it| it.to)
    }
}

/// The edges of a beginning, the last first.
fn back(all: &[Beginning], number: Option<usize>) -> impl Iterator<Item = u32> {
    let at = |it: usize| all.get(it);
    let beginnings = std::iter::successors(number.and_then(at), move |it| it.shorter.and_then(at));
    beginnings.map(|it| it.edge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{edge, graph};
    use super::*;

    #[test]
    fn every_path_is_found_once_and_the_shortest_first() {
        let it =
            graph(&[(0, 1, &[]), (1, 3, &[]), (0, 2, &[]), (2, 1, &[]), (2, 3, &[]), (0, 3, &[])]);
        let routes = it.routes(3, |_| true);
        let onward = it.onward(&routes, |_| true);
        let paths = onward.paths(0, 10);
        assert_eq!(paths.all, [vec![5], vec![0, 1], vec![2, 4], vec![2, 3, 1]]);
        assert!(!paths.has_more);
        let two = onward.paths(0, 2);
        assert_eq!((two.all.len(), two.has_more), (2, true));
        assert!(onward.paths(9, 2).all.is_empty(), "a node that is not there");
        assert_eq!(onward.paths(3, 2).all, [Vec::<u32>::new()], "it is there already");
    }

    #[test]
    fn no_path_goes_in_a_ring() {
        let it = graph(&[(0, 1, &[]), (1, 0, &[]), (1, 2, &[]), (2, 1, &[]), (1, 3, &[])]);
        let routes = it.routes(3, |_| true);
        assert_eq!(it.onward(&routes, |_| true).paths(0, 10).all, [vec![0, 4]]);
    }

    /// All simple paths from a node to the target, with their lengths, found by going everywhere.
    fn everywhere(
        graph: &Graph<()>,
        node: Node,
        path: &[u32],
        seen: &[Node],
    ) -> Vec<(Length, Vec<u32>)> {
        if node == 0 {
            let edges = path.iter().map(|it| graph.edges()[*it as usize].length);
            return vec![(edges.fold(Length::default(), |a, b| a + b), path.to_owned())];
        }
        let on = graph.from(node).filter(|(_, it)| !seen.contains(&it.to));
        on.flat_map(|(number, it)| {
            everywhere(graph, it.to, &[path, &[number]].concat(), &[seen, &[it.to]].concat())
        })
        .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn paths_are_those_that_going_everywhere_finds(
            edges in prop::collection::vec((0..7_u32, 0..7_u32, 0..2_u32, 0..4_u32), 1..16),
            most in 1..12_usize,
        ) {
            let mut it = Graph::default();
            for (from, to, steps, effort) in edges {
                it.add(Edge { length: Length { steps, effort }, ..edge(from, to, &[]) });
            }
            let routes = it.routes(0, |_| true);
            let onward = it.onward(&routes, |_| true);
            for from in 1..7 {
                let mut all = everywhere(&it, from, &[], &[from]);
                all.sort();
                let found = onward.paths(from, most);
                let length = |path: &Vec<u32>| all.iter().find(|(_, it)| it == path).map(|it| it.0);
                let lengths: Vec<_> = found.all.iter().map(length).collect();
                let expected: Vec<_> = all.iter().take(most).map(|it| Some(it.0)).collect();
                prop_assert_eq!(lengths, expected);
                let mut once = found.all.clone();
                once.sort();
                once.dedup();
                prop_assert_eq!(once.len(), found.all.len());
                prop_assert!(found.has_more || all.len() <= most);
            }
        }
    }
}
