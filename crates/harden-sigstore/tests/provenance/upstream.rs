//! Every file of slsa-verifier's test data.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harden_sigstore::statement::BuildLevel;
use harden_sigstore::{Refusal, Trust};
use serde_json::Value;

use super::expected::{self, Expected};
use super::file::{self, Signed};

/// What is said of a file.
fn judge(signed: &[Signed], trust: &Trust) -> String {
    if let [publication, provenance] = signed {
        return match (publication.verify_npm(trust), provenance.verify(trust)) {
            (Err(Refusal::InvalidSignature), _) => "tampered publication".to_owned(),
            (_, Err(Refusal::InvalidSignature)) => "tampered provenance".to_owned(),
            (Err(Refusal::WrongArtefact { .. }), Err(Refusal::WrongArtefact { .. })) => {
                "fits".to_owned()
            }
            other => format!("{other:?}"),
        };
    }
    match signed[0].verify(trust) {
        Ok(verified) => {
            let standing = signed[0].standing(Some(&verified));
            let is_whole = standing.contradictions.is_empty();
            if is_whole { standing.level.to_string() } else { "contradicted".to_owned() }
        }
        Err(Refusal::ByKey) => "no certificate".to_owned(),
        Err(Refusal::NoLogEntry | Refusal::NoTime) => {
            match signed[0].verify_by_certificate(trust) {
                Ok(_) => "no log".to_owned(),
                Err(refusal) => refusal.to_string(),
            }
        }
        Err(refusal) => refusal.to_string(),
    }
}

#[test]
fn every_file_is_judged_as_expected_and_none_that_upstream_refuses_has_a_level() {
    let Some(folder) = file::folder() else { return };
    let trust = Trust::embedded().unwrap();
    let expected = expected::all();
    let ways: Vec<&str> = expected.iter().map(|it| it.way).collect();
    assert_eq!(file::all(&folder), ways, "the list names every file once");
    let mut wrong = String::new();
    for it in &expected {
        let here = judge(&file::read(&folder, it.way), &trust);
        if here != it.here {
            let _ = writeln!(wrong, "{} | {} | {here}", it.way, it.upstream);
        }
        assert!(!(it.is_refused_upstream() && here.starts_with("SLSA")), "{} {here}", it.way);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let refused = |it: &&Expected| it.is_refused_upstream();
    assert_eq!(expected.iter().filter(refused).count(), 10);
}

/// The same file with another builder in each of its statements.
fn with_another_builder(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    let envelopes = if value.get("attestations").is_some() {
        vec!["/attestations/0/bundle/dsseEnvelope", "/attestations/1/bundle/dsseEnvelope"]
    } else if value.get("dsseEnvelope").is_some() {
        vec!["/dsseEnvelope"]
    } else {
        vec![""]
    };
    for way in envelopes {
        let payload = value.pointer_mut(&format!("{way}/payload")).unwrap();
        let bytes = STANDARD.decode(payload.as_str().unwrap()).unwrap();
        let said = String::from_utf8(bytes).unwrap();
        let changed = said.replacen("https://github.com/", "https://github.org/", 1);
        assert_ne!(said, changed, "{way}");
        *payload = Value::String(STANDARD.encode(changed));
    }
    value.to_string()
}

#[test]
fn a_statement_that_was_changed_is_refused_in_every_file() {
    let Some(folder) = file::folder() else { return };
    let trust = Trust::embedded().unwrap();
    let mut changed = 0;
    for it in expected::all().iter().filter(|it| it.here != "no certificate") {
        let text = std::fs::read_to_string(folder.join(it.way)).unwrap();
        for (i, signed) in file::signed(&with_another_builder(&text)).iter().enumerate() {
            let refusal = match (it.here, i) {
                ("no log", _) => signed.verify_by_certificate(&trust).unwrap_err(),
                ("fits" | "tampered provenance" | "tampered publication", 0) => {
                    signed.verify_npm(&trust).unwrap_err()
                }
                _ => signed.verify(&trust).unwrap_err(),
            };
            assert_eq!(refusal, Refusal::InvalidSignature, "{} {i}", it.way);
            changed += 1;
        }
    }
    assert_eq!(changed, 120);
}

/// Those that differ in what they show: each builder, each edition, verified and not.
const SHOWN: [&str; 21] = [
    "annotated-tag.intoto.jsonl",
    "bcr/MODULE-wrong-signer.bazel.intoto.jsonl",
    "bcr/rules_lint-v1.3.1.tar.gz.intoto.jsonl",
    "binary-linux-amd64-expired-cert.intoto.jsonl",
    "binary-linux-amd64-multi-subject-first.intoto.jsonl",
    "binary-linux-amd64-no-tlog-upload.intoto.jsonl",
    "binary-linux-amd64-sharded.intoto.jsonl",
    "gha_container-based/v1.7.0/binary-linux-amd64-workflow_dispatch.intoto.sigstore",
    "gha_container-based/v2.1.0/binary-linux-amd64-push-v14.intoto.build.slsa",
    "gha_delegator/v1.9.0/binary-linux-amd64-push-v14.build.slsa",
    "gha_delegator/v2.1.0/binary-linux-amd64-push-v14.build.slsa",
    "gha_generic/v1.10.0/binary-linux-amd64-push-v14.intoto.jsonl",
    "gha_generic/v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl",
    "gha_go/v0.0.2/binary-linux-amd64-push-v14.intoto.jsonl",
    "gha_go/v2.1.0/binary-linux-amd64-push-v13.0.30.intoto.jsonl",
    "gha_gradle/v1.10.0/binary-linux-amd64-push-v14.build.slsa",
    "gha_gradle/v2.1.0/binary-linux-amd64-workflow_dispatch.build.slsa",
    "gha_maven/v2.1.0/binary-linux-amd64-push-v14.build.slsa",
    "npm/gha/provenance-npm-test-cli-v02-prega.tgz.json",
    "npm/gha/provenance-npm-test-cli-v1-prega.tgz.json",
    "npm/gha/provenance-npm-test-ossf.tgz.json",
];

#[test]
fn the_level_of_each_says_what_the_next_one_asks_for() {
    let Some(folder) = file::folder() else { return };
    let trust = Trust::embedded().unwrap();
    let mut text = String::new();
    for way in SHOWN {
        let _ = writeln!(text, "{way}");
        for signed in file::read(&folder, way) {
            let verdict = signed.verify(&trust);
            let reading = signed.statement.reading().unwrap();
            let _ = writeln!(text, "  {}", reading.sentence());
            if verdict.is_err() {
                let _ = writeln!(text, "  refused, and judged as if it were not signed");
            }
            if reading.provenance().is_none() {
                continue;
            }
            let standing = signed.standing(verdict.as_ref().ok());
            assert_eq!(standing.missing.is_empty(), standing.level == BuildLevel::L3);
            let _ = writeln!(text, "  {}", standing.level);
            for sentence in standing.contradictions {
                let _ = writeln!(text, "    contradiction: {sentence}");
            }
            for sentence in standing.missing {
                let _ = writeln!(text, "    missing: {sentence}");
            }
        }
    }
    let mut settings = insta::Settings::clone_current();
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../snapshots");
    settings.set_snapshot_path(top.join("provenance"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("levels", text));
}
