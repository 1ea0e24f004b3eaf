//! Text as literals of CEL.

use std::fmt::Write as _;

/// A text as a literal of CEL in single quotes, which stand well within YAML.
pub(crate) fn quoted(text: &str) -> String {
    literal(text, '\'')
}

/// A text as a literal of CEL between quotes, single or double ones.
pub fn literal(text: &str, quote: char) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for letter in text.chars() {
        match letter {
            '\\' => literal.push_str("\\\\"),
            letter if letter == quote => literal.extend(['\\', quote]),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            '\r' => literal.push_str("\\r"),
            control if control.is_control() => {
                let _ = write!(literal, "\\u{:04x}", u32::from(control));
            }
            other => literal.push(other),
        }
    }
    literal.push(quote);
    literal
}

/// Texts as a list of CEL. An empty one has the type of a list of texts.
pub(super) fn list<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> String {
    let items: Vec<_> = texts.into_iter().map(|it| quoted(it.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_literal_does_not() {
        assert_eq!(quoted("a'b\\c\nd"), r"'a\'b\\c\nd'");
        assert_eq!(literal("a'b\"c", '"'), r#""a'b\"c""#);
        assert_eq!(quoted("\u{7f}é"), "'\\u007fé'");
        assert_eq!(list(["a", "b"]), "['a', 'b']");
    }
}
