//! What cosign 3.1.3 signed by keys of every kind, without a log and without a time.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod samples;

use harden_sigstore::{Artefact, Content, Evidence, PublicKey, Signer, Trust, verify};
use samples::{OWN, Sample, by_key, kind};
use serde_json::{Value, json};

/// `cosign sign`, `cosign attest` and `cosign sign-blob`, older and newer.
const SIGNED: &str = include_str!("keys/cosign.jsonl");
/// The keys that signed.
const KEYS: &str = include_str!("keys/keys.jsonl");
/// What `cosign sign-blob` signed.
const BLOB: &[u8] = b"hello";

fn pem(name: &str) -> String {
    let keys = KEYS.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let key = keys.into_iter().find(|it| it["name"] == name).unwrap();
    key["pem"].as_str().unwrap().to_owned()
}

fn is_blob(sample: &Sample) -> bool {
    matches!(&sample.evidence, Evidence::Bundle(text) if text.contains("messageSignature"))
}

fn artefact(sample: &Sample) -> Artefact<'_> {
    if is_blob(sample) { Artefact::Bytes(BLOB) } else { Artefact::Digest(&sample.digest) }
}

#[test]
fn what_a_key_of_any_kind_signed_verifies_without_log_and_time() {
    let trust = Trust::of_json([OWN]).unwrap();
    let mut forms = Vec::new();
    for sample in SIGNED.lines().map(Sample::read).filter(|it| it.image != "p521") {
        let pem = pem(&sample.image);
        let verdict = verify(artefact(&sample), &sample.evidence, &trust, &by_key(&pem))
            .unwrap_or_else(|it| panic!("{} {:?}: {it}", sample.image, sample.evidence));
        let fingerprint = PublicKey::of_pem(&pem).unwrap().fingerprint();
        assert_eq!(verdict.signer, Signer::Key(fingerprint), "{}", sample.image);
        assert!(verdict.times.is_empty() && verdict.logs.is_empty(), "{}", sample.image);
        let form = match verdict.content {
            Content::Artefact => "file",
            Content::Name(_) => "name",
            Content::Statement { .. } => "statement",
        };
        forms.push((sample.image, form, verdict.format));
    }
    for key in ["p256", "p384", "ed25519", "rsa2048", "rsa4096"] {
        for (form, format) in [
            ("file", "bundle v0.3"),
            ("name", "legacy"),
            ("statement", "legacy"),
            ("statement", "bundle v0.3"),
        ] {
            let is_it =
                |it: &&(String, &str, String)| (&*it.0, it.1, &*it.2) == (key, form, format);
            assert_eq!(forms.iter().filter(is_it).count(), 1, "{key} {form} {format}");
        }
    }
}

#[test]
fn another_key_another_file_and_another_digest_are_refused() {
    let trust = Trust::of_json([OWN]).unwrap();
    for sample in SIGNED.lines().map(Sample::read) {
        for other in
            ["p256", "p384", "ed25519", "rsa2048"].into_iter().filter(|it| sample.image != *it)
        {
            let refusal = verify(artefact(&sample), &sample.evidence, &trust, &by_key(&pem(other)))
                .unwrap_err();
            assert_eq!(kind(&refusal), "InvalidSignature", "{}: {refusal}", sample.image);
        }
    }
    for sample in SIGNED.lines().map(Sample::read).filter(|it| is_blob(it) && it.image != "p521") {
        let expectation = by_key(&pem(&sample.image));
        let refusal =
            verify(Artefact::Bytes(b"hello!"), &sample.evidence, &trust, &expectation).unwrap_err();
        // Such a key says nothing of a digest.
        let expected = if sample.image == "ed25519" { "InvalidSignature" } else { "WrongArtefact" };
        assert_eq!(kind(&refusal), expected, "{}", sample.image);
        let lying = sample.with(|it| {
            it["messageSignature"]["messageDigest"] =
                json!({ "algorithm": "SHA2_256", "digest": "zgYJL7lI2acyX9HaPjRO3S3LYF05gg1ZS5uN9AJmWNI=" });
        });
        let refusal =
            verify(Artefact::Bytes(b"hello!"), &lying.evidence, &trust, &expectation).unwrap_err();
        assert!(
            matches!(kind(&refusal).as_str(), "InvalidSignature" | "WrongArtefact"),
            "{refusal}"
        );
    }
}

#[test]
fn of_a_file_its_digest_is_enough_where_the_key_allows_it() {
    let trust = Trust::of_json([OWN]).unwrap();
    for (key, expected) in [
        ("p256", None),
        ("rsa2048", None),
        ("ed25519", Some("Unsupported")),
        ("p384", Some("Unsupported")),
    ] {
        let is_it = |it: &Sample| is_blob(it) && it.image == key;
        let sample = SIGNED.lines().map(Sample::read).find(is_it).unwrap();
        let digest = Artefact::Digest(&sample.digest);
        let verdict = verify(digest, &sample.evidence, &trust, &by_key(&pem(key)));
        assert_eq!(verdict.err().map(|it| kind(&it)).as_deref(), expected, "{key}");
    }
}
