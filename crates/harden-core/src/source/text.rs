//! A text with its place in the input, its documents and its objects.

use std::cell::OnceCell;

use harden_yaml::{Document, Lines, Position, Span};

use super::{Cut, ListKind};
use crate::object::{self, Objects};

/// The text of a source, with an index of its lines made at the first question for one.
#[derive(Debug)]
pub struct Text<'t> {
    /// The place of its source in the input.
    pub index: usize,
    /// What its source is called.
    pub name: &'t str,
    /// The text.
    pub text: &'t str,
    cut: Option<&'t Cut>,
    lines: OnceCell<Lines<'t>>,
}

impl<'t> Text<'t> {
    /// All of a text, as one section.
    pub(crate) const WHOLE: Span = Span { start: 0, end: u32::MAX };

    pub(crate) fn new(index: usize, name: &'t str, text: &'t str, cut: Option<&'t Cut>) -> Self {
        Self { index, name, text, cut, lines: OnceCell::new() }
    }

    /// Whether it is a source as a whole, and was not cut out of one.
    pub(crate) fn is_whole(&self) -> bool {
        self.cut.is_none()
    }

    /// What it is an item of.
    fn list(&self) -> Option<&'t ListKind> {
        self.cut.and_then(|it| it.list.get())
    }

    /// The documents of one of its [`harden_yaml::sections`], read one by one. JSON with comments is read as
    /// it was meant, which kubectl does not do.
    pub(crate) fn documents(&self, section: Span) -> impl Iterator<Item = Document<'t>> + use<'t> {
        harden_yaml::documents_in(self.text, section).map(|it| it.as_commented_json().unwrap_or(it))
    }

    /// Its sound documents that may hold one of these words, or are items of a list of such a kind;
    /// cheap for texts that hold none.
    pub(crate) fn documents_with(
        &self,
        words: &'static [&'static str],
    ) -> impl Iterator<Item = Document<'t>> + use<'t> {
        self.documents_that_may_hold(words).filter(Document::is_readable)
    }

    /// The same with those that cannot be read, so that nobody knows what they hold.
    pub(crate) fn documents_that_may_hold(
        &self,
        words: &'static [&'static str],
    ) -> impl Iterator<Item = Document<'t>> + use<'t> {
        let is_of_list =
            self.list().is_some_and(|it| words.iter().any(|word| it.kind.contains(word)));
        let text = self.text;
        let may_hold = move |text: &str| is_of_list || may_hold(text, words);
        let sections = if may_hold(text) { harden_yaml::sections(text) } else { Vec::new() };
        sections
            .into_iter()
            .filter(move |it| may_hold(it.text(text)))
            .flat_map(move |it| harden_yaml::documents_in(text, it))
            .map(|it| it.as_commented_json().unwrap_or(it))
    }

    /// The objects of one of its documents.
    pub(crate) fn objects<'a>(&'a self, document: &'a Document<'_>) -> Objects<'a> {
        let root = document.root();
        if root.is_list() {
            return object::objects_in(root).of(self.index, 0).opened();
        }
        let list = self.list();
        let (api_version, kind) =
            list.map_or(("", ""), |it| (it.api_version.as_str(), it.kind.as_str()));
        object::objects_of_list(root, api_version, kind).of(self.index, 0).opened()
    }
}

/// A text, as far as findings need it.
pub trait Positions {
    /// The place of its source in the input.
    fn index(&self) -> usize;

    /// What its source is called.
    fn name(&self) -> &str;

    /// Line and column of a byte, in the text that it was cut out of.
    fn position(&self, offset: u32) -> Position;

    /// Those of the first byte and of the end of a span.
    fn positions(&self, span: Span) -> (Position, Position);
}

impl Positions for Text<'_> {
    fn index(&self) -> usize {
        self.index
    }

    fn name(&self) -> &str {
        self.name
    }

    fn position(&self, offset: u32) -> Position {
        let lines = self.lines.get_or_init(|| Lines::new(self.text));
        let mut position = lines.position(offset);
        if let Some(Cut { start, .. }) = self.cut {
            if position.line == 1 {
                position.column = position.column.saturating_add(start.column - 1);
            }
            position.line = position.line.saturating_add(start.line - 1);
        }
        position
    }

    fn positions(&self, span: Span) -> (Position, Position) {
        let start = self.position(span.start);
        let text = span.text(self.text);
        // Most spans are short and in one line of plain letters.
        let is_plain = |it: u8| matches!(it, b' '..=b'~');
        let is_short = text.len() == span.range().len() && text.len() < 128;
        if span.start > 0 && is_short && text.bytes().all(is_plain) {
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            return (start, Position { column: start.column.saturating_add(length), ..start });
        }
        (start, self.position(span.end))
    }
}

/// Whether any of some words stands in a text, or may: spelt with escapes, a word does not show.
pub(crate) fn may_hold(text: &str, words: &[&str]) -> bool {
    let hides_letters = |(at, _): (usize, &str)| {
        let next = text.as_bytes().get(at + 1);
        matches!(next, Some(b'u' | b'x' | b'U' | b'/' | b'\n' | b'\r'))
    };
    words.iter().any(|word| text.contains(word)) || text.match_indices('\\').any(hides_letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_they_are_spelt() {
        for text in
            ["LimitRange", r#""Limit\u0052ange""#, r#""\x4cimitRange""#, "\"Limit\\\nRange\""]
        {
            assert!(may_hold(text, &["LimitRange"]), "{text}");
        }
        assert!(!may_hold(r#"{"a": "b\n\"c\""}"#, &["LimitRange"]));
    }
}
