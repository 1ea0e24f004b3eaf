//! What cannot be is said in one sentence, and what a version cannot read is told.

use harden_core::generators::Generate as _;
use harden_core::generators::image_policy::{Options, SignatureFormat, Verifier};
use harden_core::intents::KyvernoKind;

use super::{facts, keyed, keyless, read};

#[test]
fn versions_that_cannot_read_what_is_signed_are_told() {
    let said = |options: Options, version: &str| {
        let options = Options { verifier_version: Some(version.parse().unwrap()), ..options };
        match read(options).generate(&facts()) {
            Ok(generated) => generated.notes.join("\n"),
            Err(error) => error.to_string(),
        }
    };
    let controller = |it: Options| Options { verifier: Verifier::PolicyController, ..it };
    let older = |it: Options| Options { kyverno: KyvernoKind::ClusterPolicy, ..it };
    let legacy = |it: Options| Options { signature_format: SignatureFormat::Legacy, ..it };
    assert!(
        said(controller(keyless()), "0.12.0")
            .contains("'--verifier-version': policy-controller reads bundles since")
    );
    assert!(!said(controller(legacy(keyless())), "0.12.0").contains("reads bundles since"));
    assert!(said(controller(keyed("cosign.pub")), "0.15.1").contains("/1958"));
    assert!(!said(controller(legacy(keyed("cosign.pub"))), "0.15.1").contains("/1958"));
    assert!(!said(controller(keyless()), "0.15.1").contains("/1958"));
    assert!(said(keyed("awskms:///alias/a"), "1.19.0").contains("/17363"));
    assert!(!said(keyed("awskms:///alias/a"), "1.18.1").contains("/17363"));
    assert!(!said(keyed("cosign.pub"), "1.19.1").contains("/17363"));
    let rooted = |it: Options| Options { trusted_root: Some("root.json".to_owned()), ..it };
    assert!(said(rooted(keyless()), "1.18.1").contains("reads a trusted root since 1.19"));
    assert!(!said(rooted(keyless()), "1.19.1").contains("reads a trusted root since"));
    assert!(said(controller(rooted(keyless())), "0.15.1").contains("mistakes the names of logs"));
    assert!(said(older(keyed("cosign.pub")), "1.18.1").contains("/16267"));
    assert!(!said(older(keyed("cosign.pub")), "1.19.1").contains("/16267"));
    assert!(said(keyless(), "1.16").contains("came with Kyverno 1.17"));
    assert!(said(older(keyless()), "1.20").contains("refused when it is made or changed"));
    assert!(!said(older(legacy(keyed("cosign.pub"))), "1.12").contains("/16267"));
}

