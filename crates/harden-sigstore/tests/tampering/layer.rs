//! What can be done to a layer.

use harden_sigstore::{Digest, Evidence, Legacy};
use serde_json::{Value, json};

use crate::samples::{KEY, Sample};
use crate::{Change, at, bytes, flip_last, refused, wrong};

type LayerChange = fn(&mut Legacy);

fn annotation(text: &mut Option<String>, change: impl FnOnce(&mut Value)) {
    let mut value = serde_json::from_str(text.as_ref().unwrap()).unwrap();
    change(&mut value);
    *text = Some(value.to_string());
}

fn layer(image: &str) -> Legacy {
    let Evidence::Legacy(layer) = Sample::of(image).evidence else { panic!("{image}") };
    layer
}

/// What is done to a layer that a workflow signed, and what it is refused as.
const LAYER: [(&str, LayerChange, &str); 22] = [
    ("the payload", |it| it.payload.push(b' '), "InvalidSignature"),
    ("no payload", |it| it.payload.clear(), "InvalidSignature"),
    (
        "the payload of another",
        |it| it.payload = layer("own-key-tag-plain").payload,
        "InvalidSignature",
    ),
    ("the signature", |it| it.signature = layer("own-key-tag-plain").signature, "InvalidSignature"),
    ("no signature", |it| it.signature = None, "Broken"),
    ("no base64", |it| it.signature = Some("!".to_owned()), "Broken"),
    ("an empty signature", |it| it.signature = Some(String::new()), "InvalidSignature"),
    ("the media type", |it| it.media_type = "text/plain".into(), "Unsupported"),
    (
        "the type of a statement",
        |it| it.media_type = "application/vnd.dsse.envelope.v1+json".into(),
        "Broken",
    ),
    ("no certificate", |it| it.certificate = None, "ByKey"),
    (
        "the certificate of another",
        |it| it.certificate = layer("fork-tag-plain").certificate,
        "UnknownLog",
    ),
    ("a key as certificate", |it| it.certificate = Some(KEY.to_owned()), "Broken"),
    ("no PEM", |it| it.certificate = Some("MIIB".to_owned()), "Broken"),
    ("no entry", |it| it.bundle = None, "NoLogEntry"),
    ("no JSON", |it| it.bundle = Some("{".to_owned()), "Broken"),
    ("the entry of another", |it| it.bundle = layer("own-key-tag-plain").bundle, "InvalidLogEntry"),
    (
        "the promise",
        |it| {
            annotation(&mut it.bundle, |it| {
                bytes(&mut it["SignedEntryTimestamp"], |it| flip_last(it))
            })
        },
        "InvalidLogEntry",
    ),
    (
        "the body",
        |it| annotation(&mut it.bundle, |it| bytes(&mut it["Payload"]["body"], |it| it.push(b' '))),
        "InvalidLogEntry",
    ),
    (
        "the time",
        |it| annotation(&mut it.bundle, |it| it["Payload"]["integratedTime"] = json!(1)),
        "InvalidLogEntry",
    ),
    (
        "the index",
        |it| annotation(&mut it.bundle, |it| it["Payload"]["logIndex"] = json!(4242)),
        "InvalidLogEntry",
    ),
    (
        "an index below zero",
        |it| annotation(&mut it.bundle, |it| it["Payload"]["logIndex"] = json!(-1)),
        "Broken",
    ),
    (
        "the log",
        |it| annotation(&mut it.bundle, |it| it["Payload"]["logID"] = json!("07".repeat(32))),
        "UnknownLog",
    ),
];

#[test]
fn a_layer_that_was_changed_is_refused() {
    let sample = Sample::of("own-workflow-tag-plain");
    sample.verify().unwrap();
    let wrong: Vec<_> = LAYER
        .iter()
        .filter_map(|(name, change, refusal)| wrong(name, &sample.with_layer(change), refusal))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for place in ["SignedEntryTimestamp", "Payload"] {
        for wrong in [json!(null), json!(1), json!(""), json!([]), json!({})] {
            let change =
                |it: &mut Legacy| annotation(&mut it.bundle, |it| it[place] = wrong.clone());
            assert!(sample.with_layer(change).verify().is_err(), "{place} {wrong}");
        }
    }
    for place in ["body", "integratedTime", "logIndex", "logID"] {
        for wrong in [json!(null), json!(1.5), json!("é"), json!([]), json!({}), json!(u64::MAX)] {
            let change = |it: &mut Legacy| {
                annotation(&mut it.bundle, |it| it["Payload"][place] = wrong.clone())
            };
            refused(place, &sample.with_layer(change), "Broken");
        }
    }
}

#[test]
fn a_layer_with_a_statement_that_was_changed_is_refused() {
    for image in ["own-workflow-tag-all", "key-unlogged-tag-all"] {
        let all = Sample::all_of(image);
        let is_statement = |it: &&Sample| matches!(&it.evidence, Evidence::Legacy(layer) if layer.media_type.contains("dsse"));
        let sample = all.iter().find(is_statement).unwrap();
        sample.verify().unwrap();
        let change = |change: Change| {
            sample.with_layer(|layer| {
                let mut value = serde_json::from_slice(&layer.payload).unwrap();
                change(&mut value);
                layer.payload = value.to_string().into_bytes();
            })
        };
        for (name, edit, refusal) in [
            (
                "payload",
                (|it| bytes(at(it, "/payload"), |it| it.push(b' '))) as Change,
                "InvalidSignature",
            ),
            (
                "signature",
                |it| bytes(at(it, "/signatures/0/sig"), |it| flip_last(it)),
                "InvalidSignature",
            ),
            (
                "two signatures",
                |it| it["signatures"] = json!([it["signatures"][0], it["signatures"][0]]),
                "Broken",
            ),
            ("type", |it| it["payloadType"] = json!("text/plain"), "WrongArtefact"),
            ("no payload", |it| it["payload"] = json!(null), "Broken"),
        ] {
            refused(name, &change(edit), refusal);
        }
        let mut other = sample.clone();
        other.digest = Digest::of(b"another");
        refused("another image", &other, "WrongArtefact");
    }
}
