//! Names of images.

use serde_json::{Map, Value};

/// A name of an image, by its parts; those that it does not have are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kyverno) struct Image {
    pub registry: String,
    pub path: String,
    pub tag: String,
    pub digest: String,
}

/// Reads a name of an image; one without a registry has the default one.
///
/// # Errors
///
/// It is none, in Kyverno's words.
pub(in crate::kyverno) fn image(text: &str) -> Result<Image, String> {
    const REGISTRY: &str = "docker.io";
    let bad = |full: &str| {
        format!(
            "bad image: {full}, defaultRegistry: {REGISTRY}, enableDefaultRegistryMutation: true: invalid reference format"
        )
    };
    let is_qualified = text.split_once('/').is_some_and(|(first, _)| {
        first.contains(['.', ':']) || first == "localhost" || first.to_lowercase() != first
    });
    let full = if is_qualified { text.to_owned() } else { format!("{REGISTRY}/{text}") };
    let (rest, digest) = match full.split_once('@') {
        Some((rest, digest)) => (rest, digest),
        None => (full.as_str(), ""),
    };
    let slash = rest.rfind('/').unwrap_or_default();
    let (name, tag) = match rest.rfind(':').filter(|at| *at > slash) {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default()),
        None => (rest, ""),
    };
    let (registry, path) = name.split_once('/').ok_or_else(|| bad(&full))?;
    let has_tag = name.len() < rest.len();
    let is_right = is_registry(registry)
        && path.split('/').all(is_part)
        && (!has_tag || is_tag(tag))
        && (!full.contains('@') || is_digest(digest))
        && name.len() <= 255;
    if !is_right {
        return Err(bad(&full));
    }
    let tag = if tag.is_empty() && digest.is_empty() { "latest" } else { tag };
    Ok(Image {
        registry: registry.to_owned(),
        path: path.to_owned(),
        tag: tag.to_owned(),
        digest: digest.to_owned(),
    })
}

impl Image {
    /// As Kyverno prints it.
    pub(in crate::kyverno) fn text(&self) -> String {
        let Self { registry, path, tag, digest } = self;
        if digest.is_empty() {
            format!("{registry}/{path}:{tag}")
        } else {
            format!("{registry}/{path}@{digest}")
        }
    }

    /// As variables have it; `pointer` is where it is in the resource.
    pub(in crate::kyverno) fn value(&self, pointer: &str) -> Value {
        let mut map = Map::new();
        let mut set = |key: &str, text: &str| {
            if !text.is_empty() {
                map.insert(key.to_owned(), text.into());
            }
        };
        let name = self.path.rsplit('/').next().unwrap_or_default();
        set("registry", &self.registry);
        set("name", name);
        set("path", &self.path);
        set("tag", &self.tag);
        set("digest", &self.digest);
        set("reference", &self.text());
        set("referenceWithTag", &format!("{}/{}:{}", self.registry, self.path, self.tag));
        set("jsonPointer", pointer);
        Value::Object(map)
    }
}

fn is_registry(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.contains(']');
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(a, b)| (a, Some(b)));
    let is_label = |it: &str| {
        let is_edge = |it: Option<u8>| it.is_some_and(|it| it.is_ascii_alphanumeric());
        is_edge(it.bytes().next())
            && is_edge(it.bytes().next_back())
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    host.split('.').all(is_label)
        && port.is_none_or(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}

/// Lower case letters and digits, with one dot, one or two underscores or some dashes between.
fn is_part(text: &str) -> bool {
    let mut separators = String::new();
    let mut is_first = true;
    for c in text.chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            let is_one = matches!(separators.as_str(), "" | "." | "_" | "__");
            let is_dashes = separators.chars().all(|it| it == '-');
            if !(is_one || is_dashes) || is_first && !separators.is_empty() {
                return false;
            }
            separators.clear();
            is_first = false;
        } else if matches!(c, '.' | '_' | '-') {
            separators.push(c);
        } else {
            return false;
        }
    }
    !is_first && separators.is_empty()
}

fn is_tag(text: &str) -> bool {
    let is_word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    text.bytes().next().is_some_and(is_word)
        && text.len() <= 128
        && text.bytes().all(|it| is_word(it) || matches!(it, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hash)) = text.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hash.len() == length
        && hash.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
}
