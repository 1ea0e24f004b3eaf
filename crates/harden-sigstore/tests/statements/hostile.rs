//! What is no statement, or only looks like one.

use harden_sigstore::statement::{MOST_BYTES, PAYLOAD_TYPE, Unreadable};
use harden_sigstore::{Artefact, Content, Digest, Statement};
use serde_json::{Value, json};

use super::{HEX, read, reading, statement};

const V1: &str = "https://slsa.dev/provenance/v1";

fn message(value: &Value) -> String {
    read(value).unwrap_err().to_string()
}

#[test]
fn both_kinds_of_statement_are_read_and_no_other() {
    for (kind, is_read) in [
        ("https://in-toto.io/Statement/v0.1", true),
        ("https://in-toto.io/Statement/v1", true),
        ("https://in-toto.io/Statement/v2", false),
        ("https://in-toto.io/Statement/v1 ", false),
        ("https://in-toto.io/Link/v1", false),
    ] {
        let mut value = statement(V1, &json!({}));
        value["_type"] = json!(kind);
        assert_eq!(read(&value).is_ok(), is_read, "{kind}");
    }
}

#[test]
fn a_statement_is_about_what_has_the_digest_whatever_it_is_called() {
    let value = statement(V1, &json!({}));
    let statement = read(&value).unwrap();
    let its: Digest = format!("sha256:{HEX}").parse().unwrap();
    assert!(statement.is_about(&Artefact::Digest(&its)));
    assert!(!statement.is_about(&Artefact::Bytes(b"web")));
    let mut renamed = value;
    renamed["subject"][0]["digest"] = json!({"sha512": HEX, "gce_image_id": HEX});
    assert!(!read(&renamed).unwrap().is_about(&Artefact::Digest(&its)));
}

#[test]
fn what_is_missing_empty_or_of_another_type_is_named() {
    let wrong =
        [json!(null), json!(""), json!(1), json!([]), json!({}), json!(true), json!([null])];
    for (path, kept) in [
        ("/_type", vec![]),
        ("/predicateType", vec![]),
        ("/subject", vec![]),
        ("/subject/0", vec![]),
        ("/subject/0/digest", vec![]),
        ("/subject/0/digest/sha256", vec![]),
        // A name is for people alone.
        ("/subject/0/name", vec![json!(null), json!("")]),
    ] {
        for value in &wrong {
            let mut changed = statement(V1, &json!({}));
            *changed.pointer_mut(path).unwrap() = value.clone();
            let outcome = read(&changed);
            assert_eq!(outcome.is_ok(), kept.contains(value), "{path} {value}: {outcome:?}");
            if let Err(error) = outcome {
                let last = path.rsplit('/').find(|it| *it != "0").unwrap();
                assert!(error.to_string().contains(last), "{path} {value}: {error}");
            }
        }
    }
    assert_eq!(message(&json!([])), "`the statement` is a list, and should be an object");
    assert_eq!(message(&json!({})), "`_type` is missing");
}

#[test]
fn a_digest_that_is_no_digest_is_refused() {
    for hex in [&HEX.to_uppercase(), &HEX[1..], &format!("{HEX}0"), &format!("sha256:{HEX}"), " "] {
        let mut value = statement(V1, &json!({}));
        value["subject"][0]["digest"]["sha256"] = json!(hex);
        assert!(message(&value).contains("subject[0].digest.sha256"), "{hex}");
    }
}

