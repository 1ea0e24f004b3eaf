//! The name of an image, taken apart as runtimes take it.

use std::fmt;

/// The name of an image. What names no registry comes from Docker Hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The registry: `docker.io` where none is named.
    pub registry: &'a str,
    /// The repository in it.
    pub repository: &'a str,
    /// Whether the repository is one of those that Docker keeps itself, and is written without its folder.
    is_official: bool,
    /// The tag, where one is written.
    pub tag: Option<&'a str>,
    /// The digest, where one is written.
    pub digest: Option<&'a str>,
    /// The name without tag and digest, as it is written.
    pub name: &'a str,
}

/// The registry of images that name none, and what older tools call it.
const HUB: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

impl<'a> Reference<'a> {
    /// Takes a name apart; none where no runtime would take it for the name of an image.
    pub fn read(text: &'a str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        // A colon before a slash is that of the registry's port.
        let (name, tag) = match rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
            Some((name, tag)) => (name, Some(tag)),
            None => (rest, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((first, rest)) if is_registry(first) => (first, rest),
            _ => ("docker.io", name),
        };
        let is_hub = HUB.contains(&registry);
        let registry = if is_hub { "docker.io" } else { registry };
        let is_part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|it| {
                    it.is_ascii_lowercase() || it.is_ascii_digit() || b"._-".contains(&it)
                })
        };
        let is_word = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
        let is_host = |it: u8| is_word(it) || b":[]".contains(&it);
        let is_tag = |tag: &str| !tag.is_empty() && tag.len() <= 128 && tag.bytes().all(is_word);
        let is_one = registry.bytes().all(is_host)
            && repository.split('/').all(is_part)
            && tag.is_none_or(is_tag)
            && digest.is_none_or(|it| {
                it.contains(':') && it.bytes().all(|it| is_word(it) || it == b':')
            });
        is_one.then_some(Self {
            registry,
            repository,
            is_official: is_hub && !repository.contains('/'),
            tag,
            digest,
            name,
        })
    }

    /// The registry and the repository in full, by which images are told from each other.
    pub fn full_name(&self) -> String {
        let folder = if self.is_official { "library/" } else { "" };
        format!("{}/{folder}{}", self.registry, self.repository)
    }

    /// The tag that counts: `latest` where neither a tag nor a digest is written.
    pub fn tag(&self) -> Option<&'a str> {
        self.tag.or(if self.digest.is_none() { Some("latest") } else { None })
    }
}

impl fmt::Display for Reference<'_> {
    /// The name in full.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.full_name())?;
        if let Some(tag) = self.tag() {
            write!(f, ":{tag}")?;
        }
        self.digest.map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

/// Whether the first part of a name is that of a registry.
fn is_registry(part: &str) -> bool {
    part == "localhost"
        || part.contains(['.', ':'])
        || part.contains(|it: char| it.is_ascii_uppercase())
}

/// Whether it is a digest as registries write it.
pub(super) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    })
}
