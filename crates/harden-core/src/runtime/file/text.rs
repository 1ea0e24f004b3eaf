//! A text that is put together of values, and where each of its bytes is written.

use harden_yaml::{Place, Span, Style};

/// A text of one or more values, with a blank between them.
#[derive(Debug, Clone)]
pub struct Text<'d> {
    /// The whole of it.
    pub text: String,
    /// Where each part begins in it, and where it is written.
    parts: Vec<(usize, Place<'d>)>,
    first: Place<'d>,
}

impl<'d> Text<'d> {
    pub(in crate::runtime) fn new(text: String, place: Place<'d>) -> Self {
        Self { text, parts: vec![(0, place)], first: place }
    }

    /// Where the text begins.
    pub fn first(&self) -> Place<'d> {
        self.first
    }

    pub(in crate::runtime) fn append(&mut self, other: &Self) {
        self.text.push(' ');
        let start = self.text.len();
        self.parts.extend(other.parts.iter().map(|it| (start + it.0, it.1)));
        self.text.push_str(&other.text);
    }

    /// The value in which a byte is, and its place in the file where that can be told.
    pub fn locate(&self, offset: usize) -> Option<(Place<'d>, Option<Span>)> {
        let (start, place) = *self.parts.iter().rev().find(|it| it.0 <= offset)?;
        let end = self.parts.iter().map(|it| it.0).find(|it| *it > start);
        let part = self.text.get(start..end.map_or(self.text.len(), |it| it - 1))?;
        Some((place, written(place, part, offset - start)))
    }
}

/// Where a byte of a value is written: after as many bytes that are no blanks. Nothing where escapes or
/// comments change the count.
fn written(place: Place<'_>, value: &str, offset: usize) -> Option<Span> {
    let span = place.span();
    let source = place.source();
    let is_block = matches!(place.style(), Style::Literal | Style::Folded);
    let skipped = match place.style() {
        // The first line says how the block is written.
        Style::Literal | Style::Folded => source.find('\n')? + 1,
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        _ => 0,
    };
    let body = source.get(skipped..)?;
    let body = if is_block || skipped == 0 { body } else { body.get(..body.len() - 1)? };
    let filled =
        |text: &str| text.bytes().filter(|it| !it.is_ascii_whitespace()).collect::<Vec<_>>();
    if filled(body) != filled(value) {
        return None;
    }
    let before = value.as_bytes().get(..offset)?;
    let count = before.iter().filter(|it| !it.is_ascii_whitespace()).count();
    let mut places = body.bytes().enumerate().filter(|it| !it.1.is_ascii_whitespace());
    let at = places.nth(count).map_or(body.trim_end().len(), |it| it.0);
    let start = span.start as usize + skipped + at;
    let word = body.get(at..)?.find(|it: char| it.is_whitespace() || "(),".contains(it));
    let length = word.unwrap_or(body.len() - at).max(usize::from(at < body.len()));
    let length = if body.is_char_boundary(at + length) { length } else { 0 };
    Some(Span::new(start, start + length))
}
