//! The policy of sigstore's policy-controller: ClusterImagePolicy.
#![expect(clippy::indexing_slicing, reason = "an object of JSON takes every key")]

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::attestation::{Attestation, Origin};
use super::engine::{SignatureFormat, Unmatched};
use super::plan::{LOG, Plan, identity};
use super::signer::Signer;
use super::trust_root::{self, TrustedRoot};
use crate::Manifest;

use crate::intents::{ImagePrefix, Mode};
use crate::kubernetes::Kind;

/// What gives keyless signers their certificates.
const AUTHORITY: &str = "https://fulcio.sigstore.dev";

pub(super) fn write(plan: &Plan<'_>) -> Vec<Manifest> {
    let mut made = Vec::new();
    if let Some(root) = &plan.trusted_root {
        made.push(root.manifest());
    }
    let mut spec = json!({
        "mode": if plan.mode == Mode::Deny { "enforce" } else { "warn" },
        "images": globs(&plan.registries.listed),
    });
    // An authority that asks for statements does not ask for a signature of the image itself. In a bundle, the
    // signature is a statement, and the only thing that the controller verifies there.
    let is_bundle = plan.format == SignatureFormat::Bundle;
    let signed = if is_bundle { with_signature(&plan.attestations) } else { Vec::new() };
    let named = plan.signers.iter().enumerate().map(|(at, signer)| {
        let name = if at == 0 { "signer".to_owned() } else { format!("signer-{}", at + 1) };
        authority(plan, *signer, &name, &signed)
    });
    let mut authorities: Vec<_> = named.collect();
    if !is_bundle && !plan.attestations.is_empty() {
        let statements = plan.signers.iter();
        authorities
            .extend(statements.map(|it| authority(plan, *it, "statements", &plan.attestations)));
        // One authority would do otherwise.
        spec["policy"] = json!({"type": "rego", "data": BOTH});
    }
    spec["authorities"] = authorities.into();
    made.push(Manifest::new(
        Kind::CLUSTER_IMAGE_POLICY,
        None,
        &plan.name,
        &plan.why,
        json!({"spec": spec}),
    ));
    if plan.unmatched == Unmatched::Allow {
        let why = "Lets images of other registries in without a signature. Those of the policy above have to pass both.";
        let spec = json!({
            "mode": "enforce",
            "images": [{"glob": "**"}],
            "authorities": [{"name": "anybody", "static": {"action": "pass"}}],
        });
        let name = "harden-other-images";
        made.push(Manifest::new(
            Kind::CLUSTER_IMAGE_POLICY,
            None,
            name,
            why,
            json!({"spec": spec}),
        ));
    }
    made
}

/// The type of the statement that cosign 3 signs as the signature of an image.
const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";

/// The signature of the image, as a statement, and all others.
fn with_signature(attestations: &[Attestation]) -> Vec<Attestation> {
    let signature = Attestation { name: "signature".to_owned(), predicate: SIGNATURE.to_owned() };
    let others = attestations.iter().filter(|it| it.predicate != SIGNATURE).cloned();
    std::iter::once(signature).chain(others).collect()
}

/// Holds where both authorities are satisfied: the controller lists those that are. It is no CUE, by which the
/// controller misses nothing that is not there.
const BOTH: &str = "package sigstore\n\nisCompliant := count([1 |\n  input.authorityMatches.signer\n  \
                    input.authorityMatches.statements\n]) == 1\n";

/// Patterns for the images of registries and repositories. The controller calls Docker Hub `index.docker.io`.
fn globs(listed: &[ImagePrefix]) -> Value {
    let mut globs = Vec::new();
    for prefix in listed {
        let full = prefix.to_string();
        let name = match full.strip_prefix("docker.io") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                format!("index.docker.io{rest}")
            }
            _ => full,
        };
        globs.push(json!({"glob": format!("{name}/**")}));
        if !prefix.is_registry() {
            globs.push(json!({"glob": format!("{name}:**")}));
            globs.push(json!({"glob": format!("{name}@**")}));
        }
    }
    globs.into()
}

fn authority(
    plan: &Plan<'_>,
    signer: Signer<'_>,
    name: &str,
    attestations: &[Attestation],
) -> Value {
    let root = plan.trusted_root.as_ref().map(|_| trust_root::NAME);
    let mut authority = json!({"name": name});
    match signer {
        Signer::Key(pem) => authority["key"] = json!({"data": pem}),
        Signer::Kms(address) => authority["key"] = json!({"kms": address}),
        Signer::Secret { name, .. } => authority["key"] = json!({"secretRef": {"name": name}}),
        Signer::Keyless { issuer, subject } => {
            let identity = identity(issuer, subject);
            let mut keyless = json!({"identities": [identity]});
            match root {
                Some(root) => keyless["trustRootRef"] = root.into(),
                None => keyless["url"] = AUTHORITY.into(),
            }
            authority["keyless"] = keyless;
        }
    }
    if plan.is_logged {
        // Without an address, the controller forgets of the root that there is a log.
        let address = plan.trusted_root.and_then(TrustedRoot::log_address).unwrap_or(LOG);
        authority["ctlog"] = json!({"url": address});
        if let Some(root) = root {
            authority["ctlog"]["trustRootRef"] = root.into();
        }
    }
    if plan.format == SignatureFormat::Bundle {
        authority["signatureFormat"] = "bundle".into();
    }
    if !attestations.is_empty() {
        let items = attestations.iter().map(|it| {
            let mut item =
                json!({"name": it.name.replace('_', "-"), "predicateType": it.predicate});
            if it.is_provenance() && plan.origin.is_asked() {
                item["policy"] = json!({"type": "rego", "data": says(plan.origin)});
            }
            item
        });
        authority["attestations"] = items.collect();
    }
    authority
}

/// What a statement has to say, in Rego, by which what is not there is not equal to anything. Without a body, a rule
/// means the same in every version of the language.
fn says(origin: Origin<'_>) -> String {
    let mut lines = String::from("package sigstore\n\nisCompliant := count([1 |\n");
    if let Some(builder) = origin.builder {
        let builder = Value::from(builder);
        let _ = writeln!(lines, "  input.predicate.runDetails.builder.id == {builder}");
    }
    if let Some(source) = origin.source {
        let parameters = "input.predicate.buildDefinition.externalParameters";
        let repository = Value::from(source);
        let uri = Value::from(format!("git+{source}"));
        let version = Value::from(format!("git+{source}@"));
        let _ = writeln!(
            lines,
            "  count([1 | {parameters}.workflow.repository == {repository}])\n    \
             + count([1 | {parameters}.source.uri == {uri}])\n    \
             + count([1 | startswith({parameters}.source.uri, {version})]) > 0"
        );
    }
    lines.push_str("]) == 1\n");
    lines
}
