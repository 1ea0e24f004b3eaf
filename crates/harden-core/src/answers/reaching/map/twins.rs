//! Which ends are alike, so that a drawing shows them as one.

use std::collections::BTreeMap;

use super::{Arrow, Group, Lane, Map, Pair, Point, Tone};

/// How an end is connected to each other: what it opens, and what is opened to it.
type Sides<'c> = BTreeMap<(usize, Tone), [Option<&'c Lane>; 2]>;

/// A map on which ends of one namespace that are connected alike are one box.
pub(super) fn merged(points: Vec<Point>, pairs: &BTreeMap<Pair, Lane>) -> Map {
    let mut sides: Vec<Sides<'_>> = points.iter().map(|_| Sides::new()).collect();
    for ((from, to, tone), lane) in pairs {
        let ends = [(*from, *to, 0_usize), (*to, *from, 1)];
        for (own, other, side) in ends {
            let all = sides.get_mut(own).map(|it| it.entry((other, *tone)).or_default());
            all.and_then(|it| it.get_mut(side)).into_iter().for_each(|it| *it = Some(lane));
        }
    }
    // Those that are alike have as many connections, to as many.
    let mut heads: BTreeMap<(&str, usize), Vec<usize>> = BTreeMap::new();
    let mut owners: Vec<usize> = Vec::with_capacity(points.len());
    for (number, point) in points.iter().enumerate() {
        let Some(own) = sides.get(number) else { continue };
        let bucket = heads.entry((&point.namespace, own.len())).or_default();
        let is_alike = |head: &&usize| {
            points.get(**head).is_some_and(|it| it.role == point.role)
                && sides.get(**head).is_some_and(|it| alike(**head, it, number, own))
        };
        let head = bucket.iter().find(is_alike).copied();
        if head.is_none() {
            bucket.push(number);
        }
        owners.push(head.unwrap_or(number));
    }
    drawn(points, pairs, &owners)
}

/// Whether two ends are connected to all others alike, and to each other alike.
fn alike(one: usize, of_one: &Sides<'_>, two: usize, of_two: &Sides<'_>) -> bool {
    let mut mutual = of_one.iter().filter(|((other, _), _)| *other == two);
    if mutual.any(|(_, [out, into])| out != into) {
        return false;
    }
    let is_other = |((other, _), _): &(&(usize, Tone), _)| *other != one && *other != two;
    of_one.iter().filter(is_other).eq(of_two.iter().filter(is_other))
}

fn drawn(points: Vec<Point>, pairs: &BTreeMap<Pair, Lane>, owners: &[usize]) -> Map {
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut map = Map::default();
    for (point, owner) in points.into_iter().zip(owners) {
        let place = *places.entry(*owner).or_insert(map.groups.len());
        if let Some(it) = map.groups.get_mut(place) {
            it.names.push(point.name);
            continue;
        }
        map.groups.push(Group {
            namespace: point.namespace,
            names: vec![point.name],
            role: point.role,
            own: Vec::new(),
            column: 0,
            row: 0,
        });
    }
    map.groups.iter_mut().for_each(|it| it.names.sort_unstable());
    let place = |end: usize| owners.get(end).and_then(|it| places.get(it)).copied();
    let mut arrows: BTreeMap<Pair, &Lane> = BTreeMap::new();
    for ((from, to, tone), lane) in pairs {
        let Some((from, to)) = place(*from).zip(place(*to)) else { continue };
        if from != to {
            arrows.insert((from, to, *tone), lane);
        } else if let Some(it) = map.groups.get_mut(from)
            && it.own.iter().all(|(known, _)| known != tone)
        {
            it.own.push((*tone, lane.clone()));
        }
    }
    // What passes both ways is one arrow.
    for ((from, to, tone), lane) in &arrows {
        let is_mutual = arrows.get(&(*to, *from, *tone)) == Some(lane);
        if !is_mutual || from < to {
            let (from, to, tone, lane) = (*from, *to, *tone, (*lane).clone());
            map.arrows.push(Arrow { from, to, tone, lane, is_mutual });
        }
    }
    map
}
