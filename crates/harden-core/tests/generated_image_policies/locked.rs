//! Policies that ask for what a lock says was seen.

use harden_core::generators::image_policy::{Options, Verifier};
use harden_core::generators::{Generate as _, Generated, Verdict};
use harden_core::intents::KyvernoKind;
use serde_json::Value;

use crate::{ISSUER, KEY, WAYS, facts};

const MANIFESTS: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: 'registry.example/shop/web:1'},
  {name: b, image: 'registry.example/shop/api:1'}], initContainers: [{name: c, image: nginx}]}}
";

const WORKFLOW: &str = "https://github.com/shop/web/.github/workflows/release.yml@refs/heads/main";

fn entry(image: &str, rest: &str) -> String {
    let digest = format!("sha256:{}", "a".repeat(64));
    format!("- image: {image}\n  digest: {digest}\n  verified: 2026-11-28\n{rest}")
}

fn by(subject: &str) -> String {
    format!("  signers:\n  - {{issuer: '{ISSUER}', subject: '{subject}', log: true}}\n")
}

fn by_key() -> String {
    let pem = KEY.trim_end().replace('\n', "\n      ");
    format!(
        "  signers:\n  - key: sha256:{}\n    publicKey: |\n      {pem}\n    log: true\n",
        "b".repeat(64)
    )
}

fn options(verifier: Verifier, kyverno: KyvernoKind) -> Options {
    Options {
        filename: vec!["a.yaml".to_owned()],
        lock: Some("l".to_owned()),
        verifier,
        kyverno,
        ..Options::default()
    }
}

fn made_of(mut options: Options, lock: &str) -> Result<Generated, String> {
    let lock = format!("version: v1\nimages:\n{lock}");
    for file in options.files() {
        let text = if file == "l" { &lock } else { MANIFESTS };
        options.read(&file, text).map_err(|it| it.to_string())?;
    }
    options.generate(&facts()).map_err(|it| it.to_string())
}

fn made(lock: &str) -> Result<Generated, String> {
    made_of(options(Verifier::Kyverno, KyvernoKind::ValidatingPolicy), lock)
}

fn all(subject: &str) -> String {
    ["nginx", "registry.example/shop/api:1", "registry.example/shop/web:1"]
        .map(|it| entry(it, &by(subject)))
        .concat()
}

#[test]
fn images_that_are_signed_alike_are_one_policy() {
    for (verifier, kyverno) in WAYS {
        let made = made_of(options(verifier, kyverno), &all(WORKFLOW)).unwrap();
        assert_eq!(made.manifests.len(), 1, "{verifier:?}");
        assert_eq!(made.verdict, Verdict::Yes);
        let text = made.manifests[0].object.to_string();
        assert!(text.contains(WORKFLOW) && text.contains(ISSUER), "{text}");
        assert!(text.contains("registry.example/shop/web") && text.contains("library/nginx"));
        assert!(!text.contains("registry.example/shop/*"), "{text}");
    }
}

#[test]
fn images_that_are_signed_otherwise_have_policies_of_their_own() {
    let lock = [
        entry("nginx", &by(WORKFLOW)),
        entry("registry.example/shop/api:1", &by(&WORKFLOW.replace("web", "api"))),
        entry("registry.example/shop/web:1", &by(WORKFLOW)),
    ]
    .concat();
    for (verifier, kyverno) in WAYS {
        let made = made_of(options(verifier, kyverno), &lock).unwrap();
        let names: Vec<_> = made.manifests.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["harden-signed-nginx", "harden-signed-api"]);
        let of = |at: usize| made.manifests[at].object.to_string();
        assert!(!of(0).contains("shop/api") && of(0).contains("registry.example/shop/web"));
        assert!(of(1).contains("registry.example/shop/api") && !of(1).contains("nginx"));
        let says = made.notes.iter().any(|it| it.contains("unlisted-registry"));
        assert_eq!(says, verifier == Verifier::Kyverno, "{:?}", made.notes);
    }
}

