//! The fewest items of which every set has one.

use std::collections::{BTreeMap, BTreeSet};

use super::Item;

/// Items of which every set has one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub items: Vec<Item>,
    /// No fewer do; where these are as many, none are fewer.
    pub at_least: usize,
}

type Sets = Vec<Vec<Item>>;

/// Looks for the fewest items of which every set has one, as long as no more than `patience` items are looked at.
/// A set without items asks for nothing.
pub(super) fn least(sets: &[Box<[Item]>], patience: usize) -> Hit {
    let mut hit = Hit { items: Vec::new(), at_least: 0 };
    let parts = parts(sets);
    let share = patience / parts.len().max(1);
    for mut sets in parts {
        reduce(&mut sets);
        let best = greedy(&sets);
        let floor = apart(&sets);
        let mut search = Search { best, patience: share };
        search.branch(&sets, &mut Vec::new());
        let is_over = search.patience > 0;
        hit.at_least += if is_over { search.best.len() } else { floor };
        hit.items.extend(search.best);
    }
    hit.items.sort_unstable();
    hit
}

/// The sets that have nothing to do with the others, each once.
fn parts(sets: &[Box<[Item]>]) -> Vec<Sets> {
    let distinct: BTreeSet<&[Item]> =
        sets.iter().map(AsRef::as_ref).filter(|it| !it.is_empty()).collect();
    let mut leader: BTreeMap<Item, Item> = BTreeMap::new();
    for set in &distinct {
        let leaders: Vec<_> = set.iter().map(|it| lead(&mut leader, *it)).collect();
        let least = leaders.iter().copied().min().unwrap_or_default();
        leaders.iter().for_each(|it| {
            leader.insert(*it, least);
        });
    }
    let mut parts: BTreeMap<Item, Sets> = BTreeMap::new();
    for set in distinct {
        let Some(first) = set.first() else { continue };
        parts.entry(lead(&mut leader, *first)).or_default().push(set.to_vec());
    }
    parts.into_values().collect()
}

fn lead(leader: &mut BTreeMap<Item, Item>, item: Item) -> Item {
    let mut root = item;
    while let Some(next) = leader.get(&root).copied().filter(|it| *it != root) {
        root = next;
    }
    let mut at = item;
    while at != root {
        at = leader.insert(at, root).unwrap_or(root);
    }
    root
}

/// Beyond so many sets, pairs are not compared.
const MANY: usize = 1500;

/// Leaves out sets that hold another, and items in whose place another does as well.
fn reduce(sets: &mut Sets) {
    if sets.len() > MANY {
        return;
    }
    loop {
        let before: usize = sets.iter().map(Vec::len).sum();
        sets.sort_by_key(Vec::len);
        let mut kept: Sets = Vec::new();
        for set in sets.drain(..) {
            if !kept.iter().any(|it| is_within(it, &set)) {
                kept.push(set);
            }
        }
        *sets = kept;
        drop_dominated(sets);
        if sets.iter().map(Vec::len).sum::<usize>() == before {
            return;
        }
    }
}

fn is_within(small: &[Item], large: &[Item]) -> bool {
    small.iter().all(|it| large.binary_search(it).is_ok())
}

fn drop_dominated(sets: &mut Sets) {
    let mut of_item: BTreeMap<Item, BTreeSet<usize>> = BTreeMap::new();
    for (number, set) in sets.iter().enumerate() {
        set.iter().for_each(|it| {
            of_item.entry(*it).or_default().insert(number);
        });
    }
    let mut dropped = BTreeSet::new();
    for (item, own) in &of_item {
        // Whoever does as well is in the same set.
        let Some(set) = own.first().and_then(|it| sets.get(*it)) else { continue };
        let does_as_well = |other: &&Item| {
            let all = of_item.get(other).filter(|all| own.is_subset(all));
            // Of two that do the same, the first stays.
            *other != item
                && !dropped.contains(*other)
                && all.is_some_and(|all| all.len() > own.len() || *other < item)
        };
        if set.iter().any(|it| does_as_well(&it)) {
            dropped.insert(*item);
        }
    }
    for set in sets {
        set.retain(|it| !dropped.contains(it));
    }
}

/// Hits by taking what hits most, again and again.
fn greedy(sets: &Sets) -> Vec<Item> {
    let mut sets: Vec<&Vec<Item>> = sets.iter().collect();
    let mut items = Vec::new();
    while let Some(item) = most_frequent(&sets) {
        sets.retain(|it| it.binary_search(&item).is_err());
        items.push(item);
    }
    items
}

fn most_frequent(sets: &[&Vec<Item>]) -> Option<Item> {
    let mut count: BTreeMap<Item, usize> = BTreeMap::new();
    sets.iter().copied().flatten().for_each(|it| *count.entry(*it).or_default() += 1);
    count.into_iter().max_by_key(|(item, count)| (*count, std::cmp::Reverse(*item))).map(|it| it.0)
}

/// How many sets there are that share nothing, of which each needs an item of its own.
fn apart(sets: &Sets) -> usize {
    let mut order: Vec<&Vec<Item>> = sets.iter().collect();
    order.sort_by_key(|it| it.len());
    let mut taken = BTreeSet::new();
    let mut count = 0;
    for set in order {
        if set.iter().all(|it| !taken.contains(it)) {
            taken.extend(set.iter().copied());
            count += 1;
        }
    }
    count
}

struct Search {
    best: Vec<Item>,
    /// How many items may still be looked at; none left where the search was not brought to an end.
    patience: usize,
}

impl Search {
    /// Tries every item of the smallest set that is left, unless that cannot come to fewer.
    fn branch(&mut self, sets: &Sets, chosen: &mut Vec<Item>) {
        let size = sets.iter().map(|it| it.len() + 1).sum::<usize>() + 1;
        self.patience = self.patience.saturating_sub(size);
        if self.patience == 0 {
            return;
        }
        let Some(smallest) = sets.iter().min_by_key(|it| it.len()) else {
            if chosen.len() < self.best.len() {
                self.best.clone_from(chosen);
            }
            return;
        };
        if chosen.len() + apart(sets) >= self.best.len() {
            return;
        }
        let hits = |item: &Item| sets.iter().filter(|it| it.binary_search(item).is_ok()).count();
        let mut items: Vec<_> =
            smallest.iter().map(|it| (std::cmp::Reverse(hits(it)), *it)).collect();
        items.sort_unstable();
        let mut sets = sets.clone();
        for (_, item) in items {
            let is_left = |it: &&Vec<Item>| it.binary_search(&item).is_err();
            let left: Sets = sets.iter().filter(is_left).cloned().collect();
            chosen.push(item);
            self.branch(&left, chosen);
            chosen.pop();
            // With it, all was tried; from here on, others hit its sets.
            sets.iter_mut().for_each(|it| it.retain(|own| *own != item));
            if sets.iter().any(Vec::is_empty) {
                return;
            }
        }
    }
}
