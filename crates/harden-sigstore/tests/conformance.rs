//! Agreement with the conformance suite of Sigstore about what holds and what does not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may panic and read files"
)]

#[path = "conformance/case.rs"]
mod case;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use harden_sigstore::{
    Artefact, Digest, Evidence, Expectation, Pattern, Refusal, Signer, Trust, Verified, verify,
};
use harness::Need;
use regex_lite::Regex;
use serde_json::{Value, json};

use case::Case;

fn judge(case: &Case) -> Result<Verified, String> {
    let trust = case.trust().map_err(|it| it.to_string())?;
    let evidence = Evidence::Bundle(case.bundle.clone());
    verify(Artefact::Bytes(&case.artefact), &evidence, &trust, &case.expectation)
        .map_err(|it| it.to_string())
}

#[test]
fn what_must_verify_does_and_what_must_not_does_not() {
    let cases = Case::all();
    let mut good = 0;
    for case in &cases {
        let verdict = judge(case);
        println!("{}: {verdict:?}", case.name);
        assert_eq!(verdict.is_ok(), case.must_verify(), "{}: {verdict:?}", case.name);
        good += usize::from(verdict.is_ok());
    }
    assert!(cases.is_empty() || (good, cases.len()) == (9, 31), "{good} of {}", cases.len());
}

#[test]
fn a_timestamp_is_enough_where_the_root_names_no_log() {
    let is_it = |it: &Case| it.name == "intoto-with-custom-trust-root";
    let Some(case) = Case::all().into_iter().find(is_it) else { return };
    let without = |text: &str, places: &[&str]| {
        let mut value: Value = serde_json::from_str(text).unwrap();
        places.iter().for_each(|it| *value.pointer_mut(it).unwrap() = json!([]));
        value.to_string()
    };
    let root = without(case.root.as_deref().unwrap(), &["/tlogs", "/ctlogs"]);
    let trust = Trust::of_json([root.as_str()]).unwrap();
    let bundle = without(&case.bundle, &["/verificationMaterial/tlogEntries"]);
    let artefact = Artefact::Bytes(&case.artefact);
    let verdict = verify(artefact, &Evidence::Bundle(bundle), &trust, &case.expectation).unwrap();
    assert!(verdict.logs.is_empty());
    assert_eq!(verdict.times.len(), 1);
    // What is there must hold.
    let refusal = verify(artefact, &Evidence::Bundle(case.bundle), &trust, &case.expectation);
    assert!(matches!(refusal, Err(Refusal::UnknownLog { .. })), "{refusal:?}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    entries.iter().flat_map(|it| if it.is_dir() { files(it) } else { vec![it.clone()] }).collect()
}

/// The digest of the first subject of the statement in a bundle.
fn subject(bundle: &Value) -> Option<Digest> {
    let payload = bundle.pointer("/dsseEnvelope/payload")?.as_str()?;
    let statement: Value = serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()?;
    let hex = statement.pointer("/subject/0/digest/sha256")?.as_str()?;
    format!("sha256:{hex}").parse().ok()
}

#[test]
fn provenance_of_public_builds_verifies_and_is_of_nothing_else() {
    let Some(folder) = Need::Answers.at("slsa") else { return };
    let trust = Trust::embedded().unwrap();
    let expectation = Expectation::Keyless {
        identity: Pattern::Regexp(Regex::new("^https://github\\.com/").unwrap()),
        issuer: Pattern::Exact("https://token.actions.githubusercontent.com".to_owned()),
    };
    let mut formats: BTreeMap<String, usize> = BTreeMap::new();
    for file in files(&folder) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        let Some(digest) = subject(&value) else { continue };
        let name = file.display();
        let evidence = Evidence::Bundle(text);
        let verdict = verify(Artefact::Digest(&digest), &evidence, &trust, &expectation)
            .unwrap_or_else(|it| panic!("{name}: {it}"));
        let Signer::Certificate { identity, claims, .. } = &verdict.signer else {
            panic!("{name} has a key")
        };
        // A workflow that is used by others: the name is its own, and the source is theirs.
        assert_eq!(claims["BuildSignerURI"], *identity, "{name}");
        assert!(claims["SourceRepositoryURI"].starts_with("https://github.com/"), "{name}");
        assert_eq!(claims["SourceRepositoryDigest"].len(), 40, "{name}");
        assert_eq!(verdict.logs, ["https://rekor.sigstore.dev"], "{name}");
        let other = Digest::of(b"another");
        let refusal = verify(Artefact::Digest(&other), &evidence, &trust, &expectation);
        assert!(matches!(refusal, Err(Refusal::WrongArtefact { .. })), "{name}: {refusal:?}");
        *formats.entry(verdict.format).or_default() += 1;
    }
    println!("{formats:?}");
    assert!(formats.len() == 3 && formats.values().all(|it| *it > 3), "{formats:?}");
}
