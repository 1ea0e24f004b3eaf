//! The words of an expression.

use super::super::refusal::Stop;
use super::escape::{bytes, text};
use super::node::Literal;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    Literal(Literal),
    /// Digits that are too many for an int unless a minus stands before them.
    Smallest,
    Name(String),
    Sign(&'static str),
    End,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) word: Word,
}

/// Signs, longer ones before those that they begin with.
const SIGNS: [&str; 27] = [
    "&&", "||", "==", "!=", "<=", ">=", "?", ":", "+", "-", "*", "/", "%", "<", ">", "!", "(", ")",
    "[", "]", "{", "}", ",", ".", "=", "&", "|",
];

/// All words of a text, the end included.
pub(super) fn words(source: &str) -> Result<Vec<Token>, Stop> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        let rest = source.get(at..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { break };
        if matches!(first, ' ' | '\t' | '\r' | '\n' | '\u{c}') {
            at += 1;
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            let (word, length) = word(rest, at)?;
            tokens.push(Token { at, word });
            at += length;
        }
    }
    tokens.push(Token { at, word: Word::End });
    Ok(tokens)
}

fn word(rest: &str, at: usize) -> Result<(Word, usize), Stop> {
    let digit = |it: &str| it.starts_with(|c: char| c.is_ascii_digit());
    if let Some(found) = quoted(rest, at)? {
        return Ok(found);
    }
    if digit(rest) || rest.strip_prefix('.').is_some_and(digit) {
        return number(rest, at);
    }
    if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let length =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let word = match name {
            "true" => Word::Literal(Literal::Bool(true)),
            "false" => Word::Literal(Literal::Bool(false)),
            "null" => Word::Literal(Literal::Null),
            _ => Word::Name(name.to_owned()),
        };
        return Ok((word, length));
    }
    match SIGNS.into_iter().find(|it| rest.starts_with(it)) {
        Some(sign) => Ok((Word::Sign(sign), sign.len())),
        None if rest.starts_with('`') => {
            Err(Stop::NotJudged("names between backticks are not understood".to_owned()))
        }
        None => {
            let shown: String = rest.chars().take(1).collect();
            Stop::flaw(at, format!("Syntax error: token recognition error at: '{shown}'"))
        }
    }
}

fn number(rest: &str, at: usize) -> Result<(Word, usize), Stop> {
    if let Some(hex) = rest.strip_prefix("0x") {
        let digits = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
        let text = hex.get(..digits).unwrap_or_default();
        if hex.get(digits..).is_some_and(|it| it.starts_with(['u', 'U'])) {
            let value = u64::from_str_radix(text, 16);
            let Ok(value) = value else { return Stop::flaw(at, "invalid uint literal") };
            return Ok((Word::Literal(Literal::Uint(value)), digits + 3));
        }
        let Ok(value) = i64::from_str_radix(text, 16) else {
            return Stop::flaw(at, "invalid int literal");
        };
        return Ok((Word::Literal(Literal::Int(value)), digits + 2));
    }
    let span = |from: usize| {
        let tail = rest.get(from..).unwrap_or_default();
        from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
    };
    let whole = span(0);
    let mut end = whole;
    let mut is_double = false;
    let has_fraction = rest.get(whole..).is_some_and(|it| {
        it.strip_prefix('.').is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
    });
    if has_fraction {
        is_double = true;
        end = span(whole + 1);
    }
    if rest.get(end..).is_some_and(|it| it.starts_with(['e', 'E'])) {
        let sign = usize::from(rest.get(end + 1..).is_some_and(|it| it.starts_with(['+', '-'])));
        let exponent = span(end + 1 + sign);
        if exponent > end + 1 + sign {
            is_double = true;
            end = exponent;
        }
    }
    let text = rest.get(..end).unwrap_or_default();
    if is_double {
        let value: f64 = text.parse().unwrap_or(f64::INFINITY);
        if value.is_infinite() {
            return Stop::flaw(at, "invalid double literal");
        }
        return Ok((Word::Literal(Literal::Double(value)), end));
    }
    if rest.get(end..).is_some_and(|it| it.starts_with(['u', 'U'])) {
        let Ok(value) = text.parse() else { return Stop::flaw(at, "invalid uint literal") };
        return Ok((Word::Literal(Literal::Uint(value)), end + 1));
    }
    match text.parse() {
        Ok(value) => Ok((Word::Literal(Literal::Int(value)), end)),
        Err(_) if text.parse() == Ok(i64::MIN.unsigned_abs()) => Ok((Word::Smallest, end)),
        Err(_) => Stop::flaw(at, "invalid int literal"),
    }
}

/// A text or bytes, if one begins here.
fn quoted(rest: &str, at: usize) -> Result<Option<(Word, usize)>, Stop> {
    let letters = rest.bytes().take(3).position(|it| matches!(it, b'"' | b'\''));
    let Some(letters) = letters else { return Ok(None) };
    let prefix = rest.get(..letters).unwrap_or_default().to_ascii_lowercase();
    let (is_raw, is_bytes) = match prefix.as_str() {
        "" => (false, false),
        "r" => (true, false),
        "b" => (false, true),
        "br" | "rb" => (true, true),
        _ => return Ok(None),
    };
    let body = rest.get(letters..).unwrap_or_default();
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|it| body.starts_with(it));
    let Some(quote) = quote else { return Ok(None) };
    let inner = body.get(quote.len()..).unwrap_or_default();
    let Some(length) = closing(inner, quote, is_raw) else {
        return Stop::flaw(at, "Syntax error: token recognition error: a text does not end");
    };
    let inner = inner.get(..length).unwrap_or_default();
    let literal = match (is_raw, is_bytes) {
        (true, false) => Literal::String(inner.to_owned()),
        (true, true) => Literal::Bytes(inner.as_bytes().to_vec()),
        (false, false) => match text(inner) {
            Some(text) => Literal::String(text),
            None => return Stop::flaw(at, "invalid string literal"),
        },
        (false, true) => match bytes(inner) {
            Some(bytes) => Literal::Bytes(bytes),
            None => return Stop::flaw(at, "invalid bytes literal"),
        },
    };
    Ok(Some((Word::Literal(literal), letters + length + 2 * quote.len())))
}

/// Where the quote ends what it began.
fn closing(inner: &str, quote: &str, is_raw: bool) -> Option<usize> {
    let mut chars = inner.char_indices();
    while let Some((index, c)) = chars.next() {
        if inner.get(index..)?.starts_with(quote) {
            return Some(index);
        }
        if c == '\\' && !is_raw {
            chars.next();
        } else if matches!(c, '\n' | '\r') && quote.len() == 1 {
            return None;
        }
    }
    None
}
