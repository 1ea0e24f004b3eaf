//! An image in a registry, asked by the distribution API of OCI.

mod address;
mod credentials;
mod exchange;
mod login;
mod mirrors;
mod push;
mod referrers;
mod settings;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use harden_sigstore::Digest;
use http::header::ACCEPT;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use address::{Address, is_loopback};
use exchange::{Answer, Http, Question};
use login::{Access, Logins, Purpose};
use mirrors::{Endpoint, Mirrors};

use super::fault::{Fault, Kind};
use super::manifest::ACCEPTED;
use super::reference::{DOCKER, Reference};
use super::{Beside, MANIFEST_BYTES, Referrers, Resolved, hold_to};

pub(crate) use settings::Settings;

/// All that is asked about one image may take so many times as long as one answer.
const ANSWERS: u32 = 6;
/// What a registry answers with its faults is no longer.
const FAULT_BYTES: u64 = 1 << 20;
/// A file of settings is no longer.
const FILE_BYTES: u64 = 4 << 20;

/// What asks registries; its copies share connections and logins.
#[derive(Debug, Clone)]
pub(crate) struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    http: Http,
    logins: Logins,
    credentials: credentials::Files,
    mirrors: Mirrors,
    /// Registries of this machine: whether they speak TLS.
    tls: Mutex<BTreeMap<String, bool>>,
}

impl Client {
    /// A client as docker and podman are set up on this machine. One answer may take so long, zero is for ever; a file
    /// of registries that is named replaces those of the machine.
    ///
    /// # Errors
    ///
    /// A file of settings is there and is not what it should be, or the named one is not there.
    pub(crate) fn of_machine(
        patience: Duration,
        registries_conf: Option<&Path>,
    ) -> Result<Self, Fault> {
        Self::new(Settings::gather(patience, registries_conf)?)
    }

    /// A client by settings.
    ///
    /// # Errors
    ///
    /// A file that the settings name is there, and is not what it should be.
    pub(crate) fn new(settings: Settings) -> Result<Self, Fault> {
        let authorities = settings.authorities.as_deref();
        Ok(Self(Arc::new(Shared {
            http: Http::new(settings.patience, settings.proxy, authorities)?,
            logins: Logins::default(),
            credentials: settings.credentials,
            mirrors: settings.mirrors,
            tls: Mutex::default(),
        })))
    }
}

/// The repository of an image, where it is and where it is mirrored.
#[derive(Debug)]
pub(crate) struct Repository {
    client: Client,
    reference: Reference,
    endpoints: Vec<Endpoint>,
    deadline: OnceLock<Option<Instant>>,
}

/// What is asked of a repository.
#[derive(Debug)]
struct Call<'a> {
    method: Method,
    /// Behind `/v2/REPOSITORY/`, or an address in full that the registry named.
    path: Target<'a>,
    headers: &'a [(HeaderName, &'a str)],
    body: &'a [u8],
    most: u64,
    access: Access,
}

#[derive(Debug, Clone)]
enum Target<'a> {
    Below(&'a str),
    Named(Address),
}

