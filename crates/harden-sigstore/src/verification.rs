//! From evidence to a verdict.

mod bare;
mod bundle;
mod claims;
mod legacy;
mod logs;
mod proof;
mod subject;

use crate::artefact::Artefact;
use crate::evidence::Evidence;
use crate::expectation::{Expectation, Pattern};
use crate::keys::PublicKey;
use crate::refusal::Refusal;
use crate::trust::Trust;
use crate::verdict::Verified;

/// Who is expected, once the key was read.
enum Expected<'a> {
    Key(PublicKey),
    Keyless { identity: &'a Pattern, issuer: &'a Pattern },
}

/// What is known of a signature of this artefact by whom was expected.
///
/// A signature by a key needs no log and no time; `logs` and `times` of the verdict are empty then. What
/// is there of them must hold all the same.
pub fn verify(
    artefact: Artefact<'_>,
    evidence: &Evidence,
    trust: &Trust,
    expectation: &Expectation,
) -> Result<Verified, Refusal> {
    let expected = match expectation {
        Expectation::Key(pem) => Expected::Key(PublicKey::of_pem(pem)?),
        Expectation::Keyless { identity, issuer } => Expected::Keyless { identity, issuer },
    };
    match evidence {
        Evidence::Bundle(text) => bundle::verify(artefact, text, trust, &expected),
        Evidence::Legacy(layer) => legacy::verify(artefact, layer, trust, &expected),
    }
}
