//! What is read is what was written, and names are those that runtimes know.

use super::*;

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

const WRITTEN: &str = r#"# Written by `kubectl harden verify --lock`: commit it beside the manifests.
version: v1
images:
- image: nginx
  digest: "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  verified: "2026-11-28"
  signers: []
- image: "registry.example/shop/web:1.4"
  digest: "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  verified: "2026-11-28"
  signers:
  - issuer: "https://token.actions.githubusercontent.com"
    subject: "https://github.com/shop/web/.github/workflows/a.yml@refs/tags/v1"
    log: true
  - key: "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    publicKey: |
      -----BEGIN PUBLIC KEY-----
      MF==
      -----END PUBLIC KEY-----
    log: false
  attestations:
  - predicateType: "https://slsa.dev/provenance/v1"
    signer: 1
    date: "2026-11-20"
    builder: "https://github.com/a"
    source: "https://github.com/shop/web"
    level: SLSA_BUILD_LEVEL_3
  config:
    user: "101"
    ports: ["8080/tcp"]
    volumes: [/var/cache/nginx]
    entrypoint: [/docker-entrypoint.sh]
    cmd: [nginx, "-g", "daemon off;"]
    workingDir: /
"#;

fn entry(image: &str, digest: &str) -> Locked {
    Locked {
        image: image.to_owned(),
        digest: digest.to_owned(),
        verified: Date { year: 2026, month: 11, day: 28 },
        signers: Vec::new(),
        attestations: Vec::new(),
        config: None,
    }
}

fn full() -> Locked {
    Locked {
        signers: vec![
            Signer {
                identity: Identity::Keyless {
                    issuer: "https://token.actions.githubusercontent.com".to_owned(),
                    subject: "https://github.com/shop/web/.github/workflows/a.yml@refs/tags/v1"
                        .to_owned(),
                },
                log: true,
            },
            Signer {
                identity: Identity::Key {
                    digest: A.to_owned(),
                    public: Some(
                        "-----BEGIN PUBLIC KEY-----\nMF==\n-----END PUBLIC KEY-----\n".to_owned(),
                    ),
                },
                log: false,
            },
        ],
        attestations: vec![Attestation {
            predicate: "https://slsa.dev/provenance/v1".to_owned(),
            signer: Some(1),
            date: Some(Date { year: 2026, month: 11, day: 20 }),
            builder: Some("https://github.com/a".to_owned()),
            source: Some("https://github.com/shop/web".to_owned()),
            level: Some("SLSA_BUILD_LEVEL_3".to_owned()),
        }],
        config: Some(ImageConfig {
            user: Some("101".to_owned()),
            ports: vec!["8080/tcp".to_owned()],
            volumes: vec!["/var/cache/nginx".to_owned()],
            entrypoint: vec!["/docker-entrypoint.sh".to_owned()],
            cmd: vec!["nginx".to_owned(), "-g".to_owned(), "daemon off;".to_owned()],
            working_dir: Some("/".to_owned()),
        }),
        ..entry("registry.example/shop/web:1.4", B)
    }
}

#[test]
fn what_is_written_is_read_and_written_again_byte_for_byte() {
    let lock = Lock::new([full(), entry("nginx", A)]);
    let text = lock.write();
    assert_eq!(Lock::read(&text).as_ref(), Ok(&lock));
    assert_eq!(Lock::read(&text).unwrap().write(), text);
    assert_eq!(text, WRITTEN);
    let empty = Lock::default().write();
    assert_eq!(Lock::read(&empty), Ok(Lock::default()));
}

#[test]
fn the_order_in_which_images_come_changes_nothing() {
    let one = Lock::new([entry("b:1", A), entry("a:1", B)]);
    assert_eq!(one, Lock::new([entry("a:1", B), entry("b:1", A)]));
    let twice = Lock::new([entry("a:1", A), entry("docker.io/library/a:1", B)]);
    assert_eq!(twice.images(), [entry("docker.io/library/a:1", B)]);
}

#[test]
fn images_are_found_by_every_name_that_a_runtime_takes_for_theirs() {
    let lock = Lock::new([entry("nginx:1.27", A), entry("ghcr.io/team/nginx:1.27", B)]);
    let a = Found::Same(&lock.images()[1]);
    for name in [
        "nginx:1.27",
        "library/nginx:1.27",
        "docker.io/nginx:1.27",
        "docker.io/library/nginx:1.27",
        "index.docker.io/library/nginx:1.27",
        &format!("nginx@{A}"),
        &format!("nginx:1.27@{A}"),
        &format!("docker.io/nginx:1.99@{A}"),
    ] {
        assert_eq!(lock.find(name), a, "{name}");
    }
    let moved = Found::Moved(&lock.images()[1]);
    assert_eq!(lock.find(&format!("nginx:1.27@{B}")), moved);
    assert_eq!(lock.find(&format!("nginx:1.27@{}", A.to_uppercase())), moved);
    for name in ["nginx", "nginx:latest", "nginx:1.28", &format!("nginx@{B}")] {
        assert_eq!(lock.find(name), Found::Unknown, "{name}");
    }
    for name in [
        "",
        "quay.io/nginx:1.27",
        "team/nginx:1.27",
        "docker.io.evil/nginx:1.27",
        "NGINX",
        "{{ a }}",
    ] {
        assert_eq!(lock.find(name), Found::Foreign, "{name}");
    }
}

