//! Where images are, and what is kept beside them: registries, OCI layouts and archives.
//!
//! [`Store::of`] takes an image as a name for a registry, `oci:FOLDER[:TAG]`, `oci-archive:FILE[:TAG]`,
//! `docker-archive:FILE[:TAG]` or the path of either. Whatever is returned has the digest that is said of it.

mod config;
mod evidence;
mod fault;
mod local;
mod manifest;
mod reference;
#[cfg(feature = "live")]
mod remote;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use harden_sigstore::{Digest, Evidence};

use local::Local;
use manifest::Descriptor;

pub(crate) use config::Machine;
pub(crate) use fault::{Fault, Kind};
pub(crate) use reference::Reference;
#[cfg(feature = "live")]
pub(crate) use remote::Client;

/// An index or a manifest is no larger.
const MANIFEST_BYTES: u64 = 4 << 20;
/// The configuration of an image is no larger.
const CONFIG_BYTES: u64 = 4 << 20;
/// A signature or an attestation is no larger.
const EVIDENCE_BYTES: u64 = 16 << 20;
/// All of them that are about one image.
const ALL_EVIDENCE_BYTES: usize = 64 << 20;
/// So many things that refer to one image are looked at.
const REFERRERS: usize = 1_000;
/// So many images are asked about at a time.
const ABREAST: usize = 16;

/// An image, where it is.
#[derive(Debug)]
pub(crate) enum Store {
    /// In a registry.
    #[cfg(feature = "live")]
    Registry(remote::Repository),
    /// In an OCI layout.
    Layout(Local),
}

/// What an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// Of the index, where there is one.
    pub(crate) digest: Digest,
    /// That of an index or a manifest, of OCI or Docker.
    pub(crate) media_type: String,
    /// The index or the manifest.
    pub(crate) manifest: Vec<u8>,
}

/// What is kept beside an image.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// What may say who signed it.
    pub(crate) found: Vec<Found>,
    /// What else refers to it, such as a list of parts; it is named and not read.
    pub(crate) others: Vec<Other>,
    /// What may say so, and was not taken, as a sentence each: it is too much, is broken, or is about another image.
    pub(crate) left_out: Vec<String>,
}

/// Evidence, and where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) evidence: Evidence,
    /// The manifest that holds it.
    pub(crate) manifest: Digest,
    pub(crate) place: Place,
}

/// How something was found that is about an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It says so, and the registry lists it.
    Referrer,
    /// It is called after the digest, as `sha256-….sig` or `sha256-….att`, or was saved beside the image so.
    Tag,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Referrer => "referrer",
            Self::Tag => "tag",
        })
    }
}

/// Something about an image that is no evidence of sigstore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Other {
    /// The media type that says what it is.
    pub(crate) kind: String,
    pub(crate) manifest: Digest,
}

/// What is said to refer to an image; nothing of it was looked at.
#[derive(Debug, Default)]
struct Referrers {
    descriptors: Vec<Descriptor>,
    /// What was saved beside images, and says of none which.
    saved: Vec<Descriptor>,
}

/// A client of registries, where there is none.
#[cfg(not(feature = "live"))]
#[derive(Debug, Clone)]
pub(crate) struct Client;

#[cfg(not(feature = "live"))]
#[expect(clippy::unnecessary_wraps, reason = "where there is a client, its settings may be wrong")]
impl Client {
    pub(crate) fn of_machine(_: std::time::Duration, _: Option<&Path>) -> Result<Self, Fault> {
        Ok(Self)
    }
}

impl Store {
    /// Where an image is by its name.
    ///
    /// # Errors
    ///
    /// The name is none, or what it leads to on this machine is no image. Registries are not asked yet.
    pub(crate) fn of(text: &str, client: &Client) -> Result<Self, Fault> {
        if let Some((scheme, rest)) = text.split_once(':') {
            match scheme {
                "oci" => return layout(rest, Local::folder),
                "oci-archive" | "docker-archive" => return layout(rest, Local::archive),
                _ => {}
            }
        }
        let path = Path::new(text);
        // No name of an image begins so.
        if text.starts_with(['.', '/', '\\']) || path.is_absolute() {
            let open = if path.is_dir() { Local::folder } else { Local::archive };
            return open(path, None).map(Self::Layout);
        }
        let reference =
            text.parse::<Reference>().map_err(|it| Fault::wrong(format!("{text}: {it}")))?;
        Self::registry(reference, client)
    }

    #[cfg(feature = "live")]
    fn registry(reference: Reference, client: &Client) -> Result<Self, Fault> {
        remote::Repository::new(client, reference).map(Self::Registry)
    }

    #[cfg(not(feature = "live"))]
    #[expect(clippy::needless_pass_by_value, reason = "where registries are asked, it is kept")]
    fn registry(reference: Reference, _: &Client) -> Result<Self, Fault> {
        Err(Fault::wrong(format!(
            "{reference}: this build asks no registry: it was made without the feature `live`"
        )))
    }

    /// The image in full, as sentences name it.
    pub(crate) fn name(&self) -> String {
        match self {
            #[cfg(feature = "live")]
            Self::Registry(it) => it.name(),
            Self::Layout(it) => it.name(),
        }
    }

