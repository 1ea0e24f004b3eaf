//! Words and signs of Rego.

/// A word or sign of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'s> {
    pub(super) kind: Kind,
    pub(super) text: &'s str,
    /// Where it begins in the module, in bytes.
    pub(super) at: usize,
    /// What is before it.
    pub(super) gap: Gap,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    Text,
    Sign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    Space,
    Line,
}

impl Token<'_> {
    pub(super) fn is_sign(&self, text: &str) -> bool {
        self.kind == Kind::Sign && self.text == text
    }

    pub(super) fn is_name(&self, text: &str) -> bool {
        self.kind == Kind::Name && self.text == text
    }

    pub(super) fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// Signs of two characters.
const PAIRS: [&str; 5] = [":=", "==", "!=", "<=", ">="];

/// All words and signs of a module.
///
/// # Errors
///
/// A text without an end; says where it begins.
pub(super) fn tokens(source: &str) -> Result<Vec<Token<'_>>, usize> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut gap = Gap::Line;
    while let Some(rest) = source.get(at..).filter(|it| !it.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        let length = match first {
            '#' => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            '\n' => {
                gap = Gap::Line;
                at += 1;
                continue;
            }
            it if it.is_whitespace() => {
                gap = gap.max(Gap::Space);
                at += it.len_utf8();
                continue;
            }
            '"' => quoted(rest).ok_or(at)?,
            '`' => rest[1..].find('`').ok_or(at)? + 2,
            it if is_start(it) => {
                rest.find(|it: char| !is_start(it) && !it.is_ascii_digit()).unwrap_or(rest.len())
            }
            it if it.is_ascii_digit() => number(rest),
            it => match PAIRS.iter().find(|pair| rest.starts_with(**pair)) {
                Some(pair) => pair.len(),
                None => it.len_utf8(),
            },
        };
        let kind = match first {
            '"' | '`' => Kind::Text,
            it if is_start(it) => Kind::Name,
            it if it.is_ascii_digit() => Kind::Number,
            _ => Kind::Sign,
        };
        tokens.push(Token { kind, text: rest.get(..length).unwrap_or(rest), at, gap });
        gap = Gap::None;
        at += length;
    }
    Ok(tokens)
}

fn is_start(it: char) -> bool {
    it == '_' || it.is_ascii_alphabetic()
}

/// The length of a number with fraction and exponent.
fn number(rest: &str) -> usize {
    let mut length = 0;
    let mut before = ' ';
    for it in rest.chars() {
        let is_part = it.is_ascii_alphanumeric()
            || it == '.'
            || matches!((before, it), ('e' | 'E', '+' | '-'));
        if !is_part {
            break;
        }
        length += it.len_utf8();
        before = it;
    }
    length
}

/// The length of a text in quotes.
fn quoted(rest: &str) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, it)) = characters.next() {
        match it {
            '\\' => drop(characters.next()?),
            '"' => return Some(at + 1),
            '\n' => return None,
            _ => {}
        }
    }
    None
}
