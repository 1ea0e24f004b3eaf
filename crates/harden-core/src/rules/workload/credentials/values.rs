//! What values can be secrets.

/// Whether a value can be a password: a text that somebody may have chosen as such.
pub(super) fn can_be_password(value: &str) -> bool {
    let is_number = value.bytes().all(|it| it.is_ascii_digit());
    is_literal(value) && (!is_number || value.len() >= 4)
}

/// Whether a value can be a token or a key: neither a number nor words.
pub(super) fn can_be_token(value: &str) -> bool {
    is_literal(value)
        && value.len() >= 6
        && !value.bytes().all(|it| it.is_ascii_digit())
        && !is_words(value)
}

/// Whether a value has letters and digits as a program mixes them.
pub(super) fn looks_random(value: &str) -> bool {
    let count = |is: fn(&u8) -> bool| value.bytes().filter(is).count();
    let digits = count(u8::is_ascii_digit);
    value.len() >= 12 && digits >= 2 && value.len() - digits >= 2
}

/// Whether a value stands for itself: no reference, no path, no switch, no blank to fill in.
fn is_literal(value: &str) -> bool {
    value.len() >= 3
        && !value.bytes().any(|it| it.is_ascii_whitespace())
        && !is_reference(value)
        && !is_switch(value)
        && !is_blank(value)
}

/// Whether a value says where the secret is.
fn is_reference(value: &str) -> bool {
    const STARTS: [&str; 20] = [
        "$",
        "%",
        "&",
        "/",
        "./",
        "../",
        "~",
        "@",
        "{{",
        "ENC[",
        "arn:",
        "awssm:",
        "env:",
        "file:",
        "gcpsm:",
        "kms:",
        "projects/",
        "ref+",
        "secret:",
        "vault:",
    ];
    const ENDS: [&str; 9] =
        [".cer", ".conf", ".crt", ".json", ".jks", ".key", ".p12", ".pem", ".txt"];
    STARTS.iter().any(|start| value.starts_with(start))
        || ENDS.iter().any(|end| value.ends_with(end))
        || ["$(", "${", "{{", "://", "()"].iter().any(|it| value.contains(it))
}

fn is_switch(value: &str) -> bool {
    const SWITCHES: [&str; 16] = [
        "disable",
        "disabled",
        "enable",
        "enabled",
        "false",
        "none",
        "null",
        "nil",
        "off",
        "optional",
        "required",
        "true",
        "undefined",
        "unset",
        "unused",
        "yes",
    ];
    SWITCHES.iter().any(|it| value.eq_ignore_ascii_case(it))
}

/// Whether a value is a blank that somebody is to fill in: `<token>`, `xxxx`, `YOUR_TOKEN`.
fn is_blank(value: &str) -> bool {
    const WORDS: [&str; 9] =
        ["dummy", "fill-", "fill_", "insert", "placeholder", "redacted", "replace", "todo", "your"];
    let is_between = |open, close| value.starts_with(open) && value.ends_with(close);
    let first = value.bytes().next();
    let is_mask = value.bytes().all(|it| Some(it) == first && !it.is_ascii_digit());
    let is_constant =
        value.contains('_') && value.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
    let contains = |word: &str| {
        value.as_bytes().windows(word.len()).any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
    };
    is_between('<', '>')
        || is_between('[', ']')
        || is_between('{', '}')
        || is_mask
        || is_constant
        || contains("...")
        || WORDS.iter().any(|word| contains(word))
}

/// Whether a value is a name made of words, such as that of the object that holds the secret.
fn is_words(value: &str) -> bool {
    let is_word = |word: &str| {
        let letters = word.trim_end_matches(|it: char| it.is_ascii_digit());
        word.len() - letters.len() <= 4 && letters.bytes().all(|it| it.is_ascii_lowercase())
    };
    let separators = ['-', '.', '/', ':', '_'];
    value.contains(separators) && value.split(separators).all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_people_choose_are_passwords() {
        for value in ["changeme", "s3cr3t!", "123456", "sst", "c-krit", "cGFzc3dvcmQ=", "p@ss"] {
            assert!(can_be_password(value), "{value}");
        }
    }

    #[test]
    fn what_stands_for_something_else_is_no_secret() {
        for value in [
            "",
            "a",
            "1",
            "true",
            "False",
            "none",
            "$(DB_PASSWORD)",
            "${PASSWORD}",
            "$PASSWORD",
            "{{ .Values.password }}",
            "<password>",
            "xxxxxxxx",
            "********",
            "YOUR_PASSWORD",
            "your-password",
            "REPLACE_ME",
            "DB_PASSWORD_VAL",
            "/run/secrets/db",
            "vault:secret/db#p",
            "ENC[AES256_GCM,data:x]",
            "tls.key",
            "see the manual",
            "abc...",
        ] {
            assert!(!can_be_password(value), "{value}");
        }
    }

    #[test]
    fn tokens_are_not_the_names_of_objects() {
        for value in ["my-app-token", "etcd-cluster-1", "kube-system/regcred", "12345678", "abc"] {
            assert!(!can_be_token(value), "{value}");
        }
        for value in ["minio123", "3f2a9c1e-77aa-4d5b-9c3e-1a2b3c4d5e6f", "Zm9vYmFyYmF6"] {
            assert!(can_be_token(value), "{value}");
        }
        assert!(looks_random("a8f5f167f44f4964"));
        assert!(!looks_random("regcred") && !looks_random("registry-credentials"));
    }
}