#[test]
fn a_key_that_is_there_twice_is_refused_wherever_it_is() {
    let good = statement(V1, &json!({"runDetails": {"builder": {"id": "a"}}})).to_string();
    for (once, twice) in [
        (
            r#""predicateType""#,
            r#""predicateType":"https://slsa.dev/provenance/v0.2","predicateType""#,
        ),
        (r#"{"id":"a"}"#, r#"{"id":"a","id":"b"}"#),
        (r#""sha256""#, r#""sha256":"","sha256""#),
    ] {
        let text = good.replacen(once, twice, 1);
        assert_ne!(text, good);
        let error = Statement::read(PAYLOAD_TYPE, text.as_bytes()).unwrap_err();
        assert!(matches!(&error, Unreadable::Json(it) if it.contains("twice")), "{error}");
    }
}

#[test]
fn another_payload_and_a_huge_one_are_not_looked_into() {
    let payload = statement(V1, &json!({})).to_string().into_bytes();
    for kind in ["", "application/json", "application/vnd.in-toto+json; x=y", "text/plain"] {
        assert!(
            matches!(Statement::read(kind, &payload), Err(Unreadable::PayloadType(_))),
            "{kind}"
        );
    }
    let huge = vec![b' '; MOST_BYTES + 1];
    assert_eq!(Statement::read(PAYLOAD_TYPE, &huge), Err(Unreadable::TooLarge(MOST_BYTES + 1)));
    let deep = format!("{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
    assert!(matches!(Statement::read(PAYLOAD_TYPE, deep.as_bytes()), Err(Unreadable::Json(_))));
    for content in [Content::Artefact, Content::Name("web".to_owned())] {
        assert_eq!(Statement::of(&content), Err(Unreadable::NoStatement));
    }
    let content = Content::Statement { payload_type: PAYLOAD_TYPE.to_owned(), payload };
    assert!(Statement::of(&content).is_ok());
}

/// Each type that is read, with a predicate that says all that is read of it.
fn predicates() -> Vec<(&'static str, Value)> {
    let material = json!([{"uri": "git+https://github.com/shop/web@v1", "digest": {"sha1": "ab"}}]);
    vec![
        (
            V1,
            json!({
                "buildDefinition": {
                    "buildType": "t",
                    "externalParameters": {"workflow": {"repository": "r", "ref": "f", "path": "p"}},
                    "internalParameters": {"github": {"runner_environment": "github-hosted"}},
                    "resolvedDependencies": [{"name": "n", "uri": "git+https://a.example/b", "digest": {"gitCommit": "ab"}}],
                },
                "runDetails": {
                    "builder": {"id": "b", "version": {"x": "1"}},
                    "metadata": {"invocationId": "i", "startedOn": "s", "finishedOn": "f"},
                },
            }),
        ),
        (
            "https://slsa.dev/provenance/v0.2",
            json!({
                "builder": {"id": "b"}, "buildType": "t", "materials": material,
                "invocation": {"configSource": {"uri": "u", "digest": {"sha1": "ab"}, "entryPoint": "e"}, "parameters": {}},
                "metadata": {"buildInvocationId": "i", "buildStartedOn": "s", "buildFinishedOn": "f"},
            }),
        ),
        (
            "https://slsa.dev/provenance/v0.1",
            json!({
                "builder": {"id": "b"}, "materials": material,
                "recipe": {"type": "t", "definedInMaterial": 0, "entryPoint": "e", "arguments": {}},
                "metadata": {"buildInvocationId": "i"},
            }),
        ),
        (
            "https://slsa.dev/verification_summary/v1",
            json!({
                "verifier": {"id": "v"}, "timeVerified": "t", "resourceUri": "r", "policy": {"uri": "p"},
                "verificationResult": "PASSED", "verifiedLevels": ["SLSA_BUILD_LEVEL_2"],
            }),
        ),
        (
            "https://spdx.dev/Document",
            json!({
                "spdxVersion": "SPDX-2.3", "creationInfo": {"created": "c", "creators": ["Tool: t"]},
                "packages": [{}],
            }),
        ),
        (
            "https://cyclonedx.org/bom",
            json!({
                "specVersion": "1.6", "metadata": {"timestamp": "t", "tools": [{"name": "n", "version": "v"}]},
                "components": [{"type": "library", "components": [{"type": "file"}]}],
            }),
        ),
        (
            "https://cosign.sigstore.dev/attestation/vuln/v1",
            json!({
                "scanner": {"uri": "u", "version": "v", "db": {"lastUpdate": "l"}, "result": {"Results": [{"Vulnerabilities": [{"Severity": "HIGH"}]}]}},
                "metadata": {"scanStartedOn": "s", "scanFinishedOn": "f"},
            }),
        ),
        (
            "https://github.com/slsa-framework/source-tool/source-provenance/v1",
            json!({
                "repo_uri": "r", "branch": "b", "actor": "a", "activity_type": "t", "created_on": "c",
                "controls": [{"name": "n"}],
            }),
        ),
        (
            "https://in-toto.io/attestation/vulns/v0.2",
            json!({"scanner": {"result": [{"severity": [{"score": "HIGH"}]}]}}),
        ),
    ]
}

/// The ways to every value below one.
fn ways(value: &Value, way: &str, all: &mut Vec<String>) {
    all.push(way.to_owned());
    match value {
        Value::Object(map) => {
            map.iter()
                .for_each(|(key, it)| ways(it, &format!("{way}/{}", key.replace('/', "~1")), all));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, it)| ways(it, &format!("{way}/{i}"), all));
        }
        _ => {}
    }
}

#[test]
fn no_value_in_the_place_of_another_makes_it_panic_or_steer_a_terminal() {
    let values = [
        json!(null),
        json!(0),
        json!(-1.5e300),
        json!(true),
        json!(""),
        json!([]),
        json!({}),
        json!([null, 1, "", [], {}]),
        json!("\u{1b}]0;x\u{7}"),
        json!("é\u{1F600}@#?:///"),
    ];
    for (kind, good) in predicates() {
        assert!(reading(kind, &good).is_ok(), "{kind}: {:?}", reading(kind, &good));
        let mut all = Vec::new();
        ways(&good, "", &mut all);
        assert!(all.len() > 4, "{kind}");
        for way in all {
            for value in &values {
                let mut changed = good.clone();
                *changed.pointer_mut(&way).unwrap() = value.clone();
                let line = match reading(kind, &changed) {
                    Ok(reading) => format!("{} {}", reading.sentence(), reading.to_json()),
                    Err(error) => error.to_string(),
                };
                assert!(!line.chars().any(char::is_control), "{kind} {way} {value}: {line}");
                assert!(!line.is_empty());
            }
        }
    }
}
