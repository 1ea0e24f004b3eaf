//! The words of a condition, taken off its text one after the other.

use super::quoting::unquoted;

/// A place in a text, and the word before it.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    /// The offset of the next byte.
    pub(super) offset: usize,
    /// The last word that was taken; Falco's words name it.
    pub(super) token: String,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, offset: 0, token: String::new() }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.offset >= self.text.len()
    }

    /// Takes what is blank; says whether something was.
    pub(super) fn blank(&mut self) -> bool {
        let length = length_of(self.rest(), |it| matches!(it, b' ' | b'\t' | 8 | b'\r' | b'\n'));
        self.offset += length;
        length > 0
    }

    /// Takes these characters.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let is_next = self.rest().starts_with(word);
        if is_next {
            self.take(word.len());
        }
        is_next
    }

    /// Takes this word if a blank follows it, and the blank.
    pub(super) fn word_and_blank(&mut self, word: &str) -> bool {
        let follows = |it: &str| it.starts_with([' ', '\t', '\u{8}', '\r', '\n']);
        let is_next = self.rest().strip_prefix(word).is_some_and(follows);
        if is_next {
            self.take(word.len());
            self.blank();
        }
        is_next
    }

    /// Takes `not`, and the space after it.
    pub(super) fn not(&mut self) -> bool {
        let Some(after) = self.rest().strip_prefix("not") else { return false };
        let length = length_of(after, is_space);
        if length > 0 {
            self.take(3 + length);
        }
        length > 0
    }

    pub(super) fn identifier(&mut self) -> bool {
        self.take_some(identifier(self.rest()))
    }

    /// Takes the name of a field: identifiers with dots between them.
    pub(super) fn field_name(&mut self) -> bool {
        let rest = self.rest();
        let mut length = identifier(rest);
        let mut parts = 0;
        while length > 0 {
            let after = rest.get(length..).and_then(|it| it.strip_prefix('.')).unwrap_or_default();
            let next = identifier(after);
            if next == 0 {
                break;
            }
            length += 1 + next;
            parts += 1;
        }
        self.take_some(if parts > 0 { length } else { 0 })
    }

    pub(super) fn bare_argument(&mut self) -> bool {
        let ends = |it| is_space(it) || matches!(it, b'[' | b']' | b'"' | b'\'');
        self.take_some(length_of(self.rest(), |it| !ends(it)))
    }

    pub(super) fn bare_text(&mut self) -> bool {
        let ends = |it| is_space(it) || matches!(it, b'(' | b')' | b'"' | b'\'' | b'=' | b',');
        self.take_some(length_of(self.rest(), |it| !ends(it)))
    }

    pub(super) fn number(&mut self) -> bool {
        let length = hexadecimal(self.rest()).max(decimal(self.rest()));
        // A hexadecimal one is tried first, and is the longer one wherever it is one.
        self.take_some(length)
    }

    /// Takes a quoted text; the word is what it says. What is not closed is none.
    pub(super) fn quoted(&mut self) -> Result<bool, String> {
        let rest = self.rest();
        let Some(quote) = rest.bytes().next().filter(|it| matches!(it, b'"' | b'\'')) else {
            return Ok(false);
        };
        let mut before = quote;
        for (index, byte) in rest.bytes().enumerate().skip(1) {
            if byte == 0 {
                break;
            }
            if byte == quote && before != b'\\' {
                self.take(index + 1);
                self.token = unquoted(&self.token)?;
                return Ok(true);
            }
            before = byte;
        }
        self.token = rest.split('\0').next().unwrap_or_default().to_owned();
        Ok(false)
    }

    /// Whether a list or the name of one is next, and not `and`, `or` or `not`.
    pub(super) fn is_before_list(&self) -> bool {
        let rest = self.rest();
        let is_keyword = ["and", "or", "not"].iter().any(|word| {
            let after = rest.strip_prefix(word);
            after.is_some_and(|it| !it.starts_with(|next: char| next.is_ascii_alphanumeric()))
        });
        (rest.starts_with('(') || identifier(rest) > 0) && !is_keyword
    }

    fn take_some(&mut self, length: usize) -> bool {
        if length > 0 {
            self.take(length);
        }
        length > 0
    }

    fn take(&mut self, length: usize) {
        self.rest().get(..length).unwrap_or_default().clone_into(&mut self.token);
        self.offset += length;
    }
}

/// How many bytes of a text are so, from its start.
fn length_of(text: &str, is_so: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|it| is_so(*it)).count()
}

/// What RE2 means by `[[:space:]]`.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn identifier(text: &str) -> usize {
    if !text.starts_with(|it: char| it.is_ascii_alphabetic()) {
        return 0;
    }
    length_of(text, |it| it.is_ascii_alphanumeric() || it == b'_')
}

fn hexadecimal(text: &str) -> usize {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let length = digits.map_or(0, |it| length_of(it, |it| it.is_ascii_hexdigit()));
    if length > 0 { length + 2 } else { 0 }
}

/// A sign, digits, a dot, digits, and an exponent that has a sign.
fn decimal(text: &str) -> usize {
    let digits =
        |from: usize| length_of(text.get(from..).unwrap_or_default(), |it| it.is_ascii_digit());
    let at = |index: usize| text.as_bytes().get(index).copied().unwrap_or(0);
    let mut length = usize::from(matches!(at(0), b'+' | b'-'));
    let whole = digits(length);
    if whole == 0 {
        return 0;
    }
    length += whole;
    length += usize::from(at(length) == b'.');
    length += digits(length);
    if matches!(at(length), b'e' | b'E') && matches!(at(length + 1), b'+' | b'-') {
        let exponent = digits(length + 2);
        length += if exponent > 0 { 2 + exponent } else { 0 };
    }
    length
}
