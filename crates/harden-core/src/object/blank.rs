//! Blanks that somebody is to fill in.

/// Whether a value is a blank that somebody is to fill in: `<token>`, `xxxx`, `YOUR_TOKEN`.
pub fn is_blank(value: &str) -> bool {
    const WORDS: [&str; 19] = [
        "dummy",
        "enter-",
        "enter_",
        "fill-",
        "fill_",
        "fixme",
        "insert",
        "xxxx",
        "****",
        "placeholder",
        "redacted",
        "replace",
        "todo",
        "your",
        "-here",
        "_here",
        " here",
        "goes-",
        "notset",
    ];
    let is_between =
        |open, close| value.len() >= 2 && value.starts_with(open) && value.ends_with(close);
    let first = value.bytes().next();
    let is_mask = value.bytes().all(|it| Some(it) == first && !it.is_ascii_digit());
    let is_constant =
        value.contains('_') && value.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
    let contains = |word: &str| {
        value.as_bytes().windows(word.len()).any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
    };
    let has_brackets = || {
        let open = value.find('<');
        open.is_some_and(|open| value.get(open..).is_some_and(|it| it.contains('>')))
    };
    is_between('<', '>')
        || is_between('[', ']')
        || is_between('{', '}')
        || is_between('%', '%')
        || value.starts_with("__") && value.ends_with("__")
        || is_mask
        || is_constant
        || has_brackets()
        || contains("...")
        || value.contains('…')
        || WORDS.iter().any(|word| contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_told_from_values() {
        for blank in [
            "<base64-encoded-password>",
            "YOUR_BASE64_PASSWORD",
            "REPLACE_ME",
            "xxxxxxxx",
            "{{ password }}",
            "__TOKEN__",
            "put-password-here",
            "abc...",
        ] {
            assert!(is_blank(blank), "{blank}");
        }
        for value in ["hunter2", "aGk=", "changeme", "a<b", "SECRET", "1111"] {
            assert!(!is_blank(value), "{value}");
        }
    }
}
