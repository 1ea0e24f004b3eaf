//! The arrows of a drawing, each with what passes along it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::map::{Arrow, Map, Tone, said};
use super::layout::{GAP, Layout, Spot, WIDTH};
use crate::report::escape::{Markup, plain};

/// The colours of arrows, as the style names them.
const TONES: [&str; 6] = ["in", "out", "some", "all", "opened", "closed"];

/// A box, and whether it is the right side of it; or an arrow, and whether it is the start of it.
type Side = (usize, bool);

/// How high the other end of an arrow is, the arrow, and whether this is its start.
type Touch = (usize, usize, bool);

/// As many characters as stand beside an arrow.
const WORDS: usize = 26;

/// The heads of arrows.
pub(super) fn define(out: &mut String) {
    out.push_str("<defs>");
    for tone in TONES {
        let _ = write!(
            out,
            "<marker id=\"{tone}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto-start-reverse\"><path class=\"{tone}\" d=\"M0 0L8 4L0 8z\"/></marker>"
        );
    }
    out.push_str("</defs>\n");
}

/// All arrows; those that leave or reach a box on one side share that side.
pub(super) fn draw(map: &Map, layout: &Layout, out: &mut String) {
    let mut sides: BTreeMap<Side, Vec<Touch>> = BTreeMap::new();
    let spot = |it: usize| layout.spots.get(it).copied();
    for (number, arrow) in map.arrows.iter().enumerate() {
        let Some((from, to)) = spot(arrow.from).zip(spot(arrow.to)) else { continue };
        let (leaves, reaches) = directions(from, to);
        sides.entry((arrow.from, leaves)).or_default().push((to.y, number, true));
        sides.entry((arrow.to, reaches)).or_default().push((from.y, number, false));
    }
    let mut heights: BTreeMap<Side, usize> = BTreeMap::new();
    for ((group, _), arrows) in &mut sides {
        arrows.sort_unstable();
        let Some(it) = spot(*group) else { continue };
        for (index, (_, number, is_start)) in arrows.iter().enumerate() {
            let height = it.y + it.height * (index + 1) / (arrows.len() + 1);
            heights.insert((*number, *is_start), height);
        }
    }
    for (number, arrow) in map.arrows.iter().enumerate() {
        let ends = spot(arrow.from).zip(spot(arrow.to));
        let levels = heights.get(&(number, true)).zip(heights.get(&(number, false)));
        if let Some(((from, to), (start, end))) = ends.zip(levels) {
            line(map, arrow, (from, *start), (to, *end), out);
        }
    }
}

/// Whether an arrow leaves to the right, and reaches on the right.
fn directions(from: Spot, to: Spot) -> (bool, bool) {
    match from.x.cmp(&to.x) {
        std::cmp::Ordering::Less => (true, false),
        std::cmp::Ordering::Equal => (true, true),
        std::cmp::Ordering::Greater => (false, true),
    }
}

fn line(map: &Map, arrow: &Arrow, from: (Spot, usize), to: (Spot, usize), out: &mut String) {
    let (leaves, reaches) = directions(from.0, to.0);
    let side = |spot: Spot, right: bool| if right { spot.x + WIDTH } else { spot.x };
    let (x, y) = (side(from.0, leaves), from.1);
    let (to_x, to_y) = (side(to.0, reaches), to.1);
    let bend = 40 + x.abs_diff(to_x) / 3 + if x == to_x { y.abs_diff(to_y) / 6 } else { 0 };
    let out_of = |x: usize, right: bool| if right { x + bend } else { x.saturating_sub(bend) };
    let (first, second) = (out_of(x, leaves), out_of(to_x, reaches));
    let tone = match arrow.tone {
        Tone::Opened => "opened",
        Tone::Closed => "closed",
        Tone::Plain if map.is_from_outside(arrow) => "in",
        Tone::Plain if map.is_to_outside(arrow) => "out",
        Tone::Plain if arrow.lane.connections.is_all() => "all",
        Tone::Plain => "some",
    };
    let all = said(arrow);
    let mut short: String = all.chars().take(WORDS).collect();
    if short.len() < all.len() {
        short.push('…');
    }
    let back =
        if arrow.is_mutual { format!(" marker-start=\"url(#{tone})\"") } else { String::new() };
    let curve = [(x, y), (first, y), (second, to_y), (to_x, to_y)];
    let (middle_x, middle_y) = beside(curve);
    let _ = writeln!(
        out,
        "<g><title>{}</title><path class=\"line {tone}\" d=\"M{x} {y}C{first} {y} {second} {to_y} {to_x} {to_y}\" \
         marker-end=\"url(#{tone})\"{back}/><text class=\"label {tone}\" x=\"{middle_x}\" y=\"{}\" \
         text-anchor=\"middle\">{}</text></g>",
        Markup(&plain(&map.sentence(arrow))),
        middle_y.saturating_sub(4),
        Markup(&plain(&short))
    );
}

/// Where the words of an arrow stand: in the middle of it, but before the boxes that a long one passes.
fn beside(curve: [(usize, usize); 4]) -> (usize, usize) {
    const STEPS: usize = 32;
    let [start, first, second, end] = curve;
    let at = |step: usize| {
        let rest = STEPS - step;
        let weights = [rest.pow(3), 3 * rest * rest * step, 3 * rest * step * step, step.pow(3)];
        let sum = |values: [usize; 4]| {
            let parts = values.iter().zip(weights).map(|(value, weight)| value * weight);
            parts.sum::<usize>() / STEPS.pow(3)
        };
        (sum([start.0, first.0, second.0, end.0]), sum([start.1, first.1, second.1, end.1]))
    };
    let is_long = start.0.abs_diff(end.0) > GAP + WIDTH / 2;
    let is_there = |it: &(usize, usize)| !is_long || it.0.abs_diff(start.0) >= GAP / 2;
    let first = if is_long { 0 } else { STEPS / 2 };
    (first..=STEPS).map(at).find(is_there).unwrap_or(end)
}
