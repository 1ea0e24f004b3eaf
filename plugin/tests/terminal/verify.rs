//! `verify`: images of a registry, plain files, the lock, and what is refused.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::check::Folder;
use crate::harden::{Ended, finish};
use crate::page::commands;
use crate::sign::{IMAGE, digest, registry, sign, with_key};

const PAGE: &str = include_str!("../../../docs/verify.md");

/// A file that the first key of `crates/harden-sigstore/tests/keys` signed.
const BUNDLES: &str = include_str!("../../../crates/harden-sigstore/tests/keys/cosign.jsonl");
const KEYS: &str = include_str!("../../../crates/harden-sigstore/tests/keys/keys.jsonl");

fn verify(folder: &Path, words: &str) -> Ended {
    let mut command = crate::harden::command();
    command.current_dir(folder).env("HOME", folder).env_remove("XDG_CACHE_HOME");
    finish(command.arg("verify").args(words.split_whitespace()), "")
}

/// A key, a registry whose image it signed, and manifests that name the image.
fn signed() -> (Folder, String) {
    let (address, _) = registry();
    let folder = with_key();
    let image = format!("{address}/shop/web");
    let words = format!("{image}@{} --key cosign.key", digest(IMAGE.as_bytes()));
    assert_eq!(sign(folder.path(), Some("sesame"), &words).code, 0);
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{containers: [{{name: web, image: '{image}:1.4'}}]}}\n"
    );
    fs::create_dir(folder.path().join("manifests")).unwrap();
    fs::write(folder.path().join("manifests/pod.yaml"), pod).unwrap();
    (folder, image)
}

/// A file, its bundle and the key, as cosign made them.
fn file_of(folder: &Path) {
    let read = |text: &str| -> Vec<Value> {
        text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
    };
    let bundle = read(BUNDLES).into_iter().find(|it| {
        let payload = decoded(it["payload"].as_str().unwrap());
        it["image"] == "p256" && payload.contains("messageSignature")
    });
    let bundle = decoded(bundle.unwrap()["payload"].as_str().unwrap());
    let key = read(KEYS).into_iter().find(|it| it["name"] == "p256").unwrap();
    fs::write(folder.join("app.sigstore.json"), bundle).unwrap();
    fs::write(folder.join("app.tar.gz"), "hello").unwrap();
    fs::write(folder.join("file.pub"), key["pem"].as_str().unwrap()).unwrap();
}

fn decoded(text: &str) -> String {
    use base64::Engine as _;

    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
}

#[test]
fn every_command_of_the_page_on_verifying_works() {
    let (folder, image) = signed();
    file_of(folder.path());
    let mut run = 0;
    for line in commands(PAGE) {
        let words = line.strip_prefix("kubectl harden verify ").unwrap();
        let mut words = words.replace("registry.example/shop/web", &image);
        if words.contains("--file") {
            words = words.replace("cosign.pub", "file.pub");
        }
        let Ended { code, stdout, stderr } = verify(folder.path(), &words);
        assert_eq!(code, 0, "{line}: {stdout}{stderr}");
        run += 1;
    }
    assert_eq!(run, 6);
    let lock = fs::read_to_string(folder.path().join("kubectl-harden.lock")).unwrap();
    assert!(lock.contains(&image) && lock.contains(&digest(IMAGE.as_bytes())), "{lock}");
}

#[test]
fn another_key_is_refused_and_keeps_the_lock_as_it_is() {
    let (folder, image) = signed();
    let words = format!("{image}:1.4 --key cosign.pub --lock");
    assert_eq!(verify(folder.path(), &words).code, 0);
    let path = folder.path().join("kubectl-harden.lock");
    let lock = fs::read_to_string(&path).unwrap();
    assert_eq!(sign(folder.path(), Some("a"), "--new-key other.key").code, 0);
    let Ended { code, stdout, .. } =
        verify(folder.path(), &format!("{image}:1.4 --key other.pub --lock"));
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("refused: ") && stdout.contains("the lock still has"), "{stdout}");
    assert_eq!(fs::read_to_string(&path).unwrap(), lock);
    // Without a name, who signed before is expected.
    assert_eq!(verify(folder.path(), &format!("{image}:1.4 --lock")).code, 0);
    fs::write(&path, "version: v2\n").unwrap();
    let broken = verify(folder.path(), &format!("{image}:1.4 --lock"));
    assert_eq!(broken.code, 2);
    assert!(broken.stderr.contains("kubectl-harden.lock"), "{}", broken.stderr);
}

