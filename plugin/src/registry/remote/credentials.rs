//! Who we are to a registry, by the files that docker and podman keep.

mod helper;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::local_file;
use crate::registry::fault::Fault;
use crate::registry::reference::DOCKER;

/// As docker calls its registry in its files, since before there were others.
const DOCKER_KEY: &str = "https://index.docker.io/v1/";

/// What says who we are.
#[derive(Clone)]
pub(crate) enum Credentials {
    /// A name and a password.
    Password { user: String, password: Zeroizing<String> },
    /// What a registry's service gives tokens for.
    Identity(Zeroizing<String>),
    /// A token itself.
    Token(Zeroizing<String>),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(hidden)")
    }
}

/// Where credentials are looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    /// The first that knows a registry counts; those that are not there know none.
    pub(crate) paths: Vec<PathBuf>,
    /// Folders in which the programs lie that keep credentials, as `PATH` has them.
    pub(crate) programs: OsString,
    pub(crate) answers: Arc<helper::Answers>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Written {
    auths: Option<BTreeMap<String, Option<Entry>>>,
    #[serde(rename = "credHelpers")]
    helpers: Option<BTreeMap<String, String>>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    auth: Option<Zeroizing<String>>,
    username: Option<String>,
    password: Option<Zeroizing<String>>,
    #[serde(rename = "identitytoken")]
    identity: Option<Zeroizing<String>>,
    #[serde(rename = "registrytoken")]
    token: Option<Zeroizing<String>>,
}

impl Files {
    /// The credentials for a repository; `None` where nobody is logged in.
    ///
    /// # Errors
    ///
    /// A file is there and cannot be read, or a helper fails.
    pub(super) fn find(
        &self,
        registry: &str,
        repository: &str,
    ) -> Result<Option<Credentials>, Fault> {
        for path in &self.paths {
            let found = self.find_in(path, registry, repository);
            if let Some(found) = found.map_err(|it| it.of(&path.display()))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn find_in(
        &self,
        path: &Path,
        registry: &str,
        repository: &str,
    ) -> Result<Option<Credentials>, Fault> {
        let Some(text) = read(path)? else { return Ok(None) };
        // The words of the parser may repeat what it read.
        let written: Written = serde_json::from_str(&text).map_err(|_| {
            Fault::wrong("it holds no credentials of docker or podman: it is not their JSON")
        })?;
        let server = if registry == DOCKER { DOCKER_KEY } else { registry };
        let helpers = written.helpers.unwrap_or_default();
        let helper = helpers
            .iter()
            .find(|(key, _)| bare(key) == bare(server))
            .map(|(key, name)| (&**key, name));
        if let Some((key, name)) = helper {
            return self.answers.ask(name, key, &self.programs);
        }
        let auths = written.auths.unwrap_or_default();
        if let Some(entry) = entry(auths, registry, repository)
            && let Some(found) = entry.read()?
        {
            return Ok(Some(found));
        }
        match written.store.filter(|it| !it.is_empty()) {
            Some(name) => self.answers.ask(&name, server, &self.programs),
            None => Ok(None),
        }
    }
}

/// The entry for a repository: that of the longest path above it, as podman has it, or that of the registry.
fn entry(
    auths: BTreeMap<String, Option<Entry>>,
    registry: &str,
    repository: &str,
) -> Option<Entry> {
    let full = format!("{}/{repository}", bare(registry));
    let mut best: Option<(usize, Entry)> = None;
    for (key, entry) in auths {
        let key = bare(&key);
        let is_above =
            full.strip_prefix(&key).is_some_and(|rest| rest.starts_with('/') || rest.is_empty());
        let Some(entry) = entry.filter(|it| is_above && !it.is_empty()) else { continue };
        if best.as_ref().is_none_or(|(length, _)| key.len() > *length) {
            best = Some((key.len(), entry));
        }
    }
    best.map(|(_, entry)| entry)
}

/// A key of these files without what docker writes around a host.
fn bare(key: &str) -> String {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    let key = key.strip_suffix("/v1").or_else(|| key.strip_suffix("/v2")).unwrap_or(key);
    let (host, path) = key.split_at(key.find('/').unwrap_or(key.len()));
    let host = host.to_ascii_lowercase();
    let host =
        if matches!(&*host, "index.docker.io" | "registry-1.docker.io") { DOCKER } else { &host };
    format!("{host}{path}")
}

impl Entry {
    fn is_empty(&self) -> bool {
        let is_none = |it: &Option<Zeroizing<String>>| it.as_ref().is_none_or(|it| it.is_empty());
        is_none(&self.auth)
            && is_none(&self.identity)
            && is_none(&self.token)
            && is_none(&self.password)
    }

    fn read(self) -> Result<Option<Credentials>, Fault> {
        let some = |it: Option<Zeroizing<String>>| it.filter(|it| !it.is_empty());
        if let Some(token) = some(self.token) {
            return Ok(Some(Credentials::Token(token)));
        }
        if let Some(token) = some(self.identity) {
            return Ok(Some(Credentials::Identity(token)));
        }
        if let (Some(user), Some(password)) = (self.username, some(self.password)) {
            return Ok(Some(Credentials::Password { user, password }));
        }
        let Some(auth) = some(self.auth) else { return Ok(None) };
        let broken =
            || Fault::wrong("an `auth` in it is no name and password in base64: log in again");
        let bytes = STANDARD.decode(auth.trim()).or_else(|_| STANDARD_NO_PAD.decode(auth.trim()));
        let bytes = Zeroizing::new(bytes.map_err(|_| broken())?);
        let text = std::str::from_utf8(&bytes).map_err(|_| broken())?;
        let (user, password) = text.split_once(':').ok_or_else(broken)?;
        // docker pads passwords with zeros.
        let password = password.trim_end_matches('\0');
        Ok(Some(of_user(user, password)))
    }
}

/// What a name and a password are; the name `<token>` says that the other is an identity token.
fn of_user(user: &str, password: &str) -> Credentials {
    let password = Zeroizing::new(password.to_owned());
    match user {
        "<token>" => Credentials::Identity(password),
        _ => Credentials::Password { user: user.to_owned(), password },
    }
}

fn read(path: &Path) -> Result<Option<Zeroizing<String>>, Fault> {
    match local_file(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(kind) => Err(Fault::wrong(format!("it cannot be read: {kind}"))),
    }
}

#[cfg(test)]
mod tests;
