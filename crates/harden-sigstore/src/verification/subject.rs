//! What a statement in an envelope is about.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest as _, Sha512};
use sigstore_verify::types::DsseEnvelope;

use crate::artefact::{Artefact, hex};
use crate::refusal::{Refusal, shown};
use crate::statement::PAYLOAD_TYPE;

/// The versions of statements that say the same of their subjects.
const STATEMENTS: [&str; 2] =
    ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"];

/// How many subjects there may be; the largest releases have some thousand files.
const MOST: usize = 65_536;

#[derive(Deserialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    digest: BTreeMap<String, String>,
}

/// Refuses an envelope of what cannot name an artefact.
pub(super) fn refuse_other_types(
    envelope: &DsseEnvelope,
    artefact: Artefact<'_>,
) -> Result<(), Refusal> {
    if envelope.payload_type == PAYLOAD_TYPE {
        return Ok(());
    }
    let reason = format!("an envelope of `{}` names no artefact", envelope.payload_type);
    Err(Refusal::wrong_artefact(&artefact.digest(), &reason))
}

/// Refuses a statement that does not name the artefact among its subjects.
pub(super) fn name(envelope: &DsseEnvelope, artefact: Artefact<'_>) -> Result<(), Refusal> {
    let statement: Statement = serde_json::from_slice(envelope.payload.as_bytes())
        .map_err(|error| Refusal::Broken(shown(&format!("its statement: {error}"))))?;
    if !STATEMENTS.contains(&statement.kind.as_str()) {
        let kind = shown(&statement.kind);
        return Err(Refusal::Unsupported(format!("a statement of the type `{kind}`")));
    }
    if statement.subject.len() > MOST {
        return Err(Refusal::TooLarge { what: "subjects", limit: MOST });
    }
    let sha256 = artefact.digest();
    let sha512 = match artefact {
        Artefact::Bytes(bytes) => Some(hex(&Sha512::digest(bytes))),
        Artefact::Digest(_) => None,
    };
    let is_it = |subject: &Subject| {
        let is = |name: &str, hex: &str| {
            subject.digest.get(name).is_some_and(|it| it.eq_ignore_ascii_case(hex))
        };
        is("sha256", sha256.hex()) || sha512.as_deref().is_some_and(|hex| is("sha512", hex))
    };
    if statement.subject.iter().any(is_it) {
        return Ok(());
    }
    let named = statement.subject.iter().find_map(|it| it.digest.get("sha256"));
    let reason = named.map_or_else(
        || "its statement names no SHA-256 digest".to_owned(),
        |hex| format!("its statement is about sha256:{hex}"),
    );
    Err(Refusal::wrong_artefact(&sha256, &reason))
}
