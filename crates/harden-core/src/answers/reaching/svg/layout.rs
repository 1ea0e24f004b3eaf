//! Where on a drawing everything is.

use super::super::map::{Group, Map};

/// How wide a box is.
pub(super) const WIDTH: usize = 250;
/// How high a line of text is.
pub(super) const LINE: usize = 17;
/// Between the frame of something and what is in it.
pub(super) const PAD: usize = 8;
pub(super) const MARGIN: usize = 28;
/// Between two columns.
pub(super) const GAP: usize = 190;

/// The places of boxes and frames.
pub(super) struct Layout {
    /// In the order of the groups.
    pub(super) spots: Vec<Spot>,
    pub(super) frames: Vec<Frame>,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Where a box is.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) height: usize,
}

/// Boxes of one namespace that stand above each other.
pub(super) struct Frame {
    pub(super) namespace: String,
    pub(super) x: usize,
    pub(super) top: usize,
    pub(super) bottom: usize,
}

impl Layout {
    pub(super) fn of(map: &Map) -> Self {
        let mut frames: Vec<Frame> = Vec::new();
        let mut spots = Vec::with_capacity(map.groups.len());
        let mut before: Option<&Group> = None;
        let (mut y, mut bottom, mut width) = (MARGIN, MARGIN, 0);
        for group in &map.groups {
            let x = MARGIN + PAD + group.column * (WIDTH + GAP);
            let is_new_column = before.is_none_or(|it| it.column != group.column);
            if is_new_column {
                y = MARGIN;
            }
            let goes_on =
                !is_new_column && before.is_some_and(|it| it.namespace == group.namespace);
            if !goes_on && !group.namespace.is_empty() {
                let namespace = group.namespace.clone();
                frames.push(Frame { namespace, x, top: y, bottom: y });
                y += LINE + PAD;
            }
            let lines = group.lines().len() + group.among().len();
            let height = lines * LINE + 2 * PAD;
            spots.push(Spot { x, y, height });
            y += height + PAD;
            if let Some(frame) = frames.last_mut().filter(|_| !group.namespace.is_empty()) {
                frame.bottom = y;
            }
            y += PAD;
            bottom = bottom.max(y);
            width = width.max(x + WIDTH + PAD + MARGIN);
            before = Some(group);
        }
        let remark = if map.remark().is_empty() { 0 } else { LINE };
        Self { spots, frames, width: width.max(2 * WIDTH), height: bottom + MARGIN + remark }
    }
}
