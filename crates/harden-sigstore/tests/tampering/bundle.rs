//! What can be done to a bundle.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::samples::OWN;
use crate::{Change, ENTRY, MATERIAL, at, bytes, flip_last, inner, of};

/// What is done to a bundle that a workflow signed, and what it is refused as.
pub(crate) const BUNDLE: [(&str, Change, &str); 44] = [
    (
        "the payload",
        |it| bytes(at(it, "/dsseEnvelope/payload"), |it| it.push(b' ')),
        "InvalidSignature",
    ),
    (
        "the digest in the payload",
        |it| {
            inner(at(it, "/dsseEnvelope/payload"), |it| {
                it["subject"][0]["digest"]["sha256"] = json!("00".repeat(32))
            })
        },
        "InvalidSignature",
    ),
    (
        "the payload of another",
        |it| {
            *at(it, "/dsseEnvelope/payload") = of("workflow-bundle-plain", "/dsseEnvelope/payload")
        },
        "InvalidSignature",
    ),
    ("no payload", |it| *at(it, "/dsseEnvelope/payload") = json!(""), "Broken"),
    (
        "the type of the envelope",
        |it| *at(it, "/dsseEnvelope/payloadType") = json!("text/plain"),
        "WrongArtefact",
    ),
    (
        "no type of the envelope",
        |it| *at(it, "/dsseEnvelope/payloadType") = json!(""),
        "WrongArtefact",
    ),
    (
        "the signature",
        |it| bytes(at(it, "/dsseEnvelope/signatures/0/sig"), |it| flip_last(it)),
        "InvalidSignature",
    ),
    (
        "the signature of another",
        |it| *at(it, "/dsseEnvelope") = of("workflow-bundle-plain", "/dsseEnvelope"),
        "WrongArtefact",
    ),
    (
        "an empty signature",
        |it| *at(it, "/dsseEnvelope/signatures/0/sig") = json!(""),
        "InvalidSignature",
    ),
    ("no signature", |it| *at(it, "/dsseEnvelope/signatures") = json!([]), "Broken"),
    (
        "two signatures",
        |it| {
            let list = at(it, "/dsseEnvelope/signatures");
            *list = json!([list[0], list[0]]);
        },
        "Broken",
    ),
    (
        "a second signature before the first",
        |it| {
            let list = at(it, "/dsseEnvelope/signatures");
            *list = json!([{ "sig": "AAAA" }, list[0]]);
        },
        "Broken",
    ),
    (
        "signatures without end",
        |it| *at(it, "/dsseEnvelope/signatures") = json!(vec![json!({ "sig": "AAAA" }); 1000]),
        "TooLarge",
    ),
    (
        "an envelope and a message",
        |it| it["messageSignature"] = json!({ "signature": "AAAA" }),
        "Broken",
    ),
    (
        "neither envelope nor message",
        |it| drop(it.as_object_mut().unwrap().shift_remove("dsseEnvelope")),
        "Broken",
    ),
    (
        "the certificate of another sigstore",
        |it| {
            *at(it, "/verificationMaterial/certificate") =
                of("workflow-bundle-plain", "/verificationMaterial/certificate")
        },
        "UnknownLog",
    ),
    (
        "the certificate",
        |it| bytes(at(it, "/verificationMaterial/certificate/rawBytes"), |it| flip_last(it)),
        "InvalidCertificate",
    ),
    (
        "no certificate",
        |it| *at(it, "/verificationMaterial/certificate/rawBytes") = json!(""),
        "InvalidCertificate",
    ),
    (
        "an authority as signer",
        |it| *at(it, "/verificationMaterial/certificate/rawBytes") = authority(),
        "InvalidCertificate",
    ),
    (
        "a certificate and a key",
        |it| at(it, MATERIAL)["publicKey"] = json!({ "hint": "" }),
        "Broken",
    ),
    ("neither certificate nor key", |it| *at(it, MATERIAL) = json!({}), "Broken"),
    (
        "a key in place of the certificate",
        |it| {
            let material = at(it, MATERIAL).as_object_mut().unwrap();
            material.shift_remove("certificate");
            material.insert("publicKey".to_owned(), json!({ "hint": "" }));
        },
        "ByKey",
    ),
    (
        "a chain in version 0.3",
        |it| at(it, MATERIAL)["x509CertificateChain"] = json!({ "certificates": [] }),
        "Broken",
    ),
    ("no entry", |it| *at(it, "/verificationMaterial/tlogEntries") = json!([]), "NoLogEntry"),
    (
        "an entry twice",
        |it| {
            let list = at(it, "/verificationMaterial/tlogEntries");
            *list = json!([list[0], list[0]]);
        },
        "Broken",
    ),
    (
        "an entry of another beside it",
        |it| {
            let list = at(it, "/verificationMaterial/tlogEntries");
            *list = json!([list[0], of("own-key-bundle-plain", ENTRY)]);
        },
        "InvalidLogEntry",
    ),
    (
        "entries without end",
        |it| *at(it, "/verificationMaterial/tlogEntries") = json!(vec![1; 1000]),
        "TooLarge",
    ),
    (
        "the entry of another",
        |it| *at(it, ENTRY) = of("own-key-bundle-plain", ENTRY),
        "InvalidLogEntry",
    ),
    (
        "an entry that proves nothing",
        |it| {
            let entry = at(it, ENTRY).as_object_mut().unwrap();
            entry.shift_remove("inclusionProof");
            entry.shift_remove("inclusionPromise");
        },
        "InvalidLogEntry",
    ),
    (
        "the body of the entry",
        |it| bytes(at(it, ENTRY).get_mut("canonicalizedBody").unwrap(), |it| it.push(b' ')),
        "InvalidLogEntry",
    ),
    (
        "the kind of the entry",
        |it| at(it, ENTRY)["kindVersion"] = json!({ "kind": "rpm", "version": "0.0.1" }),
        "Unsupported",
    ),
    (
        "another kind of entry",
        |it| at(it, ENTRY)["kindVersion"] = json!({ "kind": "hashedrekord", "version": "0.0.1" }),
        "Unsupported",
    ),
    ("the log", |it| at(it, ENTRY)["logId"]["keyId"] = json!(BASE64.encode([7; 32])), "UnknownLog"),
    (
        "the log of another sigstore",
        |it| {
            at(it, ENTRY)["logId"] =
                of("workflow-bundle-plain", "/verificationMaterial/tlogEntries/0/logId")
        },
        "UnknownLog",
    ),
    ("the index", |it| at(it, ENTRY)["logIndex"] = json!("4242"), "InvalidLogEntry"),
    ("an index below zero", |it| at(it, ENTRY)["logIndex"] = json!("-1"), "Broken"),
    ("the time", |it| at(it, ENTRY)["integratedTime"] = json!("1"), "InvalidLogEntry"),
    ("no time", |it| at(it, ENTRY)["integratedTime"] = json!("0"), "NoTime"),
    (
        "the promise",
        |it| {
            bytes(
                at(it, "/verificationMaterial/tlogEntries/0/inclusionPromise/signedEntryTimestamp"),
                |it| flip_last(it),
            )
        },
        "InvalidLogEntry",
    ),
    (
        "the checkpoint",
        |it| {
            let place =
                at(it, "/verificationMaterial/tlogEntries/0/inclusionProof/checkpoint/envelope");
            *place = json!(place.as_str().unwrap().replacen('\n', "\n1", 1));
        },
        "InvalidLogEntry",
    ),
    (
        "the hashes of the proof",
        |it| at(it, ENTRY)["inclusionProof"]["hashes"] = json!([BASE64.encode([7; 32])]),
        "InvalidLogEntry",
    ),
    (
        "hashes without end",
        |it| {
            at(it, ENTRY)["inclusionProof"]["hashes"] = json!(vec![BASE64.encode([7; 32]); 100_000])
        },
        "TooLarge",
    ),
    (
        "the media type",
        |it| it["mediaType"] = json!("application/vnd.dev.sigstore.bundle.v0.9+json"),
        "Unsupported",
    ),
    ("no media type", |it| drop(it.as_object_mut().unwrap().shift_remove("mediaType")), "Broken"),
];

/// The certificate of the authority itself.
fn authority() -> Value {
    let root: Value = serde_json::from_str(OWN).unwrap();
    root["certificateAuthorities"][0]["certChain"]["certificates"][0]["rawBytes"].clone()
}
