//! Signing an image with a key, as cosign does it: a bundle beside the image, without a log and without a time.
//!
//! The same key, image and claim make the same bytes: what is there already is not pushed again.
//!
//! Source: <https://github.com/sigstore/cosign/blob/v3.1.3/cmd/cosign/cli/sign/sign.go>

mod claim;
mod older;
mod referrer;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

pub use claim::{Claim, InvalidPredicate, Predicate};
pub use older::{Layer, OlderImage, UnreadableImage, sign_older};
pub use referrer::{BUNDLE, Descriptor, EMPTY, manifest};

use crate::Digest;
use crate::keys::private::{KeyError, PrivateKey};
use crate::statement::PAYLOAD_TYPE;

/// Signs a claim about an image: a Sigstore bundle v0.3, as JSON.
///
/// # Examples
///
/// ```
/// use harden_sigstore::Digest;
/// use harden_sigstore::keys::private::PrivateKey;
/// use harden_sigstore::signing::{Claim, sign};
///
/// let key = PrivateKey::p256(&[7; 32]).ok_or("no key")?;
/// let bundle = sign(&key, &Digest::of(b"{}"), &Claim::Image)?;
/// assert_eq!(bundle, sign(&key, &Digest::of(b"{}"), &Claim::Image)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign(key: &PrivateKey, image: &Digest, claim: &Claim) -> Result<String, KeyError> {
    let statement = claim.statement(image)?;
    let bundle = Bundle {
        media_type: BUNDLE,
        verification_material: Material { public_key: PublicKey { hint: hint(key)? } },
        dsse_envelope: envelope(key, &statement)?,
    };
    json(&bundle)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    media_type: &'static str,
    verification_material: Material,
    dsse_envelope: Envelope,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    public_key: PublicKey,
}

#[derive(Serialize)]
struct PublicKey {
    hint: String,
}

/// An envelope (DSSE): a payload and its signature.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: &'static str,
    signatures: [Signature; 1],
}

#[derive(Serialize)]
struct Signature {
    sig: String,
}

fn envelope(key: &PrivateKey, statement: &str) -> Result<Envelope, KeyError> {
    let signed = [
        format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), statement.len()).as_bytes(),
        statement.as_bytes(),
    ]
    .concat();
    Ok(Envelope {
        payload: STANDARD.encode(statement),
        payload_type: PAYLOAD_TYPE,
        signatures: [Signature { sig: STANDARD.encode(key.sign(&signed)?) }],
    })
}

/// By what cosign names a key: the SHA-256 digest of its public half, in base64.
fn hint(key: &PrivateKey) -> Result<String, KeyError> {
    use sha2::Digest as _;
    Ok(STANDARD.encode(sha2::Sha256::digest(key.public_der()?)))
}

fn json(value: &impl Serialize) -> Result<String, KeyError> {
    serde_json::to_string(value).map_err(|_| KeyError::Unusable)
}
