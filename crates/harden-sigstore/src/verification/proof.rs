//! Who signed, when, and which logs have it: the signature, the certificate or key, the entries, the times.

use sigstore_verify::crypto::parse_certificate_info;
use sigstore_verify::types::bundle::VerificationMaterialContent as Material;
use sigstore_verify::types::{Artifact, Bundle, Sha256Hash, SignatureContent};
use sigstore_verify::{
    CertificateError, Error, PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult,
};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::{Expected, bare, claims, logs, subject};
use crate::artefact::Artefact;
use crate::expectation::Pattern;
use crate::keys::PublicKey;
use crate::refusal::{Refusal, shown};
use crate::trust::{Root, Trust};
use crate::verdict::{Signer, Time};

/// What is known once everything held.
pub(super) struct Proof {
    pub(super) signer: Signer,
    pub(super) times: Vec<Time>,
    pub(super) logs: Vec<String>,
}

/// Verifies a bundle that was read.
pub(super) fn verify(
    artefact: Artefact<'_>,
    bundle: &Bundle,
    trust: &Trust,
    expected: &Expected<'_>,
) -> Result<Proof, Refusal> {
    if let SignatureContent::DsseEnvelope(envelope) = &bundle.content {
        subject::refuse_other_types(envelope, artefact)?;
    }
    let material = &bundle.verification_material;
    let proof = match (&material.content, expected) {
        (Material::PublicKey(_), Expected::Key(key)) => {
            let is_bare = material.tlog_entries.is_empty()
                && material.timestamp_verification_data.rfc3161_timestamps.is_empty();
            if is_bare {
                bare::verify(artefact, &bundle.content, key)
            } else {
                let verify = |root: &Root| by_key(artefact, bundle, root, key);
                furthest(trust.roots(), verify)
            }
        }
        (Material::PublicKey(_), Expected::Keyless { .. }) => Err(Refusal::ByKey),
        (_, Expected::Key(_)) => Err(Refusal::ByCertificate),
        (_, Expected::Keyless { identity, issuer }) => {
            let authorities = authorities(&material.content)?;
            let knows = |root: &&Root| authorities.iter().any(|it| root.has_authority(it));
            let roots = trust.roots().iter().filter(knows);
            let unknown = authorities.first().map_or("nobody", String::as_str);
            furthest(roots, |root| by_certificate(artefact, bundle, root, identity, issuer))
                .map_err(|refusal| match refusal {
                    Refusal::UnknownAuthority { .. } => {
                        Refusal::UnknownAuthority { issuer: shown(unknown) }
                    }
                    other => other,
                })
        }
    };
    // The library says that no subject is it, and this which is.
    let is_signed = matches!(&proof, Ok(_) | Err(Refusal::WrongArtefact { .. }));
    if let (SignatureContent::DsseEnvelope(envelope), true) = (&bundle.content, is_signed) {
        subject::name(envelope, artefact)?;
    }
    proof
}

/// The first root that takes it, or what the one says that came furthest.
fn furthest<'a>(
    roots: impl IntoIterator<Item = &'a Root>,
    verify: impl Fn(&Root) -> Result<Proof, Refusal>,
) -> Result<Proof, Refusal> {
    let mut refused = Refusal::UnknownAuthority { issuer: String::new() };
    for root in roots {
        match verify(root) {
            Ok(proof) => return Ok(proof),
            Err(refusal) if refusal.distance() >= refused.distance() => refused = refusal,
            Err(_) => {}
        }
    }
    Err(refused)
}

/// Who issued the certificates in a bundle, the signer's first.
fn authorities(material: &Material) -> Result<Vec<String>, Refusal> {
    let certificates: Vec<&[u8]> = match material {
        Material::Certificate(certificate) => vec![certificate.raw_bytes.as_bytes()],
        Material::X509CertificateChain { certificates } => {
            certificates.iter().map(|it| it.raw_bytes.as_bytes()).collect()
        }
        _ => Vec::new(),
    };
    if certificates.is_empty() {
        return Err(Refusal::Broken("it has no certificate".to_owned()));
    }
    let issuer = |der: &[u8]| Ok(Certificate::from_der(der)?.tbs_certificate.issuer.to_string());
    certificates
        .into_iter()
        .map(issuer)
        .collect::<Result<_, x509_cert::der::Error>>()
        .map_err(|error| Refusal::InvalidCertificate(error.to_string()))
}

