//! What stands for something else: blanks that somebody is to fill in, and what a program replaces.

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
    let first = value.bytes().next();
    let is_mask = value.bytes().all(|it| Some(it) == first && !it.is_ascii_digit());
    let is_constant =
        value.contains('_') && value.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
    let is_whole = |(open, close)| is_between(value, open, close);
    [('[', ']'), ('{', '}')].into_iter().any(is_whole)
        || is_enclosed(value)
        || is_mask
        || is_constant
        || WORDS.iter().any(|word| contains(value, word))
}

/// Whether a program puts something else into a text before the API server sees it: Helm, Flux's variables,
/// OpenShift's templates or kustomize's variables.
pub fn is_template(text: &str) -> bool {
    ["{{", "${", "$("].iter().any(|it| text.contains(it))
}

/// Whether a text is a variable as shells write them: `$NAME`.
pub fn is_variable(text: &str) -> bool {
    let is_start = |it: u8| it.is_ascii_alphabetic() || it == b'_';
    text.strip_prefix('$').is_some_and(|name| {
        name.bytes().next().is_some_and(is_start)
            && name.bytes().all(|it| is_start(it) || it.is_ascii_digit())
    })
}

/// Whether a text that cannot stand where it stands is not meant to: a program replaces it, or somebody is to.
/// It asks for more than [`is_blank`], as `todo_app` may be no more than a wrong name.
pub fn is_placeholder(text: &str) -> bool {
    const MARKS: [&str; 6] = ["{%", "<%", "%{", "#{", "((", "[["];
    // Nearly every name passes here: without such signs only words say it.
    let is_simple =
        |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-./: ".contains(&it);
    if text.bytes().all(is_simple) {
        return text.contains("...") || is_mask(text) || asks(text);
    }
    is_template(text)
        || MARKS.iter().any(|it| text.contains(it))
        || is_enclosed(text)
        || has_word_between(text, '{', '}')
        || is_between(text, '[', ']') && has_word_between(text, '[', ']')
        || is_between(text, '@', '@')
        || has_variable(text)
        || has_constant(text)
        || is_hidden(text)
        || asks(text)
}

/// Whether a text says by signs around it, or in it, that it is a blank.
fn is_enclosed(text: &str) -> bool {
    let has_brackets = || {
        let open = text.find('<');
        open.is_some_and(|open| text.get(open..).is_some_and(|it| it.contains('>')))
    };
    is_between(text, '%', '%')
        || text.starts_with("__") && text.ends_with("__")
        || has_brackets()
        || text.contains("...")
        || text.contains('…')
}

fn is_between(text: &str, open: char, close: char) -> bool {
    text.len() >= 2 && text.starts_with(open) && text.ends_with(close)
}

/// Whether there is a word between such brackets, and nothing that would make more of it, as in JSON.
fn has_word_between(text: &str, open: char, close: char) -> bool {
    let after = text.split_once(open).and_then(|(_, rest)| rest.split_once(close));
    let is_part = |it: u8| it.is_ascii_alphanumeric() || b"_-. ".contains(&it);
    after.is_some_and(|(word, _)| !word.is_empty() && word.bytes().all(is_part))
}

/// `$NAME`, and `$name` where a word begins.
fn has_variable(text: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.bytes().last());
        let after = text.as_bytes().get(at + 1).copied().unwrap_or_default();
        let begins = before.is_none_or(|it| !it.is_ascii_alphanumeric());
        after == b'_' || after.is_ascii_uppercase() || begins && after.is_ascii_lowercase()
    })
}

/// Whether words in capitals stand in a text, as in `PV_NAME` and `disk-of-PROJECT_ID`.
fn has_constant(text: &str) -> bool {
    let is_constant = |segment: &str| {
        let is_word = |word: &str| {
            word.bytes().next().is_some_and(|it| it.is_ascii_uppercase())
                && word.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
        };
        let segment = segment.trim_matches('_');
        segment.contains('_') && segment.split('_').all(is_word)
    };
    text.contains('_')
        && !text.contains(char::is_whitespace)
        && text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').any(is_constant)
}

/// `xxx`, `***`, `web-XXXX`.
fn is_hidden(text: &str) -> bool {
    is_mask(text) || ["XXXX", "****"].iter().any(|it| text.contains(it))
}

