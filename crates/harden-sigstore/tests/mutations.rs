//! Every value of what verifies, changed in every way: nothing verifies as something else, nothing panics.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test may panic and read files"
)]

#[path = "conformance/case.rs"]
mod case;
mod samples;

use case::Case;
use harden_sigstore::{Artefact, Digest, Evidence, Expectation, Trust, Verified, verify};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use samples::{OWN, PUBLIC, Sample, kind};
use serde_json::{Value, json};

/// A bundle that verifies, with what that takes.
struct Good {
    name: String,
    artefact: Result<Vec<u8>, Digest>,
    trust: Trust,
    expectation: Expectation,
    bundle: Value,
    verdict: Verified,
}

impl Good {
    fn all() -> Vec<Self> {
        let cases = Case::all().into_iter().filter(Case::must_verify).map(|case| {
            let trust = case.trust().unwrap();
            Self::new(case.name, Ok(case.artefact), trust, case.expectation, &case.bundle)
        });
        let images = [
            "own-workflow-bundle-plain",
            "own-key-bundle-plain",
            "key-unlogged-bundle-plain",
            "workflow-bundle-plain",
        ];
        let images = images.into_iter().map(|image| {
            let sample = Sample::of(image);
            let Evidence::Bundle(bundle) = &sample.evidence else { panic!("{image}") };
            let trust = Trust::of_json([OWN, PUBLIC]).unwrap();
            let expectation = sample.expectation();
            Self::new(image.to_owned(), Err(sample.digest.clone()), trust, expectation, bundle)
        });
        cases.chain(images).collect()
    }

    fn new(
        name: String,
        artefact: Result<Vec<u8>, Digest>,
        trust: Trust,
        expectation: Expectation,
        bundle: &str,
    ) -> Self {
        let as_artefact = match &artefact {
            Ok(bytes) => Artefact::Bytes(bytes),
            Err(digest) => Artefact::Digest(digest),
        };
        let evidence = Evidence::Bundle(bundle.to_owned());
        let verdict = verify(as_artefact, &evidence, &trust, &expectation).unwrap();
        let bundle = serde_json::from_str(bundle).unwrap();
        Self { name, artefact, trust, expectation, bundle, verdict }
    }

    fn verify(&self, bundle: String) -> Option<Verified> {
        let artefact = match &self.artefact {
            Ok(bytes) => Artefact::Bytes(bytes),
            Err(digest) => Artefact::Digest(digest),
        };
        verify(artefact, &Evidence::Bundle(bundle), &self.trust, &self.expectation).ok()
    }
}

/// Every value in a value, by its JSON pointer.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    places.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                self::places(field, &format!("{at}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                self::places(item, &format!("{at}/{number}"), places);
            }
        }
        _ => {}
    }
}

/// What a value can be changed to, by name.
fn changes(value: &Value) -> Vec<(&'static str, Value)> {
    let mut changes = vec![
        ("null", Value::Null),
        ("true", json!(true)),
        ("zero", json!(0)),
        ("negative", json!(-1)),
        ("fraction", json!(0.5)),
        ("largest", json!(u64::MAX)),
        ("largest, as text", json!("18446744073709551615")),
        ("beyond the largest", json!("99999999999999999999999")),
        ("empty text", json!("")),
        ("text", json!("AAAA")),
        ("no base64", json!("!")),
        ("empty list", json!([])),
        ("list", json!([value, value])),
        ("empty object", json!({})),
        ("object", json!({ "rawBytes": value })),
    ];
    if let Some(text) = value.as_str() {
        let change = |at: usize| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'B' { b'C' } else { b'B' };
            json!(String::from_utf8_lossy(&bytes))
        };
        if !text.is_empty() {
            changes.push(("first letter", change(0)));
            changes.push(("a letter in the middle", change(text.len() / 2)));
            changes.push(("a letter near the end", change(text.len().saturating_sub(6))));
            changes.push(("shorter", json!(text[..text.len() / 2])));
        }
        changes.push(("longer", json!(format!("{text}{text}"))));
        if let Ok(number) = text.parse::<i64>() {
            changes.push(("one more", json!((number + 1).to_string())));
            changes.push(("one less", json!((number - 1).to_string())));
        }
    }
    if let Some(list) = value.as_array().filter(|it| !it.is_empty()) {
        changes.push(("without the first", json!(list[1..])));
        changes.push(("the first twice", json!([&list[..1], list].concat())));
    }
    changes
}

