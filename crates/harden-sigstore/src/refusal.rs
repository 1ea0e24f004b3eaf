//! Why a signature is refused: one sentence each, and what to do where that helps.

use sigstore_verify::bundle::Error as Shape;
use sigstore_verify::{CertificateError, Error as Library, TimestampError, TransparencyLogError};
use thiserror::Error;

use crate::artefact::Digest;
use crate::keys::InvalidKey;

/// Why something is not what was expected of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The key that was expected cannot be used.
    #[error("the public key cannot be used: {0}")]
    Key(#[from] InvalidKey),
    /// It is larger than anything honest.
    #[error("it has more {what} than are read: at most {limit} are")]
    TooLarge {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// What should be a signature is none.
    #[error("it cannot be read: {0}")]
    Broken(String),
    /// It may be one, but of a kind that is not known here.
    #[error("it is of a kind that is not known: {0}")]
    Unsupported(String),
    /// It is of another kind than was expected.
    #[error(
        "it was signed by the holder of a certificate, and not of a key: name identity and issuer"
    )]
    ByCertificate,
    /// It is of another kind than was expected.
    #[error("it was signed by the holder of a key, and not of a certificate: name the public key")]
    ByKey,
    /// No trusted root knows who issued the certificate.
    #[error(
        "the certificate was issued by `{issuer}`, which no trusted root names: give the trusted root of those who signed"
    )]
    UnknownAuthority {
        /// Who issued it.
        issuer: String,
    },
    /// No trusted root knows the log.
    #[error(
        "the entry is of the transparency log {log}, which no trusted root names: give the trusted root of those who signed"
    )]
    UnknownLog {
        /// The identifier of the log.
        log: String,
    },
    /// The certificate is not what an authority issued for signing.
    #[error("the certificate is not trusted: {0}")]
    InvalidCertificate(String),
    /// It was not signed while the certificate was valid.
    #[error("it was not signed while the certificate was valid, from {from} to {until}")]
    OutsideCertificate {
        /// The first moment of it.
        from: String,
        /// The last.
        until: String,
    },
    /// Somebody else signed.
    #[error("it was signed by `{actual}`, and not by {expected}")]
    WrongIdentity {
        /// Who should have.
        expected: String,
        /// Who did.
        actual: String,
    },
    /// Somebody else vouched for the name.
    #[error("`{actual}` vouched for the name of the signer, and not {expected}")]
    WrongIssuer {
        /// Who should have.
        expected: String,
        /// Who did.
        actual: String,
    },
    /// There is no entry of a transparency log.
    #[error(
        "no transparency log has it: sign with a log, or give a trusted root that names no log"
    )]
    NoLogEntry,
    /// There is one, but it does not hold.
    #[error("the entry of the transparency log does not hold: {0}")]
    InvalidLogEntry(String),
    /// Nobody says when it was signed.
    #[error(
        "nobody who is trusted says when it was signed: it has no timestamp, and no entry with a promise of the log"
    )]
    NoTime,
    /// Somebody does, but it does not hold.
    #[error("the time of signing does not hold: {0}")]
    InvalidTime(String),
    /// The signature is not that of the signer over what is there.
    #[error(
        "the signature does not fit: what is there was changed since, or another key signed it"
    )]
    InvalidSignature,
    /// It is a signature of something else.
    #[error("it is not about {artefact}: {reason}")]
    WrongArtefact {
        /// What should have been signed.
        artefact: String,
        /// What was.
        reason: String,
    },
}

impl Refusal {
    /// How far a root came with it: of several, the one that came furthest says why.
    pub(crate) fn distance(&self) -> u8 {
        match self {
            Self::UnknownAuthority { .. } => 0,
            Self::UnknownLog { .. } => 1,
            Self::NoTime | Self::InvalidTime(_) => 2,
            Self::InvalidCertificate(_) | Self::OutsideCertificate { .. } => 3,
            _ => 4,
        }
    }

    /// Something is not about what it should be.
    pub(crate) fn wrong_artefact(artefact: &Digest, reason: &str) -> Self {
        Self::WrongArtefact { artefact: artefact.to_string(), reason: shown(reason) }
    }

    /// What the library says, in words of ours.
    pub(crate) fn of_library(error: &Library, artefact: &Digest) -> Self {
        match error {
            Library::IdentityMismatch { expected, actual } => Self::WrongIdentity {
                expected: shown(&expected.to_string()),
                actual: actual.as_ref().map_or_else(nobody, |it| shown(it.as_str())),
            },
            Library::IssuerMismatch { expected, actual } => Self::WrongIssuer {
                expected: shown(expected),
                actual: actual.as_ref().map_or_else(nobody, |it| shown(it)),
            },
            Library::SignatureInvalid(_) => Self::InvalidSignature,
            // The signature is of the artefact, as was verified before: the entry is of another.
            Library::ArtifactMismatch(reason) if reason.contains("hashedrekord") => {
                Self::InvalidLogEntry(shown(reason))
            }
            Library::ArtifactMismatch(_) => {
                Self::wrong_artefact(artefact, "its `messageDigest` is that of another")
            }
            Library::Certificate(CertificateError::ChainInvalid(reason)) => {
                Self::InvalidCertificate(shown(reason.rsplit(": ").next().unwrap_or(reason)))
            }
            Library::Certificate(error) => Self::InvalidCertificate(shown(&error.to_string())),
            Library::Bundle(error) => Self::of_shape(error),
            Library::TransparencyLog(error) => Self::of_log(error),
            Library::Timestamp(TimestampError::NoVerifiedTimestamp(_)) => Self::NoTime,
            Library::Timestamp(error) => Self::InvalidTime(shown(&error.to_string())),
            Library::UnsupportedArtifact(reason) | Library::UnsupportedBundle(reason) => {
                Self::Unsupported(shown(reason))
            }
            other => Self::Broken(shown(&other.to_string())),
        }
    }

    fn of_shape(error: &Shape) -> Self {
        let reason = shown(&error.to_string());
        match error {
            Shape::UnsupportedMediaType(_) | Shape::UnsupportedVerificationMaterial => {
                Self::Unsupported(reason)
            }
            Shape::CertificateChainNotAllowed(_) => Self::Broken(reason),
            Shape::MissingSigningTimeEvidence => Self::NoTime,
            _ => Self::InvalidLogEntry(reason),
        }
    }

    fn of_log(error: &TransparencyLogError) -> Self {
        match error {
            TransparencyLogError::UnknownLog { log_id } => Self::UnknownLog { log: shown(log_id) },
            TransparencyLogError::IntegratedTime(reason) => Self::InvalidTime(shown(reason)),
            other => Self::InvalidLogEntry(shown(&other.to_string())),
        }
    }
}

fn nobody() -> String {
    "nobody".to_owned()
}

/// A text of others on one line, without its full stop, not too long, and without what moves a cursor.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 300;
    let text = text.trim_end_matches('.');
    let mut shown: String = text.chars().take(MOST).map(visible).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

/// A line of ours with texts of others in it, whole.
pub(crate) fn printable(line: &str) -> String {
    line.chars().map(visible).collect()
}

fn visible(letter: char) -> char {
    if letter.is_control() { '\u{fffd}' } else { letter }
}
