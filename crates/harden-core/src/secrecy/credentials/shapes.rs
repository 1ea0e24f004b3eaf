//! Secrets that look like nothing else, whatever they are called.

use super::{Credential, urls};

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

const ATLASSIAN: &str = "an Atlassian token";
const AWS: &str = "an AWS access key";
const DIGITAL_OCEAN: &str = "a DigitalOcean token";
const DOCKER: &str = "a Docker Hub token";
const GITHUB: &str = "a GitHub token";
const GITLAB: &str = "a GitLab token";
const GRAFANA: &str = "a Grafana token";
const SENTRY: &str = "a Sentry token";
const SHOPIFY: &str = "a Shopify token";
const SLACK: &str = "a Slack token";
const SQUARE: &str = "a Square token";
const STRIPE: &str = "a Stripe key";
const VAULT: &str = "a Vault token";

static PREFIXED: [Prefixed; 73] = [
    prefixed("AGE-SECRET-KEY-1", 50, "an age key"),
    prefixed("AKIA", 16, AWS),
    prefixed("ASIA", 16, AWS),
    prefixed("ATATT3x", 60, ATLASSIAN),
    prefixed("ATCTT3x", 60, ATLASSIAN),
    prefixed("AIza", 35, "a Google API key"),
    prefixed("CCIPAT_", 30, "a CircleCI token"),
    prefixed("EAAAE", 59, SQUARE),
    prefixed("GOCSPX-", 24, "a Google OAuth client secret"),
    prefixed("NRAK-", 27, "a New Relic key"),
    prefixed("PMAK-", 50, "a Postman key"),
    prefixed("SG.", 22, "a SendGrid key"),
    prefixed("SWMTKN-1-", 50, "a Docker Swarm token"),
    prefixed("dapi", 32, "a Databricks token"),
    prefixed("dckr_oat_", 20, DOCKER),
    prefixed("dckr_pat_", 20, DOCKER),
    prefixed("doo_v1_", 40, DIGITAL_OCEAN),
    prefixed("dop_v1_", 40, DIGITAL_OCEAN),
    prefixed("dor_v1_", 40, DIGITAL_OCEAN),
    prefixed("figd_", 38, "a Figma token"),
    prefixed("gho_", 36, GITHUB),
    prefixed("ghp_", 36, GITHUB),
    prefixed("ghr_", 36, GITHUB),
    prefixed("ghs_", 36, GITHUB),
    prefixed("ghu_", 36, GITHUB),
    prefixed("github_pat_", 40, GITHUB),
    prefixed("glagent-", 40, GITLAB),
    prefixed("glcbt-", 20, GITLAB),
    prefixed("gldt-", 20, GITLAB),
    prefixed("glft-", 20, GITLAB),
    prefixed("glpat-", 20, GITLAB),
    prefixed("glptt-", 20, GITLAB),
    prefixed("glrt-", 20, GITLAB),
    prefixed("glc_", 32, GRAFANA),
    prefixed("glsa_", 32, GRAFANA),
    prefixed("gsk_", 40, "a Groq key"),
    prefixed("hcaik_", 50, "a Honeycomb key"),
    prefixed("hf_", 34, "a Hugging Face token"),
    prefixed("hvb.", 24, VAULT),
    prefixed("hvr.", 24, VAULT),
    prefixed("hvs.", 24, VAULT),
    prefixed("lin_api_", 32, "a Linear key"),
    prefixed("npm_", 36, "an npm token"),
    prefixed("nvapi-", 40, "an NVIDIA key"),
    prefixed("ops_eyJ", 100, "a 1Password token"),
    prefixed("pplx-", 40, "a Perplexity key"),
    prefixed("pul-", 40, "a Pulumi token"),
    prefixed("pypi-AgEI", 40, "a PyPI token"),
    prefixed("r8_", 37, "a Replicate token"),
    prefixed("rk_live_", 20, STRIPE),
    prefixed("rk_test_", 20, STRIPE),
    prefixed("rubygems_", 40, "a RubyGems key"),
    prefixed("shpat_", 32, SHOPIFY),
    prefixed("shpca_", 32, SHOPIFY),
    prefixed("shppa_", 32, SHOPIFY),
    prefixed("shpss_", 32, SHOPIFY),
    prefixed("sk-ant-", 40, "an Anthropic API key"),
    prefixed("sk-proj-", 40, "an OpenAI API key"),
    prefixed("sk-", 48, "an OpenAI API key"),
    prefixed("sk_live_", 20, STRIPE),
    prefixed("sk_test_", 20, STRIPE),
    prefixed("sntrys_", 40, SENTRY),
    prefixed("sntryu_", 40, SENTRY),
    prefixed("sq0atp-", 22, SQUARE),
    prefixed("sq0csp-", 40, SQUARE),
    prefixed("tskey-", 20, "a Tailscale key"),
    prefixed("whsec_", 24, "a webhook's signing secret"),
    prefixed("xapp-", 20, SLACK),
    prefixed("xoxa-", 20, SLACK),
    prefixed("xoxb-", 20, SLACK),
    prefixed("xoxe", 20, SLACK),
    prefixed("xoxp-", 20, SLACK),
    prefixed("xoxs-", 20, SLACK),
];

