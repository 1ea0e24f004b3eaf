//! URLs and addresses that open what they lead to.

use std::ops::Range;

use super::{shapes, values};

const URL: &str = "a URL with a password";
const WEBHOOK: &str = "the URL of a webhook";
const TOKEN: &str = "a URL with a token";
const DSN: &str = "a Sentry DSN";
const CONNECTION: &str = "a connection string with a password";

/// Webhooks: whoever has the URL may send. The number is that of the parts of the path, which end in
/// the secret.
const WEBHOOKS: [(&str, &str, usize); 10] = [
    ("chat.googleapis.com", "v1/spaces/", 4),
    ("discord.com", "api/webhooks/", 4),
    ("discordapp.com", "api/webhooks/", 4),
    ("events.pagerduty.com", "integration/", 3),
    ("hooks.slack.com", "services/", 4),
    ("hooks.slack.com", "triggers/", 4),
    ("hooks.slack.com", "workflows/", 5),
    ("hooks.zapier.com", "hooks/catch/", 4),
    ("open.feishu.cn", "open-apis/bot/", 5),
    (".webhook.office.com", "webhookb2/", 4),
];

/// How many bytes of the path of a webhook are the same for everybody.
pub(crate) fn open_path(path: &str) -> usize {
    let known = WEBHOOKS.iter().map(|(_, it, _)| it).filter(|it| path.starts_with(**it));
    known.map(|it| it.len()).max().unwrap_or(0)
}

/// The secret of the URL or address whose first `:` is here, and what it is.
pub(super) fn at(text: &str, colon: usize) -> Option<(Range<usize>, &'static str)> {
    let rest = text.get(colon..)?;
    match rest.strip_prefix("://") {
        Some(rest) => {
            let is_scheme = |it: char| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.');
            let before = text.get(..colon)?.trim_end_matches(is_scheme).chars().next_back();
            url(rest, colon + 3, before.filter(|it| matches!(it, '"' | '\'' | '`')))
        }
        None => address(text, colon).or_else(|| oracle(rest, colon)),
    }
}

/// What follows `://`, which begins at `start`; where the URL is in quotes, they end it.
fn url(rest: &str, start: usize, quote: Option<char>) -> Option<(Range<usize>, &'static str)> {
    let is_end =
        |it: char| it.is_whitespace() || matches!(it, '<' | '>' | '\\') || quote == Some(it);
    let rest = rest.get(..rest.find(is_end).unwrap_or(rest.len()))?;
    let end = rest.find(['/', '?', '#', ',']).unwrap_or(rest.len());
    // Passwords that are not encoded may hold any of these.
    let end = match rest.rfind('@') {
        Some(at) if at > end && is_account(rest.get(..at)?) => at + end_of_host(rest.get(at..)?),
        _ => end,
    };
    let authority = rest.get(..end)?;
    let Some((account, host)) = authority.rsplit_once('@') else {
        return webhook(authority, rest, start);
    };
    if host.is_empty() {
        return None;
    }
    let Some((user, password)) = account.split_once(':') else {
        let is_key = account.len() == 32 && account.bytes().all(|it| it.is_ascii_hexdigit());
        let what = if is_key { DSN } else { TOKEN };
        return (is_key || shapes::is_whole(account))
            .then_some((start..start + account.len(), what));
    };
    let is_documentation = matches!(user, "user" | "username" | "login" | "USER" | "USERNAME")
        && matches!(
            password.to_ascii_lowercase().as_str(),
            "pass" | "passwd" | "password" | "pw" | "pwd"
        );
    let from = start + user.len() + 1;
    (!is_documentation && values::can_be_password(password))
        .then_some((from..from + password.len(), URL))
}

/// Whether a text is a user and a password, in which there are signs that end other parts of a URL.
fn is_account(text: &str) -> bool {
    text.split_once(':').is_some_and(|(user, password)| {
        let is_name = |it: u8| it.is_ascii_alphanumeric() || b"_.-".contains(&it);
        user.bytes().all(is_name)
            && !password.starts_with(|it: char| it.is_ascii_digit())
            && !password.contains(['/', ','])
    })
}

fn end_of_host(text: &str) -> usize {
    text.find(['/', '?', '#', ',']).unwrap_or(text.len())
}

