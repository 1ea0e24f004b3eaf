//! Trusted roots: those that are here, those of others, and what is none.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod samples;

use harden_sigstore::{Artefact, InvalidTrust, Trust, verify};
use samples::{OWN, PUBLIC, Sample, kind};
use serde_json::{Value, json};

fn root(change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::from_str(OWN).unwrap();
    change(&mut value);
    value.to_string()
}

fn reason(texts: &[&str]) -> String {
    match Trust::of_json(texts.iter().copied()) {
        Ok(_) => panic!("it is taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_roots_that_are_here_can_be_used() {
    let trust = Trust::embedded().unwrap();
    let text = format!("{trust:?}");
    assert!(text.contains("sigstore") && text.contains("GitHub"), "{text}");
}

#[test]
fn several_roots_may_be_in_one_text() {
    let sample = Sample::of("own-workflow-bundle-plain");
    for text in [format!("{PUBLIC}\n{OWN}\n"), format!("{OWN}{PUBLIC}"), format!(" {OWN} ")] {
        let trust = Trust::of_json([text.as_str()]).unwrap();
        let artefact = Artefact::Digest(&sample.digest);
        verify(artefact, &sample.evidence, &trust, &sample.expectation()).unwrap();
    }
}

#[test]
fn what_is_no_root_is_refused_with_its_number() {
    assert_eq!(Trust::of_json([]).unwrap_err(), InvalidTrust::Empty);
    assert_eq!(Trust::of_json(["", " \n"]).unwrap_err(), InvalidTrust::Empty);
    for wrong in ["{", "null", "[]", "{}", "1", "\"\"", r#"{"mediaType": 1}"#, "no JSON"] {
        let said = reason(&[OWN, wrong]);
        assert!(said.starts_with("trusted root 2 cannot be used: "), "{wrong}: {said}");
    }
    let bundle =
        root(|it| it["mediaType"] = json!("application/vnd.dev.sigstore.bundle.v0.3+json"));
    assert!(reason(&[&bundle]).contains("not that of a trusted root"));
    let nobody = r#"{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"#;
    assert!(reason(&[nobody]).contains("names no authority and no log"));
    let blanks = " ".repeat((16 << 20) + 1);
    assert!(reason(&[&blanks]).contains("larger"));
    assert!(reason(&[&"[".repeat(1 << 20)]).contains("recursion limit"));
}

#[test]
fn every_value_of_a_root_may_be_wrong_and_is_refused_or_vouches_for_nobody_new() {
    let sample = Sample::of("own-workflow-bundle-plain");
    let stranger = Sample::of("workflow-bundle-plain");
    let lists = ["tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"];
    for list in lists {
        for wrong in
            [json!(null), json!(1), json!("a"), json!({}), json!([1]), json!([{}]), json!([])]
        {
            let text = root(|it| it[list] = wrong.clone());
            let Ok(trust) = Trust::of_json([text.as_str()]) else { continue };
            for sample in [&sample, &stranger] {
                let artefact = Artefact::Digest(&sample.digest);
                let verdict = verify(artefact, &sample.evidence, &trust, &sample.expectation());
                // Without logs of certificates or timestamps it asks for none.
                let is_less = sample.image.starts_with("own")
                    && wrong == json!([])
                    && matches!(list, "ctlogs" | "timestampAuthorities");
                assert_eq!(verdict.is_ok(), is_less, "{list}: {wrong}: {}", sample.image);
            }
        }
    }
}

#[test]
fn a_root_without_the_authority_or_the_log_says_which() {
    let sample = Sample::of("own-workflow-bundle-plain");
    let artefact = Artefact::Digest(&sample.digest);
    for (list, refused) in [("certificateAuthorities", "UnknownAuthority"), ("tlogs", "UnknownLog")]
    {
        let public: Value = serde_json::from_str(PUBLIC).unwrap();
        let text = root(|it| it[list] = public[list].clone());
        let trust = Trust::of_json([text.as_str()]).unwrap();
        let refusal =
            verify(artefact, &sample.evidence, &trust, &sample.expectation()).unwrap_err();
        assert_eq!(kind(&refusal), refused, "{refusal}");
        assert!(refusal.to_string().contains("give the trusted root"), "{refusal}");
    }
    let public: Value = serde_json::from_str(PUBLIC).unwrap();
    let text = root(|it| it["ctlogs"] = public["ctlogs"].clone());
    let trust = Trust::of_json([text.as_str()]).unwrap();
    let refusal = verify(artefact, &sample.evidence, &trust, &sample.expectation()).unwrap_err();
    assert_eq!(kind(&refusal), "InvalidCertificate", "{refusal}");
}

#[test]
fn authorities_that_were_not_in_office_vouch_for_nobody() {
    let sample = Sample::of("own-workflow-bundle-plain");
    let artefact = Artefact::Digest(&sample.digest);
    let past = json!({ "start": "2001-01-01T00:00:00Z", "end": "2002-01-01T00:00:00Z" });
    for (place, refused) in [
        ("/certificateAuthorities/0", "InvalidCertificate"),
        ("/tlogs/0/publicKey", "InvalidLogEntry"),
        ("/ctlogs/0/publicKey", "InvalidCertificate"),
    ] {
        let text = root(|it| it.pointer_mut(place).unwrap()["validFor"] = past.clone());
        let trust = Trust::of_json([text.as_str()]).unwrap();
        let refusal =
            verify(artefact, &sample.evidence, &trust, &sample.expectation()).unwrap_err();
        assert_eq!(kind(&refusal), refused, "{place}: {refusal}");
    }
    let backwards = json!({ "start": "2002-01-01T00:00:00Z", "end": "2001-01-01T00:00:00Z" });
    let text = root(|it| it["tlogs"][0]["publicKey"]["validFor"] = backwards);
    assert!(reason(&[&text]).contains("ends before it starts"));
}

#[test]
fn a_root_without_logs_asks_for_no_entry_but_for_a_time() {
    let text = root(|it| {
        it["tlogs"] = json!([]);
        it["ctlogs"] = json!([]);
    });
    let trust = Trust::of_json([text.as_str()]).unwrap();
    let bundle = Sample::of("own-workflow-bundle-plain");
    let lone = bundle.with(|it| it["verificationMaterial"]["tlogEntries"] = json!([]));
    for (sample, refused) in [(lone, "NoTime"), (bundle, "UnknownLog")] {
        let artefact = Artefact::Digest(&sample.digest);
        let refusal =
            verify(artefact, &sample.evidence, &trust, &sample.expectation()).unwrap_err();
        assert_eq!(kind(&refusal), refused, "{refusal}");
    }
}
