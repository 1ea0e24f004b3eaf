//! Layers as cosign wrote them before version 3, read as the bundle that says the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Expected, bundle, proof};
use crate::artefact::{Artefact, Digest};
use crate::evidence::{ENVELOPE, Legacy, SIMPLE_SIGNING};
use crate::refusal::{Refusal, shown};
use crate::trust::Trust;
use crate::verdict::{Content, Verified};

pub(super) fn verify(
    artefact: Artefact<'_>,
    layer: &Legacy,
    trust: &Trust,
    expected: &Expected<'_>,
) -> Result<Verified, Refusal> {
    let limit = bundle::MOST_BYTES;
    if size(layer) > limit {
        return Err(Refusal::TooLarge { what: "bytes of a layer", limit });
    }
    let is_envelope = match layer.media_type.as_str() {
        SIMPLE_SIGNING => false,
        ENVELOPE => true,
        other => {
            let reason = format!("a layer of the media type `{}`", shown(other));
            return Err(Refusal::Unsupported(reason));
        }
    };
    let bundle = bundle::read(value(layer, is_envelope, expected)?)?;
    let signed = if is_envelope { artefact } else { Artefact::Bytes(&layer.payload) };
    let proof = proof::verify(signed, &bundle, trust, expected)?;
    let content = if is_envelope {
        bundle::content(bundle.content)
    } else {
        Content::Name(name(&layer.payload, &artefact.digest())?)
    };
    Ok(Verified {
        signer: proof.signer,
        times: proof.times,
        logs: proof.logs,
        content,
        format: "legacy".to_owned(),
    })
}

fn size(layer: &Legacy) -> usize {
    [&layer.signature, &layer.certificate, &layer.chain, &layer.bundle, &layer.timestamp]
        .into_iter()
        .flatten()
        .fold(layer.payload.len(), |sum, text| sum.saturating_add(text.len()))
}

/// The bundle: version 0.1 where there is an entry of a log, which has a promise then and no proof.
fn value(layer: &Legacy, is_envelope: bool, expected: &Expected<'_>) -> Result<Value, Refusal> {
    let entry = layer.bundle.as_deref().map(entry).transpose()?;
    let stamp = layer.timestamp.as_deref().map(timestamp).transpose()?;
    let (by, who) = signer(layer, expected)?;
    let material = json!({
        by: who,
        "tlogEntries": entry.iter().collect::<Vec<_>>(),
        "timestampVerificationData": { "rfc3161Timestamps": stamp.iter().collect::<Vec<_>>() },
    });
    let version = if entry.is_some() { "0.1" } else { "0.2" };
    let media_type = format!("application/vnd.dev.sigstore.bundle+json;version={version}");
    let (of, message) = signed(layer, is_envelope)?;
    Ok(json!({ "mediaType": media_type, "verificationMaterial": material, of: message }))
}

fn signed(layer: &Legacy, is_envelope: bool) -> Result<(&'static str, Value), Refusal> {
    if is_envelope {
        let envelope = serde_json::from_slice(&layer.payload).map_err(|it| broken("layer", &it))?;
        return Ok(("dsseEnvelope", envelope));
    }
    let Some(signature) = &layer.signature else {
        let reason = "the annotation `dev.cosignproject.cosign/signature` is missing".to_owned();
        return Err(Refusal::Broken(reason));
    };
    // Before version 3, cosign hashed with SHA-256 for every curve.
    let digest = BASE64.encode(Digest::of(&layer.payload).bytes());
    let message = json!({
        "messageDigest": { "algorithm": "SHA2_256", "digest": digest },
        "signature": signature,
    });
    Ok(("messageSignature", message))
}

