//! One question to a registry and its answer, within bounds of size, time and number.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Method, Request};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error, Proxy};

use super::address::Address;
use crate::certificate;
use crate::registry::fault::Fault;

const REDIRECTS: usize = 5;
/// How often something is asked that may be answered later.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(250);
/// However long somebody waits, this is too long to be asked for.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// How many questions one host is asked at a time.
const ABREAST: usize = 8;

/// Asks over connections that are kept.
#[derive(Debug)]
pub(super) struct Http {
    agent: Agent,
    /// How long one answer may take; zero is for ever.
    patience: Duration,
    asking: Mutex<BTreeMap<String, usize>>,
    answered: Condvar,
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) method: Method,
    pub(super) address: Address,
    pub(super) headers: HeaderMap,
    /// It goes to the origin of the address only, wherever the answer sends us.
    pub(super) authorization: Option<HeaderValue>,
    pub(super) body: &'a [u8],
    /// No more bytes are read.
    pub(super) most: u64,
    pub(super) deadline: Option<Instant>,
}

/// What is answered, whatever the status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Who answered at last.
    pub(super) address: Address,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An attempt that came to nothing.
struct Failure {
    fault: Fault,
    may_pass: bool,
}

impl Http {
    pub(super) fn new(
        patience: Duration,
        proxy: Option<Proxy>,
        authorities: Option<&[u8]>,
    ) -> Result<Self, Fault> {
        let roots = match authorities {
            None => RootCerts::PlatformVerifier,
            Some(pem) => {
                let all = ureq::tls::parse_pem(pem).filter_map(|it| match it {
                    Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(Ok(certificate)),
                    Ok(_) => None,
                    Err(_) => Some(Err(Fault::wrong("the file of authorities holds no PEM"))),
                });
                let all = all.collect::<Result<Vec<_>, _>>()?;
                RootCerts::Specific(Arc::new(all))
            }
        };
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .proxy(proxy)
            .http_status_as_error(false)
            .max_redirects(0)
            .accept_encoding("")
            .max_idle_connections(64)
            .max_idle_connections_per_host(ABREAST)
            .user_agent(concat!("kubectl-harden/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self { agent, patience, asking: Mutex::default(), answered: Condvar::new() })
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Asks until there is an answer, as long as what comes back may pass.
    pub(super) fn ask(&self, question: &Question<'_>) -> Result<Answer, Fault> {
        let is_reading = matches!(question.method, Method::GET | Method::HEAD);
        let mut pause = PAUSE;
        for attempt in 1.. {
            let (fault, wait) = match self.follow(question) {
                Ok(answer) if may_pass(answer.status, is_reading) && attempt < ATTEMPTS => {
                    let asked = retry_after(&answer);
                    (too_busy(&answer, asked), asked)
                }
                Err(failure) if failure.may_pass && is_reading && attempt < ATTEMPTS => {
                    (failure.fault, None)
                }
                Ok(answer) => return Ok(answer),
                Err(failure) => return Err(failure.fault),
            };
            let wait = wait.unwrap_or(pause);
            let left = question.deadline.map(|it| it.saturating_duration_since(Instant::now()));
            if wait >= left.unwrap_or(LONGEST_PAUSE) {
                return Err(fault);
            }
            thread::sleep(wait);
            pause *= 2;
        }
        Err(Fault::unreached("the registry did not answer"))
    }

    fn follow(&self, question: &Question<'_>) -> Result<Answer, Failure> {
        let mut address = question.address.clone();
        let mut authorization = question.authorization.clone();
        for _ in 0..=REDIRECTS {
            let answer = self.once(question, &address, authorization.as_ref())?;
            let is_sent_on = matches!(answer.status, 301 | 302 | 303 | 307 | 308)
                && matches!(question.method, Method::GET | Method::HEAD);
            let location = answer.header("location").filter(|_| is_sent_on);
            let Some(location) = location else { return Ok(answer) };
            let there =
                address.follow(location).map_err(|fault| Failure { fault, may_pass: false })?;
            if there.origin() != address.origin() {
                authorization = None;
            }
            address = there;
        }
        let fault =
            Fault::broken(format!("the registry sent us elsewhere more than {REDIRECTS} times"));
        Err(Failure { fault, may_pass: false })
    }

    fn once(
        &self,
        question: &Question<'_>,
        address: &Address,
        authorization: Option<&HeaderValue>,
    ) -> Result<Answer, Failure> {
        let place = Turn::wait(self, address.origin());
        let timeout = self.timeout(question.deadline)?;
        let mut request = Request::builder().method(&question.method).uri(address.uri());
        if let Some(headers) = request.headers_mut() {
            headers.clone_from(&question.headers);
            if let Some(authorization) = authorization {
                headers.insert(http::header::AUTHORIZATION, authorization.clone());
            }
        }
        let explain = |error: Error| explain(address, error, timeout.unwrap_or_default());
        let broken =
            |_| Failure { fault: Fault::broken("the question could not be put"), may_pass: false };
        // An empty body would be announced as one.
        let answer = if matches!(question.method, Method::GET | Method::HEAD) {
            let request = request.body(()).map_err(broken)?;
            self.agent.run(self.configured(request, address, timeout))
        } else {
            let request = request.body(question.body).map_err(broken)?;
            self.agent.run(self.configured(request, address, timeout))
        };
        let (parts, mut body) = answer.map_err(explain)?.into_parts();
        let mut bytes = Vec::new();
        if question.method != Method::HEAD {
            let read = body
                .with_config()
                .limit(u64::MAX)
                .reader()
                .take(question.most + 1)
                .read_to_end(&mut bytes);
            read.map_err(|error| match error.downcast::<Error>() {
                Ok(error) => explain(error),
                Err(error) => cut(&error),
            })?;
        }
        drop(place);
        if bytes.len() as u64 > question.most {
            let most = question.most >> 20;
            let fault = Fault::broken(format!("the answer is larger than {most} MiB"));
            return Err(Failure { fault, may_pass: false });
        }
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: bytes,
            address: address.clone(),
        })
    }

    fn configured<T: ureq::AsSendBody>(
        &self,
        request: Request<T>,
        address: &Address,
        timeout: Option<Duration>,
    ) -> Request<T> {
        let configured = self.agent.configure_request(request).timeout_global(timeout);
        // What is not encrypted stays on this machine.
        if address.is_tls() { configured.build() } else { configured.proxy(None).build() }
    }

    /// How long the next answer may take; `None` is for ever.
    fn timeout(&self, deadline: Option<Instant>) -> Result<Option<Duration>, Failure> {
        let patience = Some(self.patience).filter(|it| !it.is_zero());
        let Some(deadline) = deadline else { return Ok(patience) };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let fault = Fault::unreached(
                "the registry took too long for all that was asked; --request-timeout waits longer",
            );
            return Err(Failure { fault, may_pass: false });
        }
        Ok(Some(patience.map_or(left, |it| it.min(left))))
    }
}

