//! Images that were signed in every way: who did is found, and nobody else.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod samples;

use harden_sigstore::{
    Artefact, Content, Expectation, Pattern, PublicKey, Refusal, Signer, Trust, verify,
};
use regex_lite::Regex;
use samples::{IDENTITY, ISSUER, KEY, OWN, PUBLIC, Sample, by, by_key, kind};

fn like(identity: &str, issuer: &str) -> Expectation {
    let regexp = |text: &str| Pattern::Regexp(Regex::new(text).unwrap());
    Expectation::Keyless { identity: regexp(identity), issuer: regexp(issuer) }
}

#[test]
fn who_signed_is_found_in_every_form() {
    let fingerprint = PublicKey::of_pem(KEY).unwrap().fingerprint();
    for sample in Sample::all() {
        let verdict = sample.verify();
        let name = &sample.image;
        println!("{name}: {verdict:?}");
        let is_expected = ["key-", "own-", "workflow-bundle", "workflow-tag"];
        if !is_expected.iter().any(|it| name.starts_with(it)) {
            assert!(verdict.is_err(), "{name}");
            continue;
        }
        let verdict = verdict.unwrap_or_else(|it| panic!("{name}: {it}"));
        match &verdict.signer {
            Signer::Key(key) => assert_eq!(key, &fingerprint, "{name}"),
            Signer::Certificate { identity, issuer, .. } => {
                assert_eq!((identity.as_str(), issuer.as_str()), (IDENTITY, ISSUER), "{name}");
            }
        }
        assert_eq!(verdict.format == "legacy", name.contains("-tag-"), "{name}");
        assert_eq!(verdict.logs.is_empty(), name.contains("unlogged"), "{name}");
        assert_eq!(verdict.times.is_empty(), name.contains("unlogged"), "{name}");
    }
}

#[test]
fn an_older_signature_says_how_the_image_is_called_and_a_statement_what_was_signed() {
    for image in ["own-workflow-tag-all", "key-unlogged-tag-all", "own-workflow-bundle-all"] {
        let mut statements = 0;
        for sample in Sample::all_of(image) {
            match sample.verify().unwrap().content {
                Content::Name(name) => assert!(name.contains(image), "{name}"),
                Content::Statement { payload_type, payload } => {
                    assert_eq!(payload_type, "application/vnd.in-toto+json");
                    assert!(String::from_utf8(payload).unwrap().contains(sample.digest.hex()));
                    statements += 1;
                }
                Content::Artefact => panic!("{image} is no file"),
            }
        }
        assert_eq!(statements, if image.contains("bundle") { 4 } else { 3 }, "{image}");
    }
}

#[test]
fn somebody_else_is_refused_by_name() {
    for (image, refused) in [
        ("fork-bundle-plain", "WrongIdentity"),
        ("fork-tag-plain", "WrongIdentity"),
        ("longer-bundle-plain", "WrongIdentity"),
        ("longer-tag-plain", "WrongIdentity"),
        ("other-issuer-bundle-plain", "WrongIssuer"),
        ("other-issuer-tag-plain", "WrongIssuer"),
        ("workflow-lone-bundle-plain", "NoLogEntry"),
        ("workflow-lone-tag-plain", "NoLogEntry"),
        ("other-key-bundle-plain", "InvalidSignature"),
        ("other-key-tag-plain", "InvalidSignature"),
    ] {
        let refusal = Sample::of(image).verify().unwrap_err();
        assert_eq!(kind(&refusal), refused, "{image}: {refusal}");
    }
    let refusal = Sample::of("fork-tag-plain").verify().unwrap_err().to_string();
    assert!(refusal.contains("mallory") && refusal.contains(IDENTITY), "{refusal}");
}

#[test]
fn a_pattern_is_held_to_the_certificate_that_was_verified() {
    let sample = Sample::of("own-workflow-bundle-plain");
    let verify = |identity: &str, issuer: &str| sample.verify_as(&like(identity, issuer));
    verify("^https://github\\.com/example/app/", "^https://token\\.").unwrap();
    verify("", "").unwrap();
    // Anywhere, as cosign has it.
    verify("release", "actions").unwrap();
    let refusal = verify("^release", ".*").unwrap_err();
    assert_eq!(kind(&refusal), "WrongIdentity", "{refusal}");
    let refusal = verify(".*", "gitlab").unwrap_err();
    assert_eq!(kind(&refusal), "WrongIssuer", "{refusal}");
    let half = Expectation::Keyless {
        identity: Pattern::Exact(IDENTITY.to_owned()),
        issuer: Pattern::Regexp(Regex::new("gitlab").unwrap()),
    };
    assert_eq!(kind(&sample.verify_as(&half).unwrap_err()), "WrongIssuer");
}

#[test]
fn what_is_almost_the_name_is_not_the_name() {
    for image in ["own-workflow-bundle-plain", "own-workflow-tag-plain"] {
        let sample = Sample::of(image);
        for wrong in [
            String::new(),
            IDENTITY.to_uppercase(),
            format!("{IDENTITY} "),
            format!(" {IDENTITY}"),
            format!("{IDENTITY}\0"),
            IDENTITY.trim_end_matches("main").to_owned(),
            ".*".to_owned(),
        ] {
            let refusal = sample.verify_as(&by(&wrong, ISSUER)).unwrap_err();
            assert_eq!(kind(&refusal), "WrongIdentity", "{image} {wrong}");
            let refusal = sample.verify_as(&by(IDENTITY, &wrong)).unwrap_err();
            assert_eq!(kind(&refusal), "WrongIssuer", "{image} {wrong}");
        }
    }
}

#[test]
fn a_key_is_no_certificate_and_a_certificate_no_key() {
    for form in ["bundle", "tag"] {
        let keyless = Sample::of(&format!("own-workflow-{form}-plain"));
        assert_eq!(keyless.verify_as(&by_key(KEY)), Err(Refusal::ByCertificate));
        for key in ["own-key", "key-unlogged"] {
            let sample = Sample::of(&format!("{key}-{form}-plain"));
            assert_eq!(sample.verify_as(&by(IDENTITY, ISSUER)), Err(Refusal::ByKey));
        }
    }
}

#[test]
fn whom_nobody_trusts_is_refused_by_the_name_of_the_authority_or_the_log() {
    let trusts = [Trust::embedded().unwrap(), Trust::of_json([PUBLIC]).unwrap()];
    for trust in &trusts {
        for (image, refused) in [
            ("own-workflow-bundle-plain", "UnknownAuthority"),
            ("own-workflow-tag-plain", "UnknownAuthority"),
            ("own-key-bundle-plain", "UnknownLog"),
            ("own-key-tag-plain", "UnknownLog"),
        ] {
            let sample = Sample::of(image);
            let artefact = Artefact::Digest(&sample.digest);
            let refusal =
                verify(artefact, &sample.evidence, trust, &sample.expectation()).unwrap_err();
            assert_eq!(kind(&refusal), refused, "{image}: {refusal}");
        }
    }
}

#[test]
fn one_of_several_roots_is_enough_and_the_order_says_nothing() {
    let sample = Sample::of("own-workflow-bundle-plain");
    let stranger = by("somebody", ISSUER);
    for roots in [vec![OWN], vec![OWN, PUBLIC], vec![PUBLIC, OWN]] {
        let trust = Trust::of_json(roots).unwrap();
        let verify = |who: &Expectation| {
            verify(Artefact::Digest(&sample.digest), &sample.evidence, &trust, who)
        };
        assert!(verify(&sample.expectation()).is_ok());
        assert_eq!(kind(&verify(&stranger).unwrap_err()), "WrongIdentity");
    }
}
