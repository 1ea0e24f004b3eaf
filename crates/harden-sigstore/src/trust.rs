//! Whom one trusts: the authorities and logs that vouch for signers.

use serde::Deserialize as _;
use sigstore_verify::Verifier;
use sigstore_verify::crypto::VerificationKey;
use sigstore_verify::trust_root::{
    SIGSTORE_GITHUB_TRUSTED_ROOT, SIGSTORE_PRODUCTION_TRUSTED_ROOT, TransparencyLog, TrustedRoot,
};
use sigstore_verify::types::{Checkpoint, LogKeyId};
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::provider;
use crate::refusal::shown;

/// The trusted roots that signatures are verified against. Making one takes longer than a
/// verification: make it once.
#[derive(Debug)]
pub struct Trust {
    roots: Vec<Root>,
}

/// Why a trusted root cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidTrust {
    /// There is none.
    #[error("there is no trusted root")]
    Empty,
    /// One of them is wrong.
    #[error("trusted root {number} cannot be used: {reason}")]
    Root {
        /// Which, from 1.
        number: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// How large the text of trusted roots may be, in bytes.
const MOST: usize = 16 << 20;

impl Trust {
    /// Those of the public instance of Sigstore and of GitHub's, as they were when this was built.
    pub fn embedded() -> Result<Self, InvalidTrust> {
        Self::of_json([SIGSTORE_PRODUCTION_TRUSTED_ROOT, SIGSTORE_GITHUB_TRUSTED_ROOT])
    }

    /// The roots in these texts: `trusted_root.json`, or several after each other, as
    /// `gh attestation trusted-root` prints them. A root that names no transparency log asks for no
    /// entry of one, and one that names no log of certificates for no promise of one; GitHub's is so.
    pub fn of_json<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidTrust> {
        provider::install();
        let mut roots = Vec::new();
        for text in texts {
            let number = roots.len() + 1;
            if text.len() > MOST {
                let reason = format!("it is larger than {MOST} bytes");
                return Err(InvalidTrust::Root { number, reason });
            }
            for value in serde_json::Deserializer::from_str(text).into_iter() {
                let number = roots.len() + 1;
                let root = value
                    .map_err(|error| error.to_string())
                    .and_then(Root::of_json)
                    .map_err(|it| InvalidTrust::Root { number, reason: shown(&it) })?;
                roots.push(root);
            }
        }
        if roots.is_empty() { Err(InvalidTrust::Empty) } else { Ok(Self { roots }) }
    }

    pub(crate) fn roots(&self) -> &[Root] {
        &self.roots
    }
}

/// One trusted root, ready to verify.
pub(crate) struct Root {
    pub(crate) verifier: Verifier,
    root: TrustedRoot,
    /// The names of its authorities, as certificates call who issued them.
    authorities: Vec<String>,
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Root").field("authorities", &self.authorities).finish_non_exhaustive()
    }
}

impl Root {
    fn of_json(value: serde_json::Value) -> Result<Self, String> {
        let media_type = value.get("mediaType").and_then(|it| it.as_str()).unwrap_or_default();
        if !media_type.starts_with("application/vnd.dev.sigstore.trustedroot") {
            return Err(format!(
                "its `mediaType` is `{media_type}`, and not that of a trusted root"
            ));
        }
        let root = TrustedRoot::deserialize(value).map_err(|error| error.to_string())?;
        if root.certificate_authorities.is_empty()
            && root.tlogs.is_empty()
            && root.timestamp_authorities.is_empty()
        {
            return Err("it names no authority and no log".to_owned());
        }
        let verifier = Verifier::new(&root).map_err(|error| error.to_string())?;
        let mut authorities = Vec::new();
        for authority in &root.certificate_authorities {
            for certificate in &authority.cert_chain.certificates {
                let certificate = Certificate::from_der(certificate.raw_bytes.as_bytes())
                    .map_err(|error| error.to_string())?;
                authorities.push(certificate.tbs_certificate.subject.to_string());
            }
        }
        Ok(Self { verifier, root, authorities })
    }

    /// Is one of its authorities called so?
    pub(crate) fn has_authority(&self, name: &str) -> bool {
        self.authorities.iter().any(|it| it == name)
    }

    /// Does it name transparency logs, so that an entry can be asked for?
    pub(crate) fn has_logs(&self) -> bool {
        !self.root.tlogs.is_empty()
    }

    /// Does it name logs of certificates, so that a promise of one can be asked for?
    pub(crate) fn has_certificate_logs(&self) -> bool {
        !self.root.ctlogs.is_empty()
    }

    /// The transparency log with this identifier.
    pub(crate) fn log(&self, id: &LogKeyId) -> Option<&TransparencyLog> {
        self.root.tlogs.iter().find(|log| &log.log_id.key_id == id)
    }
}

/// Did this log sign the checkpoint?
pub(crate) fn is_signed_by(log: &TransparencyLog, checkpoint: &Checkpoint) -> bool {
    VerificationKey::from_spki(&log.public_key.raw_bytes).is_ok_and(|key| {
        let data = checkpoint.signed_data();
        checkpoint.signatures().iter().any(|it| key.verify(data, &it.signature).is_ok())
    })
}