#[test]
fn what_is_asked_wrongly_is_refused_in_a_sentence() {
    let (folder, image) = signed();
    for (words, code, said) in [
        (format!("{image}:1.4"), 2, "say who must have signed"),
        (format!("{image}:1.4 --certificate-identity a"), 2, "--certificate-oidc-issuer"),
        (format!("{image}:1.4 --certificate-oidc-issuer a"), 2, "--certificate-identity"),
        (
            format!(
                "{image}:1.4 --certificate-identity-regexp ( --certificate-oidc-issuer-regexp ."
            ),
            2,
            "is no pattern",
        ),
        (format!("{image}:1.4 --certificate-identity= --certificate-oidc-issuer=a"), 2, "is empty"),
        (format!("{image}:1.4 --key awskms:///alias/a"), 2, "cosign public-key"),
        (format!("{image}:1.4 --key cosign.key"), 2, "cosign.key"),
        (format!("{image}:1.4 --key none.pub"), 2, "none.pub"),
        (format!("{image}:1.5 --key cosign.pub"), 2, "has no image of the tag 1.5"),
        ("127.0.0.1:1/shop/web:1 --key cosign.pub".to_owned(), 3, ""),
        ("manifests/none.yaml --key cosign.pub".to_owned(), 2, "manifests/none.yaml"),
        ("manifests/ --key cosign.pub --snapshot a".to_owned(), 2, "--snapshot"),
        ("images.lock --key cosign.pub".to_owned(), 2, "--lock=images.lock"),
        ("shop/WEB --key cosign.pub".to_owned(), 2, "shop/WEB"),
        ("--file a --key cosign.pub".to_owned(), 2, "--bundle"),
        (format!("{image}:1.4 --build-level 4 --key cosign.pub"), 2, "1, 2 and 3"),
        (format!("{image}:1.4 --attestation x --key cosign.pub"), 2, "slsa-provenance"),
    ] {
        let ended = verify(folder.path(), &words);
        assert_eq!(ended.code, code, "{words}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains(said), "{words}: {}", ended.stderr);
    }
}

#[test]
fn what_is_demanded_and_missing_is_named() {
    let (folder, image) = signed();
    for (demand, missing) in [
        ("--require-log", "no transparency log"),
        ("--attestation sbom", "https://spdx.dev/Document"),
        ("--builder https://example.com/b", "no provenance names the builder"),
        ("--source https://example.com/s", "no provenance says"),
        ("--build-level 2", "SLSA_BUILD_LEVEL_2 is demanded"),
    ] {
        let words = format!("{image}:1.4 --key cosign.pub {demand}");
        let Ended { code, stdout, .. } = verify(folder.path(), &words);
        assert_eq!(code, 1, "{demand}: {stdout}");
        let is_named = |it: &str| it.starts_with("  missing: ") && it.contains(missing);
        assert!(stdout.lines().any(is_named), "{demand}: {stdout}");
    }
}

#[test]
fn an_image_that_nobody_hands_out_is_named_and_the_others_are_verified() {
    let (folder, image) = signed();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {containers: [{name: b, image: '127.0.0.1:1/b:1'}, {name: c, image: '{{ .Values.image }}'}]}\n";
    fs::write(folder.path().join("manifests/other.yaml"), pod).unwrap();
    let Ended { code, stdout, stderr } =
        verify(folder.path(), "-f manifests/ --key cosign.pub -o json");
    assert_eq!(code, 3, "{stdout}{stderr}");
    let value: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(value["answers"][0]["name"], format!("{image}:1.4"));
    assert_eq!(value["answers"][0]["outcome"], "verified");
    assert_eq!(value["coverage"]["incomplete"].as_array().unwrap().len(), 2, "{value}");
    let allowed = verify(folder.path(), "-f manifests/ --key cosign.pub --allow-incomplete");
    assert_eq!(allowed.code, 0, "{}", allowed.stdout);
}

#[test]
fn what_the_lock_does_not_have_is_pinned_by_the_registry_where_that_is_asked() {
    let (folder, image) = signed();
    let run = |words: &str| {
        let mut command = crate::harden::command();
        command.current_dir(folder.path()).env("HOME", folder.path());
        finish(command.arg("fix").args(words.split_whitespace()), "")
    };
    let Ended { code, stderr, .. } = run("manifests/ --pin");
    assert_eq!(code, 2);
    assert!(stderr.contains("--pin=registry"), "{stderr}");
    let Ended { code, stdout, stderr } = run("manifests/ --pin=registry -o yaml");
    assert_eq!(code, 0, "{stderr}");
    let pinned = format!("image: '{image}:1.4@{}'", digest(IMAGE.as_bytes()));
    assert!(stdout.contains(&pinned), "{stdout}");
    let other = "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {containers: [{name: b, image: '127.0.0.1:1/b:1'}]}\n";
    fs::write(folder.path().join("manifests/other.yaml"), other).unwrap();
    let Ended { code, stdout, stderr } = run("manifests/ --pin=registry -o yaml");
    assert_eq!(code, 3, "{stderr}");
    assert!(stdout.contains(&pinned) && stdout.contains("'127.0.0.1:1/b:1'"), "{stdout}");
    assert!(stderr.contains("nothing listens there"), "{stderr}");
}

#[test]
fn images_are_read_alike_however_what_names_them_is_named() {
    let (folder, image) = signed();
    let of = |words: &str| {
        let Ended { code, stdout, stderr } =
            verify(folder.path(), &format!("{words} --key cosign.pub -o json"));
        assert_eq!(code, 0, "{words}: {stderr}");
        let value: Value = serde_json::from_str(&stdout).unwrap();
        value["answers"].clone()
    };
    let one = of(&format!("{image}:1.4"));
    for words in ["manifests/", "./manifests", "manifests/pod.yaml", "-f manifests"] {
        assert_eq!(of(words), one, "{words}");
    }
    assert_eq!(of(&format!("{image}:1.4 manifests/")), one);
}

#[test]
fn a_file_that_was_changed_is_refused() {
    let (folder, _) = signed();
    file_of(folder.path());
    let words = "--file app.tar.gz --bundle app.sigstore.json --key file.pub";
    assert_eq!(verify(folder.path(), words).code, 0);
    fs::write(folder.path().join("app.tar.gz"), "hallo").unwrap();
    assert_eq!(verify(folder.path(), words).code, 1);
    assert_eq!(verify(folder.path(), &words.replace("file.pub", "cosign.pub")).code, 1);
    fs::write(folder.path().join("app.sigstore.json"), "{}").unwrap();
    let Ended { code, stdout, .. } = verify(folder.path(), words);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("it cannot be read"), "{stdout}");
}
