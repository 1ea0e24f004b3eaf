//! What cosign signs is verified as cosign verifies it, and what is signed here is verified by cosign.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may panic, and asks cosign where it is told to"
)]

#[path = "cosign/ours.rs"]
mod ours;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use harden_sigstore::keys::{KeyError, KeyFile, PrivateKey};
use harden_sigstore::{
    Artefact, Content, Digest, Evidence, Expectation, Legacy, Signer, Trust, verify,
};
use serde_json::Value;

pub(crate) const KEYS: [&str; 4] = ["p256", "p384", "ed25519", "rsa"];
pub(crate) const PASSWORD: &[u8] = b"the password of the tests";

/// What cosign signs, and what is asked of it.
pub(crate) fn peer() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/cosign")
}

pub(crate) fn text(name: &str) -> String {
    fs::read_to_string(peer().join(name)).unwrap_or_else(|it| panic!("{name}: {it}"))
}

pub(crate) fn key(name: &str) -> PrivateKey {
    match KeyFile::of_pem(&text(&format!("keys/{name}.key"))).unwrap() {
        KeyFile::Locked(locked) => locked.open(PASSWORD).unwrap(),
        KeyFile::Plain(_) => panic!("{name} is encrypted"),
    }
}

/// The digest of what is signed.
pub(crate) fn subject(what: &str) -> Digest {
    let name = if what == "index" { "index.json" } else { "image.json" };
    Digest::of(text(name).as_bytes())
}

/// What cosign 3.1.3 signed: by which key, in which form, what; and how it was kept.
fn signed() -> Vec<([String; 3], Evidence)> {
    let mut all = Vec::new();
    for key in KEYS {
        for format in ["bundle", "legacy"] {
            for what in ["image", "index", "provenance"] {
                let name = format!("signed/{key}-{format}-{what}");
                let layer = text(&format!("{name}.layer.json"));
                let manifest: Value =
                    serde_json::from_str(&text(&format!("{name}.manifest.json"))).unwrap();
                let evidence = if format == "bundle" {
                    Evidence::Bundle(layer)
                } else {
                    let of = &manifest["layers"][0];
                    let annotations: BTreeMap<String, String> =
                        serde_json::from_value(of["annotations"].clone()).unwrap();
                    let kind = of["mediaType"].as_str().unwrap();
                    Evidence::Legacy(Legacy::of_layer(kind, layer.into_bytes(), &annotations))
                };
                all.push(([key, format, what].map(str::to_owned), evidence));
            }
        }
    }
    all
}

fn by(key: &str) -> Expectation {
    Expectation::Key(text(&format!("keys/{key}.pub")))
}

#[test]
fn what_cosign_signed_is_verified_as_cosign_verifies_it() {
    let answers = text("signed/answers.txt");
    let answers: BTreeMap<_, _> = answers.lines().map(|it| it.split_once(' ').unwrap()).collect();
    let trust = Trust::embedded().unwrap();
    for ([key, format, what], evidence) in signed() {
        let name = format!("{key}-{format}-{what}");
        let digest = subject(&what);
        let verdict = verify(Artefact::Digest(&digest), &evidence, &trust, &by(&key));
        // cosign 3.1.3 refuses what it signs itself with such a key: by Ed25519ph, of which it verifies none.
        let is_taken = answers[name.as_str()] == "0" || key == "ed25519";
        assert_eq!(verdict.is_ok(), is_taken, "{name}: {verdict:?}");
        for (other, whose) in [("image", "rsa"), ("image", "p256"), ("index", &key)] {
            let artefact =
                subject(if other == "index" && what == "index" { "image" } else { other });
            if artefact == digest && whose == key {
                continue;
            }
            let verdict = verify(Artefact::Digest(&artefact), &evidence, &trust, &by(whose));
            assert!(verdict.is_err(), "{name} for {other} by {whose}: {verdict:?}");
        }
    }
}

#[test]
fn what_cosign_says_of_an_image_is_in_the_verdict() {
    let trust = Trust::embedded().unwrap();
    for ([key, format, what], evidence) in signed() {
        let digest = subject(&what);
        let Ok(verdict) = verify(Artefact::Digest(&digest), &evidence, &trust, &by(&key)) else {
            assert_eq!(key, "ed25519", "cosign signs otherwise than it verifies with Ed25519 only");
            continue;
        };
        assert!(matches!(verdict.signer, Signer::Key(_)));
        assert!(verdict.logs.is_empty() && verdict.times.is_empty());
        match verdict.content {
            Content::Statement { payload, .. } => {
                let says = String::from_utf8(payload).unwrap();
                let kind =
                    if what == "provenance" { "slsa.dev/provenance/v1" } else { "cosign/sign" };
                assert!(says.contains(kind), "{says}");
            }
            Content::Name(name) => {
                assert_eq!(name, format!("registry.example/shop/{key}-{format}-{what}"));
            }
            Content::Artefact => panic!("an image is no file"),
        }
    }
}

#[test]
fn cosign_s_keys_are_opened_by_their_password_and_no_other() {
    for name in KEYS {
        let file = text(&format!("keys/{name}.key"));
        assert_eq!(key(name).public_pem().unwrap(), text(&format!("keys/{name}.pub")), "{name}");
        let older = file.replace("ENCRYPTED SIGSTORE", "ENCRYPTED COSIGN");
        for file in [&file, &older] {
            let KeyFile::Locked(locked) = KeyFile::of_pem(file).unwrap() else { panic!("{name}") };
            for wrong in [&b""[..], b"the password of the test", b"THE PASSWORD OF THE TESTS"] {
                assert_eq!(locked.open(wrong).unwrap_err(), KeyError::Password, "{name}");
            }
            locked.open(PASSWORD).unwrap();
            assert_eq!(format!("{locked:?}"), "LockedKey");
        }
    }
}
