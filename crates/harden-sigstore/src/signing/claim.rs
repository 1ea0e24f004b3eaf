//! What the holder of a key says of an image.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Serialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::Digest;
use crate::keys::private::KeyError;

/// What cosign calls the statement that an image is signed.
const SIGNED: &str = "https://sigstore.dev/cosign/sign/v1";

/// What is said of an image.
#[derive(Debug, Clone)]
pub enum Claim {
    /// That it is signed, and no more.
    Image,
    /// A statement.
    Statement {
        /// The address of its type, such as `https://slsa.dev/provenance/v1`.
        predicate_type: String,
        /// What it says.
        predicate: Predicate,
    },
}

impl Claim {
    /// The address of the type of the statement that says so.
    #[must_use]
    pub fn predicate_type(&self) -> &str {
        match self {
            Self::Image => SIGNED,
            Self::Statement { predicate_type, .. } => predicate_type,
        }
    }

    /// The statement (in-toto v1), as JSON.
    pub(super) fn statement(&self, image: &Digest) -> Result<String, KeyError> {
        let predicate = match self {
            Self::Image => serde_json::from_str("{}").map_err(|_| KeyError::Unusable)?,
            Self::Statement { predicate, .. } => &*predicate.0,
        };
        super::json(&Statement {
            kind: "https://in-toto.io/Statement/v1",
            subject: [Subject { digest: BTreeMap::from([("sha256", image.hex())]) }],
            predicate_type: self.predicate_type(),
            predicate,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statement<'a> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: [Subject<'a>; 1],
    predicate_type: &'a str,
    predicate: &'a RawValue,
}

#[derive(Serialize)]
struct Subject<'a> {
    digest: BTreeMap<&'static str, &'a str>,
}

/// What a statement says: an object in JSON, signed as it is written.
#[derive(Debug, Clone)]
pub struct Predicate(Box<RawValue>);

impl FromStr for Predicate {
    type Err = InvalidPredicate;

    fn from_str(text: &str) -> Result<Self, InvalidPredicate> {
        // Read whole first: what is nested too deep, or has numbers too large, others could not read.
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|it| InvalidPredicate::Json(it.to_string()))?;
        if !value.is_object() {
            return Err(InvalidPredicate::NoObject);
        }
        let raw = serde_json::from_str(text);
        raw.map(Self).map_err(|it| InvalidPredicate::Json(it.to_string()))
    }
}

/// Why a text is nothing that a statement could say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidPredicate {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    Json(String),
    /// It is JSON, but no object.
    #[error("a predicate is an object in JSON, from {{ to }}")]
    NoObject,
}
