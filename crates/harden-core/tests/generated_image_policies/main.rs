//! What the generator of policies for images makes: no rule objects to it, every engine takes it and lets in what it
//! should; and what it refuses, it refuses in one sentence.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may panic, read files and start programs"
)]

mod engines;
mod images;
mod locked;
mod promise;
mod records;
mod refusals;
mod shape;
mod situations;

use harden_core::cluster::Facts;
use harden_core::generators::image_policy::{Options, SignatureFormat, Unmatched, Verifier};
use harden_core::generators::{Generate as _, Generated};
use harden_core::intents::{KyvernoKind, Mode};
use harden_core::kubernetes::Date;

const TODAY: Date = Date { year: 2026, month: 11, day: 27 };

/// The key of those whom policies trust, and the root of a sigstore of their own.
const KEY: &str = include_str!("../../../../tests/peers/signed-images/key.pub");
const ROOT: &str = include_str!("../../../../tests/peers/signed-images/root.json");

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

/// Options of every kind that one engine reads.
fn variety(engine: Verifier, kyverno: KyvernoKind) -> Vec<Options> {
    let mut all = Vec::new();
    let keys = [
        "cosign.pub",
        "awskms:///arn:aws:kms:eu-west-1:123456789012:alias/a",
        "gcpkms://projects/a",
        "hashivault://a",
        "k8s://cosign-system/key",
    ];
    for signer in keys.map(keyed).into_iter().chain([keyless()]) {
        for mode in [Mode::Audit, Mode::Warn, Mode::Deny] {
            for unmatched in [Unmatched::Refuse, Unmatched::Allow] {
                for signature_format in [SignatureFormat::Bundle, SignatureFormat::Legacy] {
                    let is_bundle = signature_format == SignatureFormat::Bundle;
                    let is_controller = engine == Verifier::PolicyController;
                    if is_controller && is_bundle && signer.key.is_some() {
                        continue;
                    }
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
                    // policy-controller holds only tags to a root, Kyverno only bundles.
                    if kyverno != KyvernoKind::ClusterPolicy && is_controller != is_bundle {
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