#[test]
fn any_signer_of_a_repository_is_enough() {
    let two = format!(
        "{}  - {{issuer: '{ISSUER}', subject: other@example.com, log: true}}\n",
        by(WORKFLOW)
    );
    let lock = entry("nginx", &two)
        + &entry("registry.example/shop/api:1", &two)
        + &entry("registry.example/shop/web:1", &two);
    let policies: Vec<Value> = WAYS
        .iter()
        .map(|it| made_of(options(it.0, it.1), &lock).unwrap().manifests.remove(0).object)
        .collect();
    let text = policies[0]["spec"]["validations"].to_string();
    assert!(text.contains("[attestors.signer, attestors.signer2]"), "{text}");
    assert_eq!(policies[0]["spec"]["attestors"].as_array().unwrap().len(), 2);
    let rule = &policies[1]["spec"]["rules"][1]["verifyImages"][0]["attestors"][0];
    assert_eq!((rule["count"].as_i64(), rule["entries"].as_array().unwrap().len()), (Some(1), 2));
    assert_eq!(policies[2]["spec"]["authorities"].as_array().unwrap().len(), 2);
    let notes = made(&lock).unwrap().notes;
    assert!(notes.iter().any(|it| it.contains("any one of 2 signers is enough")), "{notes:?}");
}

#[test]
fn what_the_lock_does_not_have_is_said_and_not_known() {
    let made = made(&entry("nginx", &by(WORKFLOW))).unwrap();
    assert_eq!(made.verdict, Verdict::Unknown);
    assert_eq!(
        made.notes.iter().filter(|it| it.starts_with("left out, as the lock does not")).count(),
        2
    );
    let seen =
        self::made(&(entry("nginx", "") + &entry("registry.example/shop/web:1", &by(WORKFLOW))));
    let notes = seen.unwrap().notes;
    assert!(
        notes.iter().any(|it| it == "left out, as the lock has no verified signer of it: nginx"),
        "{notes:?}"
    );
    for lock in [entry("other", &by(WORKFLOW)), entry("nginx", "")] {
        let refused = self::made(&lock).unwrap_err();
        assert!(refused.contains("it has no verified signer of any image"), "{refused}");
    }
}

#[test]
fn keys_are_written_as_they_were_seen() {
    let lock = entry("nginx", &by_key());
    let made = made(&lock).unwrap();
    assert!(made.manifests[0].object.to_string().contains("BEGIN PUBLIC KEY"));
    let bare = format!("  signers:\n  - key: sha256:{}\n", "b".repeat(64));
    assert!(self::made(&entry("nginx", &bare)).unwrap_err().contains("has no publicKey beside it"));
}

#[test]
fn statements_that_all_images_have_are_asked_for() {
    let provenance = "  attestations:\n  - predicateType: https://slsa.dev/provenance/v1\n    signer: 0\n    builder: https://github.com/b\n    source: https://github.com/shop/web\n  - predicateType: https://sigstore.dev/cosign/sign/v1\n    signer: 0\n  - predicateType: https://spdx.dev/Document\n";
    let made = made(&entry("nginx", &(by(WORKFLOW) + provenance))).unwrap();
    let text = made.manifests[0].object.to_string();
    for word in
        ["https://slsa.dev/provenance/v1", "https://github.com/b", "https://github.com/shop/web"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("spdx.dev") && !text.contains("cosign/sign/v1"), "{text}");
    assert!(made.notes.iter().any(|it| it.contains("statements that were not verified")));
}

#[test]
fn what_is_wider_than_one_workflow_is_said_or_refused() {
    let notes = |subject: &str| made(&all(subject)).map(|it| it.notes.join("\n"));
    assert!(notes("https://github.com/shop").unwrap().contains("is more than one workflow"));
    assert!(!notes(WORKFLOW).unwrap().contains("more than one"));
    let tagged = WORKFLOW.replace("heads/main", "tags/v1");
    assert!(
        notes(&tagged).unwrap().contains("with the tag v1, so that the next release is refused")
    );
    for wide in ["*", "https://github.com/shop/*", "a?"] {
        assert!(notes(wide).unwrap_err().contains("is no name in full"), "{wide}");
    }
}

#[test]
fn a_lock_and_a_signer_by_hand_exclude_each_other() {
    let with = |it: Options| made_of(it, &all(WORKFLOW)).unwrap_err();
    let plain = || options(Verifier::Kyverno, KyvernoKind::ValidatingPolicy);
    let issuer = with(Options { issuer: Some(ISSUER.to_owned()), ..plain() });
    assert!(issuer.starts_with("--issuer: is what the lock says"), "{issuer}");
    assert!(
        made("- image: 1\n").unwrap_err().contains("line 3, column 10: `image` has to be text")
    );
}
