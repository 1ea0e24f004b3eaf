//! References to images, read as Kyverno reads them.

use super::{Part, Result, error, foreign, within};
use crate::cel::Value;

pub(in super::super) const PART: Part = Part {
    table: "\
image(string) -> Image
parseImageReference(string) -> Image
isImage(string) -> bool
.containsDigest(Image) -> bool
.registry(Image) -> string
.repository(Image) -> string
.identifier(Image) -> string
.tag(Image) -> string
.digest(Image) -> string",
    call,
};

const IMAGE: &str = "kyverno.image";
const DEFAULT_REGISTRY: &str = "index.docker.io";

fn call(name: &str, args: &[Value], _: &super::Scope<'_>) -> Option<Result<Value>> {
    read(name, args)
}

pub(super) fn read(name: &str, args: &[Value]) -> Option<Result<Value>> {
    Some(match (name, args) {
        ("isImage", [Value::String(text)]) => Ok(Value::Bool(Reference::read(text).is_some())),
        ("image" | "parseImageReference", [Value::String(text)]) => match Reference::read(text) {
            Some(_) => Ok(foreign(IMAGE, Value::String(text.clone()))),
            None => error(format!("could not parse reference: {text}")),
        },
        (
            "containsDigest" | "registry" | "repository" | "identifier" | "tag" | "digest",
            [image],
        ) => {
            let Value::String(text) = within(IMAGE, image)? else { return None };
            let reference = Reference::read(text)?;
            let text = match name {
                "containsDigest" => return Some(Ok(Value::Bool(reference.digest.is_some()))),
                "registry" => reference.registry,
                "repository" => reference.repository,
                "tag" => reference.tag.unwrap_or_default(),
                "digest" => reference.digest.unwrap_or_default(),
                _ => reference.identifier(),
            };
            Ok(Value::String(text.into()))
        }
        _ => return None,
    })
}

/// A reference to an image.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Reference {
    registry: String,
    repository: String,
    /// As written; `latest` where neither a tag nor a digest is.
    tag: Option<String>,
    pub(in super::super) digest: Option<String>,
}

impl Reference {
    pub(in super::super) fn read(text: &str) -> Option<Self> {
        Self::tagged(text).or_else(|| Self::digested(text))
    }

    fn tagged(text: &str) -> Option<Self> {
        let (base, tag) = split_tag(text);
        let is_tag = |it: &str| it.len() <= 128 && it.chars().all(is_of_tag);
        if !tag.is_none_or(is_tag) {
            return None;
        }
        let (registry, repository) = located(base)?;
        let tag = tag.filter(|it| !it.is_empty()).unwrap_or("latest");
        Some(Self { registry, repository, tag: Some(tag.to_owned()), digest: None })
    }

    fn digested(text: &str) -> Option<Self> {
        let (base, digest) = text.split_once('@')?;
        let hex = digest.strip_prefix("sha256:")?;
        if hex.len() != 64 || !hex.chars().all(|it| matches!(it, '0'..='9' | 'a'..='f')) {
            return None;
        }
        let (without_tag, tag) = match (Self::tagged(base), split_tag(base)) {
            (Some(_), (without, tag)) => (without, tag),
            (None, _) => (base, None),
        };
        let (registry, repository) = located(without_tag)?;
        let tag = tag.filter(|it| !it.is_empty()).map(str::to_owned);
        Some(Self { registry, repository, tag, digest: Some(digest.to_owned()) })
    }

    fn identifier(self) -> String {
        match (self.tag, self.digest) {
            (Some(tag), Some(digest)) => format!("{tag}@{digest}"),
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }
}

/// What stands after the last colon, if that is in the last part of the path.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((base, tag)) if !tag.contains('/') => (base, Some(tag)),
        _ => (text, None),
    }
}

/// Registry and repository.
fn located(name: &str) -> Option<(String, String)> {
    let (registry, path) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => ("", name),
    };
    let is_path = (2..=255).contains(&path.len()) && path.chars().all(is_of_path);
    if !is_path || !is_authority(registry) {
        return None;
    }
    let registry = match registry {
        "" | "docker.io" => DEFAULT_REGISTRY,
        other => other,
    };
    let is_implicit = registry == DEFAULT_REGISTRY && !path.contains('/');
    let path = if is_implicit { format!("library/{path}") } else { path.to_owned() };
    Some((registry.to_owned(), path))
}

/// Whether it is a host with or without a port.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (text, ""),
    };
    let is_host = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_' | '~');
    let inner = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let is_host = inner.map_or_else(
        || host.chars().all(is_host),
        |it| it.chars().all(|it| it.is_ascii_hexdigit() || matches!(it, ':' | '.')),
    );
    is_host && port.chars().all(|it| it.is_ascii_digit())
}

fn is_of_tag(it: char) -> bool {
    it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.')
}

fn is_of_path(it: char) -> bool {
    matches!(it, 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_registry_repository_and_tag() {
        let of = |text: &str| {
            Reference::read(text).map(|it| (it.registry, it.repository, it.tag, it.digest))
        };
        let is = |registry: &str, repository: &str, tag: Option<&str>, digest: Option<&str>| {
            Some((
                registry.to_owned(),
                repository.to_owned(),
                tag.map(str::to_owned),
                digest.map(str::to_owned),
            ))
        };
        assert_eq!(of("nginx"), is(DEFAULT_REGISTRY, "library/nginx", Some("latest"), None));
        assert_eq!(of("docker.io/a/b:1"), is(DEFAULT_REGISTRY, "a/b", Some("1"), None));
        assert_eq!(of("ghcr.io:443/a/b:1"), is("ghcr.io:443", "a/b", Some("1"), None));
        let digest = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(
            of(&format!("quay.io/ab:v1@{digest}")),
            is("quay.io", "ab", Some("v1"), Some(&digest))
        );
        assert_eq!(
            of(&format!("localhost/ab@{digest}")),
            is("localhost", "ab", None, Some(&digest))
        );
        for wrong in ["", "UPPER/x", "a b", "nginx@sha256:12", "ghcr.io:x/a/b"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_identifier_names_tag_and_digest() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let of = |text: &str| Reference::read(text).unwrap().identifier();
        assert_eq!(of("nginx:1"), "1");
        assert_eq!(of(&format!("nginx@{digest}")), digest);
        assert_eq!(of(&format!("nginx:1@{digest}")), format!("1@{digest}"));
    }
}