/// Whether a text is one sign over and over.
fn is_mask(text: &str) -> bool {
    // As long as a mask is, and no longer: names are made too long by what may be in them.
    const LENGTHS: std::ops::RangeInclusive<usize> = 3..=32;
    let first = text.bytes().next().unwrap_or_default();
    let is_mask = b"xX*?#-_".contains(&first) && text.bytes().all(|it| it == first);
    is_mask && LENGTHS.contains(&text.len())
}

/// Whether a text asks for another: `your-name`, `REPLACE_ME`, `name-goes-here`.
fn asks(text: &str) -> bool {
    const WHOLE: [&str; 5] = ["fixme", "redacted", "tbc", "tbd", "todo"];
    const CAPITALS: [&str; 6] = ["DOMAIN", "HOSTNAME", "NAME", "NAMESPACE", "USERNAME", "VALUE"];
    const ENDS: [&str; 3] = ["-here", "_here", " here"];
    const VERBS: [&str; 4] = ["change", "fill", "replace", "substitute"];
    const OBJECTS: [&str; 5] = ["in", "it", "me", "this", "with"];
    if WHOLE.iter().any(|it| text.eq_ignore_ascii_case(it)) || CAPITALS.contains(&text) {
        return true;
    }
    let ends_with = |end: &str| {
        let rest = text.len().checked_sub(end.len());
        rest.is_some_and(|at| {
            text.as_bytes().get(at..).is_some_and(|it| it.eq_ignore_ascii_case(end.as_bytes()))
        })
    };
    if ENDS.iter().any(|it| ends_with(it)) || contains(text, "placeholder") {
        return true;
    }
    let mut words = text.split(|it: char| !it.is_ascii_alphanumeric()).peekable();
    while let Some(word) = words.next() {
        let is_yours = word.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("your"));
        let next = words.peek().copied().unwrap_or_default();
        let is_asked = VERBS.iter().any(|verb| {
            let rest = word.get(verb.len()..).unwrap_or_default();
            let is_verb = word.get(..verb.len()).is_some_and(|it| it.eq_ignore_ascii_case(verb));
            let object = if rest.is_empty() { next } else { rest };
            is_verb && OBJECTS.iter().any(|it| object.eq_ignore_ascii_case(it))
        });
        if is_yours || is_asked {
            return true;
        }
    }
    false
}

fn contains(text: &str, word: &str) -> bool {
    let is_start = |it: &[u8]| it.first().map(u8::to_ascii_lowercase) == word.bytes().next();
    let mut windows = text.as_bytes().windows(word.len());
    windows.any(|it| is_start(it) && it.eq_ignore_ascii_case(word.as_bytes()))
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

    #[test]
    fn placeholders_are_told_from_what_is_merely_wrong() {
        for placeholder in [
            "{{ .Values.name }}",
            "${NAME}",
            "$(NAME)",
            "$K8S_SA_NAME",
            "$name",
            "app-$name",
            "<ingress-name>",
            "web-<environment>",
            "{name}",
            "app-{env}",
            "[name]",
            "@NAME@",
            "%NAME%",
            "__NAME__",
            "#{Name}#",
            "((name))",
            "PV_NAME",
            "NODE1_HOSTNAME",
            "disk-of-PROJECT_ID",
            "NAMESPACE",
            "TODO",
            "XXX",
            "web-XXXX",
            "***",
            "Your-App",
            "YOUR NAME",
            "REPLACE_ME",
            "ChangeMe",
            "Fill in the name",
            "Name_goes_here",
            "my...",
        ] {
            assert!(is_placeholder(placeholder), "{placeholder}");
        }
        for wrong in [
            "",
            "Bad_Name",
            "web_1",
            "WEB_1",
            "WEB",
            "always",
            "ALWAYS",
            "Team A",
            "TEAM_A B",
            "todo_app",
            "insert_job",
            "replace_job",
            "yes/no",
            "-web",
            "web-",
            "_",
            "a..b",
            "a$b",
            "^a$",
            "x",
            "{\"a\": 1}",
            "a<b",
            "größe",
            &"x".repeat(250),
            &format!("a.{}", "x".repeat(64)),
        ] {
            assert!(!is_placeholder(wrong), "{wrong}");
        }
    }

    #[test]
    fn variables_are_whole() {
        assert!(is_variable("$PASSWORD") && is_variable("$_a1"));
        assert!(["$", "$1", "$a!", "a$b", "${A}", ""].into_iter().all(|it| !is_variable(it)));
    }
}
