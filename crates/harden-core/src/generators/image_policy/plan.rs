//! All that a policy is made of, whichever engine reads it.

use super::attestation::{Attestation, Origin};
use super::engine::{SignatureFormat, Unmatched};
use super::images::Registries;
use super::signer::{Named, Signer};
use super::trust_root::TrustedRoot;
use crate::intents::Mode;

/// What the policies are called.
pub(super) const NAME: &str = "harden-signed-images";

/// The public log in which signatures are entered.
pub(super) const LOG: &str = "https://rekor.sigstore.dev";

/// What is let in, by whose signature.
#[derive(Debug, Clone)]
pub(super) struct Plan<'a> {
    /// What the policies are called.
    pub(super) name: String,
    /// Any of these is enough; never empty.
    pub(super) signers: Vec<Signer<'a>>,
    pub(super) registries: Registries,
    pub(super) attestations: Vec<Attestation>,
    pub(super) origin: Origin<'a>,
    pub(super) format: SignatureFormat,
    /// Whether signatures have to be in a log.
    pub(super) is_logged: bool,
    pub(super) trusted_root: Option<&'a TrustedRoot>,
    pub(super) unmatched: Unmatched,
    pub(super) mode: Mode,
    /// Namespaces that are left alone, in alphabetical order.
    pub(super) exempt_namespaces: Vec<String>,
    /// Why the policy is there.
    pub(super) why: String,
}

/// The fields by which identities are named in every engine.
pub(super) fn identity(issuer: Named<'_>, subject: Named<'_>) -> serde_json::Value {
    let mut identity = serde_json::Map::new();
    for (name, exact, pattern) in
        [(issuer, "issuer", "issuerRegExp"), (subject, "subject", "subjectRegExp")]
    {
        match name {
            Named::Exact(text) => identity.insert(exact.to_owned(), text.into()),
            Named::Pattern(text) => identity.insert(pattern.to_owned(), text.into()),
        };
    }
    identity.into()
}
