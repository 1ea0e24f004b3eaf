//! What went wrong between us and an API server: one sentence with the server, the context and the cause.

use std::error::Error;
use std::io;
use std::path::Path;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::response::Parts;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kube::Config;
use kube::client::AuthError;
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::kubeconfig::Names;
use crate::certificate::{self, chain};

/// The server and the context, as every error names them.
pub(super) fn server(config: &Config, names: &Names) -> String {
    let url = &config.cluster_url;
    let scheme = url.scheme_str().unwrap_or("https");
    let port = url.port_u16().map_or_else(String::new, |it| format!(":{it}"));
    let host = url.host().unwrap_or_default();
    let context = match names.context.as_str() {
        "" => String::new(),
        name => format!(" (context `{name}`)"),
    };
    format!("the API server at {scheme}://{host}{port}{context}")
}

/// Why nothing was answered.
pub(super) fn unreachable(config: &Config, names: &Names, error: &(dyn Error + 'static)) -> String {
    let server = server(config, names);
    match find::<AuthError>(error) {
        Some(error) => format!("failed to log in to {server}: {}", of_login(config, names, error)),
        None => format!("failed to reach {server}: {}", cause(config, error)),
    }
}

/// Why the connection could not even be prepared.
pub(super) fn unusable(config: &Config, names: &Names, error: &kube::Error) -> String {
    let server = server(config, names);
    let cause = match (find::<AuthError>(error), error) {
        (Some(error), _) => of_login(config, names, error),
        (None, kube::Error::RustlsTls(_)) => {
            "a certificate or key of the kubeconfig cannot be used".to_owned()
        }
        (None, kube::Error::ProxyProtocolUnsupported { .. } | kube::Error::ProxyProtocolDisabled { .. }) => {
            "the proxy of the kubeconfig is of a kind that is not supported: take one by http or https".to_owned()
        }
        _ => "the kubeconfig cannot be used".to_owned(),
    };
    format!("failed to log in to {server}: {cause}")
}

/// What an answer means that is not one of an API server's to us.
pub(super) fn in_answer(
    config: &Config,
    names: &Names,
    parts: &Parts,
    body: &[u8],
) -> Option<String> {
    let server = server(config, names);
    let status = parts.status;
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let start = body.trim_ascii_start();
    let start = start.get(..start.len().min(15)).unwrap_or_default().to_ascii_lowercase();
    let is_page = kind.to_ascii_lowercase().starts_with("text/html")
        || start.starts_with(b"<!doctype html")
        || start.starts_with(b"<html");
    if status.is_redirection() {
        return Some(format!(
            "{server} sends us elsewhere ({status}), as a login page does: is this its address?"
        ));
    }
    if is_page {
        return Some(format!(
            "{server} answered with a web page ({status}): something else, such as a login page or a proxy, is at its address"
        ));
    }
    (status == StatusCode::UNAUTHORIZED).then(|| not_accepted(config, names))
}

/// Why the server does not know who asks.
pub(super) fn not_accepted(config: &Config, names: &Names) -> String {
    let server = server(config, names);
    format!("{server} does not accept who we are (401): {}", of_credentials(config, names))
}

/// The first error of a type behind an error.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|it| it.downcast_ref())
}