/// Where a change may go unnoticed, as nobody signed what is there and nobody reads it, or as it takes
/// away what vouches for more.
fn is_unsigned(good: &Good, place: &str, new: &Value) -> bool {
    let old = good.bundle.pointer(place).unwrap();
    let last = place.rsplit('/').next().unwrap_or_default();
    let entry = good.bundle.pointer("/verificationMaterial/tlogEntries/0");
    let version = entry.and_then(|it| it.pointer("/kindVersion")).cloned().unwrap_or_default();
    let is_newer = version == json!({ "kind": "hashedrekord", "version": "0.0.2" });
    let is_by_key = good.bundle.pointer("/verificationMaterial/publicKey").is_some();
    match last {
        // Without an entry, fewer vouch for it.
        "hint" | "publicKey" | "tlogEntries" => is_by_key,
        "messageDigest" => new.is_null() || *new == json!({}),
        // Without the others, fewer vouch for it. A timestamp may hold certificates, where those of the
        // trusted root are taken.
        "keyid"
        | "inclusionPromise"
        | "timestampVerificationData"
        | "rfc3161Timestamps"
        | "signedTimestamp" => true,
        // Of the first version, which has a promise in its place.
        "inclusionProof" => good.verdict.format == "bundle v0.1" && new.is_null(),
        // What the checkpoint says as well.
        "logIndex" | "rootHash" | "treeSize" => is_newer && place.contains("inclusionProof"),
        // Names of signers and signatures of witnesses, below what the log signed.
        "envelope" => {
            let signed = |it: &Value| Some(it.as_str()?.split("\n\n").next()?.to_owned());
            signed(old).is_some() && signed(old) == signed(new)
        }
        "certificates" => new.as_array().is_some_and(|it| it.len() > 1 && it[0] == old[0]),
        _ => false,
    }
}

/// Is a verdict the same, or does it say less?
fn says_no_more(verdict: &Verified, than: &Verified) -> bool {
    (&verdict.signer, &verdict.content) == (&than.signer, &than.content)
        && verdict.times.iter().all(|it| than.times.contains(it))
        && verdict.logs.iter().all(|it| than.logs.contains(it))
}

/// Is it another value? A number may be written as a text.
fn is_other(old: &Value, new: &Value) -> bool {
    let number = |it: &Value| it.as_i64().or_else(|| it.as_str()?.parse().ok());
    old != new && (number(old).is_none() || number(old) != number(new))
}

#[test]
fn no_value_can_be_changed_unnoticed() {
    let mut tried = 0;
    let mut unnoticed = Vec::new();
    for good in Good::all() {
        let mut all = Vec::new();
        places(&good.bundle, "", &mut all);
        for place in &all {
            let value = good.bundle.pointer(place).unwrap();
            for (change, new) in changes(value).into_iter().filter(|(_, new)| is_other(value, new))
            {
                let mut changed = good.bundle.clone();
                *changed.pointer_mut(place).unwrap() = new.clone();
                tried += 1;
                let Some(verdict) = good.verify(changed.to_string()) else { continue };
                let is_no_more = says_no_more(&verdict, &good.verdict);
                if !(is_no_more && is_unsigned(&good, place, &new)) {
                    unnoticed.push(format!("{}{place}: {change}: {is_no_more}", good.name));
                }
            }
        }
    }
    println!("{tried} changes");
    assert!(unnoticed.is_empty(), "{} of {tried}:\n{}", unnoticed.len(), unnoticed.join("\n"));
    assert!(tried > 1000);
}

#[test]
fn bytes_that_fall_over_say_nothing_more() {
    let all = Good::all();
    let texts: Vec<_> = all.iter().map(|it| it.bundle.to_string()).collect();
    let mut runner = TestRunner::deterministic();
    let strategy = (any::<Index>(), vec((any::<Index>(), any::<u8>()), 1..4));
    for _ in 0..600 {
        let (which, flips) = strategy.new_tree(&mut runner).unwrap().current();
        let at = which.index(all.len());
        let mut bytes = texts[at].clone().into_bytes();
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(verdict) = all[at].verify(text) {
            assert!(says_no_more(&verdict, &all[at].verdict), "{}", all[at].name);
        }
    }
}

#[test]
fn what_is_cut_off_anywhere_is_refused() {
    let sample = Sample::of("key-unlogged-bundle-plain");
    let Evidence::Bundle(text) = &sample.evidence else { panic!("a bundle") };
    for end in 0..text.len() {
        let cut = Sample { evidence: Evidence::Bundle(text[..end].to_owned()), ..sample.clone() };
        assert_eq!(kind(&cut.verify().unwrap_err()), "Broken", "{end}");
    }
}
