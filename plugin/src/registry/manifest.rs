//! What a registry keeps of an image: an index of manifests, or a manifest.

use std::collections::BTreeMap;

use harden_sigstore::Digest;
use serde::{Deserialize, Serialize};

use super::fault::Fault;

pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// What is asked for; it is also all that is read.
#[cfg(feature = "live")]
pub(crate) const ACCEPTED: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// What something points to.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) digest: String,
    #[serde(default)]
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) artifact_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) annotations: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) platform: Option<Platform>,
    /// What nobody here reads, kept where an index is written again.
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

/// A kind of machine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
pub(crate) struct Platform {
    #[serde(default)]
    pub(crate) architecture: String,
    #[serde(default)]
    pub(crate) os: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) variant: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

impl Descriptor {
    /// What points to these bytes.
    #[cfg(feature = "live")]
    pub(crate) fn to(bytes: &[u8], media_type: &str) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: Digest::of(bytes).to_string(),
            size: bytes.len() as u64,
            ..Self::default()
        }
    }

    /// The digest, where it is one that can be checked.
    pub(crate) fn digest(&self) -> Result<Digest, Fault> {
        self.digest
            .parse()
            .map_err(|_| Fault::broken("it points to something by a digest that is none of sha256"))
    }

    /// An annotation, unless it is empty.
    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        let value = self.annotations.as_ref()?.get(name)?;
        Some(value.as_str()).filter(|it| !it.is_empty())
    }
}

/// An index or a manifest.
#[derive(Debug, Clone)]
pub(crate) enum Document {
    Index(Vec<Descriptor>),
    Manifest(Box<Manifest>),
}

/// A manifest, with what is read of it here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manifest {
    pub(crate) config: Option<Descriptor>,
    pub(crate) layers: Vec<Descriptor>,
    pub(crate) subject: Option<Descriptor>,
    pub(crate) artifact_type: Option<String>,
    pub(crate) annotations: Option<BTreeMap<String, String>>,
}

