//! A Sigstore bundle: what is in it, and whether it can be read at all.

use serde::Deserialize as _;
use serde_json::{Value, json};
use sigstore_verify::types::{Bundle, MediaType, SignatureContent};

use super::{Expected, proof};
use crate::artefact::Artefact;
use crate::refusal::{Refusal, shown};
use crate::trust::Trust;
use crate::verdict::{Content, Verified};

/// How large a bundle may be, in bytes. The largest honest ones carry an SBOM.
pub(super) const MOST_BYTES: usize = 16 << 20;

/// What there may be several of, and how many: one or two are honest. Each is work.
const MOST: [(&str, &str, usize); 4] = [
    (ENTRIES, "log entries", 16),
    (STAMPS, "timestamps", 16),
    ("/verificationMaterial/x509CertificateChain/certificates", "certificates", 16),
    ("/dsseEnvelope/signatures", "signatures", 16),
];

const ENTRIES: &str = "/verificationMaterial/tlogEntries";
const STAMPS: &str = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps";

/// How many hashes a proof may have: a tree of 2⁶⁴ leaves has 64 levels.
const MOST_HASHES: usize = 64;

pub(super) fn verify(
    artefact: Artefact<'_>,
    text: &str,
    trust: &Trust,
    expected: &Expected<'_>,
) -> Result<Verified, Refusal> {
    if text.len() > MOST_BYTES {
        return Err(Refusal::TooLarge { what: "bytes of a bundle", limit: MOST_BYTES });
    }
    let value = serde_json::from_str(text).map_err(|it| Refusal::Broken(shown(&it.to_string())))?;
    let bundle = read(value)?;
    let proof = proof::verify(artefact, &bundle, trust, expected)?;
    let version = match bundle.media_type() {
        MediaType::Bundle0_1 => "v0.1",
        MediaType::Bundle0_2 => "v0.2",
        _ => "v0.3",
    };
    Ok(Verified {
        signer: proof.signer,
        times: proof.times,
        logs: proof.logs,
        content: content(bundle.content),
        format: format!("bundle {version}"),
    })
}

/// What was signed.
pub(super) fn content(content: SignatureContent) -> Content {
    match content {
        SignatureContent::DsseEnvelope(envelope) => Content::Statement {
            payload_type: envelope.payload_type,
            payload: envelope.payload.into_bytes(),
        },
        _ => Content::Artefact,
    }
}

/// The bundle in a JSON value, where it has the shape of one.
pub(super) fn read(mut value: Value) -> Result<Bundle, Refusal> {
    // The library takes a bundle without it for one of version 0.1.
    if !value.get("mediaType").is_some_and(Value::is_string) {
        return Err(Refusal::Broken("it has no `mediaType`, so it is no bundle".to_owned()));
    }
    only_one(&value, "what was signed", &["messageSignature", "dsseEnvelope"])?;
    let material = value.get("verificationMaterial").unwrap_or(&Value::Null);
    only_one(material, "who signed", &["certificate", "x509CertificateChain", "publicKey"])?;
    for (place, what, limit) in MOST {
        refuse_more(list(&value, place), what, limit)?;
    }
    for (place, what) in [(ENTRIES, "log entry"), (STAMPS, "timestamp")] {
        let list = list(&value, place);
        if list.iter().enumerate().any(|(at, it)| list.iter().take(at).any(|other| other == it)) {
            return Err(Refusal::Broken(format!("the same {what} is there twice")));
        }
    }
    for entry in list(&value, ENTRIES) {
        refuse_more(list(entry, "/inclusionProof/hashes"), "hashes of a proof", MOST_HASHES)?;
    }
    // So cosign writes a message by an Ed25519 key, which is not of a digest.
    if value.pointer("/messageSignature/messageDigest") == Some(&json!({}))
        && let Some(digest) = value.pointer_mut("/messageSignature/messageDigest")
    {
        *digest = Value::Null;
    }
    Bundle::deserialize(value).map_err(|error| {
        let reason = shown(&error.to_string());
        if reason.contains("unsupported") || reason.to_lowercase().contains("media type") {
            Refusal::Unsupported(reason)
        } else {
            Refusal::Broken(reason)
        }
    })
}

/// Of fields that exclude each other there must be one: readers differ in which they take.
fn only_one(value: &Value, what: &str, fields: &[&str]) -> Result<(), Refusal> {
    let given = fields.iter().filter(|field| value.get(**field).is_some_and(|it| !it.is_null()));
    match given.count() {
        1 => Ok(()),
        0 => Err(Refusal::Broken(format!(
            "it does not say {what}: `{}` is missing",
            fields.join("` or `")
        ))),
        _ => Err(Refusal::Broken(format!(
            "it says more than once {what}: one of `{}` is enough",
            fields.join("`, `")
        ))),
    }
}

/// The items of a list; none where it is no list, which is for the library to say.
fn list<'a>(value: &'a Value, place: &str) -> &'a [Value] {
    value.pointer(place).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn refuse_more(list: &[Value], what: &'static str, limit: usize) -> Result<(), Refusal> {
    if list.len() > limit { Err(Refusal::TooLarge { what, limit }) } else { Ok(()) }
}