#[test]
fn a_name_without_tag_is_the_latest() {
    let lock = Lock::new([entry("registry:5000/web", A)]);
    let same = Found::Same(&lock.images()[0]);
    assert_eq!(lock.find("registry:5000/web:latest"), same);
    assert_eq!(lock.find("registry:5000/web"), same);
    assert_eq!(lock.find("registry:5001/web"), Found::Foreign);
}

#[test]
fn two_digests_of_a_tag_tell_nothing_of_it() {
    let both = [entry(&format!("a:1@{A}"), A), entry(&format!("a:1@{B}"), B)];
    let lock = Lock::new(both.clone());
    assert_eq!(lock.find("a:1"), Found::Unknown);
    assert_eq!(lock.find(&format!("a:1@{B}")), Found::Same(&both[1]));
    let lock = Lock::new([both[0].clone()]);
    assert_eq!(lock.find("a:1"), Found::Same(&both[0]));
    assert_eq!(lock.find(&format!("a:1@{B}")), Found::Moved(&both[0]));
}

#[test]
fn the_first_thing_that_is_wrong_is_said_with_its_place() {
    let image = |rest: &str| {
        format!("version: v1\nimages:\n- image: a:1\n  digest: {A}\n  verified: 2026-11-28\n{rest}")
    };
    for (text, wanted) in [
        (
            String::new(),
            "line 1, column 1: there is nothing in it: write `version: v1`, and `images` below it",
        ),
        (
            "# nothing\n".to_owned(),
            "line 1, column 1: there is nothing in it: write `version: v1`, and `images` below it",
        ),
        ("images: []".to_owned(), "line 1, column 1: it says no version: write `version: v1`"),
        ("version: v2".to_owned(), "line 1, column 10: version v2 is not known here: v1 is"),
        ("version: 1".to_owned(), "line 1, column 10: `version` has to be text"),
        ("[]".to_owned(), "line 1, column 1: keys and values have to be here: version, images"),
        (
            "version: v1\nimage: []".to_owned(),
            "line 2, column 1: there is no key `image`; there are version, images",
        ),
        ("version: v1\nimages: {}".to_owned(), "line 2, column 1: `images` has to be a list"),
        (
            "version: v1\nimages: [a]".to_owned(),
            "line 2, column 10: keys and values have to be here: image, digest, verified, signers, attestations, config",
        ),
        (
            "version: v1\nversion: v1".to_owned(),
            "line 2, column 1: key `version` is set twice and only the last value counts: remove one",
        ),
        (
            "version: v1\n---\nversion: v1".to_owned(),
            "line 3, column 1: a lock is one document, and another begins here",
        ),
        (
            image("- image: docker.io/library/a:1\n  digest: b"),
            "line 7, column 11: `digest` has to be `sha256:` and 64 small hexadecimal digits",
        ),
        (
            image(&format!(
                "- image: docker.io/library/a:1\n  digest: {B}\n  verified: 2026-11-28"
            )),
            "line 6, column 10: `docker.io/library/a:1` is there before, as `a:1`",
        ),
        (
            image(&format!("- image: b:1@{A}\n  digest: {B}\n  verified: 2026-11-28")),
            "line 6, column 10: the name has another digest than `digest`",
        ),
        (
            image("- image: b:1\n  digest: sha256:AA"),
            "line 7, column 11: `digest` has to be `sha256:` and 64 small hexadecimal digits",
        ),
        (
            image(&format!("- image: b:1\n  digest: {B}")),
            "line 6, column 3: `verified` is missing: the day on which it was looked at",
        ),
        (
            image(&format!("- image: B\n  digest: {B}")),
            "line 6, column 10: `B` is not the name of an image",
        ),
        (image("  signers: {}"), "line 6, column 3: `signers` has to be a list"),
        (
            image("  signers: [{}]"),
            "line 6, column 13: a signer is an `issuer` with a `subject`, or a `key`",
        ),
        (
            image("  signers: [{issuer: a}]"),
            "line 6, column 14: a signer is an `issuer` with a `subject`, or a `key`",
        ),
        (
            image("  signers: [{issuer: a, subject: b, log: 1}]"),
            "line 6, column 42: `log` has to be true or false",
        ),
        (
            image("  attestations: [{predicateType: a, signer: 0}]"),
            "line 6, column 45: `signer` has to be the place of one in `signers`, from 0",
        ),
        (image("  attestations: [{}]"), "line 6, column 18: `predicateType` is missing"),
        (image("  config: {user: 101}"), "line 6, column 18: `user` has to be text"),
        (
            image("  config: {ports: [8080]}"),
            "line 6, column 20: an entry of `ports` has to be text",
        ),
        (
            image("  config: []"),
            "line 6, column 3: keys and values have to be here: user, ports, volumes, entrypoint, cmd, workingDir",
        ),
        (
            image("  verified: 2026-02-30"),
            "line 6, column 3: key `verified` is set twice and only the last value counts: remove one",
        ),
    ] {
        let found = Lock::read(&text).map_err(|it| it.to_string());
        assert_eq!(found, Err(wanted.to_owned()), "{text}");
    }
    assert!(Lock::read(&image("  signers: null\n  attestations: ~\n  config:\n")).is_ok());
    assert!(Lock::read("{\"version\": \"v1\", \"images\": null}").is_ok());
}