fn webhook(host: &str, rest: &str, start: usize) -> Option<(Range<usize>, &'static str)> {
    let path = rest.get(host.len()..)?.strip_prefix('/')?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let (.., parts) = WEBHOOKS.iter().find(|(known, prefix, _)| {
        let is_host = if known.starts_with('.') { host.ends_with(known) } else { host == *known };
        is_host && path.starts_with(prefix)
    })?;
    let secret = path.rsplit('/').find(|it| !it.is_empty())?;
    let is_whole = path.split('/').filter(|it| !it.is_empty()).count() >= *parts;
    let is_secret = path.split('/').any(|it| {
        it.len() >= 16 && values::looks_random(it) && !it.bytes().all(|byte| byte == b'0')
    }) && !secret.is_empty();
    let from = start + host.len() + 1;
    (is_whole && is_secret && values::can_be_token(path_secret(path)))
        .then_some((from..from + path.len(), WEBHOOK))
}

/// The longest part of a path, which is the secret.
fn path_secret(path: &str) -> &str {
    path.split('/').max_by_key(|it| it.len()).unwrap_or_default()
}

/// `user:password@tcp(host:3306)`, as Go's drivers write it.
fn address(text: &str, colon: usize) -> Option<(Range<usize>, &'static str)> {
    let rest = text.get(colon + 1..)?;
    let end =
        rest.find(|it: char| it.is_whitespace() || matches!(it, '"' | '\'')).unwrap_or(rest.len());
    let rest = rest.get(..end)?;
    let at = ["@tcp(", "@unix(", "@tcp6("].iter().find_map(|it| rest.find(it))?;
    let before = text.get(..colon)?;
    let has_user = before.ends_with(|it: char| it.is_ascii_alphanumeric() || it == '_');
    let password = rest.get(..at)?;
    (has_user && values::can_be_password(password))
        .then_some((colon + 1..colon + 1 + at, CONNECTION))
}

/// `:user/password@host`, as Oracle's drivers write it.
fn oracle(rest: &str, start: usize) -> Option<(Range<usize>, &'static str)> {
    let rest = rest.strip_prefix(':')?;
    let end = rest.find(|it: char| it.is_whitespace() || matches!(it, '"' | '\''));
    let rest = rest.get(..end.unwrap_or(rest.len()))?;
    let (user, rest) = rest.split_once('/')?;
    let (password, host) = rest.split_once('@')?;
    let is_name = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    let is_it = !user.is_empty()
        && user.bytes().all(is_name)
        && !host.is_empty()
        && !password.contains('/')
        && host.contains(':')
        && !host.starts_with("sha256:")
        && values::can_be_password(password);
    let from = start + 1 + user.len() + 1;
    is_it.then_some((from..from + password.len(), CONNECTION))
}

#[cfg(test)]
mod tests {
    use super::super::shapes::all;

    #[test]
    fn the_password_of_an_address_is_found() {
        for (text, secret) in [
            ("postgres://app:hunter22@db:5432/app", "hunter22"),
            ("redis://:hunter22@cache", "hunter22"),
            ("mongodb+srv://app:hunter22@c.example.net/db?w=1", "hunter22"),
            ("amqp://guest:p#ssw?rd@mq:5672/", "p#ssw?rd"),
            (
                "https://ghp_a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5a1B2c3@github.com/a/b.git",
                "ghp_a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5a1B2c3",
            ),
            (
                "https://events.pagerduty.com/integration/4f2c9ab31d7e60854f2c9ab31d7e6085/enqueue",
                "integration/4f2c9ab31d7e60854f2c9ab31d7e6085/enqueue",
            ),
            ("app:hunter22@tcp(db:3306)/app", "hunter22"),
            ("jdbc:oracle:thin:app/hunter22@db:1521:XE", "hunter22"),
            (
                "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/1",
                "0123456789abcdef0123456789abcdef",
            ),
            (
                "https://hooks.slack.com/services/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",
                "services/T0F4K3ABC/B0F4K3DEF/aZ3kq9Xw7YtLm2PnRv5Bc8Qd",
            ),
        ] {
            let found = all(text);
            let secrets: Vec<_> = found.iter().map(|it| &text[it.span.clone()]).collect();
            assert_eq!(secrets, [secret], "{text}");
        }
    }

    #[test]
    fn addresses_without_a_password_are_none() {
        for text in [
            "https://example.com/a:b@c",
            "https://example.com:8080/path",
            "https://example.com:8080/@scope/package",
            "postgres://app:$(DB_PASSWORD)@db/app",
            "postgres://app:${DB_PASSWORD}@db/app",
            "http://user:pass@proxy.example.com",
            "https://user@example.com",
            "https://hooks.slack.com/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX",
            "https://hooks.slack.com/services/<id>",
            "registry.example.com:5000/team/app@sha256:0123",
            "é://ü:ö",
        ] {
            assert_eq!(all(text), [], "{text}");
        }
    }
}
