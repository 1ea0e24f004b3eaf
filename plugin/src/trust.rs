//! Whom one trusts, as a repository of TUF publishes it: fetched when somebody asks for it, and kept.
//!
//! Nothing here is fetched but by [`Repository::update`], which only a flag asks for.

mod cache;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use harden_sigstore::update::{PUBLIC_MIRROR, PUBLIC_ROOT, UpdateError, Wanted, update};
use harden_sigstore::{Digest, InvalidTrust, Trust};

use crate::input::https::{self, Refused};
use crate::input::is_not_there;
use cache::Kept;

/// A file with a root has no more bytes.
const MOST_BYTES: u64 = 1 << 20;

/// A repository of TUF, and the root that an update from it begins with.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    mirror: String,
    root: Vec<u8>,
    /// Where what was learned from it is kept.
    file: PathBuf,
}

/// What was learned from a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Learned {
    /// The trusted root, as JSON.
    pub(crate) trusted_root: String,
    /// When it was learned, in seconds since 1970.
    pub(crate) updated: i64,
    /// Is it that of the public instance, wherever it was fetched from?
    is_public: bool,
}

impl Learned {
    /// Whom it says to trust; beside the public instance also GitHub.
    ///
    /// # Errors
    ///
    /// What was kept is no trusted root any more.
    pub(crate) fn trust(&self) -> Result<Trust, InvalidTrust> {
        if self.is_public {
            Trust::beside_github(&self.trusted_root)
        } else {
            Trust::of_json([self.trusted_root.as_str()])
        }
    }
}

impl Repository {
    /// A repository at an address, `None` for that of the public instance of Sigstore, which begins with the
    /// root in a file, `None` for that of the public instance. What it says is kept below a folder, as a rule
    /// that of [`folder`].
    ///
    /// # Errors
    ///
    /// The address is not one of https, or the file cannot be read.
    pub(crate) fn new(
        mirror: Option<&str>,
        root: Option<&Path>,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let mirror = mirror.unwrap_or(PUBLIC_MIRROR).trim_end_matches('/').to_owned();
        if !is_safe(&mirror) {
            bail!("{mirror} is no address of https: trusted roots are fetched over https only");
        }
        let root = match root {
            Some(path) => cache::read_bounded(path, MOST_BYTES)
                .with_context(|| format!("failed to read {}", path.display()))?,
            None => PUBLIC_ROOT.to_vec(),
        };
        // A repository that begins with another root is another one, whatever its address.
        let name = Digest::of(&[mirror.as_bytes(), &[0], &root].concat());
        let file = folder.join(format!("{}.json", name.hex().get(..32).unwrap_or_default()));
        Ok(Self { mirror, root, file })
    }

    /// What was learned by the last update; `None` where there was none. Nothing is fetched.
    ///
    /// # Errors
    ///
    /// It is there, and cannot be read.
    pub(crate) fn known(&self) -> anyhow::Result<Option<Learned>> {
        Ok(cache::load(&self.file)?.map(|it| self.learned(it)))
    }

    /// Fetches what the repository says now, and keeps it. All answers together may take so long; zero waits
    /// as long as it takes.
    ///
    /// # Errors
    ///
    /// The repository cannot be reached or must not be trusted; what was known before stays.
    pub(crate) fn update(&self, now: i64, patience: Duration) -> anyhow::Result<Learned> {
        let before = cache::load(&self.file)?.map(|it| it.metadata).unwrap_or_default();
        let mirror = self.mirror.clone();
        let begun = Instant::now();
        let fetch = move |wanted: &Wanted<'_>| {
            let left = left_of(patience, begun)?;
            let url = format!("{mirror}/{}", wanted.way);
            match https::get(&url, left, wanted.most, !is_loopback(&url)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if is_missing(&error) => Ok(None),
                Err(error) => Err(error.to_string()),
            }
        };
        let updated =
            update(&self.root, &before, now, Arc::new(fetch)).map_err(|it| self.explain(&it))?;
        let kept =
            Kept { updated: now, trusted_root: updated.trusted_root, metadata: updated.kept };
        cache::store(&self.file, &kept)
            .with_context(|| format!("failed to write {}", self.file.display()))?;
        Ok(self.learned(kept))
    }

    fn learned(&self, kept: Kept) -> Learned {
        let is_public = self.root == PUBLIC_ROOT;
        Learned { trusted_root: kept.trusted_root, updated: kept.updated, is_public }
    }

    fn explain(&self, error: &UpdateError) -> anyhow::Error {
        let is_own = self.mirror != PUBLIC_MIRROR && self.root == PUBLIC_ROOT;
        let hint = match error {
            UpdateError::NotSigned(_) if is_own => {
                "; a repository of one's own begins with its own root: --tuf-root FILE"
            }
            _ => "",
        };
        anyhow!("{}: {error}{hint}", self.mirror)
    }
}

/// The folder of the user where trusted roots are kept; `None` where the machine has none.
///
/// Upstream: the XDG base directory specification; `~/Library/Caches` and `%LOCALAPPDATA%` are its likes.
pub(crate) fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let own = || {
        let home = std::env::home_dir()?;
        Some(home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
    };
    let local = || if cfg!(windows) { set("LOCALAPPDATA") } else { None };
    let caches = set("XDG_CACHE_HOME").or_else(local).or_else(own)?;
    Some(caches.join("kubectl-harden").join("trust"))
}

/// A store of files that may not be listed answers 403 for what it does not have.
fn is_missing(error: &anyhow::Error) -> bool {
    is_not_there(error) || error.downcast_ref::<Refused>().is_some_and(|it| it.status == 403)
}

/// How long the next answer may take.
fn left_of(patience: Duration, begun: Instant) -> Result<Duration, String> {
    if patience.is_zero() {
        return Ok(patience);
    }
    let left = patience.saturating_sub(begun.elapsed());
    if left.is_zero() {
        return Err(format!("the repository did not answer all within {patience:?}"));
    }
    Ok(left)
}

/// Everything is signed, but what is fetched in the open tells others what is asked.
fn is_safe(url: &str) -> bool {
    let is_https = url.get(..8).is_some_and(|it| it.eq_ignore_ascii_case("https://"));
    // Before an `@` stands who asks, which would be shown in errors, and which looks like a host.
    let is_whole = url.len() > 8
        && !url.contains('@')
        && !url.contains(['?', '#'])
        && !url.chars().any(char::is_control);
    is_whole && (is_https || is_loopback(url))
}

/// Is it plain http of this machine, where nobody is on the way?
fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    !authority.contains('@') && matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}
