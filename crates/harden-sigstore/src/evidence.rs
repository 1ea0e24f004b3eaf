//! A signature or an attestation, as a registry or a file holds it.

use std::collections::BTreeMap;

/// The media type of a layer with a signature of cosign before version 3.
pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The media type of a layer with an attestation of cosign before version 3.
pub const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";

/// What says that somebody signed something; nothing of it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A Sigstore bundle of any version, as JSON.
    Bundle(String),
    /// A layer of the images `sha256-….sig` and `sha256-….att` of cosign before version 3.
    Legacy(Legacy),
}

/// A layer of an image of signatures or attestations, as cosign wrote them before version 3.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Legacy {
    /// The media type of the layer: `application/vnd.dev.cosign.simplesigning.v1+json` of a signature,
    /// `application/vnd.dsse.envelope.v1+json` of an attestation.
    pub media_type: String,
    /// The layer itself.
    pub payload: Vec<u8>,
    /// `dev.cosignproject.cosign/signature`: the signature of the payload, in base64; empty for an attestation.
    pub signature: Option<String>,
    /// `dev.sigstore.cosign/certificate`, as PEM.
    pub certificate: Option<String>,
    /// `dev.sigstore.cosign/chain`, as PEM.
    pub chain: Option<String>,
    /// `dev.sigstore.cosign/bundle`: the entry of the transparency log, with its promise, as JSON.
    pub bundle: Option<String>,
    /// `dev.sigstore.cosign/rfc3161timestamp`, as JSON.
    pub timestamp: Option<String>,
}

impl Legacy {
    /// A layer with its annotations.
    #[must_use]
    pub fn of_layer(
        media_type: &str,
        payload: Vec<u8>,
        annotations: &BTreeMap<String, String>,
    ) -> Self {
        let of = |name: &str| annotations.get(name).filter(|it| !it.is_empty()).cloned();
        Self {
            media_type: media_type.to_owned(),
            payload,
            signature: of("dev.cosignproject.cosign/signature"),
            certificate: of("dev.sigstore.cosign/certificate"),
            chain: of("dev.sigstore.cosign/chain"),
            bundle: of("dev.sigstore.cosign/bundle"),
            timestamp: of("dev.sigstore.cosign/rfc3161timestamp"),
        }
    }
}
