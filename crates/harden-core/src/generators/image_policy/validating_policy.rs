//! Kyverno's policy of expressions for images: ImageValidatingPolicy.
#![expect(clippy::indexing_slicing, reason = "an object of JSON takes every key")]

use serde_json::{Value, json};

use super::attestation::{Attestation, Origin};
use super::engine::Unmatched;
use super::plan::{LOG, Plan, identity};
use super::signer::Signer;
use crate::Manifest;

use crate::intents::{self, Mode, quoted};
use crate::kubernetes::Kind;

/// The lists of images, which Kyverno keeps apart.
const LISTS: [&str; 3] =
    ["images.containers", "images.initContainers", "images.ephemeralContainers"];

pub(super) fn write(plan: &Plan<'_>) -> Manifest {
    let is_final = plan.mode == Mode::Deny;
    let mut constraints = json!({"resourceRules": [{
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        // Unlike older policies, one of expressions is not asked about ephemeral containers unless it says so.
        "resources": ["pods", "pods/ephemeralcontainers"],
    }]});
    if let Some(selector) = intents::namespace_selector(&plan.exempt_namespaces) {
        constraints["namespaceSelector"] = selector;
    }
    let mut spec = json!({
        "validationActions": plan.mode.kyverno_actions(),
        "failurePolicy": "Fail",
        "webhookConfiguration": {"timeoutSeconds": 30},
        "matchConstraints": constraints,
        "matchImageReferences": matched(plan),
        // A tag that is replaced by what was verified cannot be moved afterwards.
        "validationConfigurations": {"mutateDigest": is_final, "verifyDigest": is_final, "required": true},
        "attestors": attestors(plan),
    });
    if !plan.attestations.is_empty() {
        let items = plan.attestations.iter();
        spec["attestations"] =
            items.map(|it| json!({"name": it.name, "intoto": {"type": it.predicate}})).collect();
    }
    spec["validations"] = validations(plan);
    Manifest::new(Kind::IMAGE_VALIDATING_POLICY, None, &plan.name, &plan.why, json!({"spec": spec}))
}

/// Which images are verified. A policy that matches no image of a pod is skipped as a whole, so that one that refuses
/// images has to match all of them.
fn matched(plan: &Plan<'_>) -> Value {
    if plan.unmatched == Unmatched::Refuse {
        return json!([{"glob": "*"}]);
    }
    json!([{"expression": intents::is_of_any(&plan.registries.listed, "ref")}])
}

/// What expressions call a signer.
fn name(place: usize) -> String {
    if place == 0 { "signer".to_owned() } else { format!("signer{}", place + 1) }
}

fn attestors(plan: &Plan<'_>) -> Value {
    let signers = plan.signers.iter().enumerate();
    signers.map(|(at, it)| json!({"name": name(at), "cosign": attestor(plan, *it)})).collect()
}

fn attestor(plan: &Plan<'_>, signer: Signer<'_>) -> Value {
    let mut cosign = match signer {
        Signer::Key(pem) => json!({"key": {"data": pem}}),
        Signer::Kms(address) | Signer::Secret { address, .. } => json!({"key": {"kms": address}}),
        Signer::Keyless { issuer, subject } => {
            let identity = identity(issuer, subject);
            json!({"keyless": {"identities": [identity]}})
        }
    };
    match &plan.trusted_root {
        Some(root) => cosign["trustedRoot"] = json!({"value": root.text}),
        None => cosign["ctlog"] = json!({"url": LOG}),
    }
    if !plan.is_logged {
        // Before 1.19, Kyverno wants an address even so.
        cosign["ctlog"]["insecureIgnoreTlog"] = true.into();
    }
    cosign
}

fn validations(plan: &Plan<'_>) -> Value {
    let mut all = Vec::new();
    if plan.unmatched == Unmatched::Refuse {
        let of_listed = intents::is_of_any(&plan.registries.listed, "image");
        all.push(json!({
            "message": "the image must come from a listed registry",
            "expression": each(&format!(".all(image, {of_listed})")),
        }));
    }
    let named: Vec<_> =
        (0..plan.signers.len()).map(|it| format!("attestors.{}", name(it))).collect();
    let named = named.join(", ");
    let signed = format!(".map(image, verifyImageSignatures(image, [{named}])).all(n, n > 0)");
    all.push(json!({"message": "the image must be signed", "expression": each(&signed)}));
    for attestation in &plan.attestations {
        let Attestation { name, predicate } = attestation;
        let signed = format!(
            ".map(image, verifyAttestationSignatures(image, attestations.{name}, [{named}])).all(n, n > 0)"
        );
        all.push(json!({
            "message": format!("the image must have a signed statement of type {predicate}"),
            "expression": each(&signed),
        }));
        if attestation.is_provenance() && plan.origin.is_asked() {
            let says = format!(".all(image, {})", says(name, plan.origin));
            all.push(json!({
                "message": "the image must be built as its policy says, from the source that it says",
                "expression": each(&says),
            }));
        }
    }
    all.into()
}

/// An expression that holds of the images of all lists.
fn each(rest: &str) -> String {
    LISTS.map(|it| format!("{it}{rest}")).join(" && ")
}

/// A condition on the provenance of an image. Kyverno hands out the whole statement or its predicate alone, by version.
fn says(name: &str, origin: Origin<'_>) -> String {
    let mut conditions = Vec::new();
    if let Some(builder) = origin.builder {
        conditions.push(format!("p.?runDetails.?builder.?id.orValue('') == {}", quoted(builder)));
    }
    if let Some(source) = origin.source {
        let parameters = "p.?buildDefinition.?externalParameters";
        let git = quoted(&format!("git+{source}"));
        let at = quoted(&format!("git+{source}@"));
        conditions.push(format!(
            "({parameters}.?workflow.?repository.orValue('') == {} || [{parameters}.?source.?uri.orValue('')].exists(u, \
             u == {git} || u.startsWith({at})))",
            quoted(source)
        ));
    }
    format!(
        "[extractPayload(image, attestations.{name})].all(s, [s.?predicate.orValue(s)].all(p, {}))",
        conditions.join(" && ")
    )
}
