//! What values can be secrets.

use super::references::is_reference;
use super::{names, shapes};
use crate::object::is_blank;

/// Whether a value can be a password: a text that somebody may have chosen as such.
pub(super) fn can_be_password(value: &str) -> bool {
    let is_number = value.bytes().all(|it| it.is_ascii_digit());
    let is_word = !value.contains(char::is_whitespace);
    is_literal(value)
        && (!is_number || value.len() >= 4)
        && (is_word || is_phrase(value) && value.contains(|it: char| it.is_ascii_digit()))
}

/// Whether a value can be a password of several words.
pub(super) fn can_be_passphrase(value: &str) -> bool {
    let is_words = value.split_whitespace().count() >= 3 && is_literal(value) && is_phrase(value);
    is_words || can_be_password(value)
}

/// Whether a value can be a token or a key: neither a number nor words.
pub(super) fn can_be_token(value: &str) -> bool {
    is_literal(value)
        && value.len() >= 6
        && !value.contains(char::is_whitespace)
        && !value.bytes().all(|it| it.is_ascii_digit())
        && !is_words(value)
        && !is_word(value)
}

/// Whether a value has letters and digits as a program mixes them.
pub(crate) fn looks_random(value: &str) -> bool {
    let count = |is: fn(&u8) -> bool| value.bytes().filter(is).count();
    let digits = count(u8::is_ascii_digit);
    value.len() >= 12 && digits >= 2 && value.len() - digits >= 2
}

/// Whether a value is a user and a password in base64.
pub(super) fn is_account(value: &str) -> bool {
    harden_yaml::decode_base64(value).is_some_and(|bytes| {
        let text = std::str::from_utf8(&bytes).ok();
        text.and_then(|it| it.split_once(':')).is_some_and(|(_, it)| can_be_password(it))
    })
}

/// Whether a value is a user and a password, as `BASIC_AUTH` and `NEO4J_AUTH` have them.
pub(super) fn is_login(value: &str) -> bool {
    value.split_once([':', '/']).is_some_and(|(user, password)| {
        let is_name = |it: u8| it.is_ascii_alphanumeric() || b"_.-@".contains(&it);
        !user.is_empty()
            && user.bytes().all(is_name)
            && password.contains(|it: char| it.is_ascii_digit())
            && !password.contains(['/', ':'])
            && is_literal(value)
            && can_be_password(password)
    })
}

/// Whether a value asks to be changed: it is a password until somebody does.
pub(super) fn is_to_be_changed(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic);
    let letters: Vec<u8> = letters.map(|it| it.to_ascii_lowercase()).collect();
    let contains = |word: &[u8]| letters.windows(word.len()).any(|it| it == word);
    contains(b"changeme") || contains(b"changethis") || contains(b"changeit")
}

/// Whether a value stands for itself: no reference, no path, no switch, no blank to fill in.
fn is_literal(value: &str) -> bool {
    value.len() >= 3
        && !is_reference(value)
        && !is_switch(value)
        && !is_blank(value)
        && !is_word_for_secret(value)
        && !shapes::is_stub(value)
        && !is_sealed(value)
}

/// Whether a value is the word for what is to be filled in: `SECRET`, `TOKEN`, `var.password`.
fn is_word_for_secret(value: &str) -> bool {
    let is_constant = value.bytes().all(|it| it.is_ascii_uppercase() || b"-_".contains(&it));
    (is_constant || value.starts_with("var.")) && names::meaning(value).is_some()
}

/// Whether a value is encrypted or hashed, so that it opens nothing.
fn is_sealed(value: &str) -> bool {
    const STARTS: [&str; 12] = [
        "$ANSIBLE_VAULT;",
        "$argon2",
        "ENC(",
        "ENC[",
        "SCRAM-SHA-256$",
        "enc:",
        "pbkdf2",
        "{SHA",
        "{SSHA",
        "{bcrypt}",
        "{cipher}",
        "{scrypt}",
    ];
    let is_base64 = |it: u8| it.is_ascii_alphanumeric() || b"+/=".contains(&it);
    // SealedSecrets begin with the length of a key of 4096 bits.
    let is_sealed_secret = value.len() >= 24
        && ["AgA", "AgB", "AgC", "AgD"].iter().any(|it| value.starts_with(it))
        && value.bytes().all(is_base64);
    STARTS.iter().any(|it| value.starts_with(it)) || is_crypt(value) || is_sealed_secret
}

/// `$2y$10$…`, as crypt writes hashes.
pub(super) fn is_crypt(value: &str) -> bool {
    ["$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$apr1$", "$y$"]
        .iter()
        .any(|it| value.starts_with(it))
}

fn is_switch(value: &str) -> bool {
    const SWITCHES: [&str; 40] = [
        "allowed",
        "always",
        "any",
        "auto",
        "automatic",
        "basic",
        "bearer",
        "compat",
        "cookie",
        "default",
        "denied",
        "disable",
        "disabled",
        "enable",
        "enabled",
        "encrypted",
        "false",
        "generated",
        "header",
        "hidden",
        "ignore",
        "ignored",
        "inherit",
        "manual",
        "masked",
        "never",
        "nil",
        "none",
        "null",
        "off",
        "optional",
        "prompt",
        "random",
        "required",
        "true",
        "undefined",
        "unset",
        "unused",
        "yes",
        "n/a",
    ];
    SWITCHES.iter().any(|it| value.eq_ignore_ascii_case(it))
}

