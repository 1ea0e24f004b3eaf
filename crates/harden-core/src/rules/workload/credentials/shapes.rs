//! Secrets that look like nothing else, whatever they are called.

use super::{identify_by_name, values};

/// A secret that begins with a prefix of its own.
struct Prefixed {
    prefix: &'static str,
    /// How many letters, digits, `-` and `_` follow at least.
    rest: usize,
    what: &'static str,
}

const fn prefixed(prefix: &'static str, rest: usize, what: &'static str) -> Prefixed {
    Prefixed { prefix, rest, what }
}

const GITHUB: &str = "a GitHub token";
const SLACK: &str = "a Slack token";
const AWS: &str = "an AWS access key";

const PREFIXED: [Prefixed; 27] = [
    prefixed("AKIA", 16, AWS),
    prefixed("ASIA", 16, AWS),
    prefixed("AIza", 35, "a Google API key"),
    prefixed("GOCSPX-", 24, "a Google OAuth client secret"),
    prefixed("dckr_pat_", 20, "a Docker Hub token"),
    prefixed("dop_v1_", 40, "a DigitalOcean token"),
    prefixed("ghp_", 36, GITHUB),
    prefixed("gho_", 36, GITHUB),
    prefixed("ghu_", 36, GITHUB),
    prefixed("ghs_", 36, GITHUB),
    prefixed("ghr_", 36, GITHUB),
    prefixed("github_pat_", 40, GITHUB),
    prefixed("glpat-", 20, "a GitLab token"),
    prefixed("hf_", 34, "a Hugging Face token"),
    prefixed("hvs.", 24, "a Vault token"),
    prefixed("npm_", 36, "an npm token"),
    prefixed("pypi-AgEI", 40, "a PyPI token"),
    prefixed("rk_live_", 20, "a Stripe key"),
    prefixed("sk-ant-", 40, "an Anthropic API key"),
    prefixed("sk-proj-", 40, "an OpenAI API key"),
    prefixed("sk_live_", 20, "a Stripe key"),
    prefixed("SG.", 22, "a SendGrid key"),
    prefixed("xapp-", 20, SLACK),
    prefixed("xoxa-", 20, SLACK),
    prefixed("xoxb-", 20, SLACK),
    prefixed("xoxp-", 20, SLACK),
    prefixed("eyJ", 16, JWT),
];
const JWT: &str = "a JSON web token";
const PRIVATE_KEY: &str = "a private key";
const URL: &str = "a URL with a password";

/// What the first secret in a text is, if there is one.
pub(in super::super) fn find(text: &str) -> Option<&'static str> {
    // The shortest secret, a URL, has scheme, user, password and host.
    if text.len() < 10 {
        return None;
    }
    let mut before = b' ';
    for (start, byte) in text.bytes().enumerate() {
        let begins_word = !before.is_ascii_alphanumeric() && !matches!(before, b'_' | b'/' | b'+');
        before = byte;
        let found = match byte {
            b'A' | b'G' | b'S' | b'd' | b'e' | b'g' | b'h' | b'n' | b'p' | b'r' | b's' | b'x'
                if begins_word =>
            {
                text.get(start..).and_then(prefixed_at)
            }
            b'-' => text.get(start..).and_then(private_key_at),
            b':' => text.get(start..).and_then(url_at),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    connection_string(text)
}

fn prefixed_at(text: &str) -> Option<&'static str> {
    let it = PREFIXED.iter().find(|it| text.starts_with(it.prefix))?;
    let rest = text.get(it.prefix.len()..)?;
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let length = rest.bytes().take_while(is_word).count();
    let word = rest.get(..length)?;
    let is_it = match it.what {
        // AWS's own documentation ends its keys so.
        AWS => {
            length == it.rest
                && !word.ends_with("EXAMPLE")
                && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        }
        JWT => is_token_from(rest.get(length..)?),
        _ => length >= it.rest && word.bytes().any(|byte| byte.is_ascii_digit()) && !is_mask(word),
    };
    is_it.then_some(it.what)
}

