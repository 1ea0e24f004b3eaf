//! An image in an OCI layout: a folder, or an archive of one.

mod archive;
mod files;

use std::collections::BTreeSet;
use std::path::Path;

use harden_sigstore::Digest;

use self::files::Files;
use super::fault::Fault;
use super::manifest::{self, Descriptor, Document};
use super::{Beside, MANIFEST_BYTES, Referrers, Resolved, tag_of};

/// By these a layout names what is in it.
const NAMES: [&str; 2] = ["org.opencontainers.image.ref.name", "io.containerd.image.name"];
/// By this `cosign save` says what is in a layout.
const KIND: &str = "kind";
/// So many entries of an index are read.
const ENTRIES: usize = 10_000;

/// A layout, and which image of it is meant.
#[derive(Debug)]
pub(crate) struct Local {
    files: Files,
    entries: Vec<Descriptor>,
    /// The path of it, for sentences.
    path: String,
    wanted: Wanted,
}

#[derive(Debug)]
enum Wanted {
    /// The only image there is.
    Only,
    Tag(String),
    Digest(Digest),
}

impl Local {
    /// Opens a folder.
    pub(super) fn folder(path: &Path, version: Option<&str>) -> Result<Self, Fault> {
        Self::open(Files::Folder(path.to_owned()), path, version)
    }

    /// Reads an archive, plain or compressed with gzip.
    pub(super) fn archive(path: &Path, version: Option<&str>) -> Result<Self, Fault> {
        let files = archive::read(path).map_err(|it| it.of(&path.display()))?;
        Self::open(Files::Archive(files), path, version)
    }

    fn open(files: Files, path: &Path, version: Option<&str>) -> Result<Self, Fault> {
        let name = path.display();
        let entries = Self::entries(&files).map_err(|it| it.of(&name))?;
        let wanted = match version {
            None => Wanted::Only,
            Some(text) => match text.strip_prefix('@') {
                None => Wanted::Tag(text.to_owned()),
                Some(digest) => Wanted::Digest(
                    digest.parse().map_err(|error| Fault::wrong(format!("{name}: {error}")))?,
                ),
            },
        };
        Ok(Self { files, entries, path: name.to_string(), wanted })
    }

    fn entries(files: &Files) -> Result<Vec<Descriptor>, Fault> {
        let is_layout = files.read("oci-layout", MANIFEST_BYTES)?.is_some();
        let index = files.read("index.json", MANIFEST_BYTES)?.filter(|_| is_layout);
        let Some(index) = index else {
            if files.read("manifest.json", MANIFEST_BYTES)?.is_some() {
                return Err(Fault::wrong(
                    "it is an archive of Docker's older format, whose images have no digest that could have been signed: write it anew with `docker save` of Docker 25 or later, or with `podman save --format oci-archive`",
                ));
            }
            return Err(Fault::wrong(
                "it is no OCI layout: `oci-layout` and `index.json` are not both there",
            ));
        };
        match manifest::read(&index, None)?.1 {
            Document::Index(entries) if entries.len() <= ENTRIES => Ok(entries),
            Document::Index(_) => {
                Err(Fault::broken(format!("its index has more than {ENTRIES} entries")))
            }
            Document::Manifest(_) => Err(Fault::broken("its `index.json` is no index")),
        }
    }

    /// The path of the layout, and what of it is meant.
    pub(super) fn name(&self) -> String {
        match &self.wanted {
            Wanted::Only => self.path.clone(),
            Wanted::Tag(tag) => format!("{}:{tag}", self.path),
            Wanted::Digest(digest) => format!("{}@{digest}", self.path),
        }
    }

    /// The image that is meant.
    pub(super) fn resolve(&self) -> Result<Resolved, Fault> {
        let digest = match &self.wanted {
            Wanted::Digest(digest) => digest.clone(),
            Wanted::Tag(tag) => self.tagged(tag)?.ok_or_else(|| {
                Fault::absent(format!("no image is called `{tag}`; {}", self.called()))
            })?,
            Wanted::Only => self.only()?,
        };
        self.manifest(&digest)?.ok_or_else(|| Fault::absent(format!("{digest} is not in it")))
    }

    fn tagged(&self, tag: &str) -> Result<Option<Digest>, Fault> {
        let is_called =
            |it: &&Descriptor| NAMES.iter().any(|name| it.annotation(name) == Some(tag));
        let digests = self.entries.iter().filter(is_called).map(Descriptor::digest);
        let digests = digests.collect::<Result<BTreeSet<_>, _>>()?;
        if digests.len() > 1 {
            return Err(Fault::broken(format!(
                "two images are called `{tag}`: name one as @sha256:…"
            )));
        }
        Ok(digests.into_iter().next())
    }

