//! How we say to a registry who we are, as it asks for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::address::encode;
use super::credentials::Credentials;
use super::exchange::{Answer, Http, Question};
use crate::registry::fault::Fault;

/// A token is no longer.
const TOKEN_BYTES: u64 = 1 << 20;
/// How long a token holds of which nothing else is said, and how much earlier another one is asked for.
const LIFE: Duration = Duration::from_mins(1);
const MARGIN: Duration = Duration::from_secs(5);

/// What may be done in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    Read,
    Write,
}

/// What a token is for: the origin of a registry, a repository, and what may be done there.
pub(super) type Purpose = (String, String, Access);

/// What was said to registries, to be said again.
#[derive(Debug, Default)]
pub(super) struct Logins(Mutex<BTreeMap<Purpose, Login>>);

/// What is said to a registry.
#[derive(Debug, Clone)]
pub(super) struct Login {
    header: HeaderValue,
    until: Option<Instant>,
}

impl Logins {
    pub(super) fn get(&self, purpose: &Purpose) -> Option<HeaderValue> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let login = all.get(purpose)?;
        login.until.is_none_or(|it| Instant::now() < it).then(|| login.header.clone())
    }

    pub(super) fn keep(&self, purpose: &Purpose, login: &Login) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(purpose.clone(), login.clone());
    }
}

impl Login {
    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    fn of(scheme: &str, secret: &str, until: Option<Instant>) -> Result<Self, Fault> {
        let text = Zeroizing::new(format!("{scheme} {secret}"));
        let mut header = HeaderValue::from_str(&text).map_err(|_| {
            Fault::broken("the registry gives out a token that cannot be sent back")
        })?;
        header.set_sensitive(true);
        Ok(Self { header, until })
    }
}

/// One way of saying who we are.
#[derive(Debug, Default, PartialEq, Eq)]
struct Challenge {
    scheme: String,
    parameters: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Token {
    token: Option<Zeroizing<String>>,
    access_token: Option<Zeroizing<String>>,
    expires_in: Option<u64>,
}

/// Says who we are, as an answer of status 401 asks for it.
///
/// # Errors
///
/// We are nobody there, or the registry wants to know it in a way that is not known here.
pub(super) fn log_in(
    http: &Http,
    refused: &Answer,
    purpose: &Purpose,
    credentials: Option<&Credentials>,
    deadline: Option<Instant>,
) -> Result<Login, Fault> {
    let challenges = challenges(&refused.headers);
    let of_scheme = |scheme: &str| challenges.iter().find(|it| it.scheme == scheme);
    if let Some(challenge) = of_scheme("bearer") {
        if let Some(Credentials::Token(token)) = credentials {
            return Login::of("Bearer", token, None);
        }
        return ask_for_token(http, refused, challenge, purpose, credentials, deadline);
    }
    match (of_scheme("basic"), credentials) {
        (Some(_), Some(Credentials::Password { user, password })) => {
            Login::of("Basic", &basic(user, password), None)
        }
        (Some(_), Some(_)) => {
            Err(Fault::denied("it wants a name and a password, and there is a token"))
        }
        (Some(_), None) => Err(Fault::denied("nobody is logged in")),
        (None, _) => Err(Fault::denied("it says not how to log in")),
    }
}

fn basic(user: &str, password: &str) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(Zeroizing::new(format!("{user}:{password}")).as_bytes()))
}

