//! What policies are made of: no rule objects to it, and it is as the engines define it.

use std::fs;

use harden_core::check::{Settings, check};
use harden_core::generators::image_policy::{Options, SignatureFormat, Unmatched, Verifier};
use harden_core::intents::{KyvernoKind, Mode};
use harden_core::kubernetes::MinorVersion;
use harden_core::object::objects;
use harden_core::schema::{self, Crds};
use harden_core::{ManifestFormat, render, rules};
use harness::Need;
use serde_json::Value;

use super::{ISSUER, SUBJECT, WAYS, keyed, keyless, made, variety};

/// The engines' own definitions; none, said aloud, where they are not at hand.
fn definitions() -> Vec<String> {
    let files = [
        "kyverno/config/crds/policies.kyverno.io/policies.kyverno.io_imagevalidatingpolicies.yaml",
        "kyverno/config/crds/kyverno/kyverno.io_clusterpolicies.yaml",
        "policy-controller/config/300-clusterimagepolicy.yaml",
        "policy-controller/config/300-trustroot.yaml",
    ];
    let files = files.into_iter().filter_map(|it| Need::Definitions.at(it));
    files.map(|it| fs::read_to_string(it).unwrap()).collect()
}

#[test]
fn no_rule_and_no_engine_objects_to_any_policy() {
    let definitions = definitions();
    let documents: Vec<_> = definitions.iter().flat_map(|it| harden_yaml::parse(it)).collect();
    let crds = Crds::read(&documents);
    assert!(definitions.is_empty() || crds.len() >= 4, "{} definitions", crds.len());
    for (engine, kyverno) in WAYS {
        for options in variety(engine, kyverno) {
            let format = options.signature_format;
            let mode = options.mode;
            let text = render(&made(options).manifests, ManifestFormat::Yaml, true);
            let outcome = check(Settings::new(rules::all()), [text.as_str()]);
            let mut found: Vec<_> = outcome
                .findings
                .iter()
                .map(|it| format!("{}: {}", it.about.id, it.message))
                .collect();
            // What was asked for is found.
            let mut asked = Vec::new();
            if format == SignatureFormat::Legacy && kyverno_or_controller_reads_one(engine, kyverno)
            {
                asked.push("unverifiable-signature-format");
            }
            if kyverno == KyvernoKind::ClusterPolicy {
                asked.push("deprecated-policy-kind");
            }
            if mode != Mode::Deny {
                asked.push("unenforced-policy");
            }
            for id in &asked {
                let is_wanted = *id == "unenforced-policy"
                    || found.iter().any(|it| it.starts_with(&format!("{id}: ")));
                assert!(is_wanted, "{id} is not found in {text}");
            }
            found.retain(|it| !asked.iter().any(|id| it.starts_with(&format!("{id}: "))));
            for document in harden_yaml::parse(&text) {
                let flaws = objects(document.root())
                    .flat_map(|it| schema::check(&it, MinorVersion::NEWEST_KNOWN, &crds));
                found.extend(flaws.map(|it| format!("{}: {}", it.place.path(), it.message)));
            }
            assert_eq!(found, [""; 0], "{text}");
        }
    }
}

/// Whether the kind reads one format alone.
fn kyverno_or_controller_reads_one(engine: Verifier, kyverno: KyvernoKind) -> bool {
    engine == Verifier::PolicyController || kyverno == KyvernoKind::ClusterPolicy
}

#[test]
fn images_of_all_containers_are_grouped_by_registry() {
    let generated = made(keyed("cosign.pub"));
    assert_eq!(
        generated.manifests[0].why,
        "Lets only signed images in, of docker.io (2 images), ghcr.io (2 images), localhost:5000 (1 image)."
    );
    let notes = generated.notes.join("\n");
    assert!(notes.contains("it names no image: `{{ image }}`"), "{notes}");
    assert!(notes.contains("mounted as volumes: quay.io/example/data:1"), "{notes}");
    let some = Options { registry: vec!["ghcr.io".to_owned()], ..keyed("cosign.pub") };
    let notes = made(some.clone()).notes.join("\n");
    let others = "localhost:5000/a:1, nginx, team/debug";
    assert!(notes.contains(&format!("other registries are refused: {others}")), "{notes}");
    let notes = made(Options { unmatched: Unmatched::Allow, ..some }).notes.join("\n");
    assert!(notes.contains(&format!("let in without a signature: {others}")), "{notes}");
}

#[test]
fn every_list_of_images_is_asked_for_signatures() {
    let spec = made(keyless()).manifests[0].object["spec"].clone();
    assert_eq!(spec["matchImageReferences"][0]["glob"], "*");
    let expressions: Vec<_> = spec["validations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["expression"].as_str().unwrap())
        .collect();
    assert_eq!(expressions.len(), 2);
    for list in ["images.containers", "images.initContainers", "images.ephemeralContainers"] {
        assert!(expressions.iter().all(|it| it.contains(list)), "{expressions:?}");
        let signed = format!(
            "{list}.map(image, verifyImageSignatures(image, [attestors.signer])).all(n, n > 0)"
        );
        assert!(expressions[1].contains(&signed), "{expressions:?}");
    }
    let identity = &spec["attestors"][0]["cosign"]["keyless"]["identities"][0];
    assert_eq!(identity["issuer"], ISSUER);
    assert_eq!(identity["subjectRegExp"], SUBJECT);
}

#[test]
fn a_trusted_root_is_told_each_engine_in_its_own_words() {
    let options = Options { trusted_root: Some("root.json".to_owned()), ..keyless() };
    let cosign =
        made(options.clone()).manifests[0].object["spec"]["attestors"][0]["cosign"].clone();
    let root: Value =
        serde_json::from_str(cosign["trustedRoot"]["value"].as_str().unwrap()).unwrap();
    assert_eq!(root["tlogs"][0]["baseUrl"], "https://rekor.own.example");
    let signature_format = SignatureFormat::Legacy;
    let options = Options { verifier: Verifier::PolicyController, signature_format, ..options };
    let made = made(options).manifests;
    assert_eq!(made[0].object["metadata"]["name"], "harden-trusted-root");
    let authority = &made[1].object["spec"]["authorities"][0];
    assert_eq!(authority["keyless"]["trustRootRef"], "harden-trusted-root");
    assert_eq!(authority["ctlog"]["trustRootRef"], "harden-trusted-root");
    // Without it, the controller drops all that is said of the log.
    assert_eq!(authority["ctlog"]["url"], "https://rekor.own.example");
}
