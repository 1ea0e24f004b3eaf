//! A lock as text.

use serde_json::{Map, Value, json};

use super::{Attestation, Identity, ImageConfig, Locked, Signer};

const HEAD: &str = "# Written by `kubectl harden verify --lock`: commit it beside the manifests.\n";

pub(super) fn write(images: &[Locked]) -> String {
    let images: Vec<_> = images.iter().map(image).collect();
    format!("{HEAD}{}", harden_yaml::write(&json!({"version": "v1", "images": images})))
}

fn image(image: &Locked) -> Value {
    let signers: Vec<_> = image.signers.iter().map(signer).collect();
    let mut map = Map::new();
    map.insert("image".to_owned(), image.image.as_str().into());
    map.insert("digest".to_owned(), image.digest.as_str().into());
    map.insert("verified".to_owned(), image.verified.to_string().into());
    map.insert("signers".to_owned(), signers.into());
    if !image.attestations.is_empty() {
        let all: Vec<_> = image.attestations.iter().map(attestation).collect();
        map.insert("attestations".to_owned(), all.into());
    }
    if let Some(config) = &image.config {
        map.insert("config".to_owned(), self::config(config));
    }
    map.into()
}

fn signer(signer: &Signer) -> Value {
    let mut map = Map::new();
    match &signer.identity {
        Identity::Keyless { issuer, subject } => {
            put(&mut map, "issuer", Some(issuer));
            put(&mut map, "subject", Some(subject));
        }
        Identity::Key { digest, public } => {
            put(&mut map, "key", Some(digest));
            put(&mut map, "publicKey", public.as_ref());
        }
    }
    map.insert("log".to_owned(), signer.log.into());
    map.into()
}

fn attestation(it: &Attestation) -> Value {
    let mut map = Map::new();
    put(&mut map, "predicateType", Some(&it.predicate));
    if let Some(signer) = it.signer {
        map.insert("signer".to_owned(), signer.into());
    }
    put(&mut map, "date", it.date.map(|it| it.to_string()).as_ref());
    put(&mut map, "builder", it.builder.as_ref());
    put(&mut map, "source", it.source.as_ref());
    put(&mut map, "level", it.level.as_ref());
    map.into()
}

fn config(config: &ImageConfig) -> Value {
    let mut map = Map::new();
    put(&mut map, "user", config.user.as_ref());
    for (key, list) in [
        ("ports", &config.ports),
        ("volumes", &config.volumes),
        ("entrypoint", &config.entrypoint),
        ("cmd", &config.cmd),
    ] {
        if !list.is_empty() {
            map.insert(key.to_owned(), list.clone().into());
        }
    }
    put(&mut map, "workingDir", config.working_dir.as_ref());
    map.into()
}

fn put(map: &mut Map<String, Value>, key: &str, text: Option<&String>) {
    if let Some(text) = text {
        map.insert(key.to_owned(), text.as_str().into());
    }
}
