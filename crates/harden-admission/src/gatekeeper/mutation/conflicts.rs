//! Mutators that take one place of objects for different things: none of them is applied.

use std::collections::{BTreeMap, BTreeSet};

use super::location::Step;
use super::mutator::{Mutator, Terminal};

/// What something at a location is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Object,
    List,
    Set,
    Text,
    Unknown,
}

type Kinds = BTreeMap<Shape, Node>;

/// What mutators say of a place.
#[derive(Debug, Default)]
struct Node {
    by: BTreeSet<usize>,
    ends: BTreeSet<usize>,
    children: BTreeMap<String, Kinds>,
}

/// The mutators that are in conflict, by their numbers.
pub(super) fn conflicting(all: &[Mutator]) -> Vec<usize> {
    let mut roots: BTreeMap<[String; 4], Node> = BTreeMap::new();
    let mut conflicts = BTreeSet::new();
    for (index, mutator) in all.iter().enumerate() {
        for binding in mutator.bindings() {
            let root = roots.entry(binding).or_default();
            root.add(index, &mutator.steps, mutator, &mut conflicts);
        }
    }
    conflicts.into_iter().collect()
}

impl Node {
    fn add(&mut self, id: usize, steps: &[Step], of: &Mutator, conflicts: &mut BTreeSet<usize>) {
        self.by.insert(id);
        let Some((first, rest)) = steps.split_first() else {
            if of.must_end {
                self.ends.insert(id);
            }
            return;
        };
        let key = match first {
            Step::Field(name) => name,
            Step::Element { key, .. } => key,
        };
        let shape = match rest.first() {
            Some(Step::Field(_)) => Shape::Object,
            Some(Step::Element { .. }) => Shape::List,
            None => match of.terminal {
                Terminal::Unknown => Shape::Unknown,
                Terminal::Set => Shape::Set,
                Terminal::Text => Shape::Text,
            },
        };
        let kinds = self.children.entry(key.clone()).or_default();
        kinds.entry(shape).or_default().add(id, rest, of, conflicts);
        conflicts.extend(in_conflict(kinds));
    }
}

fn in_conflict(kinds: &Kinds) -> BTreeSet<usize> {
    let known = kinds.keys().filter(|it| **it != Shape::Unknown).count();
    let mut conflicts = BTreeSet::new();
    for (shape, node) in kinds.iter().filter(|(shape, _)| **shape != Shape::Unknown) {
        if known > 1 || (*shape == Shape::List && node.children.len() > 1) {
            conflicts.extend(&node.by);
        }
    }
    let ends = kinds.values().any(|it| !it.ends.is_empty());
    let goes_on = kinds.values().any(|it| !it.children.is_empty());
    if ends && goes_on {
        for node in kinds.values() {
            conflicts.extend(&node.ends);
            conflicts
                .extend(node.children.values().flat_map(BTreeMap::values).flat_map(|it| &it.by));
        }
    }
    conflicts
}