/// The bytes that such secrets begin with.
static FIRST: [bool; 256] = first_bytes();

const fn first_bytes() -> [bool; 256] {
    let mut first = [false; 256];
    let mut at = 0;
    while at < PREFIXED.len() {
        #[expect(clippy::indexing_slicing, reason = "the compiler would say so")]
        {
            first[PREFIXED[at].prefix.as_bytes()[0] as usize] = true;
        }
        at += 1;
    }
    first
}

/// How long the shortest of such secrets is.
const SHORTEST: usize = shortest();

const fn shortest() -> usize {
    let (mut at, mut shortest) = (0, usize::MAX);
    while at < PREFIXED.len() {
        #[expect(clippy::indexing_slicing, reason = "the compiler would say so")]
        let length = PREFIXED[at].prefix.len() + PREFIXED[at].rest;
        if length < shortest {
            shortest = length;
        }
        at += 1;
    }
    shortest
}

const JWT: &str = "a JSON web token";
const PRIVATE_KEY: &str = "a private key";

/// Every such secret in a text, in order.
pub(super) fn all(text: &str) -> Vec<Credential<'_>> {
    let mut found = Vec::new();
    let (mut before, mut end) = (b' ', 0);
    for (start, byte) in text.bytes().enumerate() {
        let begins_word = !before.is_ascii_alphanumeric() && !matches!(before, b'_' | b'/' | b'+');
        before = byte;
        if start < end {
            continue;
        }
        let at = |find: fn(&str) -> Option<(usize, usize, &'static str)>| {
            let (from, to, what) = text.get(start..).and_then(find)?;
            Some((start + from..start + to, what))
        };
        let secret = match byte {
            b'-' => at(private_key),
            b'e' if begins_word => at(json_web_token),
            b':' => urls::at(text, start),
            _ if begins_word && FIRST.get(usize::from(byte)) == Some(&true) => at(prefixed_at),
            b'0'..=b'9' if begins_word => at(telegram),
            b'/' => at(telegram_url),
            _ => None,
        };
        if let Some((span, what)) = secret {
            end = span.end;
            found.push(Credential { name: "", what, span });
        }
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn prefixed_at(text: &str) -> Option<(usize, usize, &'static str)> {
    if text.len() < SHORTEST {
        return None;
    }
    let it = PREFIXED.iter().find(|it| text.starts_with(it.prefix))?;
    let rest = text.get(it.prefix.len()..)?;
    let is_more = |byte: &u8| is_word(*byte) || (*byte == b'.' && it.prefix.ends_with(['.', 'e']));
    let length = rest.bytes().take_while(is_more).count();
    let word = rest.get(..length)?;
    let is_it = if it.what == AWS {
        // AWS's own documentation ends its keys so.
        length == it.rest
            && !word.ends_with("EXAMPLE")
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    } else {
        length >= it.rest && word.bytes().any(|byte| byte.is_ascii_digit()) && !is_mask(word)
    };
    is_it.then_some((0, it.prefix.len() + length, it.what))
}

/// Header, payload and signature, each in base64.
fn json_web_token(text: &str) -> Option<(usize, usize, &'static str)> {
    if !text.starts_with("eyJ") {
        return None;
    }
    let length = text.bytes().take_while(|it| is_word(*it) || *it == b'.').count();
    let mut parts = text.get(..length)?.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let is_it = header.len() >= 16 && payload.starts_with("eyJ") && signature.len() >= 20;
    is_it.then_some((0, length, JWT))
}

fn is_mask(word: &str) -> bool {
    word.bytes().filter(|it| matches!(it, b'x' | b'X')).count() * 2 > word.len()
}

/// A key in PEM, with some of the key.
fn private_key(text: &str) -> Option<(usize, usize, &'static str)> {
    let rest = text.strip_prefix("-----BEGIN ")?;
    let (label, body) = rest.split_once("-----")?;
    if !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
        return None;
    }
    let start = text.len() - body.len();
    let end = body.find("-----END").unwrap_or(body.len());
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    // Line breaks may be written as `\n`.
    let first = body.trim_start().trim_start_matches("\\n");
    let has_body = first.bytes().take_while(is_base64).count() >= 16
        || first.starts_with("Proc-Type")
        || first.starts_with("Version:");
    has_body.then_some((start, start + end, PRIVATE_KEY))
}