    /// The one entry that is no signature and no other thing about an image.
    fn only(&self) -> Result<Digest, Fault> {
        let mut images = Vec::new();
        for entry in &self.entries {
            if is_beside(entry) {
                continue;
            }
            let digest = entry.digest()?;
            if !images.contains(&digest) && !self.refers(&digest)? {
                images.push(digest);
            }
        }
        match &images[..] {
            [digest] => Ok(digest.clone()),
            [] => Err(Fault::absent("no image is in it")),
            _ => Err(Fault::wrong(format!(
                "{} images are in it, so say which, as oci:FOLDER:TAG or oci:FOLDER@DIGEST; {}",
                images.len(),
                self.called()
            ))),
        }
    }

    /// Whether a manifest is about another.
    fn refers(&self, digest: &Digest) -> Result<bool, Fault> {
        let Some(resolved) = self.manifest(digest)? else { return Ok(false) };
        let (_, document) = manifest::read(&resolved.manifest, None)?;
        Ok(matches!(document, Document::Manifest(it) if it.subject.is_some()))
    }

    fn called(&self) -> String {
        let names: Vec<_> = self
            .entries
            .iter()
            .filter(|it| !is_beside(it))
            .filter_map(|it| it.annotation(NAMES[0]))
            .take(10)
            .collect();
        if names.is_empty() {
            "it names none".to_owned()
        } else {
            format!("it names {}", names.join(", "))
        }
    }

    /// What has this tag, or this digest.
    pub(super) fn at(&self, version: &str) -> Result<Option<Resolved>, Fault> {
        let digest = match version.parse() {
            Ok(digest) => Some(digest),
            Err(_) => self.tagged(version)?,
        };
        digest.map_or(Ok(None), |digest| self.manifest(&digest))
    }

    fn manifest(&self, digest: &Digest) -> Result<Option<Resolved>, Fault> {
        let bytes = self.files.blob(digest, MANIFEST_BYTES)?;
        bytes.map(|bytes| Resolved::of(digest.clone(), bytes, None)).transpose()
    }

    pub(super) fn blob(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, Fault> {
        let bytes = self.files.blob(digest, most)?;
        bytes.ok_or_else(|| Fault::absent(format!("{digest} is not in it")))
    }

    /// What of the index says that it is about an image, and the images of signatures that `cosign save` wrote.
    pub(super) fn referrers(
        &self,
        digest: &Digest,
        beside: &mut Beside,
    ) -> Result<Referrers, Fault> {
        let mut found = Referrers::default();
        if let Some(list) = self.at(&tag_of(digest))?
            && let (_, Document::Index(all)) = manifest::read(&list.manifest, None)?
        {
            found.descriptors.extend(all);
        }
        for entry in &self.entries {
            let own = match entry.digest() {
                Ok(own) => own,
                Err(fault) => {
                    beside.left_out.push(fault.to_string());
                    continue;
                }
            };
            let kind = entry.annotation(KIND).unwrap_or_default();
            if matches!(kind, "dev.cosignproject.cosign/sigs" | "dev.cosignproject.cosign/atts") {
                found.saved.push(entry.clone());
                continue;
            }
            if !manifest::may_be(&entry.media_type) {
                continue;
            }
            let read = match self.manifest(&own) {
                Ok(read) => read,
                Err(fault) => {
                    beside.left_out.push(fault.of(&own).to_string());
                    continue;
                }
            };
            let Some(read) = read else { continue };
            let (_, document) = manifest::read(&read.manifest, None)?;
            let Document::Manifest(manifest) = document else { continue };
            let about = manifest.subject.as_ref().map(Descriptor::digest).transpose();
            if about.is_ok_and(|it| it.as_ref() == Some(digest)) {
                found.descriptors.push(entry.clone());
            }
        }
        Ok(found)
    }
}

/// Whether an entry says of itself that it is no image, but something about one.
fn is_beside(entry: &Descriptor) -> bool {
    let is_saved =
        entry.annotation(KIND).is_some_and(|it| it.ends_with("/sigs") || it.ends_with("/atts"));
    is_saved || entry.annotation(NAMES[0]).is_some_and(|it| it.starts_with("sha256-"))
}
