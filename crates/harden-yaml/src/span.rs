//! Byte ranges into a text.

use std::ops::Range;

/// A half-open byte range into the whole text that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; offsets beyond 4 GiB are cut off, which no accepted text reaches.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: offset(start), end: offset(end) }
    }

    /// The range, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// What `text` holds here; empty when the span does not fit the text.
    pub fn text(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }

    /// The span widened to whole characters of `text`, and cut where the text ends.
    pub(crate) fn fitted(self, text: &str) -> Self {
        let start = text.floor_char_boundary(self.start as usize);
        let end = text.ceil_char_boundary(self.end as usize).max(start);
        Self::new(start, end)
    }

    /// Whether it covers no byte at all.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A byte offset in the width that spans keep.
pub(crate) fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
