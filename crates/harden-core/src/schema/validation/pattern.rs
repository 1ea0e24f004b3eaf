//! Regular expressions of Go, matched as Go does or not at all.

use std::iter::Peekable;
use std::str::Chars;
use std::sync::OnceLock;

use regex_lite::Regex;

/// A `pattern` of a schema.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    text: String,
    /// Built when something is first matched; `None` where it cannot be read as Go reads it.
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// The pattern of this text.
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), regex: OnceLock::new() }
    }

    /// As it is written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether some part of a text matches; `None` where that is not known.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        // Go folds the case of all letters, and the engine that of ASCII.
        if self.text.contains("(?") && !text.is_ascii() {
            return None;
        }
        let regex = self.regex.get_or_init(|| Regex::new(&translate(&self.text)?).ok());
        regex.as_ref().map(|it| it.is_match(text))
    }
}

/// The same expression for the engine; `None` for what only Go has.
fn translate(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\\' => escape(rest.next()?, false, &mut rest, &mut out)?,
            '[' => class(&mut rest, &mut out)?,
            '{' => match repetition(&rest.clone().collect::<String>()) {
                Some(counts) => {
                    out.push('{');
                    out.push_str(&counts);
                    rest.by_ref().take(counts.chars().count()).for_each(drop);
                }
                None => out.push_str(r"\{"),
            },
            '}' => out.push_str(r"\}"),
            _ => out.push(next),
        }
    }
    Some(out)
}

/// `3}`, `3,}` or `3,5}`; anything else is text to Go.
fn repetition(rest: &str) -> Option<String> {
    let (counts, _) = rest.split_once('}')?;
    let (least, most) = counts.split_once(',').unwrap_or((counts, ""));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    (is_number(least) && (most.is_empty() || is_number(most))).then(|| format!("{counts}}}"))
}

fn escape(
    escaped: char,
    is_in_class: bool,
    rest: &mut Peekable<Chars<'_>>,
    out: &mut String,
) -> Option<()> {
    // To Go the vertical tab is no space.
    const SPACE: &str = r"\t\n\f\r ";
    match escaped {
        's' if is_in_class => out.push_str(SPACE),
        's' => out.extend(["[", SPACE, "]"]),
        'S' if !is_in_class => out.extend(["[^", SPACE, "]"]),
        'b' | 'B' | 'A' | 'z' if !is_in_class && rest.peek() != Some(&'{') => {
            out.extend(['\\', escaped]);
        }
        'd' | 'D' | 'w' | 'W' | 'a' | 'f' | 't' | 'n' | 'r' | 'v' | 'x' => {
            out.extend(['\\', escaped]);
            if escaped == 'x' && rest.next_if_eq(&'{').is_some() {
                out.push('{');
                while let Some(digit) = rest.next_if(char::is_ascii_hexdigit) {
                    out.push(digit);
                }
                rest.next_if_eq(&'}')?;
                out.push('}');
            }
        }
        '<' | '>' => out.push(escaped),
        _ if escaped.is_ascii_punctuation() => out.extend(['\\', escaped]),
        _ => return None,
    }
    Some(())
}

/// A class, of which brackets and signs that mean more to the engine are escaped.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Option<()> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.next_if_eq(&']').is_some() {
        out.push_str(r"\]");
    }
    loop {
        match rest.next()? {
            ']' => {
                out.push(']');
                return Some(());
            }
            '\\' => escape(rest.next()?, true, rest, out)?,
            '[' if rest.peek() == Some(&':') => {
                out.push('[');
                while let Some(next) = rest.next_if(|it| *it != ']') {
                    out.push(next);
                }
                rest.next()?;
                out.push(']');
            }
            '-' if rest.peek() == Some(&'-') => return None,
            sign @ ('[' | '&' | '~') => out.extend(['\\', sign]),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_as_go_reads_them() {
        for (pattern, text, matches) in [
            ("^[a-z]+$", "abc", Some(true)),
            ("^[a-z]+$", "abc\n", Some(false)),
            ("b", "abc", Some(true)),
            (r"^\s$", "\u{b}", Some(false)),
            (r"^[\s]$", " ", Some(true)),
            ("^[[a]$", "[", Some(true)),
            ("^[]a]$", "]", Some(true)),
            ("^[a&&b~]+$", "a&b~", Some(true)),
            ("^a{,2}$", "a{,2}", Some(true)),
            ("^a{2,3}$", "aaa", Some(true)),
            (r"^\d{2}$", "\u{661}\u{662}", Some(false)),
            (r"^\<a\>\/$", "<a>/", Some(true)),
            (r"^[\x{61}-\x62]$", "b", Some(true)),
            ("^[[:alpha:]_]$", "_", Some(true)),
            ("^(?i)abc$", "ABC", Some(true)),
            ("(?i)k", "\u{212a}", None),
            (r"\pL", "a", None),
            (r"\Qa\E", "a", None),
            ("(?=a)", "a", None),
            (".", "é", Some(true)),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), matches, "{pattern} {text:?}");
        }
    }
}
