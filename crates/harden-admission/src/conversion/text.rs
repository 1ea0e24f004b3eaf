//! Texts and names as expressions write them, and wildcards as functions of texts.

use harden_core::intents;

use super::logic::Term;

/// A literal.
pub(super) fn quoted(text: &str) -> String {
    intents::literal(text, '"')
}

/// Whether a text may stand behind a dot; most words of the language may not.
pub(super) fn is_name(text: &str) -> bool {
    const WORDS: [&str; 20] = [
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import",
        "in", "let", "loop", "null", "package", "return", "true", "var", "void", "while",
    ];
    let is_first = |it: char| it == '_' || it.is_ascii_alphabetic();
    text.starts_with(is_first)
        && text.chars().all(|it| it == '_' || it.is_ascii_alphanumeric())
        && !WORDS.contains(&text)
}

/// That a text is as a name with `*` and `?` says.
pub(super) fn wildcard(of: &str, pattern: &str) -> Term {
    let is_wild = |text: &str| text.contains(['*', '?']);
    if !is_wild(pattern) {
        return Term::atom(format!("{of} == {}", quoted(pattern)));
    }
    let bare = pattern.trim_matches('*');
    if bare.is_empty() {
        return Term::TRUE;
    }
    if bare == "?" && pattern != "?" {
        return Term::atom(format!("{of} != \"\""));
    }
    if is_wild(bare) {
        return Term::atom(format!("{of}.matches({})", quoted(&expression(pattern))));
    }
    let function = match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (true, true) => "contains",
        (true, false) => "endsWith",
        _ => "startsWith",
    };
    Term::atom(format!("{of}.{function}({})", quoted(bare)))
}

/// The regular expression of a wildcard.
fn expression(pattern: &str) -> String {
    let mut text = "^".to_owned();
    for it in pattern.chars() {
        match it {
            '*' => text.push_str("(.|\\n)*"),
            '?' => text.push_str("(.|\\n)"),
            it if it.is_ascii_punctuation() => text.extend(['\\', it]),
            it => text.push(it),
        }
    }
    text.push('$');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_the_plainest_function_that_says_them() {
        for (pattern, expected) in [
            ("a", r#"x == "a""#),
            ("*", "true"),
            ("?*", r#"x != """#),
            ("a*", r#"x.startsWith("a")"#),
            ("*:latest", r#"x.endsWith(":latest")"#),
            ("**a*", r#"x.contains("a")"#),
            ("a?.*b", r#"x.matches("^a(.|\\n)\\.(.|\\n)*b$")"#),
        ] {
            assert_eq!(wildcard("x", pattern).to_string(), expected, "{pattern}");
        }
    }

    #[test]
    fn literals_hold_what_the_text_holds() {
        assert_eq!(quoted("a\"\\\n\u{1}é"), r#""a\"\\\n\u0001é""#);
    }
}