/// The number of a Telegram bot and its token.
fn telegram(text: &str) -> Option<(usize, usize, &'static str)> {
    let number = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(number..)?.strip_prefix(":AA")?;
    let length = rest.bytes().take_while(|it| is_word(*it)).count();
    let is_it = (8..=10).contains(&number) && length == 33;
    is_it.then_some((number + 1, number + 3 + length, "a Telegram token"))
}

/// `/bot`, and the same.
fn telegram_url(text: &str) -> Option<(usize, usize, &'static str)> {
    const LEAD: &str = "/bot";
    let (from, to, what) = telegram(text.strip_prefix(LEAD)?)?;
    Some((from + LEAD.len(), to + LEAD.len(), what))
}

/// Another secret of the shape of the first in a text, which opens nothing.
pub(crate) fn sample(text: &str) -> Option<String> {
    const FILLING: &str = "HIDDEN4SNAPSHOT7";
    let filling = |length: usize| FILLING.chars().cycle().take(length).collect::<String>();
    let first = all(text).into_iter().next()?;
    let secret = text.get(first.span)?;
    Some(match first.what {
        JWT => format!("eyJ{0}.eyJ{0}.{0}", filling(20)),
        PRIVATE_KEY => {
            format!("-----BEGIN PRIVATE KEY-----{}-----END PRIVATE KEY-----", filling(64))
        }
        _ => match PREFIXED.iter().find(|it| secret.starts_with(it.prefix)) {
            Some(it) => format!("{}{}", it.prefix, filling(it.rest)),
            None if secret.starts_with("AA") => format!("12345678:AA{}", filling(33)),
            None => format!("https://hidden:{}@hidden", filling(16)),
        },
    })
}

/// Whether a text is such a secret from its beginning to its end.
pub(super) fn is_whole(text: &str) -> bool {
    prefixed_at(text).is_some_and(|(_, end, _)| end == text.len())
}

/// Whether a text begins like such a secret and is far too short for one, as in `nvapi-KEY`.
pub(super) fn is_stub(text: &str) -> bool {
    PREFIXED.iter().any(|it| {
        text.strip_prefix(it.prefix).is_some_and(|rest| {
            it.prefix.len() >= 4
                && rest.len() * 2 < it.rest
                && rest.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-_.".contains(&byte))
        })
    })
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
            (repeated("sk_live_", "a1b2c3d4e5", 3), STRIPE),
            (repeated("AIza", "SyA1b2c", 5), "a Google API key"),
            (repeated("12345678:AA", "a1B2c3D4e5-", 3), "a Telegram token"),
            (
                repeated("https://api.telegram.org/bot12345678:AA", "a1B2c3D4e5-", 3),
                "a Telegram token",
            ),
            (repeated("sk-", "a1B2c3D4e5", 5), "an OpenAI API key"),
            (format!("{}.eyJzdWIiOiIx.{}", repeated("eyJ", "hbGciOi", 3), "a1B2".repeat(8)), JWT),
            (repeated("-----BEGIN RSA PRIVATE KEY-----\n", "MIIEowIBAAKCAQEA", 4), PRIVATE_KEY),
            (repeated("-----BEGIN PRIVATE KEY-----\\n", "MIIEowIBAAKCAQEA", 4), PRIVATE_KEY),
        ] {
            let found = all(&text);
            assert_eq!(found.iter().map(|it| it.what).collect::<Vec<_>>(), [what], "{text}");
        }
    }

    #[test]
    fn what_merely_resembles_a_secret_is_none() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_short",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1",
            "-----BEGIN CERTIFICATE-----\nMIIEowIBAAKCAQEAMIIE",
            "-----BEGIN PUBLIC KEY-----\nMIIEowIBAAKCAQEAMIIE",
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
            "eyJhbGciOiJIUzI1NiJ9",
            "2026:AAA",
            "",
        ] {
            assert_eq!(all(text), [], "{text}");
        }
    }
}