/// One of the few questions that a host is asked at a time.
struct Turn<'a> {
    http: &'a Http,
    origin: String,
}

impl<'a> Turn<'a> {
    fn wait(http: &'a Http, origin: String) -> Self {
        let mut asking = http.asking.lock().unwrap_or_else(PoisonError::into_inner);
        while asking.get(&origin).is_some_and(|it| *it >= ABREAST) {
            asking = http.answered.wait(asking).unwrap_or_else(PoisonError::into_inner);
        }
        *asking.entry(origin.clone()).or_default() += 1;
        Self { http, origin }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut asking = self.http.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = asking.get_mut(&self.origin) {
            *number -= 1;
        }
        self.http.answered.notify_all();
    }
}

/// Whether a status says that the answer may be another one soon.
fn may_pass(status: u16, is_reading: bool) -> bool {
    status == 429 || is_reading && matches!(status, 500 | 502 | 503 | 504)
}

/// How long we are asked to wait: in seconds, because nothing else is in use.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let seconds = answer.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn too_busy(answer: &Answer, wait: Option<Duration>) -> Fault {
    let longer =
        wait.map_or_else(String::new, |it| format!(" and asks to wait {} s", it.as_secs()));
    if answer.status == 429 {
        return Fault::unreached(format!(
            "the registry answers 429: too many questions{longer}; with `docker login` it allows more"
        ));
    }
    Fault::unreached(format!("the registry answers {}{longer}", answer.status))
}

fn cut(error: &std::io::Error) -> Failure {
    let words = match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the answer broke off",
        _ => certificate::io_words(error),
    };
    Failure { fault: Fault::unreached(words), may_pass: true }
}

fn explain(address: &Address, error: Error, timeout: Duration) -> Failure {
    let url = address.uri().to_string();
    let (fault, may_pass) = match error {
        Error::Timeout(_) => {
            let text = format!(
                "the registry did not answer within {timeout:?}; --request-timeout waits longer"
            );
            (Fault::unreached(text), false)
        }
        Error::HostNotFound => (Fault::unreached(certificate::UNKNOWN_NAME), false),
        Error::Rustls(error) => (Fault::unreached(certificate::words_at(&url, &error)), false),
        Error::Io(error) => {
            let is_refused = error.kind() == std::io::ErrorKind::ConnectionRefused;
            let fault = certificate::fault_in(&error);
            let words = fault.map(|fault| certificate::words_at(&url, fault));
            let may_pass = words.is_none() && !is_refused;
            let words = words.unwrap_or_else(|| certificate::io_words(&error).to_owned());
            (Fault::unreached(words), may_pass)
        }
        Error::InvalidProxyUrl | Error::ConnectProxyFailed(_) => {
            (Fault::unreached("the proxy of HTTPS_PROXY could not be used"), false)
        }
        Error::ConnectionFailed => (Fault::unreached("no connection could be made"), true),
        Error::BodyStalled => (Fault::unreached("the answer broke off"), true),
        _ => (Fault::broken("the registry answered something other than HTTP"), false),
    };
    Failure { fault, may_pass }
}
