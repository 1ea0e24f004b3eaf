//! What a policy promises of an image: whether it is let in.

use harden_core::generators::image_policy::{Options, SignatureFormat, Unmatched, Verifier};
use harden_core::intents::KyvernoKind;

use super::situations::{Image, Situation};

/// The registries of the policies.
pub(crate) const LISTED: [&str; 3] = ["registry.example/team", "older.example", "docker.io"];

/// Whether an image is of one of them.
pub(crate) fn is_listed(image: Image) -> bool {
    ["registry.example/team", "older.example/team", "docker.io/library"].contains(&image.registry)
}

/// Whether all images of a situation are let in.
pub(crate) fn lets_in(options: &Options, situation: &Situation) -> bool {
    situation.namespace == "kube-system"
        // What is asked about ephemeral containers, is asked about no Deployment: its pods are refused.
        || situation.kind == "Deployment" && options.kyverno == KyvernoKind::ValidatingPolicy
        || situation.images.iter().all(|(_, it)| lets_image_in(options, *it))
}

fn lets_image_in(options: &Options, image: Image) -> bool {
    if !is_listed(image) {
        return options.unmatched == Unmatched::Allow;
    }
    is_trusted(options, image) && has_signature(options, image) && has_statements(options, image)
}

/// Whether it is signed by whom the policy trusts, in a log that it knows.
fn is_trusted(options: &Options, image: Image) -> bool {
    let is_rooted = options.trusted_root.is_some();
    match (options.key.is_some(), options.without_log, is_rooted) {
        (true, true, _) => ["key", "key-unlogged", "own-key"].contains(&image.signer),
        (true, false, false) => image.signer == "key",
        (true, false, true) => image.signer == "own-key",
        (false, _, false) => image.signer == "workflow",
        (false, _, true) => image.signer == "own-workflow",
    }
}

/// Whether there is a signature of it where the engine looks for one.
fn has_signature(options: &Options, image: Image) -> bool {
    let is_bundle = image.form == "bundle";
    let finds_out =
        options.verifier == Verifier::Kyverno && options.kyverno == KyvernoKind::ValidatingPolicy;
    if !finds_out && is_bundle != (options.signature_format == SignatureFormat::Bundle) {
        return false;
    }
    match image.what {
        "copied" | "unsigned" => false,
        // To Kyverno, every statement of a bundle is a signature.
        "unsigned-all" => is_bundle && options.verifier == Verifier::Kyverno,
        _ => true,
    }
}

fn has_statements(options: &Options, image: Image) -> bool {
    let what = image.what;
    let is_validating =
        options.verifier == Verifier::Kyverno && options.kyverno == KyvernoKind::ValidatingPolicy;
    if is_validating
        && options.without_log
        && image.form == "tag"
        && !options.attestation.is_empty()
    {
        // Kyverno takes no statement from a tag that is in no log.
        return false;
    }
    options.attestation.iter().all(|it| match it.as_str() {
        "sbom" => ["sbom", "all", "unsigned-all"].contains(&what),
        "vulnerabilities" => ["all", "unsigned-all"].contains(&what),
        _ => {
            let as_asked = ["provenance", "sources", "source", "all", "joined", "unsigned-all"]
                .contains(&what);
            let other = ["elsewhere", "forked", "longer-source", "wrong-types", "empty"];
            as_asked || options.builder.is_none() && other.contains(&what)
        }
    })
}
