//! JSON text to a tree, by the rules of Go's `encoding/json`.

use crate::compose::Composer;
use crate::problem::Fault;
use crate::scanner::{Ending, MAX_DEPTH};
use crate::span::offset;
use crate::tree::{NodeKind, Tree, text_payload};
use crate::{Problem, ProblemKind, Span, Style};

/// Reads the value at the start of a part of `text`; also says where it ends.
pub(crate) fn read(text: &str, span: Span) -> (Result<(Tree, Vec<Problem>), Problem>, usize) {
    let mut reader = Reader::new(text, span);
    let outcome = reader.value();
    let outcome = outcome.map(|()| reader.composer.finish()).map_err(Fault::into_problem);
    (outcome, reader.position)
}

/// Reads a part of `text` as one value among comments, with commas before closing brackets, as editors take
/// them. None where it is anything else, or without any comment.
pub(crate) fn read_commented(text: &str, span: Span) -> Option<(Tree, Vec<Problem>)> {
    let mut reader = Reader { takes_comments: true, ..Reader::new(text, span) };
    reader.value().ok()?;
    let is_at_end = reader.next_byte() == 0 && reader.position >= reader.bytes.len();
    let comment = reader.comment.filter(|_| is_at_end)?;
    let (tree, mut problems) = reader.composer.finish();
    problems.insert(0, Problem { span: comment, kind: ProblemKind::JsonComment });
    Some((tree, problems))
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    position: usize,
    composer: Composer<'a>,
    /// The closing brackets still to come.
    open: Vec<u8>,
    /// Whether comments are passed over, and commas before closing brackets.
    takes_comments: bool,
    /// The first comment.
    comment: Option<Span>,
}

type Read<T = ()> = Result<T, Fault>;

impl<'a> Reader<'a> {
    fn new(text: &'a str, span: Span) -> Self {
        Self {
            text,
            bytes: text.as_bytes().get(..span.end as usize).unwrap_or_default(),
            position: span.start as usize,
            composer: Composer::new(text, span, Ending::AsWritten),
            open: Vec::with_capacity(32),
            takes_comments: false,
            comment: None,
        }
    }

    /// Reads one value with all it holds.
    fn value(&mut self) -> Read {
        loop {
            let opened = self.part()?;
            if opened {
                continue;
            }
            loop {
                let Some(&bracket) = self.open.last() else {
                    return Ok(());
                };
                match self.next_byte() {
                    b',' => {
                        self.position += 1;
                        if self.takes_comments && self.next_byte() == bracket {
                            continue;
                        }
                        if bracket == b'}' {
                            self.key()?;
                        }
                        break;
                    }
                    byte if byte == bracket => self.close()?,
                    _ if bracket == b'}' => {
                        return Err(self.wrong("a `,` or `}` is missing here: add it"));
                    }
                    _ => return Err(self.wrong("a `,` or `]` is missing here: add it")),
                }
            }
        }
    }

    /// Reads a scalar or an opening bracket; true when a value must follow.
    fn part(&mut self) -> Read<bool> {
        let byte = self.next_byte();
        let start = self.position;
        match byte {
            b'{' | b'[' => {
                let map = byte == b'{';
                let kind = if map { NodeKind::Map } else { NodeKind::List };
                self.composer.open_plain(start, kind);
                self.open.push(if map { b'}' } else { b']' });
                if self.open.len() > MAX_DEPTH {
                    return Err(Fault::new(start, start + 1, ProblemKind::TooDeep));
                }
                self.position += 1;
                let next = self.next_byte();
                if self.open.last() == Some(&next) {
                    self.close()?;
                    return Ok(false);
                }
                if map {
                    self.key()?;
                }
                Ok(true)
            }
            b'"' => {
                let (kind, payload) = self.string()?;
                self.leaf(start, kind, payload, Style::DoubleQuoted)?;
                Ok(false)
            }
            b't' => self.word(start, "true", NodeKind::Bool, 1),
            b'f' => self.word(start, "false", NodeKind::Bool, 0),
            b'n' => self.word(start, "null", NodeKind::Null, 0),
            b'-' | b'0'..=b'9' => {
                let (kind, payload) = self.number()?;
                self.leaf(start, kind, payload, Style::Plain)?;
                Ok(false)
            }
            _ => {
                Err(self
                    .wrong("a JSON value is missing here: write one, or remove what asks for it"))
            }
        }
    }

    fn close(&mut self) -> Read {
        self.position += 1;
        self.open.pop();
        self.composer.close_at(self.position)
    }

    fn key(&mut self) -> Read {
        if self.next_byte() != b'"' {
            return Err(self.wrong(
                "a key in double quotes is missing here: add it, or remove the comma before",
            ));
        }
        let start = self.position;
        let (kind, payload) = self.string()?;
        self.leaf(start, kind, payload, Style::DoubleQuoted)?;
        if self.next_byte() != b':' {
            return Err(self.wrong("a `:` is missing after this key: add it"));
        }
        self.position += 1;
        Ok(())
    }

    fn leaf(&mut self, start: usize, kind: NodeKind, payload: u64, style: Style) -> Read {
        self.composer.leaf(Span::new(start, self.position), kind, payload, style)
    }

