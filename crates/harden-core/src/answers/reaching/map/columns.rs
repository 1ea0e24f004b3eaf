//! Where boxes stand: who calls to the left of whom it calls.

use std::collections::{BTreeMap, BTreeSet};

use super::{Group, Map, Role};

/// Puts boxes into columns by how many steps lead to them, and into an order in which few arrows
/// cross.
pub(super) fn arrange(map: &mut Map) {
    let far = distances(map);
    let last = far.iter().max().copied().unwrap_or(0);
    let is_end = |role| matches!(role, Role::Called | Role::Awaited);
    let has_ends = map.groups.iter().any(|it| is_end(it.role));
    for (it, far) in map.groups.iter_mut().zip(&far) {
        it.column = if is_end(it.role) { last + usize::from(has_ends) } else { *far };
    }
    compact(map);
    order(map);
}

/// How many steps at most lead to each box; those that call each other in a ring are as far as the ring is.
fn distances(map: &Map) -> Vec<usize> {
    let callees = reached(map);
    let leads = |from: usize, to: usize| callees.get(from).is_some_and(|it| it.contains(&to));
    let is_inside = |it: &Group| it.role >= Role::Workload;
    let mut far: Vec<usize> = map.groups.iter().map(|it| usize::from(is_inside(it))).collect();
    // A step leads from one ring to the next, and there are no more rings than boxes.
    for _ in 0..map.groups.len() {
        let mut is_settled = true;
        for arrow in &map.arrows {
            let least = far.get(arrow.from).copied().unwrap_or(0);
            let least = least + usize::from(!leads(arrow.to, arrow.from));
            if let Some(it) = far.get_mut(arrow.to).filter(|it| **it < least) {
                *it = least;
                is_settled = false;
            }
        }
        if is_settled {
            break;
        }
    }
    far
}

/// Whom each box reaches by some arrows.
fn reached(map: &Map) -> Vec<BTreeSet<usize>> {
    let mut callees: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for arrow in &map.arrows {
        callees.entry(arrow.from).or_default().push(arrow.to);
        if arrow.is_mutual {
            callees.entry(arrow.to).or_default().push(arrow.from);
        }
    }
    let from = |start: usize| {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(from) = open.pop() {
            let next = callees.get(&from).into_iter().flatten();
            open.extend(next.filter(|it| reached.insert(**it)));
        }
        reached
    };
    (0..map.groups.len()).map(from).collect()
}

/// Leaves no column empty.
fn compact(map: &mut Map) {
    let mut used: Vec<usize> = map.groups.iter().map(|it| it.column).collect();
    used.sort_unstable();
    used.dedup();
    for it in &mut map.groups {
        it.column = used.partition_point(|column| *column < it.column);
    }
}

/// Orders each column by namespaces, and within these by where the arrows come from.
fn order(map: &mut Map) {
    let mut sums = vec![(0_usize, 0_usize); map.groups.len()];
    let mut order: Vec<usize> = (0..map.groups.len()).collect();
    for round in 0..2 {
        let center = |it: &usize| match sums.get(*it) {
            Some((sum, count)) if *count > 0 => sum * 16 / count,
            _ => 0,
        };
        order.sort_by_cached_key(|it| {
            let found = map.groups.get(*it);
            let key = found.map(|it| (it.column, it.namespace.clone(), it.names.first().cloned()));
            let (column, namespace, name) = key.unwrap_or_default();
            (column, namespace, if round == 0 { 0 } else { center(it) }, name)
        });
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        for it in &order {
            let Some(it) = map.groups.get_mut(*it) else { continue };
            let next = rows.entry(it.column).or_default();
            it.row = *next;
            *next += 1;
        }
        sums = vec![(0, 0); map.groups.len()];
        for arrow in &map.arrows {
            let row = map.groups.get(arrow.from).map_or(0, |it| it.row);
            if let Some(it) = sums.get_mut(arrow.to) {
                *it = (it.0 + row, it.1 + 1);
            }
        }
    }
    map.keep(&order);
}
