mod conformance;
mod faults;
mod lists;
mod server;
mod tokens;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use harden_sigstore::Evidence;
use serde_json::{Value, json};

use super::*;
use crate::registry::manifest::{INDEX, MANIFEST};
use crate::registry::testing::{BUNDLE, SIMPLE, config, descriptor, digest, referrer};
use crate::registry::{Machine, Store};

fn client() -> Client {
    client_with(Settings::default())
}

fn client_with(settings: Settings) -> Client {
    let patience =
        if settings.patience.is_zero() { Duration::from_secs(10) } else { settings.patience };
    Client::new(Settings { patience, ..settings }).unwrap()
}

/// The registry of go-containerregistry, which ends with the test.
struct Real {
    process: Child,
    host: String,
}

impl Real {
    /// Starts it, with lists of what refers to an image or without.
    fn start(lists: bool) -> Option<Self> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/peers/registry");
        let mut go = Command::new("go");
        go.args(["run", "-trimpath", ".", "127.0.0.1:0"]).args(lists.then_some("lists"));
        let started = go
            .current_dir(sources)
            .env("CGO_ENABLED", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut process) = started else {
            harness::skip(
                harness::Need::ControlPlane,
                "a registry for tests is built with Go: see https://go.dev/dl",
            );
            return None;
        };
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        io::BufRead::read_line(&mut io::BufReader::new(output), &mut line).unwrap();
        let host = line.strip_prefix("ready ").expect("the registry starts").trim().to_owned();
        Some(Self { process, host })
    }

    fn store(&self, client: &Client, name: &str) -> Store {
        Store::of(&format!("{}/{name}", self.host), client).unwrap()
    }

    fn repository(&self, client: &Client, name: &str) -> Repository {
        Repository::new(client, format!("{}/{name}", self.host).parse().unwrap()).unwrap()
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Pushes an image of one kind of machine below an index, and returns what points to the index.
fn push_image(repository: &Repository, tag: &str) -> Value {
    let endpoint = &repository.endpoints[0];
    let config = config("amd64");
    push::write_blob(repository, endpoint, &config).unwrap();
    push::write_blob(repository, endpoint, b"layer").unwrap();
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": descriptor(&config, "application/vnd.oci.image.config.v1+json"),
        "layers": [descriptor(b"layer", "application/vnd.oci.image.layer.v1.tar")]
    });
    let manifest = manifest.to_string().into_bytes();
    let mut entry = descriptor(&manifest, MANIFEST);
    push::write_manifest(
        repository,
        endpoint,
        entry["digest"].as_str().unwrap(),
        MANIFEST,
        &manifest,
    )
    .unwrap();
    entry["platform"] = json!({"os": "linux", "architecture": "amd64"});
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})
        .to_string()
        .into_bytes();
    push::write_manifest(repository, endpoint, tag, INDEX, &index).unwrap();
    descriptor(&index, INDEX)
}

/// Pushes an image of signatures as cosign 2 wrote them.
fn push_legacy(repository: &Repository, image: &Value) {
    let endpoint = &repository.endpoints[0];
    for blob in [&b"{}"[..], b"{\"critical\":{}}"] {
        push::write_blob(repository, endpoint, blob).unwrap();
    }
    let mut layer = descriptor(b"{\"critical\":{}}", SIMPLE);
    layer["annotations"] = json!({"dev.cosignproject.cosign/signature": "c2ln"});
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": descriptor(b"{}", "application/vnd.oci.image.config.v1+json"), "layers": [layer]
    });
    let tag = format!("sha256-{}.sig", digest(image).hex());
    push::write_manifest(repository, endpoint, &tag, MANIFEST, manifest.to_string().as_bytes())
        .unwrap();
}

