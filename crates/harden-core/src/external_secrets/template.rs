//! The keys that a Go template takes from its data, as far as they can be told.

/// The keys, in the order of the text; none of a template that changes what a dot means.
pub fn keys(text: &str) -> impl Iterator<Item = &str> {
    let is_plain = actions(text).all(|action| {
        let word = action.trim_start_matches('-').split_whitespace().next().unwrap_or_default();
        !matches!(word, "range" | "with" | "define" | "template" | "block")
    });
    // A key that is only looked at may be missing.
    let asks = actions(text).any(|it| it.contains("hasKey") || it.contains("default"));
    let known = if is_plain && !asks { text } else { "" };
    actions(known).flat_map(keys_of_action)
}

/// What stands between `{{` and `}}`, comments left out.
fn actions(text: &str) -> impl Iterator<Item = &str> {
    let parts =
        text.split("{{").skip(1).filter_map(|it| it.split_once("}}").map(|(action, _)| action));
    parts.filter(|it| !it.trim_start_matches('-').trim_start().starts_with("/*"))
}

fn keys_of_action(action: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    let mut rest = action;
    let mut before = ' ';
    while let Some(character) = rest.chars().next() {
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        let mut left = after;
        match character {
            '"' | '`' | '\'' => left = quoted(after, character).1,
            '.' if before.is_whitespace() || matches!(before, '(' | '|' | '-') => {
                let end = after
                    .find(|it: char| !it.is_alphanumeric() && it != '_')
                    .unwrap_or(after.len());
                let (name, behind) = after.split_at_checked(end).unwrap_or((after, ""));
                if name.is_empty() {
                    // `index . "tls.crt"`
                    let is_index = action
                        .get(..action.len() - rest.len())
                        .is_some_and(|it| it.trim_end().ends_with("index"));
                    let argument = behind.trim_start();
                    if is_index && let Some(text) = argument.strip_prefix('"') {
                        let (name, behind) = quoted(text, '"');
                        keys.push(name);
                        left = behind;
                    }
                } else if !name.starts_with(|it: char| it.is_ascii_digit()) {
                    keys.push(name);
                    left = behind;
                }
            }
            _ => {}
        }
        before = character;
        rest = left;
    }
    keys
}

/// The text up to the closing quotation mark, and what is behind that.
fn quoted(text: &str, mark: char) -> (&str, &str) {
    let mut is_escaped = false;
    for (index, character) in text.char_indices() {
        if character == mark && !is_escaped {
            let (inside, rest) = text.split_at_checked(index).unwrap_or((text, ""));
            return (inside, rest.strip_prefix(mark).unwrap_or_default());
        }
        is_escaped = character == '\\' && !is_escaped && mark != '`';
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::keys;

    fn found(text: &str) -> Vec<&str> {
        keys(text).collect()
    }

    #[test]
    fn fields_and_indexes_are_keys() {
        assert_eq!(
            found("a {{ .user }}:{{.pass | b64dec}} {{- .host -}}"),
            ["user", "pass", "host"]
        );
        assert_eq!(found("{{ index . \"tls.crt\" | b64enc }}"), ["tls.crt"]);
        assert_eq!(found("{{ printf \"%s.x\" (.a | trim) .b.c }}"), ["a", "b"]);
    }

    #[test]
    fn text_and_variables_are_none() {
        assert!(found("a.b {{ \".x\" }} {{ $v.y }} {{ 0.5 }} {{/* .z */}} {{ .").is_empty());
    }

    #[test]
    fn where_the_dot_means_something_else_nothing_is_known() {
        assert!(found("{{ range .items }}{{ .name }}{{ end }}").is_empty());
        assert!(found("{{ .a | default \"b\" }}").is_empty());
    }
}
