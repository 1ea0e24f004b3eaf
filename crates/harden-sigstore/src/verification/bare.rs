//! A signature by a key, with no log and no time beside it: the library takes none such.
//!
//! It is what cosign writes where the signing configuration names no log, as clusters without a way
//! out have it.

use sha2::{Digest as _, Sha384, Sha512};
use sigstore_verify::types::bundle::MessageSignature;
use sigstore_verify::types::{HashAlgorithm, SignatureContent};

use super::proof::Proof;
use crate::artefact::Artefact;
use crate::keys::PublicKey;
use crate::refusal::Refusal;
use crate::verdict::Signer;

pub(super) fn verify(
    artefact: Artefact<'_>,
    content: &SignatureContent,
    key: &PublicKey,
) -> Result<Proof, Refusal> {
    let is_signed = match content {
        SignatureContent::DsseEnvelope(envelope) => {
            key.verify(&envelope.pae(), envelope.signature.sig.as_bytes())
        }
        SignatureContent::MessageSignature(message) => {
            refuse_other_digest(message, artefact)?;
            is_signed(artefact, message.signature.as_bytes(), key)?
        }
        _ => {
            return Err(Refusal::Unsupported("it is neither a message nor an envelope".to_owned()));
        }
    };
    if !is_signed {
        return Err(Refusal::InvalidSignature);
    }
    let signer = Signer::Key(key.fingerprint());
    Ok(Proof { signer, times: Vec::new(), logs: Vec::new() })
}

fn is_signed(artefact: Artefact<'_>, signature: &[u8], key: &PublicKey) -> Result<bool, Refusal> {
    match artefact {
        Artefact::Bytes(bytes) => Ok(key.verify(bytes, signature)),
        Artefact::Digest(digest) => {
            key.verify_sha256(&digest.bytes(), signature).ok_or_else(|| {
                let reason = "a signature by such a key needs the file itself, and not its digest";
                Refusal::Unsupported(reason.to_owned())
            })
        }
    }
}

/// Refuses a message that says itself that it is another.
fn refuse_other_digest(message: &MessageSignature, artefact: Artefact<'_>) -> Result<(), Refusal> {
    let Some(stated) = &message.message_digest else { return Ok(()) };
    let actual = match (stated.algorithm, artefact) {
        (HashAlgorithm::Sha2256, _) => artefact.digest().bytes(),
        (HashAlgorithm::Sha2384, Artefact::Bytes(bytes)) => Sha384::digest(bytes).to_vec(),
        (HashAlgorithm::Sha2512, Artefact::Bytes(bytes)) => Sha512::digest(bytes).to_vec(),
        (other, _) => return Err(Refusal::Unsupported(format!("a digest by {other}"))),
    };
    if stated.digest.as_bytes() == actual.as_slice() {
        return Ok(());
    }
    Err(Refusal::wrong_artefact(&artefact.digest(), "its `messageDigest` is that of another"))
}
