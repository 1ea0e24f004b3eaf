//! Registries and repositories, and which images are of them.

use std::fmt;
use std::str::FromStr;

use super::cel::quoted;

/// A registry, or a repository or a folder of them on a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImagePrefix(String);

/// Why a text is no registry or repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is no registry or repository, such as registry.example.com/team: write the names in full, without \
     a scheme, wildcard, tag or digest"
)]
pub struct InvalidPrefix;

impl ImagePrefix {
    /// The repository of an image; none where the text names no image.
    pub(crate) fn repository(image: &str) -> Option<Self> {
        let name = image.split_once('@').map_or(image, |(name, _)| name);
        let tagged = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
        let repository = tagged.map_or(name, |(name, _)| name).parse::<Self>().ok()?;
        repository.0.contains('/').then_some(repository)
    }

    /// The registry of an image; none where the text names no image.
    pub(crate) fn registry(image: &str) -> Option<Self> {
        let repository = Self::repository(image)?.0;
        let (registry, _) = repository.split_once('/')?;
        Some(Self(registry.to_owned()))
    }

    /// Whether it is a registry as a whole.
    pub(crate) fn is_registry(&self) -> bool {
        !self.0.contains('/')
    }

    /// Whether this is of that, or the same.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.strip_prefix(&other.0).is_some_and(|it| it.is_empty() || it.starts_with('/'))
    }

    /// A condition of CEL that an image in full is of this registry, repository or folder. It ends where a part of the
    /// name ends, so that no other registry or repository begins with it.
    pub(super) fn condition(&self, image: &str) -> String {
        let below = format!("{image}.startsWith({})", quoted(&format!("{}/", self.0)));
        if self.0.contains('/') {
            let named = |after: char| {
                format!("{image}.startsWith({})", quoted(&format!("{}{after}", self.0)))
            };
            format!("{below} || {} || {} || {image} == {}", named(':'), named('@'), quoted(&self.0))
        } else {
            below
        }
    }
}

/// A condition of CEL that an image, in full or not, is of one of these.
pub(crate) fn is_of_any(prefixes: &[ImagePrefix], image: &str) -> String {
    let conditions: Vec<_> = prefixes.iter().map(|it| it.condition("i")).collect();
    format!("[{}].exists(i, {})", in_full(image), conditions.join(" || "))
}

/// An expression for the name of an image in full: what names no registry comes from Docker Hub.
pub(super) fn in_full(image: &str) -> String {
    format!(
        "{image}.matches('^([^/]*[.:A-Z][^/]*|localhost)/') ? {image} : {image}.contains('/') ? 'docker.io/' + {image} \
         : 'docker.io/library/' + {image}"
    )
}

/// Whether the first part of a name is that of a registry.
fn is_registry(part: &str) -> bool {
    part == "localhost"
        || part.contains(['.', ':'])
        || part.contains(|it: char| it.is_ascii_uppercase())
}

impl FromStr for ImagePrefix {
    type Err = InvalidPrefix;

    fn from_str(text: &str) -> Result<Self, InvalidPrefix> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (first, rest) = match text.split_once('/') {
            Some((first, rest)) => (first, Some(rest)),
            None => (text, None),
        };
        let is_host = |it: &str| {
            let (name, port) =
                it.split_once(':').map_or((it, None), |(name, port)| (name, Some(port)));
            crate::kubernetes::is_subdomain(&name.to_ascii_lowercase())
                && port.is_none_or(|it| it.parse::<u16>().is_ok())
        };
        let is_path = |it: &str| {
            it.split('/').all(|part| {
                part.starts_with(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit())
                    && part.ends_with(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit())
                    && part.bytes().all(|it| {
                        it.is_ascii_lowercase() || it.is_ascii_digit() || b"._-".contains(&it)
                    })
            })
        };
        let full = match rest {
            _ if !is_host(first) || !rest.is_none_or(is_path) => return Err(InvalidPrefix),
            _ if is_registry(first) => text.to_owned(),
            Some(_) => format!("docker.io/{text}"),
            None => format!("docker.io/library/{text}"),
        };
        Ok(Self(full))
    }
}

impl fmt::Display for ImagePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_as_container_runtimes_complete_them() {
        let read = |text: &str| text.parse::<ImagePrefix>().map(|it| it.to_string());
        assert_eq!(read("nginx").as_deref(), Ok("docker.io/library/nginx"));
        assert_eq!(read("team/app").as_deref(), Ok("docker.io/team/app"));
        assert_eq!(read("ghcr.io/").as_deref(), Ok("ghcr.io"));
        assert_eq!(read("localhost:5000/a").as_deref(), Ok("localhost:5000/a"));
        for bad in [
            "",
            "*",
            "*/a",
            "https://ghcr.io",
            "ghcr.io/a@sha256:0",
            "ghcr.io/A",
            "a//b",
            "ghcr.io/a:1",
        ] {
            assert_eq!(read(bad), Err(InvalidPrefix), "{bad}");
        }
    }
}
