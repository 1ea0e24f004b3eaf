//! What the generator of policies for images makes, no rule objects to and every engine takes; and what it refuses, it
//! refuses in one sentence.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;

use harden_core::check::{Settings, check};
use harden_core::cluster::Facts;
use harden_core::generators::image_policy::{Options, SignatureFormat, Unmatched, Verifier};
use harden_core::generators::{Generate as _, Generated};
use harden_core::intents::{KyvernoKind, Mode};
use harden_core::kubernetes::{Date, MinorVersion};
use harden_core::object::objects;
use harden_core::schema::{self, Crds};
use harden_core::{ManifestFormat, render, rules};
use harness::Need;
use serde_json::Value;

const TODAY: Date = Date { year: 2026, month: 11, day: 27 };

const KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaFzEvBfk9G1fmqzYfoMRZPDpm7DX
q1g0yM1vNqfQx2FRZHg4Hhqg2a1Q8sZ4ZzJg0n3wGg6fL2qD2ZP2Dcq9Gw==
-----END PUBLIC KEY-----
";

const ROOT: &str = r#"{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "tlogs": [{"baseUrl": "https://rekor.example", "hashAlgorithm": "SHA2_256", "publicKey": {"rawBytes": "AAAA"}}],
    "certificateAuthorities": [{"subject": {"organization": "example", "commonName": "ca"}, "uri": "https://ca.example",
        "certChain": {"certificates": [{"rawBytes": "AAAA"}, {"rawBytes": "BBBB"}]}}]}"#;

const MANIFESTS: &str = "
{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {spec: {template: {spec: {
  initContainers: [{name: i, image: 'ghcr.io/example/init@sha256:0000'}],
  containers: [{name: c, image: nginx}, {name: d, image: 'localhost:5000/a:1'}, {name: e, image: '{{ image }}'}],
  volumes: [{name: v, image: {reference: 'quay.io/example/data:1'}}]}}}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {containers: [{name: c, image: 'ghcr.io/example/app:1'}],
  ephemeralContainers: [{name: e, image: 'team/debug'}]}}
";

const ISSUER: &str = "https://token.actions.githubusercontent.com";
const SUBJECT: &str =
    r"^https://github\.com/example/[^/]+/\.github/workflows/release\.yaml@refs/tags/.+$";

fn facts() -> Facts {
    Facts { today: Some(TODAY), ..Facts::default() }
}

/// Options with the texts of their files.
fn read(mut options: Options) -> Options {
    for file in options.files() {
        let text = match file.as_str() {
            "cosign.pub" => KEY,
            "root.json" => ROOT,
            _ => MANIFESTS,
        };
        options.read(&file, text).unwrap();
    }
    options
}

fn keyless() -> Options {
    Options {
        filename: vec!["a.yaml".to_owned()],
        issuer: Some(ISSUER.to_owned()),
        subject_regexp: Some(SUBJECT.to_owned()),
        ..Options::default()
    }
}

fn keyed(key: &str) -> Options {
    Options { filename: vec!["a.yaml".to_owned()], key: Some(key.to_owned()), ..Options::default() }
}

fn made(options: Options) -> Generated {
    read(options).generate(&facts()).unwrap()
}

const WAYS: [(Verifier, KyvernoKind); 3] = [
    (Verifier::Kyverno, KyvernoKind::ValidatingPolicy),
    (Verifier::Kyverno, KyvernoKind::ClusterPolicy),
    (Verifier::PolicyController, KyvernoKind::ValidatingPolicy),
];

/// Options of every kind, for one engine.
fn variety(engine: Verifier, kyverno: KyvernoKind) -> Vec<Options> {
    let mut all = Vec::new();
    let keys = [
        "cosign.pub",
        "awskms:///alias/a",
        "gcpkms://projects/a",
        "hashivault://a",
        "k8s://cosign-system/key",
    ];
    for signer in keys.map(keyed).into_iter().chain([keyless()]) {
        for mode in [Mode::Audit, Mode::Warn, Mode::Deny] {
            for unmatched in [Unmatched::Refuse, Unmatched::Allow] {
                for signature_format in [SignatureFormat::Bundle, SignatureFormat::Legacy] {
                    let plain = Options {
                        verifier: engine,
                        kyverno,
                        mode,
                        unmatched,
                        signature_format,
                        ..signer.clone()
                    };
                    all.push(Options {
                        registry: vec!["ghcr.io/example".to_owned(), "nginx".to_owned()],
                        attestation: ["slsa-provenance", "sbom", "https://a.example/t"]
                            .map(str::to_owned)
                            .to_vec(),
                        builder: Some("https://github.com/actions/runner/github-hosted".to_owned()),
                        source: Some("https://github.com/example/app".to_owned()),
                        ..plain.clone()
                    });
                    if kyverno != KyvernoKind::ClusterPolicy {
                        let trusted_root = Some("root.json".to_owned());
                        all.push(Options { trusted_root, ..plain.clone() });
                    }
                    all.push(plain);
                }
            }
        }
    }
    all
}

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
    assert_eq!(root["tlogs"][0]["baseUrl"], "https://rekor.example");
    let made = made(Options { verifier: Verifier::PolicyController, ..options }).manifests;
    assert_eq!(made[0].object["metadata"]["name"], "harden-trusted-root");
    let authority = &made[1].object["spec"]["authorities"][0];
    assert_eq!(authority["keyless"]["trustRootRef"], "harden-trusted-root");
    assert_eq!(authority["ctlog"]["trustRootRef"], "harden-trusted-root");
}

