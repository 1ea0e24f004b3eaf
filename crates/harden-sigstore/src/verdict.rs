//! What is known of a signature that was verified.

use std::collections::BTreeMap;

/// A signature that is what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Who signed.
    pub signer: Signer,
    /// When, by those who vouch for it, the earliest first; empty where nobody does.
    pub times: Vec<Time>,
    /// The transparency logs that have it, by the names in the trusted root; empty: no transparency.
    pub logs: Vec<String>,
    /// What was signed.
    pub content: Content,
    /// How the signature is kept: `bundle v0.3`, `legacy`.
    pub format: String,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signer {
    /// The holder of a key, by the SHA-256 digest of its public half (DER), as hexadecimal digits.
    Key(String),
    /// The holder of a certificate.
    Certificate {
        /// The name in it.
        identity: String,
        /// Who vouched for the name.
        issuer: String,
        /// What the issuer said of a build, by Fulcio's names for it: `BuildSignerURI`, `SourceRepositoryURI`,
        /// `SourceRepositoryDigest`, `SourceRepositoryRef`, `BuildConfigURI`, `RunnerEnvironment`, `BuildTrigger`…
        claims: BTreeMap<String, String>,
    },
}

/// A time that somebody vouches for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Seconds since 1970, UTC.
    pub seconds: i64,
    /// Who: `transparency log`, `timestamp authority`.
    pub source: String,
}

/// What was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The artefact itself.
    Artefact,
    /// That an image is called so: `docker-reference` of the older form; empty where it says none.
    Name(String),
    /// A statement about the artefact, in an envelope (DSSE).
    Statement {
        /// `application/vnd.in-toto+json`, as a rule.
        payload_type: String,
        /// The statement, as it was signed.
        payload: Vec<u8>,
    },
}
