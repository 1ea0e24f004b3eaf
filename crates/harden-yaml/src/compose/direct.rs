//! Documents of the plain style that most manifests have, read without tokens and events.
//!
//! Whatever is out of the ordinary ends the attempt, and the scanner reads the document from its start.

use crate::Span;
use crate::Style;
use crate::compose::Composer;
use crate::events::Properties;
use crate::resolve::{Resolved, Tag, resolve};
use crate::span::offset;
use crate::tree::{NodeKind, text_payload};

/// Deeper documents are left to the scanner, and so are longer keys.
const DEEPEST: usize = 64;
const LONGEST_KEY: usize = 1000;

/// A list or a map by indentation that is still open.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Block {
    indent: usize,
    kind: BlockKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    Map,
    List,
    /// A list whose items stand as far left as the key that it belongs to.
    IndentlessList,
}

/// What the last line leaves open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// An entry, an item, or the end of the block.
    Next,
    /// The value of a key whose `:` ends here.
    Value(usize),
    /// The value of the document, or of an item.
    Inside,
}

/// Reads lines until there is one that it does not know.
struct Reader<'c, 'a> {
    composer: &'c mut Composer<'a>,
    bytes: &'a [u8],
    at: usize,
    blocks: Vec<Block>,
    expected: Expected,
}

/// None: the scanner has to read this.
type Read<T = ()> = Option<T>;

/// What a byte may do in a plain scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Begins and continues any plain scalar, and any key.
    Word,
    /// Continues a plain scalar outside of brackets.
    Inside,
    /// A space, `#` or `:`, which what is beside it decides.
    Doubtful,
    /// Ends a line.
    Break,
    Other,
}

#[expect(clippy::indexing_slicing, reason = "it is put together while this is compiled")]
const CLASSES: [Class; 256] = {
    let mut table = [Class::Other; 256];
    let mut byte = b' ';
    while byte < 0x7F {
        table[byte as usize] = match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'.' | b'/' | b'-' => Class::Word,
            b' ' | b'#' | b':' => Class::Doubtful,
            _ => Class::Inside,
        };
        byte += 1;
    }
    table[b'\n' as usize] = Class::Break;
    table
};

fn class(byte: u8) -> Class {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Other)
}

impl Composer<'_> {
    /// Reads all of a part of the text, if it is written plainly; else what was composed is of no use.
    pub(super) fn read_directly(&mut self, span: Span) -> Option<()> {
        let bytes = self.text.as_bytes().get(..span.end as usize)?;
        let at = span.start as usize;
        let blocks = Vec::with_capacity(16);
        let mut reader = Reader { composer: self, bytes, at, blocks, expected: Expected::Inside };
        if bytes.get(at..)?.starts_with(b"---\n") {
            reader.at += 4;
        }
        while reader.at < reader.bytes.len() {
            reader.line()?;
        }
        reader.finish()
    }
}

