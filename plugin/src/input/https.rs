//! Text behind an `https://` address, fetched as kubectl fetches it, within bounds.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{anyhow, bail};
use ureq::config::Config;
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Body, Error};

use super::Absent;
use crate::certificate;

/// More bytes than this are not read.
const MOST: u64 = 64 << 20;
/// As often as Go's client, which kubectl has, lets itself be sent elsewhere.
const REDIRECTS: u32 = 10;
/// How often kubectl asks a server that fails, and how long it waits in between.
const ATTEMPTS: usize = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// That a server answered, and did not give what was asked for.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    answer: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.answer.trim_end())
    }
}

impl std::error::Error for Refused {}

/// Fetches what an address leads to.
///
/// # Errors
///
/// One sentence: the address is none, the server cannot be reached or trusted, takes too long, says no,
/// answers too much, or with a page for browsers.
pub(super) fn fetch(url: &str, timeout: Duration) -> anyhow::Result<Vec<u8>> {
    let is_https = url.get(..8).is_some_and(|it| it.eq_ignore_ascii_case("https://"));
    if !is_https {
        return Err(Absent(
            "it is not fetched over http, where anybody on the way can change it: use https://"
                .to_owned(),
        )
        .into());
    }
    get(url, timeout, MOST, true)
}

/// Fetches what an address leads to, and no more bytes than these.
///
/// # Errors
///
/// As for [`fetch`]; and `Absent` where there is nothing.
pub(crate) fn get(
    url: &str,
    timeout: Duration,
    most: u64,
    https_only: bool,
) -> anyhow::Result<Vec<u8>> {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let agent = Config::builder()
        .tls_config(tls)
        .https_only(https_only)
        .http_status_as_error(false)
        .max_redirects(REDIRECTS)
        .timeout_global((!timeout.is_zero()).then_some(timeout))
        .user_agent(concat!("kubectl-harden/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent();
    for attempt in 1..=ATTEMPTS {
        let response = agent.get(url).call().map_err(|error| explain(url, error, timeout, most))?;
        if attempt < ATTEMPTS && response.status().is_server_error() {
            std::thread::sleep(PAUSE);
            continue;
        }
        return read(url, response, timeout, most);
    }
    bail!("the server could not answer")
}

fn read(
    url: &str,
    mut response: Response<Body>,
    timeout: Duration,
    most: u64,
) -> anyhow::Result<Vec<u8>> {
    let status = response.status();
    if !status.is_success() {
        let reason = status.canonical_reason().unwrap_or_default();
        let answer = format!("the server answered {} {reason}", status.as_u16());
        if matches!(status.as_u16(), 404 | 410) {
            return Err(Absent(answer).into());
        }
        return Err(Refused { status: status.as_u16(), answer }.into());
    }
    let kind = response.headers().get("content-type").and_then(|it| it.to_str().ok());
    if kind.is_some_and(|it| it.trim_start().to_ascii_lowercase().starts_with("text/html")) {
        bail!(
            "the server answered with a page for browsers and not with a manifest: is a login needed, or is there \
             an address of the raw file?"
        );
    }
    let mut bytes = Vec::new();
    let body = response.body_mut().with_config().limit(most).reader().read_to_end(&mut bytes);
    body.map_err(|error| match error.downcast::<Error>() {
        Ok(error) => explain(url, error, timeout, most),
        Err(_) => anyhow!("the answer broke off"),
    })?;
    Ok(bytes)
}

fn explain(url: &str, error: Error, timeout: Duration, most: u64) -> anyhow::Error {
    let text = match error {
        Error::BadUri(_) | Error::Http(_) => return Absent("it is no address".to_owned()).into(),
        Error::HostNotFound => certificate::UNKNOWN_NAME.to_owned(),
        Error::TooManyRedirects | Error::RedirectFailed => {
            format!("the server sent us elsewhere more than {REDIRECTS} times, or nowhere")
        }
        Error::RequireHttpsOnly(_) => {
            "the server sent us to an address without https, where anybody on the way can change it"
                .to_owned()
        }
        Error::BodyExceedsLimit(_) if most < 1 << 20 => format!("it is larger than {most} bytes"),
        Error::BodyExceedsLimit(_) => format!("it is larger than {} MiB", most >> 20),
        Error::Timeout(_) => {
            format!("the server did not answer within {timeout:?}; --request-timeout waits longer")
        }
        Error::Rustls(error) => certificate::words_at(url, &error),
        Error::Io(error) => match certificate::fault_in(&error) {
            Some(fault) => certificate::words_at(url, fault),
            None => certificate::io_words(&error).to_owned(),
        },
        Error::InvalidProxyUrl | Error::ConnectProxyFailed(_) => {
            "the proxy of HTTPS_PROXY could not be used".to_owned()
        }
        Error::ConnectionFailed => "no connection could be made".to_owned(),
        _ => "the server answered something other than HTTP".to_owned(),
    };
    anyhow!(text)
}