    fn word(&mut self, start: usize, word: &str, kind: NodeKind, payload: u64) -> Read<bool> {
        let end = start + word.len();
        if self.bytes.get(start..end) != Some(word.as_bytes()) {
            return Err(self.wrong("neither a JSON value nor in double quotes: quote it"));
        }
        self.position = end;
        self.leaf(start, kind, payload, Style::Plain)?;
        Ok(false)
    }

    fn number(&mut self) -> Read<(NodeKind, u64)> {
        let start = self.position;
        let mut whole = true;
        if self.byte() == b'-' {
            self.position += 1;
        }
        match self.byte() {
            b'0' => self.position += 1,
            b'1'..=b'9' => self.digits(),
            _ => return Err(self.wrong("a digit is missing here: complete the number")),
        }
        if self.byte() == b'.' {
            whole = false;
            self.position += 1;
            self.some_digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            whole = false;
            self.position += 1;
            if matches!(self.byte(), b'+' | b'-') {
                self.position += 1;
            }
            self.some_digits()?;
        }
        let text = self.text.get(start..self.position).unwrap_or_default();
        if whole && let Ok(value) = text.parse::<i64>() {
            return Ok((NodeKind::Int, value.cast_unsigned()));
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok((NodeKind::Float, value.to_bits())),
            _ => Err(Fault::new(start, self.position, ProblemKind::NotFinite)),
        }
    }

    fn digits(&mut self) {
        while self.byte().is_ascii_digit() {
            self.position += 1;
        }
    }

    fn some_digits(&mut self) -> Read {
        if !self.byte().is_ascii_digit() {
            return Err(self.wrong("a digit is missing here: complete the number"));
        }
        self.digits();
        Ok(())
    }

    /// Reads a string, which is borrowed unless it holds escapes.
    fn string(&mut self) -> Read<(NodeKind, u64)> {
        self.position += 1;
        let start = self.position;
        let mut kept = start;
        let mut rewritten = None;
        loop {
            let rest = self.bytes.get(self.position..).unwrap_or_default();
            let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
            self.position += length.unwrap_or(rest.len());
            match self.bytes.get(self.position) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let buffer = self.composer.buffer();
                    rewritten = rewritten.or(Some(buffer.len()));
                    buffer.push_str(self.text.get(kept..self.position).unwrap_or_default());
                    let character = self.escape()?;
                    self.composer.buffer().push(character);
                    kept = self.position;
                }
                Some(_) => {
                    return Err(
                        self.wrong("a control character in a JSON string: write it as an escape")
                    );
                }
                None => {
                    let what = "a JSON string is never closed: add the closing quote";
                    return Err(Fault::new(start - 1, start, ProblemKind::Syntax(what)));
                }
            }
        }
        let end = self.position;
        self.position += 1;
        let Some(from) = rewritten else {
            return Ok((NodeKind::Borrowed, text_payload(offset(start), offset(end))));
        };
        let buffer = self.composer.buffer();
        buffer.push_str(self.text.get(kept..end).unwrap_or_default());
        Ok((NodeKind::Buffered, text_payload(offset(from), offset(buffer.len()))))
    }

    fn escape(&mut self) -> Read<char> {
        let escape = self.bytes.get(self.position + 1).copied().unwrap_or(0);
        let character = match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.wrong("an unknown escape in a JSON string: double the backslash")),
        };
        self.position += 2;
        Ok(character)
    }

    /// Half a surrogate pair alone becomes U+FFFD, as Go has it.
    fn unicode_escape(&mut self) -> Read<char> {
        let Some(first) = self.hex4(self.position + 2) else {
            return Err(self.wrong("too few hexadecimal digits in an escape: complete them"));
        };
        self.position += 6;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        if first < 0xDC00
            && self.bytes.get(self.position..self.position + 2) == Some(b"\\u")
            && let Some(second @ 0xDC00..=0xDFFF) = self.hex4(self.position + 2)
        {
            self.position += 6;
            let value = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            return Ok(char::from_u32(value).unwrap_or('\u{fffd}'));
        }
        Ok('\u{fffd}')
    }

    fn hex4(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits
            .iter()
            .try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
    }

    #[inline]
    fn byte(&self) -> u8 {
        self.bytes.get(self.position).copied().unwrap_or(0)
    }

    /// The first byte that is not white space; 0 at the end.
    fn next_byte(&mut self) -> u8 {
        loop {
            while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') {
                self.position += 1;
            }
            if self.byte() != b'/' || !self.takes_comments || !self.pass_comment() {
                return self.byte();
            }
        }
    }

    /// Passes over a comment; false where none begins, or where it does not end.
    fn pass_comment(&mut self) -> bool {
        let start = self.position;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = if rest.starts_with(b"//") {
            memchr::memchr(b'\n', rest).unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            let inside = rest.get(2..).unwrap_or_default();
            match memchr::memmem::find(inside, b"*/") {
                Some(end) => end + 4,
                None => return false,
            }
        } else {
            return false;
        };
        self.position += length;
        self.comment.get_or_insert(Span::new(start, self.position));
        true
    }

    fn wrong(&self, what: &'static str) -> Fault {
        let end = (self.position + 1).min(self.bytes.len()).max(self.position);
        Fault::new(self.position, end, ProblemKind::Syntax(what))
    }
}
