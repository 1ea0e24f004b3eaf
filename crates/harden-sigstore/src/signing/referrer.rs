//! The manifest by which a registry keeps a bundle beside an image.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Claim;
use crate::Digest;
use crate::keys::private::KeyError;

/// The media type of a bundle, and the type of the artefact that holds one.
pub const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The configuration of such an artefact.
pub const EMPTY: &str = "{}";

const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Something in a registry, as others refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Its media type.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
}

/// The manifest that refers to an image, and has a bundle as its only layer.
///
/// cosign also writes when it was made. That is left out: nobody vouches for it, and without it the same signature
/// has the same manifest.
pub fn manifest(bundle: &str, claim: &Claim, image: &Descriptor) -> Result<String, KeyError> {
    super::json(&Manifest {
        schema_version: 2,
        media_type: MANIFEST,
        artifact_type: BUNDLE,
        config: Reference::of(EMPTY_TYPE, EMPTY.as_bytes()),
        layers: [Reference::of(BUNDLE, bundle.as_bytes())],
        subject: Reference {
            media_type: &image.media_type,
            digest: image.digest.to_string(),
            size: image.size,
        },
        annotations: BTreeMap::from([
            ("dev.sigstore.bundle.content", "dsse-envelope"),
            ("dev.sigstore.bundle.predicateType", claim.predicate_type()),
        ]),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<'a> {
    schema_version: u8,
    media_type: &'static str,
    artifact_type: &'static str,
    config: Reference<'a>,
    layers: [Reference<'a>; 1],
    subject: Reference<'a>,
    annotations: BTreeMap<&'static str, &'a str>,
}

/// A descriptor, as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference<'a> {
    media_type: &'a str,
    digest: String,
    size: u64,
}

impl<'a> Reference<'a> {
    pub(super) fn of(media_type: &'a str, content: &[u8]) -> Self {
        Self { media_type, digest: Digest::of(content).to_string(), size: content.len() as u64 }
    }
}