impl<'a> Call<'a> {
    fn get(path: &'a str, headers: &'a [(HeaderName, &'a str)], most: u64) -> Self {
        Self {
            method: Method::GET,
            path: Target::Below(path),
            headers,
            body: &[],
            most,
            access: Access::Read,
        }
    }
}

impl Repository {
    pub(super) fn new(client: &Client, reference: Reference) -> Result<Self, Fault> {
        let endpoints = client.0.mirrors.endpoints(&reference)?;
        Ok(Self { client: client.clone(), reference, endpoints, deadline: OnceLock::new() })
    }

    pub(super) fn name(&self) -> String {
        self.reference.to_string()
    }

    /// What is to be said of the name.
    pub(super) fn remark(&self) -> Option<String> {
        self.client.0.mirrors.remark(&self.reference)
    }

    pub(super) fn resolve(&self) -> Result<Resolved, Fault> {
        let version = self.reference.version();
        self.at(&version)?.ok_or_else(|| {
            Fault::absent(match &self.reference.digest {
                Some(_) => "the registry has no image of this digest".to_owned(),
                None => {
                    format!("the registry has no image of the tag {version}, or not for everybody")
                }
            })
        })
    }

    /// What has this tag or digest, at the first place that has it.
    pub(super) fn at(&self, version: &str) -> Result<Option<Resolved>, Fault> {
        self.first(|endpoint| self.manifest(endpoint, version))
    }

    /// A blob, at the first place that has it.
    pub(super) fn blob(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, Fault> {
        let found = self.first(|endpoint| {
            let path = format!("blobs/{digest}");
            let answer = self.call(endpoint, &Call::get(&path, &[], most))?;
            match answer.status {
                200 => hold_to(digest, answer.body).map(Some),
                404 => Ok(None),
                _ => Err(refused(&answer)),
            }
        });
        found?.ok_or_else(|| {
            Fault::absent(format!("the registry has no {digest}, though it names it"))
        })
    }

    /// What the first place says that has something to say. Where none has, the fault of the last counts: it is the
    /// registry itself, and mirrors need not have everything.
    fn first<T>(
        &self,
        ask: impl Fn(&Endpoint) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut last = Ok(None);
        for endpoint in &self.endpoints {
            last = ask(endpoint);
            if let Ok(Some(_)) = last {
                break;
            }
        }
        last
    }

    fn manifest(&self, endpoint: &Endpoint, version: &str) -> Result<Option<Resolved>, Fault> {
        let path = format!("manifests/{version}");
        let answer =
            self.call(endpoint, &Call::get(&path, &[(ACCEPT, ACCEPTED)], MANIFEST_BYTES))?;
        match answer.status {
            200 => {}
            404 => return Ok(None),
            _ => return Err(refused(&answer)),
        }
        let sent_as = answer.header("content-type").map(str::to_owned);
        if is_page(&answer) {
            return Err(Fault::broken("it answered with a page for browsers: is it a registry?"));
        }
        let digest = Digest::of(&answer.body);
        let said = answer.header("docker-content-digest").and_then(|it| it.trim().parse().ok());
        if said.is_some_and(|said: Digest| said != digest) {
            return Err(Fault::broken(
                "the registry says that the manifest has another digest than it has: it was changed on the way, or where it is kept",
            ));
        }
        let body = match version.parse() {
            Ok(asked) => hold_to(&asked, answer.body)?,
            Err(_) => answer.body,
        };
        Resolved::of(digest, body, sent_as.as_deref()).map(Some)
    }

    pub(super) fn referrers(
        &self,
        digest: &Digest,
        beside: &mut Beside,
    ) -> Result<Referrers, Fault> {
        let mut last = Ok(Referrers::default());
        for endpoint in &self.endpoints {
            last = referrers::list(self, endpoint, digest, beside);
            if last.as_ref().is_ok_and(|it| !it.descriptors.is_empty()) {
                break;
            }
        }
        last
    }

    pub(super) fn push_referrer(
        &self,
        subject: &Digest,
        manifest: &[u8],
        blobs: &[&[u8]],
    ) -> Result<Digest, Fault> {
        push::push(self, subject, manifest, blobs)
    }

    /// Asks a registry, and says who we are where it wants to know.
    fn call(&self, endpoint: &Endpoint, call: &Call<'_>) -> Result<Answer, Fault> {
        let shared = &self.client.0;
        let host = &endpoint.registry;
        let faulty = |fault: Fault| if self.endpoints.len() > 1 { fault.of(host) } else { fault };
        let address = match &call.path {
            Target::Named(address) => address.clone(),
            Target::Below(path) => {
                let base = self.base(endpoint).map_err(faulty)?;
                Address::of(&format!("{base}/v2/{}/{path}", endpoint.repository)).map_err(faulty)?
            }
        };
        let purpose: Purpose = (address.origin(), endpoint.repository.clone(), call.access);
        let mut headers = HeaderMap::new();
        for (name, value) in call.headers {
            let value =
                HeaderValue::from_str(value).map_err(|_| Fault::wrong("a media type is none"))?;
            headers.insert(name, value);
        }
        let mut question = Question {
            method: call.method.clone(),
            address,
            headers,
            authorization: shared.logins.get(&purpose),
            body: call.body,
            most: call.most.max(FAULT_BYTES),
            deadline: self.deadline(),
        };
        let answer = shared.http.ask(&question).map_err(faulty)?;
        let is_own = answer.address.origin() == question.address.origin();
        if answer.status != 401 || !is_own {
            return bounded(answer, call.most).map_err(faulty);
        }
        let credentials = shared.credentials.find(host, &endpoint.repository)?;
        let hint = |fault: Fault| match (fault.kind, &credentials) {
            (Kind::Denied, None) => Fault::denied(format!(
                "{host} wants to know who asks: log in with `docker login {host}`"
            )),
            (Kind::Denied, Some(_)) => Fault::denied(format!(
                "{host} does not accept the credentials that are kept for it ({fault}): log in again with `docker login {host}`"
            )),
            _ => faulty(fault),
        };
        let login =
            login::log_in(&shared.http, &answer, &purpose, credentials.as_ref(), question.deadline);
        let login = login.map_err(hint)?;
        question.authorization = Some(login.header());
        let answer = shared.http.ask(&question).map_err(faulty)?;
        if answer.status == 401 {
            let repository = &endpoint.repository;
            return Err(Fault::denied(match credentials {
                None => format!(
                    "{host} has no {repository}, or not for everybody: log in with `docker login {host}`"
                ),
                Some(_) => {
                    format!("{host} has no {repository}, or not for the user that is logged in")
                }
            }));
        }
        shared.logins.keep(&purpose, &login);
        bounded(answer, call.most).map_err(faulty)
    }

    /// Scheme and host of a registry. One of this machine may speak without TLS, and is asked whether it does.
    fn base(&self, endpoint: &Endpoint) -> Result<String, Fault> {
        let host = &*endpoint.registry;
        if host == DOCKER {
            return Ok("https://registry-1.docker.io".to_owned());
        }
        let bare = if host.starts_with('[') {
            host.split_inclusive(']').next()
        } else {
            host.split(':').next()
        };
        if !is_loopback(bare.unwrap_or(host)) {
            return Ok(format!("https://{host}"));
        }
        let known = |tls: bool| format!("{}://{host}", if tls { "https" } else { "http" });
        let shared = &self.client.0;
        let found = shared.tls.lock().unwrap_or_else(PoisonError::into_inner).get(host).copied();
        if let Some(tls) = found {
            return Ok(known(tls));
        }
        let ask = |address: String| {
            shared.http.ask(&Question {
                method: Method::GET,
                address: Address::of(&address)?,
                headers: HeaderMap::new(),
                authorization: None,
                body: &[],
                most: FAULT_BYTES,
                deadline: self.deadline(),
            })
        };
        let tls = match ask(format!("{}/v2/", known(false))) {
            // So do servers that wait for TLS, where they do not end the connection.
            Ok(answer) => answer.status == 400,
            Err(fault) => match ask(format!("{}/v2/", known(true))) {
                Ok(_) => true,
                // It was understood, and is said of what it was.
                Err(other) if other.kind == Kind::Broken => true,
                Err(other) if other.to_string().contains("certificate") => return Err(other),
                Err(_) => return Err(fault),
            },
        };
        shared.tls.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned(), tls);
        Ok(known(tls))
    }

    /// Until when all is answered that is asked about this image, from the first question on.
    fn deadline(&self) -> Option<Instant> {
        let patience = self.client.0.http.patience();
        let until = || {
            (!patience.is_zero()).then(|| Instant::now().checked_add(patience * ANSWERS)).flatten()
        };
        *self.deadline.get_or_init(until)
    }
}

/// An answer that is no larger than it may be; what says that something is wrong may be larger.
fn bounded(answer: Answer, most: u64) -> Result<Answer, Fault> {
    if answer.status == 200 && answer.body.len() as u64 > most {
        return Err(Fault::broken(format!("the answer is larger than {} KiB", most >> 10)));
    }
    Ok(answer)
}

/// Whether an answer is for browsers.
fn is_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/html")
}

/// What a status says that is not the one hoped for.
fn refused(answer: &Answer) -> Fault {
    match answer.status {
        401 | 403 => Fault::denied(
            "the registry does not let us do this: ask for access, or log in as somebody who has it",
        ),
        404 if is_page(answer) => {
            Fault::broken("it answered with a page for browsers: is it a registry?")
        }
        404 => Fault::absent("the registry has no such thing"),
        429 => Fault::unreached(
            "the registry answers 429: too many questions; with `docker login` it allows more",
        ),
        status @ 500.. => Fault::unreached(format!("the registry answers {status}: it fails")),
        status => Fault::broken(format!("the registry answers {status}, which it should not")),
    }
}

/// The text of a file of settings.
fn local_file(path: &Path) -> Result<String, io::ErrorKind> {
    let mut text = String::new();
    let file = File::open(path).map_err(|it| it.kind())?;
    let read = file.take(FILE_BYTES + 1).read_to_string(&mut text).map_err(|it| it.kind())?;
    if read as u64 > FILE_BYTES { Err(io::ErrorKind::FileTooLarge) } else { Ok(text) }
}

#[cfg(test)]
mod tests;
