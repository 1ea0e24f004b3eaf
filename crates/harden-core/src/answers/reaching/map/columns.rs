//! Where boxes stand: who calls to the left of whom it calls.

use std::collections::{BTreeMap, VecDeque};

use super::{Map, Role};

/// Puts boxes into columns by how far they are from where connections come in, and into an order in which few arrows
/// cross.
pub(super) fn arrange(map: &mut Map) {
    let far = distances(map);
    let last = far.iter().max().copied().unwrap_or(0);
    let is_end = |role| matches!(role, Role::Called);
    let has_ends = map.groups.iter().any(|it| is_end(it.role));
    for (it, far) in map.groups.iter_mut().zip(&far) {
        it.column = if is_end(it.role) { last + usize::from(has_ends) } else { *far };
    }
    compact(map);
    order(map);
}

/// How many steps each box is from one that only calls.
fn distances(map: &Map) -> Vec<usize> {
    let mut callees: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut is_called = vec![false; map.groups.len()];
    for arrow in &map.arrows {
        callees.entry(arrow.from).or_default().push(arrow.to);
        is_called.get_mut(arrow.to).into_iter().for_each(|it| *it = true);
    }
    let mut far: Vec<Option<usize>> = vec![None; map.groups.len()];
    let mut queue = VecDeque::new();
    let role = |it: usize| map.groups.get(it).map(|it| it.role);
    // Where nothing comes from outside, those that nobody calls are the first; in a ring, the first of it.
    let starts = |wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..map.groups.len()).filter(|it| wanted(*it)).collect()
    };
    let outside = starts(&|it| matches!(role(it), Some(Role::Caller | Role::Controller)));
    let uncalled = starts(&|it| !is_called.get(it).copied().unwrap_or(false));
    for start in outside.into_iter().chain(uncalled).chain(0..map.groups.len()) {
        match far.get_mut(start) {
            Some(it @ None) => *it = Some(usize::from(role(start) == Some(Role::Workload))),
            _ => continue,
        }
        queue.push_back(start);
        while let Some(from) = queue.pop_front() {
            let next = far.get(from).copied().flatten().unwrap_or(0) + 1;
            for to in callees.get(&from).into_iter().flatten() {
                if let Some(it @ None) = far.get_mut(*to) {
                    *it = Some(next);
                    queue.push_back(*to);
                }
            }
        }
    }
    far.into_iter().map(Option::unwrap_or_default).collect()
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
