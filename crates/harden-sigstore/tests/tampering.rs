//! What was changed since it was signed is refused, for the reason that it is.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::semicolon_if_nothing_returned,
    reason = "a test may panic, and a table reads better without"
)]

#[path = "tampering/bundle.rs"]
mod bundle;
#[path = "tampering/layer.rs"]
mod layer;
mod samples;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bundle::BUNDLE;
use harden_sigstore::{Artefact, Digest, Evidence, Legacy, Trust, verify};
use samples::{IDENTITY, ISSUER, KEY, OWN, Sample, by, by_key, kind};
use serde_json::{Value, json};

pub(crate) const MATERIAL: &str = "/verificationMaterial";
pub(crate) const ENTRY: &str = "/verificationMaterial/tlogEntries/0";

/// What is wrong with how a sample is refused.
pub(crate) fn wrong(name: &str, sample: &Sample, refusal: &str) -> Option<String> {
    let said = match sample.verify() {
        Ok(verdict) => return Some(format!("{name} verifies: {verdict:?}")),
        Err(said) => said,
    };
    let text = said.to_string();
    let is_sentence = text.len() < 600 && !text.contains('\n') && !text.ends_with('.');
    let is_right = kind(&said) == refusal && is_sentence;
    (!is_right).then(|| format!("{name}: {}, and not {refusal}: {text}", kind(&said)))
}

pub(crate) fn refused(name: &str, sample: &Sample, refusal: &str) {
    assert_eq!(wrong(name, sample, refusal), None);
}

pub(crate) fn at<'a>(value: &'a mut Value, place: &str) -> &'a mut Value {
    value.pointer_mut(place).unwrap_or_else(|| panic!("{place}"))
}

/// What a bundle of somebody else has there.
pub(crate) fn of(image: &str, place: &str) -> Value {
    let Evidence::Bundle(text) = Sample::of(image).evidence else { panic!("{image}") };
    serde_json::from_str::<Value>(&text).unwrap().pointer(place).unwrap().clone()
}

/// Changes the bytes that a value holds in base64.
pub(crate) fn bytes(value: &mut Value, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = BASE64.decode(value.as_str().unwrap()).unwrap();
    change(&mut bytes);
    *value = json!(BASE64.encode(bytes));
}

/// Changes the JSON that a value holds in base64.
pub(crate) fn inner(value: &mut Value, change: impl FnOnce(&mut Value)) {
    bytes(value, |bytes| {
        let mut json = serde_json::from_slice(bytes).unwrap();
        change(&mut json);
        *bytes = json.to_string().into_bytes();
    });
}

pub(crate) fn flip_last(bytes: &mut [u8]) {
    *bytes.last_mut().unwrap() ^= 1;
}

pub(crate) type Change = fn(&mut Value);

#[test]
fn a_bundle_that_was_changed_is_refused() {
    let sample = Sample::of("own-workflow-bundle-plain");
    sample.verify().unwrap();
    let wrong: Vec<_> = BUNDLE
        .iter()
        .filter_map(|(name, change, refusal)| wrong(name, &sample.with(change), refusal))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_bundle_of_a_key_that_was_changed_is_refused() {
    let bare = Sample::of("key-unlogged-bundle-plain");
    let logged = Sample::of("own-key-bundle-plain");
    for (name, change, refusal) in BUNDLE.into_iter().filter(|(name, ..)| {
        *name == "the payload" || name.contains("envelope") || name.contains("signature")
    }) {
        for sample in [&bare, &logged] {
            let changed = sample.with(change);
            // An entry of no other is beside it.
            let refusal =
                if name == "the signature of another" { "InvalidSignature" } else { refusal };
            refused(name, &changed, refusal);
        }
    }
    // What is there must hold, whoever could do without.
    let entry = |it: &mut Value| {
        at(it, MATERIAL)["tlogEntries"] = json!([of("own-key-bundle-plain", ENTRY)])
    };
    refused("an entry of another", &bare.with(entry), "InvalidLogEntry");
    let stamp = |it: &mut Value| {
        at(it, MATERIAL)["timestampVerificationData"] =
            json!({ "rfc3161Timestamps": [{ "signedTimestamp": "AAAA" }] });
    };
    refused("a timestamp of nobody", &bare.with(stamp), "InvalidTime");
    refused("a timestamp of nobody", &logged.with(stamp), "InvalidTime");
}

#[test]
fn a_signature_of_another_image_is_refused_by_its_name() {
    for image in [
        "own-workflow-bundle",
        "own-workflow-tag",
        "own-key-bundle",
        "own-key-tag",
        "key-unlogged-tag",
    ] {
        let mut sample = Sample::of(&format!("{image}-plain"));
        let signed = std::mem::replace(&mut sample.digest, Digest::of(b"another"));
        refused(image, &sample, "WrongArtefact");
        let said = sample.verify().unwrap_err().to_string();
        assert!(said.contains(&sample.digest.to_string()), "{said}");
        assert!(said.contains(&signed.to_string()), "{said}");
    }
}

#[test]
fn a_stranger_and_another_key_are_refused() {
    let other = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaHI0/6mrGje88LTKqBJJ9mgwirdd\nbFGc0/PjEP/YQ34iuplUmkIpwhaYCeEk8j8W6Bifjj//YyAob+2SPKv4A==\n-----END PUBLIC KEY-----\n";
    for image in ["own-workflow-bundle-plain", "own-workflow-tag-plain"] {
        let sample = Sample::of(image);
        let refusal = sample.verify_as(&by("somebody@else.example", ISSUER)).unwrap_err();
        assert_eq!(kind(&refusal), "WrongIdentity");
        let refusal = sample.verify_as(&by(IDENTITY, "https://else.example")).unwrap_err();
        assert_eq!(kind(&refusal), "WrongIssuer");
    }
    for image in ["own-key-bundle-plain", "own-key-tag-plain", "key-unlogged-bundle-plain"] {
        let refusal = Sample::of(image).verify_as(&by_key(other)).unwrap_err();
        assert!(matches!(kind(&refusal).as_str(), "InvalidSignature" | "Key"), "{refusal}");
    }
}

#[test]
fn what_is_too_large_is_not_even_read() {
    let trust = Trust::of_json([OWN]).unwrap();
    let digest = Digest::of(b"");
    let blanks = " ".repeat((16 << 20) + 1);
    let layer = Legacy {
        media_type: "application/vnd.dev.cosign.simplesigning.v1+json".to_owned(),
        payload: blanks.clone().into_bytes(),
        ..Legacy::default()
    };
    for evidence in [Evidence::Bundle(blanks), Evidence::Legacy(layer)] {
        let refusal =
            verify(Artefact::Digest(&digest), &evidence, &trust, &by_key(KEY)).unwrap_err();
        assert_eq!(kind(&refusal), "TooLarge");
    }
    for deep in ["[".repeat(1 << 20), r#"{"a":"#.repeat(1 << 20)] {
        let evidence = Evidence::Bundle(deep);
        let refusal =
            verify(Artefact::Digest(&digest), &evidence, &trust, &by_key(KEY)).unwrap_err();
        assert_eq!(kind(&refusal), "Broken");
    }
}
