//! `sign`: keys that it makes, images that it signs, and what it refuses.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

use crate::check::Folder;
use crate::harden::{Ended, finish};
use crate::page::commands;

const PAGE: &str = include_str!("../../../docs/sign.md");
pub(crate) const IMAGE: &str = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[]}"#;

pub(crate) fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect();
    format!("sha256:{hex}")
}

/// What a registry holds, by the end of the path: `manifests/…`, `blobs/…`.
pub(crate) type Held = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A registry without a list of referrers, and its address.
pub(crate) fn registry() -> (String, Held) {
    let held = Held::default();
    let at = |name: &str| format!("manifests/{name}");
    for name in [&digest(IMAGE.as_bytes()), "1.4"] {
        held.lock().unwrap().insert(at(name), IMAGE.into());
    }
    let config = format!("blobs/{}", digest(b"{}"));
    held.lock().unwrap().insert(config, b"{}".into());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let shared = Arc::clone(&held);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let held = Arc::clone(&shared);
            std::thread::spawn(move || answer(&stream, &held));
        }
    });
    (address, held)
}

fn answer(mut stream: &TcpStream, held: &Held) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let key = path.strip_prefix("/v2/shop/web/").unwrap_or("").to_owned();
    let mut held = held.lock().ok()?;
    let (status, location, content) = match method.as_str() {
        _ if path == "/v2/" => (200, String::new(), Vec::new()),
        "GET" | "HEAD" => match held.get(&key) {
            Some(content) => (200, String::new(), content.clone()),
            None => (404, String::new(), Vec::new()),
        },
        "POST" => (202, "Location: /v2/shop/web/uploads/1\r\n".to_owned(), Vec::new()),
        _ => {
            let blob = query.strip_prefix("digest=").map(|it| it.replace("%3A", ":"));
            if key.starts_with("manifests/") && !key.contains("sha256:") {
                held.insert(format!("manifests/{}", digest(&body)), body.clone());
            }
            held.insert(blob.map_or(key, |it| format!("blobs/{it}")), body);
            (201, String::new(), Vec::new())
        }
    };
    let kind = serde_json::from_slice::<serde_json::Value>(&content).ok();
    let kind = kind.and_then(|it| Some(it.get("mediaType")?.as_str()?.to_owned()));
    let kind = kind.unwrap_or_else(|| "application/octet-stream".to_owned());
    let length = content.len();
    let answered = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{location}Connection: close\r\n\r\n"
    );
    stream.write_all(answered.as_bytes()).ok()?;
    if method != "HEAD" {
        stream.write_all(&content).ok()?;
    }
    Some(())
}

pub(crate) fn sign(folder: &Path, password: Option<&str>, words: &str) -> Ended {
    let mut command = crate::harden::command();
    command.current_dir(folder).env_remove("COSIGN_PASSWORD").env("HOME", folder);
    if let Some(password) = password {
        command.env("COSIGN_PASSWORD", password);
    }
    finish(command.arg("sign").args(words.split_whitespace()), "")
}

pub(crate) fn with_key() -> Folder {
    let folder = Folder::with(&[
        ("provenance.json", "{\"buildDefinition\":{}}"),
        ("review.json", "{\"by\":[\"ops\"]}"),
        ("list.json", "[]"),
    ]);
    assert_eq!(sign(folder.path(), Some("sesame"), "--new-key cosign.key").code, 0);
    folder
}