fn signer(layer: &Legacy, expected: &Expected<'_>) -> Result<(&'static str, Value), Refusal> {
    let Some(certificate) = &layer.certificate else {
        return Ok(("publicKey", json!({ "hint": "" })));
    };
    if matches!(expected, Expected::Key(_)) {
        return Err(Refusal::ByCertificate);
    }
    let mut certificates = Vec::new();
    for text in [Some(certificate), layer.chain.as_ref()].into_iter().flatten() {
        let blocks = pem::parse_many(text).map_err(|it| broken("certificate", &it))?;
        // Else the first of the chain would be taken for the signer's.
        if blocks.is_empty() {
            return Err(Refusal::Broken("what should be a certificate is no PEM".to_owned()));
        }
        for block in blocks {
            if block.tag() != "CERTIFICATE" {
                return Err(Refusal::Broken(format!(
                    "a `{}` is no certificate",
                    shown(block.tag())
                )));
            }
            certificates.push(json!({ "rawBytes": BASE64.encode(block.contents()) }));
        }
    }
    Ok(("x509CertificateChain", json!({ "certificates": certificates })))
}

/// The annotation `dev.sigstore.cosign/bundle`.
#[derive(Deserialize)]
struct Offline {
    #[serde(rename = "SignedEntryTimestamp")]
    promise: String,
    #[serde(rename = "Payload")]
    payload: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    body: String,
    integrated_time: i64,
    log_index: i64,
    #[serde(rename = "logID")]
    log_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    kind: String,
    api_version: String,
}

fn entry(text: &str) -> Result<Value, Refusal> {
    const PLACE: &str = "annotation `dev.sigstore.cosign/bundle`";
    let Offline { promise, payload } =
        serde_json::from_str(text).map_err(|it| broken(PLACE, &it))?;
    let body = BASE64.decode(&payload.body).map_err(|it| broken(PLACE, &it))?;
    let body: Body = serde_json::from_slice(&body).map_err(|it| broken(PLACE, &it))?;
    let log_id = bytes(&payload.log_id)
        .ok_or_else(|| Refusal::Broken(format!("the {PLACE}: `logID` is not hexadecimal")))?;
    Ok(json!({
        "logIndex": payload.log_index.to_string(),
        "logId": { "keyId": BASE64.encode(log_id) },
        "kindVersion": { "kind": body.kind, "version": body.api_version },
        "integratedTime": payload.integrated_time.to_string(),
        "inclusionPromise": { "signedEntryTimestamp": promise },
        "canonicalizedBody": payload.body,
    }))
}

fn timestamp(text: &str) -> Result<Value, Refusal> {
    #[derive(Deserialize)]
    struct Stamp {
        #[serde(rename = "SignedRFC3161Timestamp")]
        stamp: String,
    }
    const PLACE: &str = "annotation `dev.sigstore.cosign/rfc3161timestamp`";
    let Stamp { stamp } = serde_json::from_str(text).map_err(|it| broken(PLACE, &it))?;
    Ok(json!({ "signedTimestamp": stamp }))
}

/// What was signed: the digest of an image, and how it was called.
#[derive(Deserialize)]
struct Named {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    #[serde(rename = "type")]
    kind: String,
    image: Image,
    #[serde(default)]
    identity: Option<Identity>,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

#[derive(Deserialize)]
struct Identity {
    #[serde(rename = "docker-reference", default)]
    reference: Option<String>,
}

/// How the image is called in a payload, where the payload is about it.
fn name(payload: &[u8], expected: &Digest) -> Result<String, Refusal> {
    let Named { critical } =
        serde_json::from_slice(payload).map_err(|it| broken("payload", &it))?;
    if critical.kind != "cosign container image signature" {
        let kind = shown(&critical.kind);
        return Err(Refusal::Unsupported(format!("a payload of the type `{kind}`")));
    }
    if critical.image.digest != expected.to_string() {
        let reason = format!("its payload is about {}", critical.image.digest);
        return Err(Refusal::wrong_artefact(expected, &reason));
    }
    Ok(critical.identity.and_then(|it| it.reference).unwrap_or_default())
}

fn broken(place: &str, error: &dyn std::fmt::Display) -> Refusal {
    Refusal::Broken(shown(&format!("the {place}: {error}")))
}

/// The bytes that hexadecimal digits stand for.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        hex.chars().map(|it| it.to_digit(16).and_then(|it| u8::try_from(it).ok())).collect();
    let digits = digits.filter(|it| it.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|it| it.iter().fold(0, |sum, digit| sum << 4 | digit)).collect())
}
