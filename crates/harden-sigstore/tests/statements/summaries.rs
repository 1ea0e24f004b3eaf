//! What others found who verified.

use harden_sigstore::Reading;
use harden_sigstore::statement::{Summary, VerifiedLevel};
use serde_json::{Value, json};

use super::{reading, sentence};

const V1: &str = "https://slsa.dev/verification_summary/v1";

fn summary(levels: &Value) -> Value {
    json!({
        "verifier": {"id": "https://verifier.example"}, "timeVerified": "2024-06-12T07:24:34Z",
        "resourceUri": "git+https://github.com/shop/web", "policy": {"uri": "https://policy.example"},
        "verificationResult": "PASSED", "verifiedLevels": levels,
    })
}

fn read(predicate: &Value) -> Summary {
    match reading(V1, predicate).unwrap() {
        Reading::Summary(summary) => summary,
        other => panic!("{other:?}"),
    }
}

#[test]
fn levels_of_build_and_source_are_told_from_those_of_others() {
    for (text, expected) in [
        ("SLSA_BUILD_LEVEL_0", VerifiedLevel::Build(0)),
        ("SLSA_BUILD_LEVEL_3", VerifiedLevel::Build(3)),
        ("SLSA_SOURCE_LEVEL_1", VerifiedLevel::Source(1)),
        ("SLSA_SOURCE_LEVEL_4", VerifiedLevel::Source(4)),
    ] {
        assert_eq!(VerifiedLevel::of(text), expected);
        assert_eq!(expected.to_string(), text);
    }
    for other in [
        "BCID_L1",
        "SLSA_BUILD_LEVEL_4",
        "SLSA_SOURCE_LEVEL_5",
        "SLSA_BUILD_LEVEL_03",
        "SLSA_BUILD_LEVEL_+3",
        "SLSA_BUILD_LEVEL_UNEVALUATED",
        "SLSA_LEVEL_3",
        "slsa_build_level_3",
        "SLSA_BUILD_LEVEL_",
    ] {
        assert_eq!(VerifiedLevel::of(other), VerifiedLevel::Other(other.to_owned()));
    }
}

#[test]
fn levels_that_nobody_knows_are_kept_and_named() {
    let predicate = summary(&json!(["BCID_L1", "SLSA_BUILD_LEVEL_2", "SLSA_SOURCE_LEVEL_3"]));
    let read = read(&predicate);
    assert_eq!((read.build(), read.source()), (Some(2), Some(3)));
    assert_eq!(
        sentence(V1, &predicate),
        "https://verifier.example says that git+https://github.com/shop/web passed its policy, with SLSA_BUILD_LEVEL_2, SLSA_SOURCE_LEVEL_3, and levels that are not SLSA's: BCID_L1"
    );
    assert_eq!(read.to_json()["unknownLevels"], json!(["BCID_L1"]));
}

#[test]
fn what_failed_has_no_level() {
    let mut predicate = summary(&json!(["SLSA_BUILD_LEVEL_3", "SLSA_SOURCE_LEVEL_4"]));
    predicate["verificationResult"] = json!("FAILED");
    let read = read(&predicate);
    assert_eq!((read.passed, read.build(), read.source()), (false, None, None));
    assert!(sentence(V1, &predicate).contains("failed its policy"));
}

#[test]
fn a_summary_without_verifier_resource_or_result_is_none() {
    let good = summary(&json!([]));
    assert_eq!(read(&good).build(), None);
    for (way, value) in [
        ("/verifier/id", json!(null)),
        ("/verifier/id", json!("")),
        ("/verifier", json!(null)),
        ("/resourceUri", json!(null)),
        ("/verificationResult", json!(null)),
        ("/verificationResult", json!("passed")),
        ("/verificationResult", json!(true)),
        ("/verifiedLevels", json!("SLSA_BUILD_LEVEL_3")),
        ("/verifiedLevels", json!([3])),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(way).unwrap() = value;
        assert!(reading(V1, &changed).is_err(), "{way}");
    }
}

#[test]
fn the_one_level_of_an_old_summary_is_read_too() {
    let old = "https://slsa.dev/verification_summary/v0.2";
    let predicate = json!({
        "verifier": {"id": "v"}, "resourceUri": "r", "verificationResult": "PASSED", "policyLevel": "SLSA_LEVEL_3",
    });
    assert_eq!(
        sentence(old, &predicate),
        "v says that r passed its policy, and levels that are not SLSA's: SLSA_LEVEL_3"
    );
    let oldest = json!({
        "verifier": {"id": "v"}, "resource_uri": "r", "verification_result": "FAILED", "time_verified": "t",
    });
    assert_eq!(
        sentence("https://slsa.dev/verification_summary/v0.1", &oldest),
        "v says that r failed its policy"
    );
    assert!(reading(old, &oldest).is_err());
    let later = reading("https://slsa.dev/verification_summary/v9", &predicate).unwrap();
    assert!(matches!(later, Reading::Other(_)));
}
