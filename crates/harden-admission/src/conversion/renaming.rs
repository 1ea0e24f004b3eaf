//! Identifiers of expressions, renamed.

/// An expression in which an identifier, that of no field, is another expression.
pub(super) fn renamed(expression: &str, from: &str, to: &str) -> String {
    let mut result = String::with_capacity(expression.len());
    let mut rest = expression;
    let mut is_field = false;
    while let Some(first) = rest.chars().next() {
        let is_of_name = |it: char| it == '_' || it.is_ascii_alphanumeric();
        let length = match first {
            '"' | '\'' => literal(rest),
            it if is_of_name(it) => rest.find(|it| !is_of_name(it)).unwrap_or(rest.len()),
            it => it.len_utf8(),
        };
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        // The name of a field in a message ends with a colon; so does what stands before that of a condition.
        result.push_str(if word == from && !is_field { to } else { word });
        if !first.is_whitespace() && first != '?' {
            is_field = first == '.';
        }
        rest = after;
    }
    result
}

/// The length of the literal that a text begins with.
fn literal(text: &str) -> usize {
    let mark = text.get(..1).unwrap_or_default();
    let triple = mark.repeat(3);
    let mark = if text.starts_with(&triple) { triple.as_str() } else { mark };
    let mut at = mark.len();
    while let Some(rest) = text.get(at..) {
        if rest.starts_with(mark) {
            return at + mark.len();
        }
        let mut chars = rest.chars();
        match chars.next() {
            Some('\\') => at += 1 + chars.next().map_or(0, char::len_utf8),
            Some(it) => at += it.len_utf8(),
            None => break,
        }
    }
    text.len()
}

/// An expression in which a variable has another name.
pub(super) fn replaced(expression: &str, old: &str, new: &str) -> String {
    // No expression has this name.
    const MARK: &str = "\u{1}";
    let marked = expression.replace(&format!("variables.{old}"), &format!("{MARK}{old}"));
    let is_of_name = |it: char| it == '_' || it.is_ascii_alphanumeric();
    let mut parts = marked.split(MARK);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.get(old.len()..).unwrap_or_default();
        let name = if rest.starts_with(is_of_name) { old } else { new };
        result.push_str("variables.");
        result.push_str(name);
        result.push_str(rest);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_identifiers_are_renamed() {
        let of = |text| renamed(text, "object", "request.object");
        assert_eq!(of("object.a == request.object.b"), "request.object.a == request.object.b");
        assert_eq!(
            of("oldObject.object == 'object' + \"a\\\"object\""),
            "oldObject.object == 'object' + \"a\\\"object\""
        );
        assert_eq!(
            of("a ? object : object.?object"),
            "a ? request.object : request.object.?object"
        );
        assert_eq!(of("'''it's object''' + object"), "'''it's object''' + request.object");
    }
}
