//! All paths from a node to a target, the shortest first, as many as are asked for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Graph, Length, Node, Routes};

/// Simple paths, in the order of their lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The edges of each.
    pub all: Vec<Vec<u32>>,
    /// Whether there are more.
    pub has_more: bool,
}

/// How many beginnings of paths are looked at before the search ends.
const PATIENCE: usize = 20_000;

impl<L> Graph<L> {
    /// The paths from a node to where `routes` lead, no node twice, at most so many. `leads` says which edges
    /// count, and is that of the routes.
    pub fn paths(
        &self,
        routes: &Routes,
        from: Node,
        most: usize,
        leads: impl Fn(&super::Edge<L>) -> bool,
    ) -> Paths {
        let mut found = Paths { all: Vec::new(), has_more: false };
        let Some(rest) = routes.length(from) else { return found };
        let mut open = BinaryHeap::new();
        open.push(Reverse((rest, Length::default(), Vec::new(), from)));
        let mut looked = 0;
        // What is left is known for every node, so that no beginning is followed that leads nowhere sooner.
        while let Some(Reverse((_, length, path, node))) = open.pop() {
            looked += 1;
            if found.all.len() == most || looked > PATIENCE {
                found.has_more = true;
                break;
            }
            if node == routes.target {
                found.all.push(path);
                continue;
            }
            for (number, edge) in self.from(node).filter(|(_, it)| leads(it)) {
                let Some(rest) = routes.length(edge.to) else { continue };
                if edge.to == from || self.visits(&path, edge.to) {
                    continue;
                }
                let mut longer = path.clone();
                longer.push(number);
                let so_far = length + edge.length;
                open.push(Reverse((so_far + rest, so_far, longer, edge.to)));
            }
        }
        found
    }

    fn visits(&self, path: &[u32], node: Node) -> bool {
        path.iter().any(|it| self.edges().get(*it as usize).is_some_and(|it| it.to == node))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::graph;

    #[test]
    fn every_path_is_found_once_and_the_shortest_first() {
        let it =
            graph(&[(0, 1, &[]), (1, 3, &[]), (0, 2, &[]), (2, 1, &[]), (2, 3, &[]), (0, 3, &[])]);
        let routes = it.routes(3, |_| true);
        let paths = it.paths(&routes, 0, 10, |_| true);
        assert_eq!(paths.all, [vec![5], vec![0, 1], vec![2, 4], vec![2, 3, 1]]);
        assert!(!paths.has_more);
        let two = it.paths(&routes, 0, 2, |_| true);
        assert_eq!((two.all.len(), two.has_more), (2, true));
        assert!(it.paths(&routes, 9, 2, |_| true).all.is_empty());
    }

    #[test]
    fn no_path_goes_in_a_ring() {
        let it = graph(&[(0, 1, &[]), (1, 0, &[]), (1, 2, &[]), (2, 1, &[]), (1, 3, &[])]);
        let routes = it.routes(3, |_| true);
        assert_eq!(it.paths(&routes, 0, 10, |_| true).all, [vec![0, 4]]);
    }
}