fn by_certificate(
    artefact: Artefact<'_>,
    bundle: &Bundle,
    root: &Root,
    identity: &Pattern,
    issuer: &Pattern,
) -> Result<Proof, Refusal> {
    let has_entries = !bundle.verification_material.tlog_entries.is_empty();
    if root.has_logs() && !has_entries {
        return Err(Refusal::NoLogEntry);
    }
    let logs = logs::names(bundle, root)?;
    let mut policy = VerificationPolicy::any_identity();
    if let Pattern::Exact(identity) = identity {
        policy = policy.require_identity(identity);
    }
    if let Pattern::Exact(issuer) = issuer {
        policy = policy.require_issuer(issuer);
    }
    if !has_entries {
        policy = policy.skip_tlog_unsafe();
    }
    if !root.has_certificate_logs() {
        policy = policy.skip_sct();
    }
    let digest = artefact.digest();
    let result = root.verifier.verify(library(artefact)?, bundle, &policy).map_err(|error| {
        of_certificate(&error, bundle).unwrap_or_else(|| Refusal::of_library(&error, &digest))
    })?;
    let signer = signer(&result, identity, issuer)?;
    Ok(Proof { signer, times: times(&result, bundle, false), logs })
}

/// What the library says of a certificate, which it says in words only, as it checks the whole chain at
/// once: who issued it, and when it was valid.
fn of_certificate(error: &Error, bundle: &Bundle) -> Option<Refusal> {
    let says = |error: &CertificateError, words: &[&str]| match error {
        CertificateError::ChainInvalid(reason) => words.iter().any(|it| reason.contains(it)),
        _ => false,
    };
    let Error::Certificate(error) = error else { return None };
    if says(error, &["UnknownIssuer"]) {
        return Some(Refusal::UnknownAuthority { issuer: String::new() });
    }
    let is_outside = says(error, &["CertExpired", "CertNotValidYet"])
        || matches!(error, CertificateError::NotYetValid { .. } | CertificateError::Expired { .. });
    let certificate = parse_certificate_info(bundle.signing_certificate()?).ok()?;
    is_outside.then(|| Refusal::OutsideCertificate {
        from: certificate.not_before.to_string(),
        until: certificate.not_after.to_string(),
    })
}

/// The holder of a certificate that was verified, where it is who is expected.
fn signer(
    result: &VerificationResult,
    identity: &Pattern,
    issuer: &Pattern,
) -> Result<Signer, Refusal> {
    let (true, Some(certificate)) = (result.certificate_verified(), result.certificate()) else {
        return Err(Refusal::InvalidCertificate("it was not verified".to_owned()));
    };
    let Some(name) = certificate.identity.as_ref().map(ToString::to_string) else {
        let reason = "the certificate names neither an address nor a URI".to_owned();
        return Err(Refusal::Unsupported(reason));
    };
    if !identity.matches(&name) {
        return Err(Refusal::WrongIdentity {
            expected: identity.to_string(),
            actual: shown(&name),
        });
    }
    // GitHub's certificates for releases name nobody who vouched: a pattern may allow that.
    let vouched = certificate.issuer.clone().unwrap_or_default();
    if !issuer.matches(&vouched) {
        let actual = certificate.issuer.as_deref().unwrap_or("nobody");
        return Err(Refusal::WrongIssuer { expected: issuer.to_string(), actual: shown(actual) });
    }
    let claims = claims::of(&certificate.ci_claims);
    Ok(Signer::Certificate { identity: name, issuer: vouched, claims })
}

fn by_key(
    artefact: Artefact<'_>,
    bundle: &Bundle,
    root: &Root,
    key: &PublicKey,
) -> Result<Proof, Refusal> {
    let logs = logs::names(bundle, root)?;
    let mut policy = PublicKeyVerificationPolicy::new(key.der().clone());
    if bundle.verification_material.tlog_entries.is_empty() {
        policy = policy.skip_tlog_unsafe();
    }
    let digest = artefact.digest();
    let result = root
        .verifier
        .verify(library(artefact)?, bundle, &policy)
        .map_err(|error| Refusal::of_library(&error, &digest))?;
    let signer = Signer::Key(key.fingerprint());
    Ok(Proof { signer, times: times(&result, bundle, true), logs })
}

/// The artefact, as the library takes it.
fn library(artefact: Artefact<'_>) -> Result<Artifact<'_>, Refusal> {
    match artefact {
        Artefact::Bytes(bytes) => Ok(Artifact::from_blob(bytes)),
        Artefact::Digest(digest) => Sha256Hash::from_hex(digest.hex())
            .map(Artifact::from_digest)
            .map_err(|error| Refusal::Unsupported(error.to_string())),
    }
}

/// The times that were verified. The library gives them without who vouches for them: those of the log
/// come first for a key and last for a certificate, and every timestamp that is there has one.
fn times(result: &VerificationResult, bundle: &Bundle, log_first: bool) -> Vec<Time> {
    let all = result.verified_timestamps();
    let stamps = bundle.verification_material.timestamp_verification_data.rfc3161_timestamps.len();
    let log = all.len().saturating_sub(stamps);
    let mut times: Vec<Time> = all
        .iter()
        .enumerate()
        .map(|(at, time)| {
            let is_log = if log_first { at < log } else { at >= stamps };
            let source = if is_log { "transparency log" } else { "timestamp authority" };
            Time { seconds: time.as_second(), source: source.to_owned() }
        })
        .collect();
    times.sort();
    times.dedup();
    times
}