#[test]
fn versions_that_cannot_read_what_is_signed_are_told() {
    let said = |options: Options, version: &str| {
        let options = Options { verifier_version: Some(version.parse().unwrap()), ..options };
        match read(options).generate(&facts()) {
            Ok(generated) => generated.notes.join("\n"),
            Err(error) => error.to_string(),
        }
    };
    let controller = |it: Options| Options { verifier: Verifier::PolicyController, ..it };
    let older = |it: Options| Options { kyverno: KyvernoKind::ClusterPolicy, ..it };
    let legacy = |it: Options| Options { signature_format: SignatureFormat::Legacy, ..it };
    assert!(
        said(controller(keyless()), "0.12.0")
            .contains("'--verifier-version': policy-controller reads bundles since")
    );
    assert!(!said(controller(legacy(keyless())), "0.12.0").contains("reads bundles since"));
    assert!(said(controller(keyed("cosign.pub")), "0.15.1").contains("/1958"));
    assert!(!said(controller(keyless()), "0.15.1").contains("/1958"));
    assert!(said(keyed("cosign.pub"), "1.19.0").contains("/17363"));
    assert!(!said(keyed("cosign.pub"), "1.18.1").contains("/17363"));
    assert!(said(keyless(), "1.16").contains("came with Kyverno 1.17"));
    assert!(said(older(keyless()), "1.20").contains("refused when it is made or changed"));
    assert!(!said(older(legacy(keyed("cosign.pub"))), "1.12").contains("/16267"));
}

