//! What names say of their values.

/// What the value of a name is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Something that a person may have chosen.
    Password,
    /// The same, in several words.
    Passphrase,
    /// Something that a program has made.
    Token,
    /// Something to sign, encrypt or authenticate with.
    Key,
    /// Either a secret or the name of an object that holds one.
    Secret,
    /// What to do with a password rather than the password, as in `RESET_PASSWORD`.
    About,
}

/// As much of a name's end as decides, in lower case and without what separates its words.
struct Tail {
    bytes: [u8; Tail::LENGTH],
    start: usize,
}

impl Tail {
    const LENGTH: usize = 24;

    fn of(name: &str) -> Self {
        let mut tail = Self { bytes: [0; Self::LENGTH], start: Self::LENGTH };
        let letters = name.bytes().rev().filter(|it| !b"_-. ".contains(it));
        for byte in letters.skip_while(u8::is_ascii_digit).take(Self::LENGTH) {
            tail.start -= 1;
            if let Some(slot) = tail.bytes.get_mut(tail.start) {
                *slot = byte.to_ascii_lowercase();
            }
        }
        tail
    }

    fn ends_with(&self, end: &str) -> bool {
        // Nearly every name is told from nearly every end by its last letter.
        self.bytes.last() == end.as_bytes().last()
            && self.bytes.get(self.start..).is_some_and(|it| it.ends_with(end.as_bytes()))
    }

    fn ends_with_any(&self, ends: &[&str]) -> bool {
        ends.iter().any(|end| self.ends_with(end))
    }
}

const PASSWORDS: &[&str] =
    &["authtok", "bindpw", "masterauth", "password", "passwd", "pswd", "requirepass", "rootpw"];
const KEYS: &[&str] = &[
    "accesskeysecret",
    "accountkey",
    "aeskey",
    "apikey",
    "appkey",
    "applicationkey",
    "authkey",
    "clientkeydata",
    "encryptionkey",
    "erlangcookie",
    "hmackey",
    "licensekey",
    "masterkey",
    "privatekey",
    "secretaccesskey",
    "secretkey",
    "secretkeybase",
    "sharedaccesskey",
    "signingkey",
    "storagekey",
];
/// Words before `secret` that leave no doubt: it is the secret itself.
const SECRETS: &[&str] = &[
    "apisecret",
    "appsecret",
    "authsecret",
    "clientsecret",
    "consumersecret",
    "cookiesecret",
    "hmacsecret",
    "jwtsecret",
    "sessionsecret",
    "sharedsecret",
    "signingsecret",
    "webhooksecret",
];
/// Names that end like a token and are none: one tells clusters apart, the others mark text.
const NO_TOKENS: &[&str] = &["clustertoken", "bostoken", "eostoken", "padtoken", "unktoken"];

/// What stands after such a word and changes nothing: how the value is written.
const WRITTEN: &[&str] = &["base64", "b64", "plaintext", "value"];
/// Words that say what is done with a password.
const ABOUT: &[&str] = &[
    "allow", "ask", "auto", "change", "check", "confirm", "create", "disable", "enable", "expire",
    "force", "forget", "forgot", "generate", "has", "hide", "is", "log", "mask", "must", "need",
    "needs", "no", "print", "prompt", "random", "recover", "redact", "remember", "require",
    "requires", "reset", "rotate", "save", "send", "show", "skip", "store", "update", "use",
    "validate", "verify", "with", "without",
];

/// What a name says of its value; none where it says that it is no secret, or nothing.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    let name = without_form(name);
    let tail = Tail::of(name);
    let meaning = if tail.ends_with("passphrase") {
        Meaning::Passphrase
    } else if tail.ends_with_any(PASSWORDS) {
        Meaning::Password
    } else if tail.ends_with_any(KEYS) || tail.ends_with_any(SECRETS) {
        Meaning::Key
    } else if tail.ends_with("token") && !tail.ends_with_any(NO_TOKENS) {
        Meaning::Token
    } else if tail.ends_with("secret") {
        Meaning::Secret
    } else if is_last_word(name, "pass")
        || (name.len() > 3 && (is_last_word(name, "pwd") || is_last_word(name, "pw")))
    {
        Meaning::Password
    } else {
        return None;
    };
    // There `store` is no verb.
    let is_of_store = tail.ends_with_any(&["keystorepassword", "truststorepassword"]);
    let is_about = || {
        !is_of_store && words(name).any(|word| ABOUT.iter().any(|it| word.eq_ignore_ascii_case(it)))
    };
    if is_public(name) {
        None
    } else if is_about() {
        Some(Meaning::About)
    } else {
        Some(meaning)
    }
}

/// Whether a name says that its value is a user and a password.
pub(super) fn is_of_login(name: &str) -> bool {
    Tail::of(name).ends_with_any(&["basicauth", "httpauth", "neo4jauth", "userpass"])
}

