//! Whom one trusts, brought up to date from a TUF repository; the caller fetches.
//!
//! Upstream: theupdateframework/specification 1.0.33, "detailed client workflow"; the root below is version 16
//! of sigstore/root-signing.

mod store;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use sigstore_tuf::client::Updater;
use sigstore_tuf::transport::{FetchFuture, Repository};
use sigstore_tuf::{Error, UpdaterConfig};
use sigstore_verify::trust_root::SIGSTORE_GITHUB_TRUSTED_ROOT;
use thiserror::Error as ThisError;

use crate::provider;
use crate::refusal::shown;
use crate::trust::{InvalidTrust, Trust};
use store::Store;

/// Where the public instance of Sigstore publishes whom it trusts.
pub const PUBLIC_MIRROR: &str = "https://tuf-repo-cdn.sigstore.dev";

/// The root that an update from there begins with.
pub const PUBLIC_ROOT: &[u8] = include_bytes!("update/public_root.json");

/// What is asked of every repository.
const TARGET: &str = "trusted_root.json";

/// No file of a repository may have more bytes, whatever its metadata says.
const MOST_BYTES: u64 = 16 << 20;

/// A file that is wanted of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Its way below the address of the repository: `timestamp.json`, `targets/….trusted_root.json`.
    pub way: &'a str,
    /// More bytes are not wanted: an answer that does not end must not be read to its end.
    pub most: u64,
}

/// What fetches: the file, `None` where the repository does not have it, or why nobody knows.
pub type Fetch = dyn Fn(&Wanted<'_>) -> Result<Option<Vec<u8>>, String> + Send + Sync;

/// What an update learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The trusted root, as JSON that [`Trust::of_json`] reads.
    pub trusted_root: String,
    /// The version of the root of the repository.
    pub root_version: u64,
    /// What the next update must be given, so that nobody can take it back to an earlier state.
    pub kept: BTreeMap<String, String>,
}

/// Why nothing was learned. What was known before stays known.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum UpdateError {
    /// The root that the update should begin with is none.
    #[error("the root to begin with cannot be used: {0}")]
    Root(String),
    /// A file could not be fetched.
    #[error("the repository of trusted roots cannot be read: {0}")]
    Unreachable(String),
    /// The repository is older than it says it may be: somebody may hold back what is newer.
    #[error("what the repository says of its {0}: fetch it from where it is kept up to date")]
    Expired(String),
    /// The repository is older than what was seen of it before.
    #[error("the repository has gone back to an earlier state: {0}")]
    RolledBack(String),
    /// Not enough of those who must sign did.
    #[error("the repository is not signed as it must be: {0}")]
    NotSigned(String),
    /// A file is not the one that was signed for.
    #[error("a file of the repository is not what was signed for: {0}")]
    WrongContent(String),
    /// A file cannot be read.
    #[error("a file of the repository cannot be read: {0}")]
    Broken(String),
    /// The repository is in order, and what it calls a trusted root is none.
    #[error("the repository is in order, and holds no trusted root that can be used: {0}")]
    NoTrust(#[from] InvalidTrust),
}

/// Brings a trusted root up to date: the chain of roots from the one given, then timestamp, snapshot and
/// targets, each as the one before allows, at a time in seconds since 1970.
///
/// `kept` is what the last update left. Where it is lost, only what the repository says now counts.
///
/// # Errors
///
/// One of the many ways in which a repository, or the way to it, may not be trusted.
pub fn update(
    root: &[u8],
    kept: &BTreeMap<String, String>,
    now: i64,
    fetch: Arc<Fetch>,
) -> Result<Updated, UpdateError> {
    provider::install();
    let now = Timestamp::from_second(now)
        .map_err(|_| UpdateError::Root("the time is none that a calendar has".to_owned()))?;
    let store = Store::of(kept);
    let floor = store.root_version();
    let mut config = UpdaterConfig::default();
    config.target_max_length = MOST_BYTES;
    let begun = Updater::new(Remote(fetch), root);
    let mut updater = begun
        .map_err(|error| UpdateError::Root(words(&error)))?
        .with_config(config)
        .with_store(store.clone());
    at_once(updater.refresh(now))?;
    let root_version = updater.trusted().root().version;
    if floor.is_some_and(|it| it > root_version) {
        let seen = floor.unwrap_or_default();
        return Err(UpdateError::RolledBack(format!("its root is {root_version}, and was {seen}")));
    }
    let bytes = at_once(updater.get_target(TARGET, now))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| UpdateError::Broken(format!("{TARGET} is not UTF-8")))?;
    Trust::of_json([text.as_str()])?;
    drop(updater);
    Ok(Updated { trusted_root: text, root_version, kept: store.files() })
}

impl Trust {
    /// The trusted root in place of the one of the public instance, beside GitHub's as it was when this was
    /// built.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn beside_github(trusted_root: &str) -> Result<Trust, InvalidTrust> {
        Trust::of_json([trusted_root, SIGSTORE_GITHUB_TRUSTED_ROOT])
    }
}

/// The repository, as the library wants it.
struct Remote(Arc<Fetch>);

impl Remote {
    fn get<'a>(&self, way: &str, most: u64) -> FetchFuture<'a> {
        let most = most.min(MOST_BYTES);
        let answer = match (self.0)(&Wanted { way, most }) {
            Ok(Some(bytes)) if u64::try_from(bytes.len()).is_ok_and(|it| it > most) => {
                Err(Error::transport(format!("{way} is larger than {most} bytes")))
            }
            Ok(answer) => Ok(answer),
            Err(reason) => Err(Error::transport(format!("{way}: {reason}"))),
        };
        Box::pin(std::future::ready(answer))
    }
}

impl Repository for Remote {
    fn fetch_metadata<'a>(&'a self, name: &'a str, most: u64) -> FetchFuture<'a> {
        self.get(name, most)
    }

    fn fetch_target<'a>(&'a self, path: &'a str, most: u64) -> FetchFuture<'a> {
        self.get(&format!("targets/{path}"), most)
    }
}

/// Runs what never waits: every answer of [`Remote`] is there when it is asked for.
fn at_once<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, UpdateError> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome.map_err(|error| of_library(&error)),
        Poll::Pending => Err(UpdateError::Unreachable("it did not answer".to_owned())),
    }
}

/// What the library says, in words of ours.
fn of_library(error: &Error) -> UpdateError {
    let words = words(error);
    match error {
        Error::Expired { role, expires } => {
            UpdateError::Expired(format!("{role} ended on {}", expires.strftime("%Y-%m-%d")))
        }
        Error::Rollback { role, trusted, new } => {
            UpdateError::RolledBack(shown(&format!("its {role} is {new}, and was {trusted}")))
        }
        Error::BadRootVersion { .. } => UpdateError::RolledBack(words),
        Error::ThresholdNotMet { role, found, threshold } => UpdateError::NotSigned(shown(
            &format!("{found} of the {threshold} signatures that its {role} needs hold"),
        )),
        Error::DuplicateSignature { .. }
        | Error::UnusableKey { .. }
        | Error::UnsupportedScheme { .. }
        | Error::Crypto(_) => UpdateError::NotSigned(words),
        Error::IntegrityMismatch(_) | Error::TargetNotFound(_) => UpdateError::WrongContent(words),
        Error::Transport { message, .. } => UpdateError::Unreachable(shown(message)),
        _ => UpdateError::Broken(words),
    }
}

fn words(error: &Error) -> String {
    let source = std::error::Error::source(error).map(|it| format!(": {it}"));
    shown(&format!("{error}{}", source.unwrap_or_default()))
}
