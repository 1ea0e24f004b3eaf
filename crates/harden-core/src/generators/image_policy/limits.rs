//! What engines cannot do, and what would be worth nothing.

use super::Options;
use super::engine::{SignatureFormat, Written};
use super::signer::Signer;
use crate::generators::OptionError;

/// Holds a key to what its engine takes.
pub(super) fn check_key(written: Written, signer: Signer<'_>) -> Result<(), OptionError> {
    let Signer::Kms(address) = signer else { return Ok(()) };
    let is_alias = address
        .strip_prefix("awskms://")
        .is_some_and(|it| it.split_once('/').is_none_or(|(_, key)| !is_of_aws(key)));
    if written == Written::ClusterImagePolicy && is_alias {
        let rule = "policy-controller takes a key of AWS by its ARN alone, such as \
                    awskms:///arn:aws:kms:eu-west-1:123456789012:alias/release";
        return Err(OptionError::new("--key", address, rule));
    }
    Ok(())
}

impl Options {
    /// Holds what is in no log to what can do without.
    pub(super) fn check_log(&self, signer: Signer<'_>) -> Result<(), OptionError> {
        if !self.without_log {
            return Ok(());
        }
        let reject = |rule| Err(OptionError::new("--without-log", "", rule));
        if matches!(signer, Signer::Keyless { .. }) {
            return reject(
                "a signer without a key has a certificate for minutes, and only a log says that it signed in them",
            );
        }
        if self.root.is_some() {
            return reject("a trusted root says which log is asked: give one of them");
        }
        Ok(())
    }

    /// Holds a trusted root to what needs it.
    pub(super) fn check_root(
        &self,
        written: Written,
        signer: Signer<'_>,
    ) -> Result<(), OptionError> {
        let Some(root) = &self.root else { return Ok(()) };
        let reject = |rule| Err(OptionError::new("--trusted-root", "", rule));
        let is_keyless = matches!(signer, Signer::Keyless { .. });
        if written == Written::ClusterPolicy {
            return reject("a ClusterPolicy takes none: use --kyverno validating-policy");
        }
        if written == Written::ImageValidatingPolicy
            && self.signature_format == SignatureFormat::Legacy
        {
            return reject("Kyverno holds only bundles to it: use --signature-format bundle");
        }
        if is_keyless && !root.has_authority() {
            return reject(
                "it has no authority that certifies signers, so that nobody without a key could sign",
            );
        }
        if written == Written::ClusterImagePolicy && !root.has_log() {
            return reject(
                "it has no log of signatures, in which policy-controller would look for them",
            );
        }
        Ok(())
    }
}

/// Whether it is the name of a key, or of an alias of one, as AWS writes it.
fn is_of_aws(key: &str) -> bool {
    let mut parts = key.splitn(6, ':');
    parts.next() == Some("arn")
        && parts.nth(1) == Some("kms")
        && parts.nth(2).is_some_and(|it| it.starts_with("key/") || it.starts_with("alias/"))
}
