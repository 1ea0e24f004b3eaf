//! Kyverno's older kind, ClusterPolicy, with rules that verify images.
#![expect(clippy::indexing_slicing, reason = "an object of JSON takes every key")]

use serde_json::{Map, Value, json};

use super::attestation::Origin;
use super::engine::{SignatureFormat, Unmatched};
use super::plan::{LOG, Plan, identity};
use super::signer::Signer;
use crate::Manifest;

use crate::intents::{self, ImagePrefix, Mode};
use crate::kubernetes::Kind;

pub(super) fn write(plan: &Plan<'_>) -> Manifest {
    let action = plan.mode.failure_action();
    let is_final = plan.mode == Mode::Deny;
    let mut rules = Vec::new();
    if plan.unmatched == Unmatched::Refuse {
        let of_listed = intents::is_of_any(&plan.registries.listed, "string(c.?image.orValue(''))");
        let containers = "(object.spec.containers + object.spec.?initContainers.orValue([]) + \
                          object.spec.?ephemeralContainers.orValue([]))";
        let mut rule = rule(plan, "listed-registries");
        rule.insert(
            "validate".to_owned(),
            json!({"failureAction": action, "cel": {"expressions": [{
                "expression": format!("{containers}.all(c, {of_listed})"),
                "message": "the image must come from a listed registry",
            }]}}),
        );
        rules.push(rule);
    }
    let attestor = json!([{"count": 1, "entries": entries(plan)}]);
    let mut verified = json!({
        "type": match plan.format {
            SignatureFormat::Bundle => "SigstoreBundle",
            SignatureFormat::Legacy => "Cosign",
        },
        "imageReferences": references(&plan.registries.listed),
        "failureAction": action,
        // A tag that is replaced by what was verified cannot be moved afterwards; Kyverno changes nothing that it only
        // reports.
        "mutateDigest": is_final,
        "verifyDigest": is_final,
        "required": true,
        "attestors": attestor.clone(),
    });
    if !plan.attestations.is_empty() {
        let items = plan.attestations.iter().map(|it| {
            let mut item =
                json!({"name": it.name, "type": it.predicate, "attestors": attestor.clone()});
            if it.is_provenance() && plan.origin.is_asked() {
                item["conditions"] = conditions(plan.origin);
            }
            item
        });
        verified["attestations"] = items.collect();
    }
    let mut rule = rule(plan, "signed-images");
    rule.insert("verifyImages".to_owned(), json!([verified]));
    rules.push(rule);
    let spec = json!({
        "webhookConfiguration": {"failurePolicy": "Fail", "timeoutSeconds": 30},
        // What is verified must be asked of a registry, which a scan of everything would do again and again.
        "background": false,
        "rules": rules,
    });
    Manifest::new(Kind::CLUSTER_POLICY, None, &plan.name, &plan.why, json!({"spec": spec}))
}

fn rule(plan: &Plan<'_>, name: &str) -> Map<String, Value> {
    let mut rule = Map::new();
    rule.insert("name".to_owned(), name.into());
    // A Pod stands for its ephemeral containers, too.
    rule.insert(
        "match".to_owned(),
        json!({"any": [{"resources": {"kinds": ["Pod"], "operations": ["CREATE", "UPDATE"]}}]}),
    );
    if !plan.exempt_namespaces.is_empty() {
        let exclude = json!({"any": [{"resources": {"namespaces": plan.exempt_namespaces}}]});
        rule.insert("exclude".to_owned(), exclude);
    }
    rule
}

/// Wildcards for the images of registries and repositories. Kyverno puts docker.io before names without a registry, and
/// no `library` after it.
fn references(listed: &[ImagePrefix]) -> Vec<String> {
    let mut references = Vec::new();
    for prefix in listed {
        let full = prefix.to_string();
        let short = full.strip_prefix("docker.io/library/").map(|it| format!("docker.io/{it}"));
        references.push(format!("{full}/*"));
        if !prefix.is_registry() {
            for name in std::iter::once(full).chain(short) {
                references.extend([format!("{name}:*"), format!("{name}@*")]);
            }
        }
    }
    references
}

fn entries(plan: &Plan<'_>) -> Value {
    plan.signers.iter().map(|it| entry(plan, *it)).collect()
}

fn entry(plan: &Plan<'_>, signer: Signer<'_>) -> Value {
    let (name, mut entry) = match signer {
        Signer::Key(pem) => ("keys", json!({"publicKeys": pem})),
        Signer::Kms(address) => ("keys", json!({"kms": address})),
        Signer::Secret { namespace, name, .. } => {
            ("keys", json!({"secret": {"namespace": namespace, "name": name}}))
        }
        Signer::Keyless { issuer, subject } => ("keyless", identity(issuer, subject)),
    };
    entry["rekor"] = json!({"url": LOG});
    if !plan.is_logged {
        entry["rekor"]["ignoreTlog"] = true.into();
        // Of a bundle, Kyverno would ask for the time otherwise, which only a log says.
        entry["ctlog"] = json!({"ignoreSCT": true});
    }
    json!({name: entry})
}

/// Conditions on what provenance says, in the older language; a name that is not there is an empty text.
fn conditions(origin: Origin<'_>) -> Value {
    let mut sets = Vec::new();
    if let Some(builder) = origin.builder {
        let key = "{{ runDetails.builder.id || '' }}";
        sets.push(json!({"all": [{"key": key, "operator": "Equals", "value": builder}]}));
    }
    if let Some(source) = origin.source {
        let repository = "{{ buildDefinition.externalParameters.workflow.repository || '' }}";
        let uri = "{{ buildDefinition.externalParameters.source.uri || '' }}";
        sets.push(json!({"any": [
            {"key": repository, "operator": "Equals", "value": source},
            {"key": uri, "operator": "Equals", "value": format!("git+{source}")},
            {"key": uri, "operator": "Equals", "value": format!("git+{source}@*")},
        ]}));
    }
    sets.into()
}