impl Reader<'_, '_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(b'\n')
    }

    fn skip_spaces(&mut self) {
        while self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
    }

    /// One line, from its first byte.
    fn line(&mut self) -> Read {
        let start = self.at;
        self.skip_spaces();
        if matches!(self.peek(), b'\n' | b'#') {
            return self.end_of_line();
        }
        let column = self.at - start;
        let mut is_item = self.is_dash();
        self.come_to(column, is_item)?;
        if !is_item {
            return if self.expected == Expected::Next { self.entry() } else { self.map(column) };
        }
        let mut column = column;
        while is_item {
            self.at += 1;
            self.skip_spaces();
            if matches!(self.peek(), b'\n' | b'#') {
                return None;
            }
            column = self.at - start;
            self.expected = Expected::Inside;
            is_item = self.is_dash();
            if is_item {
                self.open(BlockKind::List, column)?;
            }
        }
        if self.is_key() { self.map(column) } else { self.value() }
    }

    /// Closes what a line at this column does not belong to, and opens the list that it begins.
    fn come_to(&mut self, column: usize, is_item: bool) -> Read {
        let top = self.blocks.last().copied();
        if self.expected != Expected::Next {
            let is_deeper = top.is_none_or(|it| column > it.indent);
            if is_item && is_deeper {
                return self.open(BlockKind::List, column);
            }
            if is_item && top == Some(Block { indent: column, kind: BlockKind::Map }) {
                return self.open(BlockKind::IndentlessList, column);
            }
            if is_deeper {
                return Some(());
            }
            self.empty()?;
        }
        while let Some(top) = self.blocks.last().copied() {
            let is_left = top.indent > column
                || top.indent == column && top.kind == BlockKind::IndentlessList && !is_item;
            if !is_left {
                return (top.indent == column && is_item == (top.kind != BlockKind::Map))
                    .then_some(());
            }
            self.close()?;
        }
        None
    }

    /// Whether the `-` of an item stands here.
    fn is_dash(&self) -> bool {
        self.peek() == b'-' && matches!(self.bytes.get(self.at + 1), None | Some(b' ' | b'\n'))
    }

    /// The first entry of a map.
    fn map(&mut self, column: usize) -> Read {
        self.open(BlockKind::Map, column)?;
        self.entry()
    }

    /// Whether a key stands here.
    fn is_key(&self) -> bool {
        key_length(self.bytes.get(self.at..).unwrap_or_default()).is_some()
    }

    /// A key and what stands behind it.
    fn entry(&mut self) -> Read {
        self.key()?;
        self.expected = Expected::Value(self.at);
        self.skip_spaces();
        if matches!(self.peek(), b'\n' | b'#') { self.end_of_line() } else { self.value() }
    }

    /// A key and its `:`.
    fn key(&mut self) -> Read {
        let start = self.at;
        let end = start + key_length(self.bytes.get(start..)?)?;
        self.scalar(start, end)?;
        self.at = end + 1;
        Some(())
    }

    /// A value in the rest of a line.
    fn value(&mut self) -> Read {
        self.expected = Expected::Next;
        match self.peek() {
            b'{' | b'[' => self.brackets()?,
            b'"' | b'\'' => self.quoted()?,
            _ => return self.plain(),
        }
        let end = self.at;
        self.skip_spaces();
        match self.peek() {
            b'#' if self.at == end => None,
            b'#' | b'\n' => self.end_of_line(),
            _ => None,
        }
    }

    /// A plain scalar outside of brackets, up to the end of its line.
    fn plain(&mut self) -> Read {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        if !begins_plain(rest) {
            return None;
        }
        let (mut length, mut end) = (0, 0);
        loop {
            let byte = rest.get(length).copied().unwrap_or(b'\n');
            let is_last = || matches!(rest.get(length + 1), None | Some(b' ' | b'\n'));
            match (class(byte), byte) {
                (Class::Break, _) => break,
                (Class::Other, _) => return None,
                (Class::Doubtful, b'#') if end < length => break,
                (Class::Doubtful, b':') if is_last() => return None,
                (Class::Doubtful, b' ') => length += 1,
                _ => {
                    length += 1;
                    end = length;
                }
            }
        }
        self.scalar(start, start + end)?;
        self.at = start + length;
        self.end_of_line()
    }

    /// A scalar in quotes that holds no escapes and no line breaks.
    fn quoted(&mut self) -> Read {
        let start = self.at;
        let quote = self.peek();
        let rest = self.bytes.get(start + 1..)?;
        let length = rest
            .iter()
            .position(|byte| *byte == quote || *byte == b'\\' || !(0x20..0x7F).contains(byte))?;
        // Another quote behind it makes it a quote in the text.
        let is_over = rest.get(length) == Some(&quote) && rest.get(length + 1) != Some(&quote);
        if !is_over {
            return None;
        }
        let (from, to) = (start + 1, start + 1 + length);
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        self.at = to + 1;
        let span = Span { start: offset(start), end: offset(self.at) };
        self.leaf(span, NodeKind::Borrowed, text_payload(offset(from), offset(to)), style)
    }

    /// A list or a map in brackets, all in one line.
    fn brackets(&mut self) -> Read {
        let is_map = self.peek() == b'{';
        let (kind, end) = if is_map { (NodeKind::Map, b'}') } else { (NodeKind::List, b']') };
        if self.composer.frames.len() >= DEEPEST {
            return None;
        }
        self.composer.open_plain(self.at, kind);
        self.at += 1;
        self.skip_spaces();
        let mut is_first = true;
        while self.peek() != end || !is_first {
            is_first = false;
            if is_map {
                self.key()?;
                if self.peek() != b' ' {
                    return None;
                }
                self.skip_spaces();
            }
            match self.peek() {
                b'{' | b'[' => self.brackets()?,
                b'"' | b'\'' => self.quoted()?,
                _ => self.word()?,
            }
            self.skip_spaces();
            match self.peek() {
                b',' => self.at += 1,
                it if it == end => break,
                _ => return None,
            }
            self.skip_spaces();
        }
        self.at += 1;
        self.composer.close_at(self.at).ok()
    }

    /// A plain scalar in brackets.
    fn word(&mut self) -> Read {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        if !begins_plain(rest) {
            return None;
        }
        let inside = |(index, byte): (usize, &u8)| match byte {
            b'=' | b'@' | b'+' | b'%' | b'$' | b'(' | b')' => true,
            b':' => rest.get(index + 1).is_some_and(|it| class(*it) == Class::Word),
            byte => class(*byte) == Class::Word,
        };
        self.at += rest.iter().enumerate().take_while(|it| inside(*it)).count();
        self.scalar(start, self.at)
    }

    /// The rest of a line that holds nothing but a comment.
    fn end_of_line(&mut self) -> Read {
        if self.peek() == b'#' {
            let start = self.at;
            let rest = self.bytes.get(start..)?;
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let is_plain = rest.get(..length)?.iter().all(|byte| (0x20..0x7F).contains(byte));
            if !is_plain {
                return None;
            }
            self.at += length;
            self.composer.events.scanner.comments.push(Span::new(start, self.at));
        }
        if self.at < self.bytes.len() {
            self.at += 1;
        }
        Some(())
    }

    /// The key or the value that a plain scalar is.
    fn scalar(&mut self, start: usize, end: usize) -> Read {
        let text = self.composer.text.get(start..end)?;
        let span = Span { start: offset(start), end: offset(end) };
        let (kind, payload) = match resolve(text, true, Tag::None)? {
            Resolved::Str => (NodeKind::Borrowed, text_payload(span.start, span.end)),
            Resolved::Null => (NodeKind::Null, text_payload(span.start, span.end)),
            Resolved::Bool(value) => (NodeKind::Bool, u64::from(value)),
            Resolved::Int(value) => (NodeKind::Int, value.cast_unsigned()),
            Resolved::Uint(_) | Resolved::Float(_) | Resolved::Binary => return None,
        };
        self.leaf(span, kind, payload, Style::Plain)
    }

    /// A value that is not there.
    fn empty(&mut self) -> Read {
        let Expected::Value(at) = self.expected else { return None };
        self.expected = Expected::Next;
        self.scalar(at, at)
    }

    fn leaf(&mut self, span: Span, kind: NodeKind, payload: u64, style: Style) -> Read {
        self.composer.last_end = self.composer.last_end.max(span.end);
        self.composer.leaf(span, kind, payload, style).ok()
    }

    fn open(&mut self, kind: BlockKind, column: usize) -> Read {
        if self.blocks.len() >= DEEPEST {
            return None;
        }
        let node = if kind == BlockKind::Map { NodeKind::Map } else { NodeKind::List };
        self.composer.open_at(offset(self.at), node, Style::Block, Properties::default());
        self.blocks.push(Block { indent: column, kind });
        self.expected = Expected::Next;
        Some(())
    }

    fn close(&mut self) -> Read {
        self.blocks.pop();
        self.composer.close().ok()
    }

    fn finish(mut self) -> Read {
        if self.expected != Expected::Next {
            self.empty()?;
        }
        while !self.blocks.is_empty() {
            self.close()?;
        }
        self.composer.find_what_json_cannot_say();
        Some(())
    }
}

/// How many bytes the words are that stand here.
fn words(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| class(**byte) == Class::Word).count()
}

/// The length of the key that stands here, if one does.
fn key_length(rest: &[u8]) -> Option<usize> {
    let length = words(rest);
    let is_key = rest.get(length) == Some(&b':')
        && matches!(rest.get(length + 1), None | Some(b' ' | b'\n'))
        && length < LONGEST_KEY
        && begins_plain(rest);
    is_key.then_some(length)
}

/// Whether what stands here begins a plain scalar, and no line of `---` or `...`.
fn begins_plain(rest: &[u8]) -> bool {
    match rest {
        [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..] | [b'-'] | [] => false,
        [b'-', next, ..] => class(*next) == Class::Word,
        [b'$' | b'(' | b'<' | b'+' | b'~' | b'=', ..] => true,
        [first, ..] => class(*first) == Class::Word,
    }
}

#[cfg(test)]
mod tests;