/// Whether a payload and a signature follow.
fn is_token_from(text: &str) -> bool {
    let mut parts = text.split('.');
    let (Some(""), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    payload.starts_with("eyJ") && signature.bytes().take_while(is_word).count() >= 20
}

fn is_mask(word: &str) -> bool {
    word.bytes().filter(|it| matches!(it, b'x' | b'X')).count() * 2 > word.len()
}

/// A key in PEM, with some of the key.
fn private_key_at(text: &str) -> Option<&'static str> {
    let rest = text.strip_prefix("-----BEGIN ")?;
    let (label, body) = rest.split_once("-----")?;
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    // Line breaks may be written as `\n`.
    let body = body.trim_start().trim_start_matches("\\n");
    let has_body = body.bytes().take_while(is_base64).count() >= 16
        || body.starts_with("Proc-Type")
        || body.starts_with("Version:");
    (label.ends_with("PRIVATE KEY") && has_body).then_some(PRIVATE_KEY)
}

/// `://user:password@host`.
fn url_at(text: &str) -> Option<&'static str> {
    let rest = text.strip_prefix("://")?;
    let end = rest.find(|it: char| {
        it.is_whitespace() || matches!(it, '/' | '?' | '#' | '"' | '\'' | '`' | '<' | '>' | ',')
    });
    let authority = rest.get(..end.unwrap_or(rest.len()))?;
    let (account, host) = authority.rsplit_once('@')?;
    let (user, password) = account.split_once(':')?;
    let is_documentation = matches!(user, "user" | "username" | "login")
        && matches!(password, "pass" | "passwd" | "password" | "pw" | "pwd");
    (!host.is_empty() && !is_documentation && values::can_be_password(password)).then_some(URL)
}

/// `Server=db;User=app;Password=…`.
fn connection_string(text: &str) -> Option<&'static str> {
    if !text.contains(';') || text.len() > 2048 {
        return None;
    }
    let mut settings = text.split(';').filter_map(|it| it.split_once('='));
    let is_secret = |(name, value): (&str, &str)| {
        !name.trim().contains([' ', '\n', '(', '"'])
            && identify_by_name(name.trim(), value.trim()).is_some()
    };
    settings.any(is_secret).then_some("a connection string with a password")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(prefix: &str, text: &str, times: usize) -> String {
        format!("{prefix}{}", text.repeat(times))
    }

    #[test]
    fn well_known_secrets_are_recognised_wherever_they_stand() {
        for (text, what) in [
            (repeated("AKIA", "Q3EG7ZLM", 2), AWS),
            (repeated("ghp_", "a1B2c3D4e", 4), GITHUB),
            (repeated("token: \"github_pat_", "a1B2c3D4e5", 5), GITHUB),
            (repeated("xoxb-", "1234567890-", 3), SLACK),
            (repeated("sk_live_", "a1b2c3d4e5", 3), "a Stripe key"),
            (repeated("AIza", "SyA1b2c", 5), "a Google API key"),
            (format!("{}.eyJzdWIiOiIx.{}", repeated("eyJ", "hbGciOi", 3), "a1B2".repeat(8)), JWT),
            (repeated("-----BEGIN RSA PRIVATE KEY-----\n", "MIIEowIBAAKCAQEA", 4), PRIVATE_KEY),
            (repeated("-----BEGIN PRIVATE KEY-----\\n", "MIIEowIBAAKCAQEA", 4), PRIVATE_KEY),
            ("postgres://app:hunter22@db:5432/app".to_owned(), URL),
            ("redis://:hunter22@cache".to_owned(), URL),
            (
                "Server=db;User Id=sa;Password=hunter22;Encrypt=true".to_owned(),
                "a connection string with a password",
            ),
        ] {
            assert_eq!(find(&text), Some(what), "{text}");
        }
    }

    #[test]
    fn what_merely_resembles_a_secret_is_none() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_short",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1",
            "https://example.com/a:b@c",
            "https://example.com:8080/path",
            "postgres://app:$(DB_PASSWORD)@db/app",
            "postgres://app:${DB_PASSWORD}@db/app",
            "http://user:pass@proxy.example.com",
            "https://user@example.com",
            "-----BEGIN CERTIFICATE-----\nMIIEowIBAAKCAQEAMIIE",
            "-----BEGIN PUBLIC KEY-----\nMIIEowIBAAKCAQEAMIIE",
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
            "eyJhbGciOiJIUzI1NiJ9",
            "Server=db;Integrated Security=true",
            "Server=db;Password=$(DB_PASSWORD)",
            "é://ü:ö",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