/// Why there is no connection.
fn cause(config: &Config, error: &(dyn Error + 'static)) -> String {
    if let Some(fault) = certificate::fault_in(error) {
        // Through a proxy, its certificate cannot be looked at.
        return match &config.proxy_url {
            Some(_) => certificate::words("it", fault, None),
            None => certificate::words_at(&config.cluster_url.to_string(), fault),
        };
    }
    let says = |text: &str| chain(error).any(|it| it.to_string().starts_with(text));
    if says("dns error") {
        return certificate::UNKNOWN_NAME.to_owned();
    }
    if says("tunnel error") || says("proxy") {
        // Its user and password are not shown.
        let proxy = config.proxy_url.as_ref().and_then(|it| it.host()).unwrap_or_default();
        return format!("the proxy {proxy} did not let us through");
    }
    if find::<io::Error>(error).is_some() {
        return certificate::io_words(error).to_owned();
    }
    match find::<hyper::Error>(error) {
        Some(error) if error.is_parse() => "it answered something other than HTTP".to_owned(),
        Some(error) if error.is_timeout() => "the connection timed out".to_owned(),
        _ => "the connection was closed before the answer".to_owned(),
    }
}

/// Why there are no credentials to log in with.
fn of_login(config: &Config, names: &Names, error: &AuthError) -> String {
    let user = &names.user;
    let plugin = config.auth_info.exec.as_ref();
    let command = plugin.and_then(|it| it.command.as_deref()).unwrap_or_default();
    match error {
        AuthError::AuthExecStart(error) if error.kind() == io::ErrorKind::NotFound => {
            let hint = plugin.and_then(|it| it.install_hint.as_deref()).unwrap_or_default();
            let hint = one_line(hint);
            let hint = if hint.is_empty() { "install it".to_owned() } else { hint };
            format!("the plugin `{command}` of user `{user}` is not installed: {hint}")
        }
        AuthError::AuthExecStart(_) => {
            format!("the plugin `{command}` of user `{user}` could not be started")
        }
        AuthError::AuthExecRun { out, .. } => {
            let said = String::from_utf8_lossy(&out.stderr);
            let said = one_line(said.lines().next().unwrap_or_default());
            let said = if said.is_empty() { said } else { format!(": {said}") };
            format!("the plugin `{command}` of user `{user}` failed ({}){said}", out.status)
        }
        AuthError::ReadTokenFile(_, path) => {
            format!("the token file {} of user `{user}` cannot be read", path.display())
        }
        AuthError::InvalidBearerToken(_) | AuthError::InvalidBasicAuth(_) => {
            format!("the token or password of user `{user}` has characters that cannot be sent")
        }
        _ if plugin.is_some() => {
            format!("the plugin `{command}` of user `{user}` printed no credentials")
        }
        _ => format!("the credentials of user `{user}` cannot be used"),
    }
}

/// Why a server may not take the credentials that it was sent.
fn of_credentials(config: &Config, names: &Names) -> String {
    let (user, auth) = (&names.user, &config.auth_info);
    let now = Timestamp::now().as_second();
    if let Some(command) = auth.exec.as_ref().and_then(|it| it.command.as_deref()) {
        return format!("it does not take what the plugin `{command}` of user `{user}` gave");
    }
    let file = || {
        let text = std::fs::read_to_string(auth.token_file.as_ref()?).ok()?;
        Some(expiry_of_token(&Zeroizing::new(text)))
    };
    let expiry = auth.token.as_ref().map(|it| expiry_of_token(it.expose_secret())).or_else(file);
    if let Some(expiry) = expiry {
        return match expiry {
            Some(end) if end <= now => {
                format!("the token of user `{user}` expired on {}", moment(end))
            }
            _ => format!("the token of user `{user}` is wrong, revoked or expired"),
        };
    }
    let data = auth.client_certificate_data.as_ref().and_then(|it| decode(it));
    let file = auth.client_certificate.as_ref().and_then(|it| std::fs::read(Path::new(it)).ok());
    if let Some(pem) = data.or(file) {
        return match certificate::expiry(&pem) {
            Some(end) if end <= now => {
                format!("the client certificate of user `{user}` expired on {}", moment(end))
            }
            _ => format!("it does not trust the client certificate of user `{user}`"),
        };
    }
    match user.as_str() {
        "" => "there are no credentials in the kubeconfig".to_owned(),
        user => format!("user `{user}` has no credentials in the kubeconfig, or wrong ones"),
    }
}

/// When a JSON Web Token ends, in seconds since 1970; its signature is for the server to verify.
fn expiry_of_token(token: &str) -> Option<i64> {
    let claims = token.trim().split('.').nth(1)?;
    let claims = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, claims).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    let expiry = claims.get("exp")?;
    expiry.as_i64().or_else(|| expiry.to_string().split('.').next()?.parse().ok())
}

fn decode(base64: &str) -> Option<Vec<u8>> {
    base64::Engine::decode(&base64::prelude::BASE64_STANDARD, base64).ok()
}

fn moment(second: i64) -> String {
    let time = Timestamp::from_second(second).map(|it| it.to_zoned(TimeZone::UTC));
    time.map_or_else(
        |_| "an unknown day".to_owned(),
        |it| it.strftime("%Y-%m-%d at %H:%M UTC").to_string(),
    )
}

/// A text of somebody else, as a part of a sentence.
fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|it| !it.is_control()).take(300).collect()
}