#[test]
fn what_cannot_be_is_said_in_one_sentence() {
    let text = |it: &str| Some(it.to_owned());
    let everybody = |pattern: &str| Options { subject_regexp: text(pattern), ..keyless() };
    let cases = [
        (
            Options { key: None, ..keyed("") },
            "--key: say whose signatures are taken: --key FILE, or --issuer with --subject",
        ),
        (
            Options { issuer: None, ..keyless() },
            "--issuer: is needed with a subject, which any provider may give to anybody",
        ),
        (
            Options { subject_regexp: None, ..keyless() },
            "--subject: is needed with an issuer, which vouches for everybody who has an account there",
        ),
        (
            Options { key: text("cosign.pub"), ..keyless() },
            "--key: a key has no issuer and no subject: give either a key or these two",
        ),
        (
            Options { subject: text("a"), ..keyless() },
            "--subject: says the same as --subject-regexp: give one of them",
        ),
        (
            Options { subject_regexp: None, subject: text("*"), ..keyless() },
            "invalid value '*' for '--subject': write one name in full here, or a pattern with --subject-regexp",
        ),
        (
            everybody(".*"),
            "invalid value '.*' for '--subject-regexp': it matches everybody: name whose signatures are taken",
        ),
        (
            everybody("^.+$"),
            "invalid value '^.+$' for '--subject-regexp': it matches everybody: name whose signatures are taken",
        ),
        (
            everybody("https://github.com/example/"),
            "invalid value 'https://github.com/example/' for '--subject-regexp': begin it with ^ and end it with $, so that it matches no longer names",
        ),
        (
            everybody("^a|b$"),
            "invalid value '^a|b$' for '--subject-regexp': put the choices between brackets, such as ^(a|b)$: ^ and $ hold for one of them only",
        ),
        (everybody("("), "invalid value '(' for '--subject-regexp': it is no regular expression"),
        (
            Options { issuer: None, issuer_regexp: text("^https://.*$"), ..keyless() },
            "invalid value '^https://.*$' for '--issuer-regexp': it matches everybody: name whose signatures are taken",
        ),
        (
            keyed("s3://a"),
            "invalid value 's3://a' for '--key': no such service is known: write a file, or an address with awskms://, azurekms://, gcpkms://, hashivault:// or k8s://",
        ),
        (
            keyed("k8s://a"),
            "invalid value 'k8s://a' for '--key': write the Secret with the public key as k8s://NAMESPACE/NAME",
        ),
        (
            Options { attestation: vec!["slsa".to_owned()], ..keyless() },
            "invalid value 'slsa' for '--attestation': write slsa-provenance, sbom, vulnerabilities, or the address of a type of predicate, such as https://cyclonedx.org/bom",
        ),
        (
            Options { builder: text("https://a.example"), ..keyless() },
            "--builder: is what provenance says: ask for it with --attestation slsa-provenance",
        ),
        (
            Options { source: text("https://github.com/*"), ..keyless() },
            "invalid value 'https://github.com/*' for '--source': write its address in full, such as https://github.com/example/app, without wildcards",
        ),
        (
            Options { registry: vec!["*".to_owned()], ..keyless() },
            "invalid value '*' for '--registry': it is no registry or repository, such as registry.example.com/team: write the names in full, without a scheme, wildcard, tag or digest",
        ),
        (
            Options { filename: Vec::new(), ..keyless() },
            "--filename: name manifests whose images are verified, or registries with --registry",
        ),
        (
            Options { exempt_namespace: vec!["a".parse().unwrap()], ..keyless() },
            "--exempt-reason: say why, so that whoever reads the policy can tell whether it still holds",
        ),
        (
            Options {
                verifier: Verifier::PolicyController,
                exempt_namespace: vec!["a".parse().unwrap()],
                ..keyless()
            },
            "--exempt-namespace: policy-controller verifies only in namespaces with the label policy.sigstore.dev/include=true: leave it off there",
        ),
        (
            Options {
                trusted_root: text("root.json"),
                kyverno: KyvernoKind::ClusterPolicy,
                ..keyless()
            },
            "--trusted-root: a ClusterPolicy takes none: use --kyverno validating-policy",
        ),
    ];
    for (options, expected) in cases {
        assert_eq!(read(options).generate(&facts()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn what_files_hold_is_never_repeated() {
    let said = |options: Options, file: &str, text: &str| {
        let mut options = options;
        let said = options.read(file, text).unwrap_err().to_string();
        assert!(!said.contains("c2VjcmV0"), "{said}");
        said
    };
    for label in ["PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY", "EC PRIVATE KEY"] {
        let text = format!("-----BEGIN {label}-----\nc2VjcmV0\n-----END {label}-----\n");
        assert_eq!(
            said(keyed("cosign.key"), "cosign.key", &text),
            "invalid value 'cosign.key' for '--key': it holds a private key, which no policy needs: write the public one with cosign public-key"
        );
    }
    for text in [
        "",
        "c2VjcmV0",
        "-----BEGIN PUBLIC KEY-----\nc2VjcmV0\n-----END PUBLIC KEY-----",
        "null",
        "{}",
    ] {
        assert_eq!(
            said(keyed("a.pub"), "a.pub", text),
            "invalid value 'a.pub' for '--key': it is no public key: it has to be PEM that begins with BEGIN PUBLIC KEY"
        );
    }
    let rooted = || Options { trusted_root: Some("r".to_owned()), ..keyless() };
    for text in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"mediaType": "a", "tlogs": null}"#,
        r#"{"mediaType": "c2VjcmV0"}"#,
    ] {
        assert_eq!(
            said(rooted(), "r", text),
            "invalid value 'r' for '--trusted-root': it is no trusted root: write one with cosign trusted-root create"
        );
    }
    for text in ["", "null", "kind: Secret\napiVersion: v1\ndata: {a: c2VjcmV0}"] {
        assert_eq!(
            said(keyless(), "a.yaml", text),
            "invalid value 'a.yaml' for '--filename': it holds no pods and nothing that makes them"
        );
    }
}