#[test]
fn what_cannot_be_is_said_in_one_sentence() {
    let text = |it: &str| Some(it.to_owned());
    let everybody = |pattern: &str| Options { subject_regexp: text(pattern), ..keyless() };
    let cases = [
        (
            Options { key: None, ..keyed("") },
            "--key: say whose signatures are taken: --key FILE, or --issuer with --subject",
        ),
        (
            Options { issuer: None, ..keyless() },
            "--issuer: is needed with a subject, which any provider may give to anybody",
        ),
        (
            Options { subject_regexp: None, ..keyless() },
            "--subject: is needed with an issuer, which vouches for everybody who has an account there",
        ),
        (
            Options { key: text("cosign.pub"), ..keyless() },
            "--key: a key has no issuer and no subject: give either a key or these two",
        ),
        (
            Options { subject: text("a"), ..keyless() },
            "--subject: says the same as --subject-regexp: give one of them",
        ),
        (
            Options { subject_regexp: None, subject: text("*"), ..keyless() },
            "invalid value '*' for '--subject': write one name in full here, or a pattern with --subject-regexp",
        ),
        (
            everybody(".*"),
            "invalid value '.*' for '--subject-regexp': it matches everybody: name whose signatures are taken",
        ),
        (
            everybody("^.+$"),
            "invalid value '^.+$' for '--subject-regexp': it matches everybody: name whose signatures are taken",
        ),
        (
            everybody("https://github.com/example/"),
            "invalid value 'https://github.com/example/' for '--subject-regexp': begin it with ^ and end it with $, so that it matches no longer names",
        ),
        (
            everybody("^a|b$"),
            "invalid value '^a|b$' for '--subject-regexp': put the choices between brackets, such as ^(a|b)$: ^ and $ hold for one of them only",
        ),
        (everybody("("), "invalid value '(' for '--subject-regexp': it is no regular expression"),
        (
            Options { issuer: None, issuer_regexp: text("^https://.*$"), ..keyless() },
            "invalid value '^https://.*$' for '--issuer-regexp': it matches everybody: name whose signatures are taken",
        ),
        (
            keyed("s3://a"),
            "invalid value 's3://a' for '--key': no such service is known: write a file, or an address with awskms://, azurekms://, gcpkms://, hashivault:// or k8s://",
        ),
        (
            keyed("k8s://a"),
            "invalid value 'k8s://a' for '--key': write the Secret with the public key as k8s://NAMESPACE/NAME",
        ),
        (
            Options { attestation: vec!["slsa".to_owned()], ..keyless() },
            "invalid value 'slsa' for '--attestation': write slsa-provenance, sbom, vulnerabilities, or the address of a type of predicate, such as https://cyclonedx.org/bom",
        ),
        (
            Options { builder: text("https://a.example"), ..keyless() },
            "--builder: is what provenance says: ask for it with --attestation slsa-provenance",
        ),
        (
            Options { source: text("https://github.com/*"), ..keyless() },
            "invalid value 'https://github.com/*' for '--source': write its address in full, such as https://github.com/example/app, without wildcards",
        ),
        (
            Options { registry: vec!["*".to_owned()], ..keyless() },
            "invalid value '*' for '--registry': it is no registry or repository, such as registry.example.com/team: write the names in full, without a scheme, wildcard, tag or digest",
        ),
        (
            Options { filename: Vec::new(), ..keyless() },
            "--filename: name manifests whose images are verified, or registries with --registry",
        ),
        (
            Options { exempt_namespace: vec!["a".parse().unwrap()], ..keyless() },
            "--exempt-reason: say why, so that whoever reads the policy can tell whether it still holds",
        ),
        (
            Options {
                verifier: Verifier::PolicyController,
                exempt_namespace: vec!["a".parse().unwrap()],
                ..keyless()
            },
            "--exempt-namespace: policy-controller verifies only in namespaces with the label policy.sigstore.dev/include=true: leave it off there",
        ),
        (
            Options {
                trusted_root: text("root.json"),
                kyverno: KyvernoKind::ClusterPolicy,
                ..keyless()
            },
            "--trusted-root: a ClusterPolicy takes none: use --kyverno validating-policy",
        ),
    ];
    for (options, expected) in cases {
        assert_eq!(read(options).generate(&facts()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn what_an_engine_cannot_verify_is_refused() {
    let text = |it: &str| Some(it.to_owned());
    let cases = [
        (
            Options {
                verifier: Verifier::PolicyController,
                signature_format: SignatureFormat::Legacy,
                ..keyed("awskms:///alias/a")
            },
            "invalid value 'awskms:///alias/a' for '--key': policy-controller takes a key of AWS by its ARN alone, such as awskms:///arn:aws:kms:eu-west-1:123456789012:alias/release",
        ),
        (
            Options { without_log: true, ..keyless() },
            "--without-log: a signer without a key has a certificate for minutes, and only a log says that it signed in them",
        ),
        (
            Options { without_log: true, trusted_root: text("root.json"), ..keyed("cosign.pub") },
            "--without-log: a trusted root says which log is asked: give one of them",
        ),
        (
            Options {
                signature_format: SignatureFormat::Legacy,
                trusted_root: text("root.json"),
                ..keyless()
            },
            "--trusted-root: Kyverno holds only bundles to it: use --signature-format bundle",
        ),
        (
            Options { verifier: Verifier::PolicyController, ..keyed("cosign.pub") },
            "--verifier: policy-controller verifies no bundles that are signed with keys (https://github.com/sigstore/policy-controller/issues/1958): sign in the older format, too, and use --signature-format legacy",
        ),
    ];
    for (options, expected) in cases {
        assert_eq!(read(options).generate(&facts()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn what_files_hold_is_never_repeated() {
    let said = |options: Options, file: &str, text: &str| {
        let mut options = options;
        let said = options.read(file, text).unwrap_err().to_string();
        assert!(!said.contains("c2VjcmV0"), "{said}");
        said
    };
    for label in ["PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY", "EC PRIVATE KEY"] {
        let text = format!("-----BEGIN {label}-----\nc2VjcmV0\n-----END {label}-----\n");
        assert_eq!(
            said(keyed("cosign.key"), "cosign.key", &text),
            "invalid value 'cosign.key' for '--key': it holds a private key, which no policy needs: write the public one with cosign public-key"
        );
    }
    for text in [
        "",
        "c2VjcmV0",
        "-----BEGIN PUBLIC KEY-----\nc2VjcmV0\n-----END PUBLIC KEY-----",
        "null",
        "{}",
    ] {
        assert_eq!(
            said(keyed("a.pub"), "a.pub", text),
            "invalid value 'a.pub' for '--key': it is no public key: it has to be PEM that begins with BEGIN PUBLIC KEY"
        );
    }
    let rooted = || Options { trusted_root: Some("r".to_owned()), ..keyless() };
    for text in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"mediaType": "a", "tlogs": null}"#,
        r#"{"mediaType": "c2VjcmV0"}"#,
    ] {
        assert_eq!(
            said(rooted(), "r", text),
            "invalid value 'r' for '--trusted-root': it is no trusted root: write one with cosign trusted-root create"
        );
    }
    for text in ["", "null", "kind: Secret\napiVersion: v1\ndata: {a: c2VjcmV0}"] {
        assert_eq!(
            said(keyless(), "a.yaml", text),
            "invalid value 'a.yaml' for '--filename': it holds no pods and nothing that makes them"
        );
    }
}
