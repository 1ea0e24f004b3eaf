//! `kubectl-harden.lock`: what was seen of images when their signatures were verified.

mod index;
mod reading;
mod reference;
#[cfg(test)]
mod tests;
mod writing;

pub use reading::InvalidLock;
pub use reference::Reference;

use index::Index;

use crate::kubernetes::Date;

/// What the file is called where nothing else is said.
pub const NAME: &str = "kubectl-harden.lock";

/// The lock: images by the names that manifests have for them, each once, in alphabetical order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    images: Vec<Locked>,
    index: Index,
}

/// What was seen of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// Its name, as manifests write it.
    pub image: String,
    /// The digest of its index where it has one, else that of its manifest: `sha256:…`.
    pub digest: String,
    /// The day on which it was looked at.
    pub verified: Date,
    /// Who signed it; empty where nothing was verified.
    pub signers: Vec<Signer>,
    /// The statements about it that are signed.
    pub attestations: Vec<Attestation>,
    /// What it says of itself; none where nobody looked.
    pub config: Option<ImageConfig>,
}

/// Who signed, as it was verified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signer {
    /// Who.
    pub identity: Identity,
    /// Whether a transparency log has the signature.
    pub log: bool,
}

/// By what signers are told from each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// A name that somebody vouches for.
    Keyless {
        /// Who vouches for it.
        issuer: String,
        /// The name: the address of a workflow, or an e-mail address.
        subject: String,
    },
    /// A key.
    Key {
        /// The SHA-256 digest of its public half in DER: `sha256:…`.
        digest: String,
        /// Its public half as PEM, where it was kept.
        public: Option<String>,
    },
}

/// A signed statement about an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attestation {
    /// What it is about, by the address of its type.
    pub predicate: String,
    /// Which of the signers signed it; none where nothing was verified.
    pub signer: Option<usize>,
    /// When it was signed, where somebody vouches for that.
    pub date: Option<Date>,
    /// Who built the image, as provenance says.
    pub builder: Option<String>,
    /// From what it was built, as provenance says.
    pub source: Option<String>,
    /// The level of SLSA that was verified.
    pub level: Option<String>,
}

/// What an image says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// As whom it runs: a number or a name, with a group behind a colon or none.
    pub user: Option<String>,
    /// The ports that it names, such as `8080/tcp`.
    pub ports: Vec<String>,
    /// The folders that it declares as volumes.
    pub volumes: Vec<String>,
    /// What it runs.
    pub entrypoint: Vec<String>,
    /// The arguments of that.
    pub cmd: Vec<String>,
    /// Where it runs.
    pub working_dir: Option<String>,
}

/// What a lock knows of a name that a manifest has for an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'l> {
    /// It is the image that was seen.
    Same(&'l Locked),
    /// The name has a digest, and another one was seen for its tag.
    Moved(&'l Locked),
    /// Its repository is known, and neither the tag nor the digest.
    Unknown,
    /// Nothing of the repository was seen.
    Foreign,
}

impl Lock {
    /// A lock of images. Of several entries for one image, the last counts.
    pub fn new(images: impl IntoIterator<Item = Locked>) -> Self {
        let mut lock = Self::default();
        let mut kept = std::collections::BTreeMap::new();
        for image in images {
            let key = Reference::read(&image.image)
                .map_or_else(|| image.image.clone(), |it| it.to_string());
            kept.insert(key, image);
        }
        lock.images = kept.into_values().collect();
        lock.images.sort_by(|a, b| a.image.cmp(&b.image));
        lock.index = Index::of(&lock.images);
        lock
    }

    /// Reads a lock.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it, and where.
    pub fn read(text: &str) -> Result<Self, InvalidLock> {
        reading::read(text).map(Self::new)
    }

    /// The lock as text: the same images make the same bytes.
    pub fn write(&self) -> String {
        writing::write(&self.images)
    }

    /// The images, in alphabetical order.
    pub fn images(&self) -> &[Locked] {
        &self.images
    }

    /// What is known of an image, by the name that a manifest has for it.
    pub fn find(&self, image: &str) -> Found<'_> {
        let Some(reference) = Reference::read(image) else { return Found::Foreign };
        let all: Vec<_> = self.index.of_repository(&reference).collect();
        let entry = |place: usize| self.images.get(place);
        if all.is_empty() {
            return Found::Foreign;
        }
        let tagged = || {
            let mut same = all.iter().filter(|it| it.tag.as_deref() == reference.tag());
            let first = same.next().and_then(|it| entry(it.place))?;
            // Names with two digests for one tag tell nothing of the tag.
            let is_only = same.filter_map(|it| entry(it.place)).all(|it| it.digest == first.digest);
            is_only.then_some(first)
        };
        // The entry that says of the tag alone what it is comes before those of manifests that have a digest.
        let plain = || {
            let of_tag = |it: &&index::Name| it.tag.as_deref() == reference.tag() && !it.is_pinned;
            all.iter().copied().find(|it| of_tag(it)).and_then(|it| entry(it.place))
        };
        let Some(digest) = reference.digest else {
            return plain().or_else(tagged).map_or(Found::Unknown, Found::Same);
        };
        let mut entries = all.iter().filter_map(|it| entry(it.place));
        if reference.tag.is_some()
            && let Some(of_tag) = plain().filter(|it| it.digest != digest)
        {
            return Found::Moved(of_tag);
        }
        if let Some(same) = entries.find(|it| it.digest == digest) {
            return Found::Same(same);
        }
        let of_tag = if reference.tag.is_some() { tagged() } else { None };
        of_tag.map_or(Found::Unknown, Found::Moved)
    }
}

/// As whom an image runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User<'l> {
    /// Root, which is whoever is not named.
    Root,
    /// A user by a number other than that of root.
    Number(u32),
    /// A user by a name, which only the image knows.
    Name(&'l str),
}

impl ImageConfig {
    /// As whom it runs.
    pub fn runs_as(&self) -> User<'_> {
        let user = self.user.as_deref().unwrap_or_default();
        match user.split(':').next().unwrap_or_default() {
            "" | "root" => User::Root,
            name if name.bytes().all(|it| it.is_ascii_digit()) => match name.parse() {
                Ok(0) => User::Root,
                Ok(number) => User::Number(number),
                Err(_) => User::Name(name),
            },
            name => User::Name(name),
        }
    }
}

impl<'l> Found<'l> {
    /// What was seen of the very image.
    pub fn same(self) -> Option<&'l Locked> {
        match self {
            Self::Same(it) => Some(it),
            _ => None,
        }
    }
}