/// A name without what says how its value is written.
fn without_form(name: &str) -> &str {
    let bare = WRITTEN.iter().find_map(|form| {
        let at = name.len().checked_sub(form.len())?;
        let (before, last) = (name.get(..at)?, name.get(at..)?);
        (last.eq_ignore_ascii_case(form) && before.len() > 2).then_some(before)
    });
    bare.unwrap_or(name).trim_end_matches(['_', '-', '.'])
}

/// The words of a name: between separators, and before capitals.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['_', '-', '.', ' ']).flat_map(|part| {
        let is_first = |at: usize| {
            let bytes = part.as_bytes();
            let upper = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
            at == 0 || upper(at) && !upper(at - 1)
        };
        let starts: Vec<usize> =
            (0..part.len()).filter(|at| part.is_char_boundary(*at) && is_first(*at)).collect();
        let ends = starts.iter().copied().skip(1).chain([part.len()]).collect::<Vec<_>>();
        starts.into_iter().zip(ends).filter_map(move |(start, end)| part.get(start..end))
    })
}

/// Whether a name ends in a word that also ends other words, such as `bypass`.
fn is_last_word(name: &str, word: &str) -> bool {
    let Some(start) = name.len().checked_sub(word.len()) else { return false };
    let (Some(before), Some(last)) = (name.get(..start), name.get(start..)) else { return false };
    let is_camel = last.starts_with(|it: char| it.is_ascii_uppercase())
        && before.ends_with(|it: char| it.is_ascii_lowercase());
    last.eq_ignore_ascii_case(word)
        && (is_camel || before.is_empty() || before.ends_with(['_', '-', '.']))
}

/// Whether a name says that everybody may know its value.
fn is_public(name: &str) -> bool {
    let contains =
        |word: &[u8]| name.as_bytes().windows(word.len()).any(|it| it.eq_ignore_ascii_case(word));
    contains(b"public") || contains(b"publishable") || contains(b"pusher_app_key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for (name, expected) in [
            ("DB_PASSWORD", Meaning::Password),
            ("dbPassword", Meaning::Password),
            ("PGPASSWORD", Meaning::Password),
            ("spring.datasource.password", Meaning::Password),
            ("DB_PASSWORD_2", Meaning::Password),
            ("SMTP_PASS", Meaning::Password),
            ("smtpPass", Meaning::Password),
            ("MYSQL_PWD", Meaning::Password),
            ("requirepass", Meaning::Password),
            ("GITHUB_TOKEN", Meaning::Token),
            ("accessToken", Meaning::Token),
            ("api-key", Meaning::Key),
            ("STRIPE_APIKEY", Meaning::Key),
            ("AWS_SECRET_ACCESS_KEY", Meaning::Key),
            ("OAUTH_CLIENT_SECRET", Meaning::Key),
            ("APP_SECRET_KEY_BASE64_SECRET", Meaning::Secret),
            ("TLS_SECRET", Meaning::Secret),
            ("GPG_PASSPHRASE", Meaning::Passphrase),
            ("ADMIN_PASSWORD_BASE64", Meaning::Password),
            ("SECRET_KEY_BASE", Meaning::Key),
            ("DB_PW", Meaning::Password),
            ("RESET_PASSWORD", Meaning::About),
            ("showPassword", Meaning::About),
            ("ALLOW_EMPTY_PASSWORD", Meaning::About),
            ("issuerPassword", Meaning::Password),
            ("javax.net.ssl.keyStorePassword", Meaning::Password),
            ("SSL_TRUST_STORE_PASSWORD", Meaning::Password),
            ("RABBITMQ_ERLANG_COOKIE", Meaning::Key),
            ("DATADOG_APP_KEY", Meaning::Key),
            ("ldap_default_authtok", Meaning::Password),
        ] {
            assert_eq!(meaning(name), Some(expected), "{name}");
        }
    }

    #[test]
    fn names_about_secrets_are_none() {
        for name in [
            "DB_PASSWORD_FILE",
            "SECRET_NAME",
            "TOKEN_URL",
            "AWS_ACCESS_KEY_ID",
            "MAX_TOKENS",
            "TOKEN_TTL",
            "PWD",
            "OLDPWD",
            "BYPASS",
            "COMPASS",
            "SORT_KEY",
            "MINIO_ACCESS_KEY",
            "STRIPE_PUBLISHABLE_API_KEY",
            "NEXT_PUBLIC_MAP_TOKEN",
            "ETCD_INITIAL_CLUSTER_TOKEN",
            "PASSWORD_POLICY",
            "PUSHER_APP_KEY",
            "",
            "é",
        ] {
            assert_eq!(meaning(name), None, "{name}");
        }
    }
}