#[test]
fn a_real_registry_gives_back_what_was_written_with_lists_and_without() {
    for lists in [true, false] {
        let Some(real) = Real::start(lists) else { return };
        let client = client();
        let repository = real.repository(&client, "shop/web");
        let index = push_image(&repository, "1.4");
        let store = real.store(&client, "shop/web:1.4");
        let image = store.resolve().unwrap();
        assert_eq!((image.digest.clone(), &*image.media_type), (digest(&index), INDEX));
        let config = store.config(&image, &Machine::default()).unwrap();
        assert_eq!(config["config"]["User"], "101");
        assert!(store.evidence(&image.digest).unwrap().found.is_empty());

        let bundles = ["{\"one\":1}", "{\"two\":2}"];
        for bundle in bundles {
            let manifest =
                referrer(&index, BUNDLE, &[descriptor(bundle.as_bytes(), BUNDLE)]).to_string();
            for _ in 0..2 {
                let pushed = store.push_referrer(
                    &image.digest,
                    manifest.as_bytes(),
                    &[b"{}", bundle.as_bytes()],
                );
                assert_eq!(pushed.unwrap(), Digest::of(manifest.as_bytes()));
            }
        }
        let parts = referrer(
            &index,
            "application/spdx+json",
            &[descriptor(b"{}", "application/spdx+json")],
        );
        store.push_referrer(&image.digest, parts.to_string().as_bytes(), &[b"{}"]).unwrap();
        push_legacy(&repository, &index);
        let beside = store.evidence(&image.digest).unwrap();
        let mut found: Vec<_> = beside
            .found
            .iter()
            .map(|it| match &it.evidence {
                Evidence::Bundle(text) => text.clone(),
                Evidence::Legacy(legacy) => legacy.signature.clone().unwrap_or_default(),
            })
            .collect();
        found.sort();
        assert_eq!(found, ["c2ln", bundles[0], bundles[1]], "{beside:?}");
        let others: Vec<_> = beside.others.iter().map(|it| &*it.kind).collect();
        assert_eq!(
            (others, beside.left_out.len()),
            (vec!["application/spdx+json"], 0),
            "{beside:?}"
        );

        let wrong = store.push_referrer(&Digest::of(b"x"), parts.to_string().as_bytes(), &[]);
        assert!(wrong.unwrap_err().to_string().contains("is about another image"));
        for (name, why) in [
            ("shop/web:2", "no image of the tag 2"),
            (&format!("shop/web@{}", Digest::of(b"x")), "no image of this digest"),
            ("none/here", "no image of the tag latest"),
        ] {
            let fault = real.store(&client, name).resolve().unwrap_err();
            assert!(fault.kind == Kind::Absent && fault.to_string().contains(why), "{fault}");
        }
    }
}

#[test]
fn a_mirror_is_asked_first_and_what_it_has_not_is_asked_of_the_registry() {
    let (Some(mirror), Some(origin)) = (Real::start(true), Real::start(true)) else { return };
    let plain = client();
    let index = push_image(&origin.repository(&plain, "shop/web"), "1.4");
    let mut settings = Settings::default();
    let conf = format!(
        "[[registry]]\nprefix = 'registry.example/shop'\nlocation = '{}/shop'\n[[registry.mirror]]\nlocation = '{}/copy'\n",
        origin.host, mirror.host
    );
    settings.mirrors.add(&conf).unwrap();
    let client = client_with(settings);
    let store = Store::of("registry.example/shop/web:1.4", &client).unwrap();
    assert_eq!(store.resolve().unwrap().digest, digest(&index));
    // Another image of this name, as a mirror has it that is behind or ahead.
    let repository = mirror.repository(&plain, "copy/web");
    let endpoint = &repository.endpoints[0];
    let other = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).to_string();
    push::write_manifest(&repository, endpoint, "1.4", INDEX, other.as_bytes()).unwrap();
    assert_eq!(store.resolve().unwrap().digest, Digest::of(other.as_bytes()));
    let gone = mirror.host.clone();
    drop(mirror);
    assert_eq!(store.resolve().unwrap().digest, digest(&index));
    drop(origin);
    let fault = store.resolve().unwrap_err().to_string();
    assert!(fault.contains("the connection was refused") && !fault.contains(&gone), "{fault}");
}

#[test]
fn a_hundred_images_are_asked_about_in_seconds() {
    let Some(real) = Real::start(true) else { return };
    let client = client();
    let index = push_image(&real.repository(&client, "shop/web"), "1.4");
    let start = Instant::now();
    let images: Vec<_> = (0..100).collect();
    let digests = crate::registry::abreast(&images, |_| {
        let store = real.store(&client, "shop/web:1.4");
        let image = store.resolve().unwrap();
        store.config(&image, &Machine::default()).unwrap();
        store.evidence(&image.digest).unwrap();
        image.digest
    });
    assert_eq!(digests, vec![digest(&index); 100]);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

/// A file with this text, in a folder that goes with the first of both.
fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}