#[test]
fn a_new_key_is_its_owner_s_alone_and_replaces_nothing() {
    let folder = with_key();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let (private, public) = (read("cosign.key"), read("cosign.pub"));
    assert!(private.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"));
    assert!(public.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
    assert_eq!((mode("cosign.key") & 0o777, mode("cosign.pub") & 0o777), (0o600, 0o644));
    for name in ["cosign.key", "cosign.pub"] {
        let Ended { code, stderr, .. } =
            sign(folder.path(), Some("sesame"), &format!("--new-key {name}"));
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("keys are never overwritten"), "{stderr}");
    }
    assert_eq!((read("cosign.key"), read("cosign.pub")), (private, public));
    let other = sign(folder.path(), Some(""), "--new-key other");
    assert_eq!(other.code, 0);
    assert!(other.stderr.contains("whoever reads the file can sign"), "{}", other.stderr);
    assert!(read("other.pub").contains("PUBLIC KEY"));
    let nobody = sign(folder.path(), None, "--new-key third.key");
    assert_eq!(nobody.code, 2);
    assert!(nobody.stderr.contains("set COSIGN_PASSWORD"), "{}", nobody.stderr);
    assert!(!folder.path().join("third.pub").exists());
}

#[test]
fn every_command_of_the_page_on_signing_works_and_none_pushes_twice() {
    let (address, held) = registry();
    let folder = with_key();
    let of = digest(IMAGE.as_bytes());
    let mut pushed = 0;
    for line in commands(PAGE) {
        let words = line.strip_prefix("kubectl harden sign ").unwrap();
        if words.starts_with("--new-key") {
            continue;
        }
        let words = words.replace("registry.example", &address).replace("$DIGEST", &of);
        let Ended { code, stderr, .. } = sign(folder.path(), Some("sesame"), &words);
        assert_eq!(code, 0, "{line}: {stderr}");
        assert!(stderr.contains("note: pushed the ") && stderr.contains(&address), "{stderr}");
        let now = held.lock().unwrap().clone();
        let again = sign(folder.path(), Some("sesame"), &words);
        assert_eq!(again.code, 0, "{line}: {}", again.stderr);
        assert!(again.stderr.contains("is there already"), "{}", again.stderr);
        assert_eq!(*held.lock().unwrap(), now, "{line}");
        pushed += 1;
    }
    assert_eq!(pushed, 3);
    let list = held.lock().unwrap()[&format!("manifests/{}", of.replace(':', "-"))].clone();
    let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
    assert_eq!(list["manifests"].as_array().unwrap().len(), 3);
}

#[test]
fn what_cannot_be_signed_is_refused_in_a_sentence_and_the_password_is_never_shown() {
    let (address, held) = registry();
    let folder = with_key();
    let of = digest(IMAGE.as_bytes());
    let before = held.lock().unwrap().clone();
    let image = format!("{address}/shop/web@{of}");
    for (password, words, code, said) in [
        (
            Some("sesame"),
            format!("{address}/shop/web:1 --key cosign.key"),
            2,
            "kubectl harden verify",
        ),
        (Some("sesame"), image.clone(), 2, "cosign sign"),
        (
            Some("sesame"),
            format!("{image} --key awskms:///alias/a"),
            2,
            "cosign sign --key awskms:///alias/a",
        ),
        (
            Some("sesame"),
            format!("{image} --key cosign.pub"),
            2,
            "name the file with the private key",
        ),
        (Some("sesame"), format!("{image} --key none.key"), 2, "failed to read none.key"),
        (Some("sesamo"), format!("{image} --key cosign.key"), 2, "the password does not open"),
        (None, format!("{image} --key cosign.key"), 2, "set COSIGN_PASSWORD"),
        (
            Some("sesame"),
            format!("{image} --key cosign.key --predicate list.json --type sbom"),
            2,
            "an object in JSON",
        ),
        (
            Some("sesame"),
            format!("{image} --key cosign.key --predicate list.json --type x"),
            2,
            "slsa-provenance",
        ),
        (Some("sesame"), format!("{image} --key cosign.key --type sbom"), 2, "--predicate"),
        (Some("sesame"), format!("127.0.0.1:1/shop/web@{of} --key cosign.key"), 3, "127.0.0.1:1"),
    ] {
        let ended = sign(folder.path(), password, &words);
        assert_eq!(ended.code, code, "{words}: {}", ended.stderr);
        assert!(ended.stderr.contains(said), "{words}: {}", ended.stderr);
        assert!(!ended.stderr.contains("sesam"), "{}", ended.stderr);
        assert!(ended.stdout.is_empty());
    }
    assert_eq!(*held.lock().unwrap(), before);
}
