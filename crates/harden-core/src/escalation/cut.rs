//! The least that has to be taken away so that no path is left.

mod hitting;
#[cfg(test)]
mod tests;

use super::graph::{Edge, Graph, Node, Without};

/// Something that can be taken away, by its number: with it go all ways that it stands for.
pub type Item = u32;

/// What is asked of a graph.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q, L> {
    /// The graph.
    pub graph: &'q Graph<L>,
    /// Where paths begin.
    pub starts: &'q [Node],
    /// Where they end.
    pub target: Node,
    /// Which edges count.
    pub leads: fn(&Edge<L>) -> bool,
    /// By the way, what has to be taken away for it to go; nothing for what has to stay.
    pub items: &'q [Option<Item>],
}

/// What has to be taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cut {
    /// All of it, in order.
    pub items: Vec<Item>,
    /// How many any cut has at least; it is proved the least where these are as many.
    pub at_least: usize,
    /// The starts whose paths remain, because what they need has to stay.
    pub remaining: Vec<Node>,
}

impl Cut {
    /// Whether it is proved that none is smaller.
    pub fn is_least(&self) -> bool {
        self.items.len() == self.at_least
    }
}

/// How much a search for the least may look at, in items of sets, before it settles for what it has.
const PATIENCE: usize = 20_000_000;

/// After so many rounds, what is found is added to rather than sought anew.
const ROUNDS: usize = 400;

impl<L> Question<'_, L> {
    /// The least number of items without which no path leads from a start to the target.
    ///
    /// What a path uses has to be hit. The least that hits what some paths use is a cut if no other path is left;
    /// otherwise that one is added to them. So the first that is a cut is a least one.
    pub fn cut(&self) -> Cut {
        self.cut_within(PATIENCE)
    }

    fn cut_within(&self, patience: usize) -> Cut {
        let kept = self.graph.routes(self.target, |it| (self.leads)(it) && self.stays(it));
        let is_kept = |node: &Node| kept.length(*node).is_some();
        let (remaining, starts): (Vec<_>, Vec<_>) = self.starts.iter().partition(|it| is_kept(it));
        let mut sets: Vec<Box<[Item]>> = Vec::new();
        let mut cut = Cut { items: Vec::new(), at_least: 0, remaining };
        for round in 0.. {
            let fresh = self.unhit(&starts, &cut.items);
            if fresh.is_empty() {
                break;
            }
            if round >= ROUNDS {
                cut.items.extend(fresh.iter().filter_map(|it| it.first()));
            } else {
                sets.extend(fresh);
                let hit = hitting::least(&sets, patience);
                (cut.items, cut.at_least) = (hit.items, hit.at_least);
            }
        }
        cut.items.sort_unstable();
        cut.items.dedup();
        if !cut.is_least() {
            self.prune(&starts, &mut cut.items);
        }
        cut
    }

    /// What paths use that are left without some items: for each a set that shares nothing with the others.
    fn unhit(&self, starts: &[Node], without: &[Item]) -> Vec<Box<[Item]>> {
        let mut gone = Without::default();
        without.iter().for_each(|it| gone.add(*it));
        let mut sets = Vec::new();
        loop {
            let routes =
                self.graph.routes(self.target, |it| (self.leads)(it) && self.is_left(it, &gone));
            let before = sets.len();
            for start in starts {
                let Some(path) = self.graph.path(&routes, *start) else { continue };
                // It may use what has gone since the routes were found.
                let Some(set) = self.used(&path, &gone) else { continue };
                set.iter().for_each(|it| gone.add(*it));
                sets.push(set.into());
            }
            if sets.len() == before {
                return sets;
            }
        }
    }

    /// The items that a path uses, as few for each need as one; none where it is not left.
    fn used(&self, path: &[u32], gone: &Without) -> Option<Vec<Item>> {
        let mut used = Vec::new();
        let edges = path.iter().filter_map(|it| self.graph.edges().get(*it as usize));
        for ways in edges.flat_map(|it| &it.needs) {
            let mut open = None;
            let mut is_met = false;
            for way in ways {
                match self.item(*way) {
                    None => is_met = true,
                    Some(item) if used.contains(&item) => is_met = true,
                    Some(item) if gone.has(item) => {}
                    Some(item) => open = open.or(Some(item)),
                }
            }
            if !is_met {
                used.push(open?);
            }
        }
        used.sort_unstable();
        Some(used)
    }

    /// Takes out what is not needed to leave no path.
    fn prune(&self, starts: &[Node], items: &mut Vec<Item>) {
        for item in items.clone() {
            let others: Vec<_> = items.iter().copied().filter(|it| *it != item).collect();
            if self.is_cut(starts, &others) {
                *items = others;
            }
        }
    }

    fn is_cut(&self, starts: &[Node], items: &[Item]) -> bool {
        let mut gone = Without::default();
        items.iter().for_each(|it| gone.add(*it));
        let leads = |it: &Edge<L>| (self.leads)(it) && self.is_left(it, &gone);
        let routes = self.graph.routes(self.target, leads);
        starts.iter().all(|it| routes.length(*it).is_none())
    }

    fn item(&self, way: u32) -> Option<Item> {
        self.items.get(way as usize).copied().flatten()
    }

    /// Whether an edge has to stay, whatever is taken away.
    fn stays(&self, edge: &Edge<L>) -> bool {
        edge.needs.iter().all(|ways| ways.iter().any(|it| self.item(*it).is_none()))
    }

    fn is_left(&self, edge: &Edge<L>, gone: &Without) -> bool {
        let is_there = |way: &u32| self.item(*way).is_none_or(|it| !gone.has(it));
        edge.needs.iter().all(|ways| ways.iter().any(is_there))
    }
}
