//! What a statement says, one value for each kind of predicate.

use serde_json::{Value, json};

use super::{Bom, Edition, Provenance, Revision, Scan, Summary, Unreadable};

/// What a statement says.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Who built the artefact, and from what.
    Provenance(Box<Provenance>),
    /// What somebody else found who verified it, also of its source.
    Summary(Summary),
    /// How its source code came to be.
    Revision(Revision),
    /// Which software it has.
    Bom(Bom),
    /// Which vulnerabilities a scanner found in it.
    Scan(Scan),
    /// Nothing more than that it is signed: `https://sigstore.dev/cosign/sign/v1` of cosign 3.
    Signature,
    /// Something of another kind, by the address that says what it means.
    Other(String),
}

impl Reading {
    /// Reads a predicate by its type.
    ///
    /// # Errors
    ///
    /// The predicate is not what its type says. A type that is not known is no error.
    pub fn of(predicate_type: &str, predicate: &Value) -> Result<Self, Unreadable> {
        if let Some(edition) = Edition::of(predicate_type) {
            return Provenance::read(edition, predicate).map(|it| Self::Provenance(Box::new(it)));
        }
        if let Some(edition) = Summary::edition(predicate_type) {
            return Summary::read(edition, predicate).map(Self::Summary);
        }
        if let Some(revision) = Revision::read(predicate_type, predicate) {
            return revision.map(Self::Revision);
        }
        if let Some(bom) = Bom::read(predicate_type, predicate) {
            return bom.map(Self::Bom);
        }
        if let Some(scan) = Scan::read(predicate_type, predicate) {
            return scan.map(Self::Scan);
        }
        match predicate_type {
            "https://sigstore.dev/cosign/sign/v1" => Ok(Self::Signature),
            other => Ok(Self::Other(other.to_owned())),
        }
    }

    /// The provenance, where it is that.
    #[must_use]
    pub fn provenance(&self) -> Option<&Provenance> {
        if let Self::Provenance(provenance) = self { Some(provenance) } else { None }
    }

    /// When what it says was so, by its own word, RFC 3339: the end of the build, the scan or the verification.
    #[must_use]
    pub fn made(&self) -> Option<&str> {
        match self {
            Self::Provenance(it) => it.finished.as_deref().or(it.started.as_deref()),
            Self::Summary(it) => it.verified.as_deref(),
            Self::Revision(it) => it.made.as_deref(),
            Self::Bom(it) => it.made.as_deref(),
            Self::Scan(it) => it.made.as_deref(),
            Self::Signature | Self::Other(_) => None,
        }
    }

    /// How many whole days ago that was at a time in seconds since 1970; nothing where it says no time that
    /// can be read, and less than zero where it says one to come.
    #[must_use]
    pub fn age(&self, now: i64) -> Option<i64> {
        let made: jiff::Timestamp = self.made()?.parse().ok()?;
        Some((now - made.as_second()).div_euclid(24 * 60 * 60))
    }

    /// One line for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Provenance(it) => it.sentence(),
            Self::Summary(it) => it.sentence(),
            Self::Revision(it) => it.sentence(),
            Self::Bom(it) => it.sentence(),
            Self::Scan(it) => it.sentence(),
            Self::Signature => "signed".to_owned(),
            Self::Other(predicate_type) => {
                format!("says something of the kind `{predicate_type}`, which is not read")
            }
        }
    }

    /// For machines: an object with `kind`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Provenance(it) => it.to_json(),
            Self::Summary(it) => it.to_json(),
            Self::Revision(it) => it.to_json(),
            Self::Bom(it) => it.to_json(),
            Self::Scan(it) => it.to_json(),
            Self::Signature => json!({"kind": "signature"}),
            Self::Other(predicate_type) => {
                json!({"kind": "other", "predicateType": predicate_type})
            }
        }
    }
}
