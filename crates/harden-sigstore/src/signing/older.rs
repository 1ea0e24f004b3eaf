//! Signatures as cosign kept them before version 3: layers of an image, whose tag is made of the digest of the image
//! that they are of.
//!
//! Source: <https://github.com/sigstore/cosign/blob/v3.1.3/specs/SIGNATURE_SPEC.md>

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::referrer::{MANIFEST, Reference};
use super::{Claim, envelope};
use crate::Digest;
use crate::evidence::{ENVELOPE, SIMPLE_SIGNING};
use crate::keys::private::{KeyError, PrivateKey};

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// Signs a claim about an image as a layer of the image of its signatures, or of its statements.
///
/// `name` is how the image is called, with its registry and without a tag: an older signature says it.
pub fn sign_older(
    key: &PrivateKey,
    name: &str,
    image: &Digest,
    claim: &Claim,
) -> Result<Layer, KeyError> {
    match claim {
        Claim::Image => {
            let payload = super::json(&Payload {
                critical: Critical {
                    identity: Identity { docker_reference: name },
                    image: Image { docker_manifest_digest: image.to_string() },
                    kind: "cosign container image signature",
                },
                optional: None,
            })?;
            let signature = STANDARD.encode(key.sign(payload.as_bytes())?);
            Ok(Layer {
                media_type: SIMPLE_SIGNING,
                suffix: "sig",
                annotations: BTreeMap::from([("dev.cosignproject.cosign/signature", signature)]),
                content: payload,
            })
        }
        Claim::Statement { predicate_type, .. } => Ok(Layer {
            media_type: ENVELOPE,
            suffix: "att",
            // cosign looks for the first; it is empty because the signature is in the envelope.
            annotations: BTreeMap::from([
                ("dev.cosignproject.cosign/signature", String::new()),
                ("predicateType", predicate_type.clone()),
            ]),
            content: super::json(&envelope(key, &claim.statement(image)?)?)?,
        }),
    }
}

#[derive(Serialize)]
struct Payload<'a> {
    critical: Critical<'a>,
    optional: Option<()>,
}

#[derive(Serialize)]
struct Critical<'a> {
    identity: Identity<'a>,
    image: Image,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Identity<'a> {
    docker_reference: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Image {
    docker_manifest_digest: String,
}

/// A layer of such an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its media type.
    pub media_type: &'static str,
    /// What is signed, or the envelope with it.
    pub content: String,
    annotations: BTreeMap<&'static str, String>,
    suffix: &'static str,
}

impl Layer {
    /// The tag of the image that the layer belongs to.
    #[must_use]
    pub fn tag(&self, image: &Digest) -> String {
        format!("sha256-{}.{}", image.hex(), self.suffix)
    }

    /// The image with the layer: of none, or of the manifest that is there; nothing where it has the layer already.
    pub fn added_to(&self, there: Option<&str>) -> Result<Option<OlderImage>, UnreadableImage> {
        let mut manifest = match there {
            Some(text) => serde_json::from_str(text).map_err(|_| UnreadableImage)?,
            None => json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": {}, "layers": []}),
        };
        let layers = manifest.get_mut("layers").and_then(Value::as_array_mut);
        let layers = layers.ok_or(UnreadableImage)?;
        let reference = Reference::of(self.media_type, self.content.as_bytes());
        let mut layer = json!(reference);
        layer
            .as_object_mut()
            .ok_or(UnreadableImage)?
            .insert("annotations".to_owned(), json!(self.annotations));
        if layers.contains(&layer) {
            return Ok(None);
        }
        layers.push(layer);
        let digests: Option<Vec<_>> = layers.iter().map(|it| it.get("digest")).collect();
        let config = json!({
            "architecture": "",
            "os": "",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": digests.ok_or(UnreadableImage)?},
        })
        .to_string();
        let fields = manifest.as_object_mut().ok_or(UnreadableImage)?;
        fields.insert("config".to_owned(), json!(Reference::of(CONFIG, config.as_bytes())));
        let manifest = manifest.to_string();
        Ok(Some(OlderImage { config, manifest }))
    }
}

/// An image whose layers are signatures, or statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OlderImage {
    /// Its configuration.
    pub config: String,
    /// Its manifest.
    pub manifest: String,
}

/// What is there is no image that signatures could be added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "what is there under the tag of its signatures is no manifest of an image: see what put it there"
)]
pub struct UnreadableImage;