impl Manifest {
    /// What it is, as the specification says to tell: its own type, or that of its configuration, where cosign
    /// writes its own.
    pub(crate) fn kind(&self) -> Option<&str> {
        let own = self.artifact_type.as_deref();
        let config = self.config.as_ref();
        let types = [own, config.and_then(|it| it.artifact_type.as_deref())];
        let named = types.into_iter().flatten().find(|it| !it.is_empty());
        named.or_else(|| config.map(|it| it.media_type.as_str()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    schema_version: Option<u64>,
    media_type: Option<String>,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    subject: Option<Descriptor>,
    artifact_type: Option<String>,
    annotations: Option<BTreeMap<String, String>>,
}

/// Reads an index or a manifest, and says of which media type it is. What is sent as one and says that it is the
/// other is refused: two readers would take it for two images of one digest.
pub(crate) fn read(bytes: &[u8], sent_as: Option<&str>) -> Result<(String, Document), Fault> {
    if bytes.trim_ascii_start().first() == Some(&b'<') {
        return Err(Fault::broken("it answered with a page for browsers: is it a registry?"));
    }
    let sent_as = sent_as.and_then(|it| it.split(';').next()).map(str::trim);
    let written: Written = match serde_json::from_slice(bytes) {
        Ok(written) => written,
        Err(error) if error.is_eof() => return Err(Fault::broken("the manifest ends too early")),
        Err(error) if error.is_syntax() => {
            return Err(Fault::broken("what was answered is no JSON, so no manifest"));
        }
        Err(_) => return Err(Fault::broken("the manifest has fields of a wrong type, or twice")),
    };
    let is_oldest = |it: &str| it.starts_with("application/vnd.docker.distribution.manifest.v1+");
    if written.schema_version == Some(1) || sent_as.is_some_and(is_oldest) {
        return Err(Fault::broken(
            "the image has a manifest of Docker's schema 1, which has no content that a digest could name: push it again with a newer client",
        ));
    }
    let said = written.media_type.as_deref().filter(|it| !it.is_empty());
    let sent = sent_as.filter(|it| is_index(it).is_some());
    if let (Some(said), Some(sent)) = (said, sent)
        && said != sent
    {
        return Err(Fault::broken(format!(
            "the manifest was sent as {sent}, but says otherwise of itself"
        )));
    }
    let named = said.or(sent);
    let has_manifests = written.manifests.is_some();
    let has_layers = written.layers.is_some() || written.config.is_some();
    let as_index = match named {
        Some(name) => is_index(name)
            .ok_or_else(|| Fault::broken("it has a media type that is that of no image"))?,
        None => has_manifests,
    };
    if has_manifests && has_layers {
        return Err(Fault::broken(
            "it is an index and a manifest at once, so what it means is open",
        ));
    }
    if if as_index { has_layers } else { !has_layers } {
        return Err(Fault::broken(
            "it is no manifest of an image: fields of its media type are missing",
        ));
    }
    let media_type = named.unwrap_or(if as_index { INDEX } else { MANIFEST }).to_owned();
    if as_index {
        return Ok((media_type, Document::Index(written.manifests.unwrap_or_default())));
    }
    let manifest = Manifest {
        config: written.config,
        layers: written.layers.unwrap_or_default(),
        subject: written.subject,
        artifact_type: written.artifact_type,
        annotations: written.annotations,
    };
    Ok((media_type, Document::Manifest(Box::new(manifest))))
}

/// Whether what points to something says that it is a manifest or an index, or says nothing.
pub(crate) fn may_be(media_type: &str) -> bool {
    media_type.is_empty() || is_index(media_type).is_some()
}

/// Whether a media type is that of an index, or of a manifest; `None` where it is neither.
fn is_index(media_type: &str) -> Option<bool> {
    match media_type {
        INDEX | DOCKER_INDEX => Some(true),
        MANIFEST | DOCKER_MANIFEST => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, sent_as: Option<&str>) -> String {
        match read(text.as_bytes(), sent_as) {
            Ok((media_type, Document::Index(all))) => format!("{media_type} of {}", all.len()),
            Ok((media_type, Document::Manifest(it))) => {
                format!("{media_type} with {}", it.layers.len())
            }
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn a_manifest_is_told_from_an_index_by_what_it_says_and_how_it_is_sent() {
        let one = format!(r#"{{"digest":"{}","size":2}}"#, Digest::of(b"{}"));
        let index = format!(r#"{{"schemaVersion":2,"manifests":[{one}]}}"#);
        let manifest = format!(r#"{{"schemaVersion":2,"config":{one},"layers":[{one}]}}"#);
        assert_eq!(said(&index, Some(INDEX)), format!("{INDEX} of 1"));
        assert_eq!(said(&index, Some("application/json; charset=utf-8")), format!("{INDEX} of 1"));
        assert_eq!(said(&index, Some(DOCKER_INDEX)), format!("{DOCKER_INDEX} of 1"));
        assert_eq!(said(&manifest, None), format!("{MANIFEST} with 1"));
        let null = format!(
            r#"{{"mediaType":"{INDEX}","manifests":null,"subject":null,"annotations":null}}"#
        );
        assert_eq!(said(&null, None), format!("{INDEX} of 0"));
        let named = manifest.replacen('{', &format!(r#"{{"mediaType":"{DOCKER_MANIFEST}","#), 1);
        assert_eq!(said(&named, Some(DOCKER_MANIFEST)), format!("{DOCKER_MANIFEST} with 1"));
        for (text, sent_as, why) in [
            (&*manifest, Some(INDEX), "fields of its media type are missing"),
            (&*index, Some(MANIFEST), "fields of its media type are missing"),
            (&*named, Some(MANIFEST), "was sent as"),
            (&*named, Some(INDEX), "was sent as"),
            ("<html>", None, "a page for browsers"),
            ("", None, "ends too early"),
            ("{", None, "ends too early"),
            ("nonsense", None, "no JSON"),
            ("[]", None, "wrong type"),
            ("{}", None, "missing"),
            (r#"{"manifests":[{}]}"#, None, "wrong type"),
            (r#"{"manifests":[{"digest":"x","size":-1}]}"#, None, "wrong type"),
            (r#"{"manifests":[],"manifests":[]}"#, None, "twice"),
            (r#"{"manifests":[],"layers":[]}"#, None, "at once"),
            (r#"{"schemaVersion":1,"fsLayers":[]}"#, None, "schema 1"),
            (r#"{"mediaType":"application/x","layers":[]}"#, None, "that of no image"),
        ] {
            assert!(said(text, sent_as).contains(why), "{text}: {}", said(text, sent_as));
        }
    }
}