/// Whether a value is a name made of words, such as that of the object that holds the secret.
pub(super) fn is_words(value: &str) -> bool {
    let is_word = |word: &str| {
        let letters = word.trim_end_matches(|it: char| it.is_ascii_digit());
        word.len() - letters.len() <= 4 && letters.bytes().all(|it| it.is_ascii_lowercase())
    };
    let separators = ['-', '.', '/', ':', '_', '#'];
    value.contains(separators) && value.split(separators).all(is_word)
}

/// Whether a value is a word, as programs do not make them: `cookie`, `Bearer`, `community`.
fn is_word(value: &str) -> bool {
    const TELLING: [&str; 6] = ["secret", "passw", "changeme", "letmein", "qwerty", "hunter"];
    let is_telling = || TELLING.iter().any(|it| value.to_ascii_lowercase().contains(it));
    value.len() < 24 && value.bytes().all(|it| it.is_ascii_alphabetic()) && !is_telling()
}

/// Whether several words can be a password: they are no sentence about one.
fn is_phrase(value: &str) -> bool {
    const PROSE: [&str; 44] = [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "characters",
        "chars",
        "for",
        "from",
        "if",
        "in",
        "is",
        "it",
        "least",
        "manual",
        "minimum",
        "must",
        "not",
        "of",
        "on",
        "only",
        "or",
        "password",
        "please",
        "see",
        "set",
        "should",
        "than",
        "that",
        "the",
        "this",
        "to",
        "token",
        "use",
        "used",
        "when",
        "will",
        "with",
        "you",
        "your",
    ];
    let is_prose = |word: &str| PROSE.iter().any(|it| word.eq_ignore_ascii_case(it));
    let has_code = value.contains(['(', '{', '<', '|', '=', ';']);
    !has_code && !value.contains('\n') && !value.split_whitespace().any(is_prose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_people_choose_are_passwords() {
        for value in [
            "changeme",
            "s3cr3t!",
            "123456",
            "sst",
            "c-krit",
            "cGFzc3dvcmQ=",
            "p@ss",
            "$uperS3cret!",
            "pass word 123",
            "a:b:c9",
            "kubernetes",
        ] {
            assert!(can_be_password(value), "{value}");
        }
        assert!(can_be_passphrase("correct horse battery staple"));
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
            "allowed",
            "$(DB_PASSWORD)",
            "${PASSWORD}",
            "$PASSWORD",
            "$__file{/etc/secrets/admin}",
            "%DB_PASSWORD%",
            "@DB_PASSWORD@",
            "@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/y)",
            "{{ .Values.password }}",
            "<password>",
            "<path:secret/data/app#key>",
            "xxxxxxxx",
            "********",
            "YOUR_PASSWORD",
            "SECRET",
            "nvapi-NVKEY",
            "PASSWORD",
            "((db-password))",
            "[[ password ]]",
            "var.password",
            ".*/password=XXX/",
            "your-password",
            "put-password-here",
            "REPLACE_ME",
            "DB_PASSWORD_VAL",
            "/run/secrets/db",
            "vault:secret/db#p",
            "bao:secret/data/x#y",
            "ssm:/prod/key",
            "ref+vault://secret/db#p",
            "secret/data/app#key",
            "keepass:db",
            "op://vault/item/field",
            "!vault |",
            "ENC[AES256_GCM,data:x]",
            "{cipher}0a1b2c",
            "$2y$10$abcdefghijklmnopqrstuu",
            "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq",
            "tls.key",
            "see the manual",
            "at least 8 characters",
            "abc...",
        ] {
            assert!(!can_be_password(value), "{value}");
        }
    }

    #[test]
    fn tokens_are_not_the_names_of_objects() {
        for value in [
            "my-app-token",
            "etcd-cluster-1",
            "kube-system/regcred",
            "12345678",
            "abc",
            "cookie",
            "Bearer",
            "community",
            "kubernetes",
            "my-signing-key",
            "projected",
        ] {
            assert!(!can_be_token(value), "{value}");
        }
        for value in
            ["minio123", "3f2a9c1e-77aa-4d5b-9c3e-1a2b3c4d5e6f", "Zm9vYmFyYmF6", "mysupersecret"]
        {
            assert!(can_be_token(value), "{value}");
        }
        assert!(looks_random("a8f5f167f44f4964"));
        assert!(!looks_random("regcred") && !looks_random("registry-credentials"));
    }

    #[test]
    fn a_login_is_a_user_and_a_password() {
        assert!(is_login("admin:hunter22") && is_login("neo4j/hunter22"));
        for value in ["none", "vault:secret/a1", "admin:$(PW1)", "admin:admin"] {
            assert!(!is_login(value), "{value}");
        }
    }

    #[test]
    fn passwords_that_ask_to_be_changed_are_told() {
        assert!(is_to_be_changed("changeme") && is_to_be_changed("Change-Me-123"));
        assert!(!is_to_be_changed("unchanged"));
    }
}
