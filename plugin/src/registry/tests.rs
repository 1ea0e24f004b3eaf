use std::fs;
use std::path::Path;
use std::process::Command;

use harden_sigstore::Evidence;
use serde_json::{Value, json};

use super::testing::{BUNDLE, Made, SIMPLE, digest};
use super::*;

#[cfg(feature = "live")]
fn client() -> Client {
    Client::new(remote::Settings::default()).unwrap()
}

#[cfg(not(feature = "live"))]
fn client() -> Client {
    Client
}

fn open(text: &str) -> Result<Store, Fault> {
    Store::of(text, &client())
}

fn resolved(text: &str) -> Result<String, String> {
    let resolved = open(text).and_then(|it| it.resolve());
    resolved.map(|it| it.digest.to_string()).map_err(|it| it.to_string())
}

/// What a layout with an image of two kinds of machine and everything beside it comes to.
fn everything() -> (Made, Value) {
    let mut made = Made::new();
    let index = made.index(&[made.image("arm64"), made.image("amd64")]);
    made.add(index.clone(), Some("1.4"));
    let bundle = made.referrer(&index, BUNDLE, r#"{"a":1}"#);
    made.add(bundle, None);
    let parts = made.referrer(&index, "application/spdx+json", "{}");
    made.add(parts, None);
    let other = made.image("s390x");
    let foreign = made.referrer(&other, BUNDLE, r#"{"b":1}"#);
    made.add(foreign, None);
    let mut layer = made.blob(br#"{"critical":{}}"#, SIMPLE);
    layer["annotations"] = json!({"dev.cosignproject.cosign/signature": "one"});
    let mut second = layer.clone();
    second["annotations"] = json!({"dev.cosignproject.cosign/signature": "two"});
    let config = made.blob(b"{}", "application/vnd.oci.image.config.v1+json");
    let signatures = json!({"schemaVersion": 2, "config": config, "layers": [layer, second]});
    let signatures = made.blob(signatures.to_string().as_bytes(), manifest::MANIFEST);
    let tag = format!("sha256-{}.sig", digest(&index).hex());
    made.add(signatures, Some(&tag));
    (made, index)
}

fn told(store: &Store, index: &Value) -> String {
    let beside = store.evidence(&digest(index)).unwrap();
    let found = beside.found.iter().map(|it| match &it.evidence {
        Evidence::Bundle(text) => format!("{} {text}", it.place),
        Evidence::Legacy(legacy) => {
            format!("{} {}", it.place, legacy.signature.as_deref().unwrap_or_default())
        }
    });
    let others = beside.others.iter().map(|it| it.kind.clone());
    found.chain(others).chain(beside.left_out.iter().cloned()).collect::<Vec<_>>().join(", ")
}

const ALL: &str = r#"referrer {"a":1}, tag one, tag two, application/spdx+json"#;

#[test]
fn an_image_in_a_layout_is_found_with_what_is_beside_it() {
    let (made, index) = everything();
    let (path, digest) = (made.text(), digest(&index).to_string());
    for text in [path.clone(), format!("oci:{path}:1.4"), format!("oci:{path}@{digest}")] {
        assert_eq!(resolved(&text).unwrap(), digest, "{text}");
    }
    let store = open(&path).unwrap();
    assert_eq!(told(&store, &index), ALL);
    let image = store.resolve().unwrap();
    assert_eq!(image.media_type, manifest::INDEX);
    let config = |machine: &str| {
        let read = store.config(&image, &machine.parse().unwrap());
        read.map(|it| it["architecture"].to_string()).map_err(|it| it.to_string())
    };
    assert_eq!(config("linux/amd64").unwrap(), "\"amd64\"");
    assert_eq!(config("linux/arm64").unwrap(), "\"arm64\"");
    assert!(
        config("linux/arm/v7")
            .unwrap_err()
            .ends_with("there is no image for linux/arm/v7, only for linux/arm64, linux/amd64")
    );
}

#[test]
fn the_only_kind_of_machine_is_taken_whatever_was_asked_for() {
    let mut made = Made::new();
    let mut provenance = made.image("unknown");
    provenance["platform"]["os"] = json!("unknown");
    provenance["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    let index = made.index(&[provenance, made.image("arm64")]);
    made.add(index, None);
    let store = open(&made.text()).unwrap();
    let config = store.config(&store.resolve().unwrap(), &Machine::default()).unwrap();
    assert_eq!(config["architecture"], "arm64");
    assert_eq!(config["config"]["User"], "101");
}

#[test]
fn an_image_that_an_index_calls_otherwise_than_itself_is_refused() {
    let mut made = Made::new();
    let mut image = made.image("s390x");
    image["platform"]["architecture"] = json!("amd64");
    let index = made.index(&[image]);
    made.add(index, None);
    let store = open(&made.text()).unwrap();
    let fault = store.config(&store.resolve().unwrap(), &Machine::default()).unwrap_err();
    assert!(
        fault
            .to_string()
            .ends_with("the index names an image for linux/s390x as one for linux/amd64"),
        "{fault}"
    );
}

#[test]
fn archives_of_every_form_come_to_what_the_layout_comes_to() {
    let (made, index) = everything();
    let long = format!("blobs/{}/{}", "d".repeat(120), "n".repeat(130));
    fs::create_dir_all(made.path().join(&long)).unwrap();
    fs::write(made.path().join(long).join("x"), "{}").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", made.path().join("blobs/link")).unwrap();
    let out = tempfile::tempdir().unwrap();
    for (format, dot, gzip) in [
        ("ustar", ".", false),
        ("gnu", ".", true),
        ("pax", ".", false),
        ("gnu", "blobs index.json oci-layout", false),
    ] {
        let file = out.path().join(format!("{format}-{gzip}.tar"));
        if format == "ustar" {
            fs::remove_dir_all(made.path().join(format!("blobs/{}", "d".repeat(120)))).unwrap();
        }
        let mut tar = Command::new("tar");
        tar.arg("-c").arg(format!("--format={format}")).arg("-C").arg(made.path());
        tar.args(gzip.then_some("-z")).arg("-f").arg(&file).args(dot.split(' '));
        let Ok(status) = tar.status() else {
            return harness::skip(harness::Need::Programs, "no program `tar`");
        };
        assert!(status.success(), "{format}");
        for text in [
            file.display().to_string(),
            format!("oci-archive:{}", file.display()),
            format!("docker-archive:{}:1.4", file.display()),
        ] {
            assert_eq!(resolved(&text).unwrap(), digest(&index).to_string(), "{text}");
        }
        assert_eq!(told(&open(&file.display().to_string()).unwrap(), &index), ALL);
        // Whatever is cut off: there is an answer, and no panic.
        let whole = fs::read(&file).unwrap();
        for length in (0..whole.len()).step_by(whole.len() / 150 + 1) {
            fs::write(&file, &whole[..length]).unwrap();
            let store = open(&file.display().to_string());
            let _ = store.and_then(|it| it.evidence(&digest(&index)));
        }
    }
}

#[test]
fn what_is_no_image_is_one_sentence() {
    let mut two = Made::new();
    let (one, other) = (two.image("amd64"), two.image("arm64"));
    two.add(one.clone(), Some("a"));
    two.add(other.clone(), Some("b"));
    let path = two.text();
    let mut twice = Made::new();
    twice.add(twice.image("amd64"), Some("a"));
    twice.add(twice.image("arm64"), Some("a"));
    let older = tempfile::tempdir().unwrap();
    fs::write(
        older.path().join("manifest.json"),
        r#"[{"Config":"x.json","RepoTags":["web:1"],"Layers":[]}]"#,
    )
    .unwrap();
    let empty = tempfile::tempdir().unwrap();
    let nothing = Made::new();
    let file = older.path().join("x.tar");
    fs::write(&file, "no archive".repeat(100)).unwrap();
    let zstd = older.path().join("x.zst");
    fs::write(&zstd, b"\x28\xb5\x2f\xfd....").unwrap();
    for (text, why) in [
        (
            path.clone(),
            "2 images are in it, so say which, as oci:FOLDER:TAG or oci:FOLDER@DIGEST; it names a, b",
        ),
        (format!("oci:{path}:c"), "no image is called `c`; it names a, b"),
        (format!("oci:{path}@sha256:00"), "a digest is `sha256:`"),
        (format!("oci:{path}@sha256:{}", "0".repeat(64)), "is not in it"),
        (format!("oci:{}:a", twice.text()), "two images are called `a`"),
        (older.path().display().to_string(), "older format"),
        (empty.path().display().to_string(), "it is no OCI layout"),
        (nothing.text(), "it is no OCI layout"),
        (file.display().to_string(), "it is no archive of tar"),
        (format!("oci:{}", file.display()), "it is no OCI layout"),
        (zstd.display().to_string(), "compressed with zstd"),
        ("./not-there".to_owned(), "there is no such file"),
        ("oci:".to_owned(), "the path of the layout is missing"),
        ("oci-archive:/dev/zero".to_owned(), "it is no file"),
        ("oci-archive:/".to_owned(), "it is no file"),
        ("https://ghcr.io/a".to_owned(), "leave out `https://`"),
    ] {
        let said = resolved(&text).unwrap_err();
        assert!(said.contains(why) && !said.contains('\n'), "{text}: {said}");
    }
}

#[test]
fn a_layout_leads_nowhere_else_and_lies_about_nothing() {
    let mut made = Made::new();
    let image = made.image("amd64");
    made.add(image.clone(), None);
    let index = |digest: &str| {
        let index = json!({"schemaVersion": 2, "manifests": [{"digest": digest}]});
        fs::write(made.path().join("index.json"), index.to_string()).unwrap();
    };
    let text = made.text();
    for wrong in [
        "../../etc/passwd",
        "sha256:../../../etc/passwd",
        "sha256:",
        "",
        "sha512:00",
        "/etc/passwd",
    ] {
        index(wrong);
        assert!(resolved(&text).unwrap_err().contains("none of sha256"), "{wrong}");
    }
    index(image["digest"].as_str().unwrap());
    assert!(resolved(&text).is_ok());
    let blob = made.blob_path(&image);
    fs::write(&blob, "{}").unwrap();
    assert!(resolved(&text).unwrap_err().contains("it was changed on the way"));
    fs::write(&blob, vec![b' '; usize::try_from(MANIFEST_BYTES).unwrap() + 1]).unwrap();
    assert!(resolved(&text).unwrap_err().contains("is larger than 4 MiB"));
    for text in ["", "null", "[]", "7", "{\"manifests\": 7}", "{\"manifests\": [null]}", "<html>"] {
        fs::write(made.path().join("index.json"), text).unwrap();
        assert!(resolved(&made.text()).is_err(), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_a_layout_are_harmless() {
    let mut made = Made::new();
    let image = made.image("amd64");
    made.add(image.clone(), None);
    let blob = made.blob_path(&image);
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    fs::copy(&blob, elsewhere.path()).unwrap();
    let replace = |there: &str| {
        fs::remove_file(&blob).unwrap();
        std::os::unix::fs::symlink(there, &blob).unwrap();
        resolved(&made.text())
    };
    // As builds of Bazel lay them out: what counts is the digest.
    assert!(replace(&elsewhere.path().display().to_string()).is_ok());
    assert!(replace("/etc/passwd").unwrap_err().contains("it was changed on the way"));
    assert!(replace("/dev/zero").unwrap_err().contains("is no file"));
    assert!(replace(&blob.display().to_string()).is_err());
    fs::remove_file(&blob).unwrap();
    if Command::new("mkfifo").arg(&blob).status().is_ok_and(|it| it.success()) {
        assert!(resolved(&made.text()).unwrap_err().contains("is no file"));
    }
}

/// A header of tar with a file's bytes behind it, and a size that it may not have.
fn entry(name: &str, kind: u8, size: &str, bytes: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..124 + size.len()].copy_from_slice(size.as_bytes());
    block[156] = kind;
    block[257..263].copy_from_slice(b"ustar\0");
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|it| u32::from(*it)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.extend(bytes);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

fn gzip(path: &Path, parts: impl Iterator<Item = Vec<u8>>) {
    use std::io::Write as _;
    let mut packed =
        flate2::write::GzEncoder::new(fs::File::create(path).unwrap(), flate2::Compression::fast());
    parts.for_each(|it| packed.write_all(&it).unwrap());
    packed.finish().unwrap();
}

#[test]
fn an_archive_takes_no_more_memory_than_it_may_and_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.tar.gz");
    let said = || resolved(&path.display().to_string()).unwrap_err();
    // Files of blanks, which could be JSON.
    let size = 16 << 20;
    let blanks = entry("blobs/sha256/x", b'0', &format!("{size:o}"), &vec![b' '; size]);
    let many = (0..17).map(|at| {
        [entry(&format!("{at}"), b'0', &format!("{size:o}"), &[]), blanks[512..].to_vec()].concat()
    });
    gzip(&path, many);
    assert!(said().contains("more than 256 MiB of JSON"), "{}", said());
    // A layer is passed by, however large.
    gzip(&path, [entry("layer", b'0', &format!("{:o}", 64 << 20), &vec![0; 64 << 20])].into_iter());
    assert!(said().contains("it is no OCI layout"), "{}", said());
    for (name, kind, size, bytes, why) in [
        ("x", b'0', "77777777777", &b"{}"[..], "ends too early"),
        ("x", b'0', "\u{7f}9z", b"{}", "no archive of tar"),
        ("x", b'L', "77777777", b"name", "longer than any"),
        ("x", b'x', "4", b"9 x\n", "no archive of tar"),
        ("x", b'x', "21", b"21 size=99999999999\n", "no archive of tar"),
        ("x", b'x', "11", b"0 path=x\n", "no archive of tar"),
        ("index.json", b'2', "0", b"", "it is no OCI layout"),
        ("index.json", b'3', "0", b"", "it is no OCI layout"),
        ("../../index.json", b'0', "2", b"{}", "it is no OCI layout"),
        ("/index.json", b'0', "2", b"{}", "it is no OCI layout"),
    ] {
        gzip(&path, [entry(name, kind, size, bytes)].into_iter());
        assert!(said().contains(why), "{name} {size}: {}", said());
        fs::write(&path, entry(name, kind, size, bytes)).unwrap();
        assert!(
            said().contains(why) || said().contains("no OCI layout"),
            "{name} {size}: {}",
            said()
        );
    }
    let mut packed = Vec::new();
    gzip(&path, [entry("x", b'0', "2", b"{}")].into_iter());
    packed.extend(fs::read(&path).unwrap());
    let middle = packed.len() / 2;
    packed[middle] ^= 0xff;
    fs::write(&path, packed).unwrap();
    let _ = said();
}
