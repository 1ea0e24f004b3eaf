//! What a signature says of an artefact: an in-toto statement, read strictly, and what its predicate means.
//!
//! Upstream: in-toto/attestation `spec/v1/statement.md`, `spec/v0.1.0/statement.md`.

pub mod bom;
pub mod builders;
pub mod field;
mod json;
pub mod level;
pub mod provenance;
pub mod reading;
pub mod repository;
pub mod revision;
pub mod scan;
pub mod summary;

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use crate::{Artefact, Content, Digest};
use field::Field;

pub use bom::Bom;
pub use builders::Builder;
pub use level::{BuildLevel, Standing};
pub use provenance::{Edition, Provenance, Source};
pub use reading::Reading;
pub use revision::Revision;
pub use scan::Scan;
pub use summary::{Summary, VerifiedLevel};

/// A statement of more bytes is not read: the largest lists of software of real images are a tenth of it.
pub const MOST_BYTES: usize = 64 << 20;

/// What the payload of an envelope must be called to be a statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// That a statement, or what it says, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// A signature of an artefact says nothing more of it.
    #[error("the signature is of the artefact itself, and holds no statement")]
    NoStatement,
    /// The envelope names another kind of payload.
    #[error("the payload is a {0:?}, and a statement is an `{PAYLOAD_TYPE}`")]
    PayloadType(String),
    /// More than [`MOST_BYTES`].
    #[error("the statement has {0} bytes, and at most {MOST_BYTES} are read")]
    TooLarge(usize),
    /// It is not JSON, or a key is in one object twice, of which readers take different ones.
    #[error("the statement is not JSON that all readers read alike: {0}")]
    Json(String),
    /// The kind of statement is not known.
    #[error("`_type` is `{0}`, and in-toto statements of v0.1 and v1 are read")]
    Kind(String),
    /// Something of it is missing or of another type.
    #[error("{0}")]
    Shape(String),
}

/// Which in-toto statement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `https://in-toto.io/Statement/v0.1`, which cosign writes also for predicates of later versions.
    V01,
    /// `https://in-toto.io/Statement/v1`.
    V1,
}

/// That something is so of some artefacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Which in-toto statement it is.
    pub kind: Kind,
    /// What it is about: at least one.
    pub subjects: Vec<Subject>,
    /// The address that says what the predicate means.
    pub predicate_type: String,
    /// What is so, as it was signed.
    pub predicate: Value,
}

/// An artefact that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// How the statement calls it. Artefacts are told apart by their digests alone.
    pub name: Option<String>,
    /// Its digests by algorithm: at least one. Some are no hash, such as `gce_image_id`.
    pub digests: BTreeMap<String, String>,
}

impl Statement {
    /// Reads what was signed.
    ///
    /// # Errors
    ///
    /// What is wrong with it, where it is no statement.
    pub fn of(content: &Content) -> Result<Self, Unreadable> {
        match content {
            Content::Statement { payload_type, payload } => Self::read(payload_type, payload),
            Content::Artefact | Content::Name(_) => Err(Unreadable::NoStatement),
        }
    }

    /// Reads the payload of an envelope.
    ///
    /// # Errors
    ///
    /// What is wrong with it, where it is no statement.
    pub fn read(payload_type: &str, payload: &[u8]) -> Result<Self, Unreadable> {
        if payload_type != PAYLOAD_TYPE {
            return Err(Unreadable::PayloadType(payload_type.to_owned()));
        }
        if payload.len() > MOST_BYTES {
            return Err(Unreadable::TooLarge(payload.len()));
        }
        let value = json::read(payload).map_err(|error| Unreadable::Json(error.to_string()))?;
        let root = Field::root(&value);
        root.object()?;
        let kind = match root.at("_type").required_text()? {
            "https://in-toto.io/Statement/v0.1" => Kind::V01,
            "https://in-toto.io/Statement/v1" => Kind::V1,
            other => return Err(Unreadable::Kind(other.to_owned())),
        };
        let subjects: Vec<Subject> =
            root.at("subject").items()?.iter().map(Subject::read).collect::<Result<_, _>>()?;
        if subjects.is_empty() {
            return Err(Unreadable::Shape(
                "`subject` is empty: the statement is about nothing".to_owned(),
            ));
        }
        let predicate_type = root.at("predicateType").required_text()?.to_owned();
        let predicate = root.at("predicate").value.cloned().unwrap_or(Value::Null);
        Ok(Self { kind, subjects, predicate_type, predicate })
    }

    /// Is it about this artefact? Only its SHA-256 digest says so, whatever a subject is called.
    #[must_use]
    pub fn is_about(&self, artefact: &Artefact<'_>) -> bool {
        let digest = artefact.digest();
        self.subjects.iter().any(|it| it.sha256().is_some_and(|hex| hex == digest.hex()))
    }

    /// What it says.
    ///
    /// # Errors
    ///
    /// What is wrong with its predicate, where that is not what its type says.
    pub fn reading(&self) -> Result<Reading, Unreadable> {
        Reading::of(&self.predicate_type, &self.predicate)
    }
}

impl Subject {
    /// The hexadecimal digits of its SHA-256 digest.
    #[must_use]
    pub fn sha256(&self) -> Option<&str> {
        self.digests.get("sha256").map(String::as_str)
    }

    fn read(subject: &Field<'_>) -> Result<Self, Unreadable> {
        let name = subject.at("name").words()?;
        let digest = subject.at("digest");
        let digests: BTreeMap<String, String> = digest
            .entries()?
            .into_iter()
            .map(|(algorithm, value)| Ok((algorithm.to_owned(), value.required_text()?.to_owned())))
            .collect::<Result<_, Unreadable>>()?;
        if digests.is_empty() {
            return Err(Unreadable::Shape(format!(
                "`{}` is empty: nobody can tell which artefact is meant",
                digest.path
            )));
        }
        if let Some(hex) = digests.get("sha256") {
            format!("sha256:{hex}").parse::<Digest>().map_err(|_| {
                Unreadable::Shape(format!(
                    "`{}.sha256` is not 64 small hexadecimal digits",
                    digest.path
                ))
            })?;
        }
        Ok(Self { name, digests })
    }
}
