//! The policy of sigstore's policy-controller: ClusterImagePolicy.
#![expect(clippy::indexing_slicing, reason = "an object of JSON takes every key")]

use serde_json::{Value, json};

use super::attestation::{Attestation, Origin};
use super::engine::{SignatureFormat, Unmatched};
use super::plan::{LOG, NAME, Plan, identity};
use super::signer::Signer;
use super::trust_root;
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
    // An authority that asks for statements does not ask for a signature of the image itself.
    let mut authorities = vec![authority(plan, "signer", &[])];
    if !plan.attestations.is_empty() {
        authorities.push(authority(plan, "statements", &plan.attestations));
        // One authority would do otherwise.
        spec["policy"] = json!({"type": "cue", "data": BOTH});
    }
    spec["authorities"] = authorities.into();
    made.push(Manifest::new(
        Kind::CLUSTER_IMAGE_POLICY,
        None,
        NAME,
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

/// Holds where both authorities are satisfied: the controller lists those that are.
const BOTH: &str = "authorityMatches!: {\n  signer!: {...}\n  statements!: {...}\n}\n";

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

fn authority(plan: &Plan<'_>, name: &str, attestations: &[Attestation]) -> Value {
    let root = plan.trusted_root.as_ref().map(|_| trust_root::NAME);
    let mut authority = json!({"name": name});
    match plan.signer {
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
    authority["ctlog"] = match root {
        Some(root) => json!({"trustRootRef": root}),
        None => json!({"url": LOG}),
    };
    if plan.format == SignatureFormat::Bundle {
        authority["signatureFormat"] = "bundle".into();
    }
    if !attestations.is_empty() {
        let items = attestations.iter().map(|it| {
            let mut item =
                json!({"name": it.name.replace('_', "-"), "predicateType": it.predicate});
            if it.is_provenance() && plan.origin.is_asked() {
                item["policy"] = json!({"type": "cue", "data": says(plan.origin)});
            }
            item
        });
        authority["attestations"] = items.collect();
    }
    authority
}

/// What a statement has to say, in CUE. What is marked by `!` must be there: a name that is not would be taken as equal.
fn says(origin: Origin<'_>) -> String {
    let mut lines = Vec::new();
    if let Some(builder) = origin.builder {
        lines.push(format!("predicate!: runDetails!: builder!: id!: {}\n", Value::from(builder)));
    }
    if let Some(source) = origin.source {
        lines.push(format!(
            "predicate!: buildDefinition!: externalParameters!: workflow!: repository!: {}\n",
            Value::from(source)
        ));
    }
    lines.concat()
}
