//! What is drawn of an answer: everybody on the paths, and the steps between them, in columns.

use std::collections::{BTreeMap, BTreeSet};

use super::{Becoming, Step};
use crate::escalation::{Difficulty, Party};

/// Nodes and arrows.
pub(super) struct Drawing {
    /// By the order of their columns: what they are called, and what they are.
    pub nodes: Vec<Node>,
    pub arrows: Vec<Arrow>,
    /// How many starts are not drawn.
    pub left_out: usize,
}

pub(super) struct Node {
    pub words: String,
    pub role: Role,
    /// From the left.
    pub column: usize,
    /// From above.
    pub row: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Start,
    Between,
    Target,
}

pub(super) struct Arrow {
    pub from: usize,
    pub to: usize,
    pub words: String,
    pub difficulty: Difficulty,
    pub is_prevented: bool,
}

/// More starts than this no drawing shows.
const MOST: usize = 120;

impl Drawing {
    pub(super) fn of(answer: &Becoming) -> Self {
        let target = &answer.options.target;
        let all = [&answer.already, &answer.paths, &answer.prevented];
        let all = || all.into_iter().flatten();
        let starts: BTreeSet<&Party> = all().map(|it| &it.start).collect();
        // Members of a group are as far as the group is.
        let whole = all().filter(|it| it.by_group().is_none_or(|group| !starts.contains(group)));
        let shown: Vec<_> = whole.clone().take(MOST).collect();
        let left_out = whole.count() - shown.len();
        let mut distance: BTreeMap<&Party, usize> = BTreeMap::from([(target, 0)]);
        let mut steps: BTreeMap<(&Party, &Party, &str), &Step> = BTreeMap::new();
        for path in &shown {
            for (rest, step) in path.steps.iter().rev().enumerate() {
                let far = distance.entry(&step.from).or_insert(rest + 1);
                *far = rest + 1;
                steps.insert((&step.from, &step.to, step.edge.id), step);
            }
        }
        let columns = distance.values().max().copied().unwrap_or(0);
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        let mut order: Vec<_> =
            distance.iter().map(|(party, far)| (columns - far, *party)).collect();
        order.sort_unstable();
        let mut numbers = BTreeMap::new();
        let nodes = order.iter().enumerate().map(|(number, (column, party))| {
            numbers.insert(*party, number);
            let next = rows.entry(*column).or_default();
            let row = *next;
            *next += 1;
            let role = match () {
                () if *party == target => Role::Target,
                () if starts.contains(party) => Role::Start,
                () => Role::Between,
            };
            Node { words: party.to_string(), role, column: *column, row }
        });
        let nodes = nodes.collect();
        let arrows = steps.values().filter_map(|step| {
            Some(Arrow {
                from: *numbers.get(&step.from)?,
                to: *numbers.get(&step.to)?,
                words: step.edge.id.to_owned(),
                difficulty: step.edge.difficulty,
                is_prevented: step.prevented.is_some(),
            })
        });
        Self { arrows: arrows.collect(), nodes, left_out }
    }
}