    /// What is to be said of the name: that it means another image than podman would take, by the machine's
    /// `registries.conf`.
    pub(crate) fn remark(&self) -> Option<String> {
        match self {
            #[cfg(feature = "live")]
            Self::Registry(it) => it.remark(),
            Self::Layout(_) => None,
        }
    }

    /// Which index or manifest the image is now.
    pub(crate) fn resolve(&self) -> Result<Resolved, Fault> {
        let resolved = match self {
            #[cfg(feature = "live")]
            Self::Registry(it) => it.resolve(),
            Self::Layout(it) => it.resolve(),
        };
        resolved.map_err(|it| it.of(&self.name()))
    }

    /// What an image says of itself: the JSON of its configuration, for this kind of machine or for the only one
    /// that there is.
    ///
    /// # Errors
    ///
    /// There is none for such a machine, or it is not what it should be.
    pub(crate) fn config(
        &self,
        image: &Resolved,
        machine: &Machine,
    ) -> Result<serde_json::Value, Fault> {
        config::read(self, image, machine).map_err(|it| it.of(&self.name()))
    }

    /// What is kept beside an image. What of it cannot be read is said in `left_out`.
    ///
    /// # Errors
    ///
    /// It is not known what is kept beside it.
    pub(crate) fn evidence(&self, digest: &Digest) -> Result<Beside, Fault> {
        evidence::gather(self, digest).map_err(|it| it.of(&self.name()))
    }

    /// Writes a manifest whose `subject` is an image, with what it holds: by the list of referrers, or by the tag
    /// that stands for it where the registry has none.
    ///
    /// # Errors
    ///
    /// The registry does not take it, or the image is in a layout, which is not written to.
    #[cfg(feature = "live")]
    pub(crate) fn push_referrer(
        &self,
        subject: &Digest,
        manifest: &[u8],
        blobs: &[&[u8]],
    ) -> Result<Digest, Fault> {
        let pushed = match self {
            Self::Registry(it) => it.push_referrer(subject, manifest, blobs),
            Self::Layout(_) => Err(Fault::wrong("signatures are written to registries only")),
        };
        pushed.map_err(|it| it.of(&self.name()))
    }

    /// What has this tag or digest; `None` where nothing has.
    fn at(&self, version: &str) -> Result<Option<Resolved>, Fault> {
        match self {
            #[cfg(feature = "live")]
            Self::Registry(it) => it.at(version),
            Self::Layout(it) => it.at(version),
        }
    }

    fn blob(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, Fault> {
        match self {
            #[cfg(feature = "live")]
            Self::Registry(it) => it.blob(digest, most),
            Self::Layout(it) => it.blob(digest, most),
        }
    }

    fn referrers(&self, digest: &Digest, beside: &mut Beside) -> Result<Referrers, Fault> {
        match self {
            #[cfg(feature = "live")]
            Self::Registry(it) => it.referrers(digest, beside),
            Self::Layout(it) => it.referrers(digest, beside),
        }
    }
}

/// Opens `PATH`, `PATH:TAG` or `PATH@DIGEST`.
fn layout(
    text: &str,
    open: impl Fn(&Path, Option<&str>) -> Result<Local, Fault>,
) -> Result<Store, Fault> {
    let (path, version) = if let Some((path, digest)) = text.split_once("@sha256:") {
        (path, text.get(path.len()..).filter(|_| !digest.is_empty()))
    } else {
        // On Windows the first colon may be that of a drive.
        let drive = if cfg!(windows) && text.get(1..2) == Some(":") { 2 } else { 0 };
        match text.get(drive..).and_then(|it| it.find(':')).map(|it| it + drive) {
            Some(colon) => (text.get(..colon).unwrap_or(text), text.get(colon + 1..)),
            None => (text, None),
        }
    };
    if path.is_empty() {
        return Err(Fault::wrong("the path of the layout is missing"));
    }
    open(Path::new(path), version.filter(|it| !it.is_empty())).map(Store::Layout)
}

impl Resolved {
    /// What bytes are that have this digest.
    fn of(digest: Digest, manifest: Vec<u8>, sent_as: Option<&str>) -> Result<Self, Fault> {
        let (media_type, _) = manifest::read(&manifest, sent_as)?;
        Ok(Self { digest, media_type, manifest })
    }
}

/// Asks about many images at a time, and gives the answers in their order.
pub(crate) fn abreast<T: Sync, R: Send>(all: &[T], ask: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..ABREAST.min(all.len()) {
            scope.spawn(|| {
                while let Some((at, one)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    all.get(at).map(|one| (at, one))
                } {
                    let answer = ask(one);
                    answers.lock().unwrap_or_else(PoisonError::into_inner).insert(at, answer);
                }
            });
        }
    });
    answers.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// The tag that stands for a list of what refers to an image, where the registry has none.
fn tag_of(digest: &Digest) -> String {
    format!("sha256-{}", digest.hex())
}

/// Bytes, if they have this digest.
fn hold_to(digest: &Digest, bytes: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let own = Digest::of(&bytes);
    if own == *digest {
        return Ok(bytes);
    }
    Err(Fault::broken(format!(
        "what was answered for {digest} has the digest {own}: it was changed on the way, or where it is kept"
    )))
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