fn ask_for_token(
    http: &Http,
    refused: &Answer,
    challenge: &Challenge,
    (_, repository, access): &Purpose,
    credentials: Option<&Credentials>,
    deadline: Option<Instant>,
) -> Result<Login, Fault> {
    let realm = challenge.parameters.get("realm").map(String::as_str).unwrap_or_default();
    if realm.is_empty() {
        return Err(Fault::broken("it says not where to log in"));
    }
    let realm = refused.address.follow(realm)?;
    let service = challenge.parameters.get("service").map(String::as_str).unwrap_or_default();
    let actions = if *access == Access::Read { "pull" } else { "pull,push" };
    let scope = format!("repository:{repository}:{actions}");
    let mut pairs = vec![("service", service), ("scope", &scope)];
    pairs.retain(|(_, value)| !value.is_empty());
    let mut headers = HeaderMap::new();
    let mut authorization = None;
    let mut form = Zeroizing::new(String::new());
    let (method, address) = match credentials {
        Some(Credentials::Identity(token)) => {
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            );
            form.push_str("grant_type=refresh_token&client_id=kubectl-harden&refresh_token=");
            form.push_str(&Zeroizing::new(encode(token)));
            pairs.iter().for_each(|(name, value)| {
                form.push_str(&["&", name, "=", &encode(value)].concat());
            });
            (Method::POST, realm)
        }
        Some(Credentials::Password { user, password }) => {
            authorization = Some(Login::of("Basic", &basic(user, password), None)?.header);
            (Method::GET, realm.with_query(&pairs)?)
        }
        _ => (Method::GET, realm.with_query(&pairs)?),
    };
    let question = Question {
        method,
        address,
        headers,
        authorization,
        body: form.as_bytes(),
        most: TOKEN_BYTES,
        deadline,
    };
    let answer = http.ask(&question)?;
    match answer.status {
        200 => {}
        400 | 401 | 403 if credentials.is_some() => {
            return Err(Fault::denied("the credentials are not accepted"));
        }
        400 | 401 | 403 => return Err(Fault::denied("nobody is logged in")),
        status => return Err(Fault::unreached(format!("its service for tokens answers {status}"))),
    }
    let body = Zeroizing::new(answer.body);
    let wrong = || Fault::broken("its service for tokens answers something other than a token");
    let token: Token = serde_json::from_slice(&body).map_err(|_| wrong())?;
    let life = token.expires_in.map_or(LIFE, Duration::from_secs);
    let filled = |it: &Zeroizing<String>| !it.is_empty();
    let text = token
        .token
        .filter(filled)
        .or_else(|| token.access_token.filter(filled))
        .ok_or_else(wrong)?;
    Login::of("Bearer", &text, Instant::now().checked_add(life.saturating_sub(MARGIN)))
}

/// What the headers of an answer ask for: `Bearer realm="…",service="…", Basic realm="…"`.
fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    let mut all = Vec::new();
    for value in headers.get_all(WWW_AUTHENTICATE).iter().take(8) {
        let mut rest = value.to_str().unwrap_or_default().trim_start();
        while let Some((word, after)) = word(rest) {
            let after = after.trim_start();
            if let Some(behind) = after.strip_prefix('=')
                && let Some(Challenge { parameters, .. }) = all.last_mut()
            {
                let (value, after) = value_of(behind.trim_start());
                parameters.entry(word.to_ascii_lowercase()).or_insert(value);
                rest = after;
            } else {
                all.push(Challenge { scheme: word.to_ascii_lowercase(), ..Challenge::default() });
                rest = after;
            }
            rest = rest.trim_start_matches([' ', '\t', ',']);
        }
    }
    all
}

fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|it: char| !it.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(it));
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    (!word.is_empty()).then_some((word, rest))
}

/// A value, quoted or not, and what is behind it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, it)| it)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Vec<(String, String)>)> {
        let mut headers = HeaderMap::new();
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_str(text).unwrap());
        challenges(&headers)
            .into_iter()
            .map(|it| (it.scheme, it.parameters.into_iter().collect()))
            .collect()
    }

    #[test]
    fn challenges_are_read_in_every_spelling() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let bearer = vec![pair("realm", "https://a/token"), pair("service", "a b, \"c\"")];
        for text in [
            r#"Bearer realm="https://a/token",service="a b, \"c\"""#,
            r#"bearer Realm = "https://a/token" , SERVICE= "a b, \"c\"""#,
        ] {
            assert_eq!(read(text), [("bearer".to_owned(), bearer.clone())], "{text}");
        }
        assert_eq!(
            read(r#"Basic realm=x, Bearer realm="y""#),
            [
                ("basic".to_owned(), vec![pair("realm", "x")]),
                ("bearer".to_owned(), vec![pair("realm", "y")])
            ]
        );
        assert_eq!(read("Basic"), [("basic".to_owned(), vec![])]);
        for text in ["", "=", "\"", ",,,", "Bearer realm=\"", "Bearer =", "Bearer realm=\"\\"] {
            let _ = read(text);
        }
        let long = "a,".repeat(100_000);
        assert!(read(&long).len() <= 100_000);
    }
}
