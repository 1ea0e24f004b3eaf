//! What is signed and encrypted here, and what cosign said of it.

use std::fs;
use std::path::Path;
use std::process::Command;

use harden_sigstore::signing::{self, Claim, Descriptor, EMPTY};
use harden_sigstore::{Artefact, Digest, Evidence, Legacy, Trust, verify};
use serde_json::Value;

use super::{KEYS, PASSWORD, by, key, peer, subject, text};

const RECORD: &str = "verified.txt";

fn claim(what: &str) -> Claim {
    let statement = |kind: &str, says: &str| Claim::Statement {
        predicate_type: kind.to_owned(),
        predicate: says.parse().unwrap(),
    };
    match what {
        "provenance" => statement("https://slsa.dev/provenance/v1", &text("provenance.json")),
        "review" => {
            statement("https://example.com/review/v1", "{ \"by\": [\"ops\"], \"é\": 1.0 }\n")
        }
        _ => Claim::Image,
    }
}

/// An image that holds a signature.
struct Made {
    name: String,
    layer: String,
    config: String,
    manifest: String,
}

fn made() -> Vec<Made> {
    let mut all = Vec::new();
    for name in KEYS {
        let key = key(name);
        for what in ["image", "index", "provenance", "review"] {
            let (claim, digest) = (claim(what), subject(what));
            let kind = if what == "index" { "index" } else { "manifest" };
            let file = if what == "index" { "index.json" } else { "image.json" };
            let image = Descriptor {
                media_type: format!("application/vnd.oci.image.{kind}.v1+json"),
                digest: digest.clone(),
                size: text(file).len() as u64,
            };
            let bundle = signing::sign(&key, &digest, &claim).unwrap();
            all.push(Made {
                name: format!("{name}-bundle-{what}"),
                manifest: signing::manifest(&bundle, &claim, &image).unwrap(),
                config: EMPTY.to_owned(),
                layer: bundle,
            });
            let called = "registry.example/shop/web";
            let layer = signing::sign_older(&key, called, &digest, &claim).unwrap();
            let image = layer.added_to(None).unwrap().unwrap();
            all.push(Made {
                name: format!("{name}-legacy-{what}"),
                manifest: image.manifest,
                config: image.config,
                layer: layer.content,
            });
        }
    }
    all
}

/// The keys, encrypted anew, by their files.
fn locked() -> Vec<(String, String)> {
    let lock = |name: &str, number: u8| {
        let file = key(name).lock(PASSWORD, &[number; 32], &[number; 24]).unwrap();
        (format!("{name}.key"), file.to_string())
    };
    KEYS.iter().zip(1..).map(|(name, number)| lock(name, number)).collect()
}

/// Asks cosign about everything where the environment names a folder with it, and writes down what it says.
fn record(folder: &Path) {
    let Some(tools) = std::env::var_os("HARDEN_COSIGN") else { return };
    for it in made() {
        for (kind, text) in
            [("layer", &it.layer), ("config", &it.config), ("manifest", &it.manifest)]
        {
            fs::write(folder.join(format!("{}.{kind}.json", it.name)), text).unwrap();
        }
    }
    for ((name, file), key) in locked().iter().zip(KEYS) {
        fs::write(folder.join(name), file).unwrap();
        fs::write(folder.join(format!("{key}.pub")), text(&format!("keys/{key}.pub"))).unwrap();
    }
    let asked = Command::new(peer().join("ask.sh")).arg(tools).arg("verify").arg(folder).output();
    let asked = asked.unwrap();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    fs::write(peer().join(RECORD), asked.stdout).unwrap();
}

#[test]
fn cosign_verified_what_is_signed_here_and_read_the_keys_that_are_encrypted_here() {
    let folder = tempfile::tempdir().unwrap();
    record(folder.path());
    let record = text(RECORD);
    let made = made().into_iter().map(|it| (it.name, it.manifest));
    let mut missing = Vec::new();
    let mut expected = 0;
    for (name, content) in made.chain(locked()) {
        let line = format!("{} 0 {name}", Digest::of(content.as_bytes()).hex());
        expected += 1;
        if !record.lines().any(|it| it == line) {
            missing.push(line);
        }
    }
    assert!(
        missing.is_empty(),
        "cosign did not say so: see tests/peers/cosign/README.md\n{missing:#?}"
    );
    assert_eq!(record.lines().count(), expected, "there are records of nothing");
}

#[test]
fn what_is_signed_here_is_verified_here() {
    for it in made() {
        let parts: Vec<_> = it.name.split('-').collect();
        let digest = subject(parts[2]);
        let evidence = if parts[1] == "bundle" {
            Evidence::Bundle(it.layer)
        } else {
            let manifest: Value = serde_json::from_str(&it.manifest).unwrap();
            let layer = &manifest["layers"][0];
            let annotations = serde_json::from_value(layer["annotations"].clone()).unwrap();
            let kind = layer["mediaType"].as_str().unwrap();
            Evidence::Legacy(Legacy::of_layer(kind, it.layer.into_bytes(), &annotations))
        };
        let verdict = verify(
            Artefact::Digest(&digest),
            &evidence,
            &Trust::embedded().unwrap(),
            &by(parts[0]),
        );
        assert!(verdict.is_ok(), "{}: {verdict:?}", it.name);
    }
}

#[test]
fn a_signature_is_not_added_twice_and_another_keeps_the_first() {
    let digest = subject("image");
    let sign = |name: &str| {
        signing::sign_older(&key(name), "registry.example/shop/web", &digest, &Claim::Image)
            .unwrap()
    };
    let first = sign("p256").added_to(None).unwrap().unwrap();
    assert_eq!(sign("p256").added_to(Some(&first.manifest)), Ok(None));
    let both = sign("rsa").added_to(Some(&first.manifest)).unwrap().unwrap();
    assert_eq!(sign("p256").added_to(Some(&both.manifest)), Ok(None));
    assert_eq!(sign("rsa").added_to(Some(&both.manifest)), Ok(None));
    let by_cosign = text("signed/p384-legacy-image.manifest.json");
    let three = sign("rsa").added_to(Some(&by_cosign)).unwrap().unwrap();
    let three: Value = serde_json::from_str(&three.manifest).unwrap();
    assert_eq!(three["layers"].as_array().unwrap().len(), 2);
    for wrong in
        ["", "[]", "null", "1", "{}", "{\"layers\": 1}", "{\"layers\": [1]}", &text("index.json")]
    {
        assert!(sign("p256").added_to(Some(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_predicate_is_an_object_in_json() {
    for wrong in ["", "1", "null", "[]", "\"{}\"", "{", "{}{}", "{\"a\":1e999}", "{a: 1}"] {
        assert!(wrong.parse::<signing::Predicate>().is_err(), "{wrong}");
    }
    let deep = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
    assert!(deep.parse::<signing::Predicate>().is_err());
}
