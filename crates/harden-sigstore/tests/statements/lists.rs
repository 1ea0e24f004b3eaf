//! Lists of software, scans, and statements that say nothing that is read.

use serde_json::{Value, json};

use super::{reading, sentence};

const SPDX: &str = "https://spdx.dev/Document";
const CYCLONEDX: &str = "https://cyclonedx.org/bom";
const COSIGN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";

#[test]
fn a_list_of_software_is_counted() {
    let spdx = json!({
        "spdxVersion": "SPDX-2.3", "packages": [{"name": "a"}, {"name": "b"}],
        "creationInfo": {"created": "2026-11-20T10:00:00Z", "creators": ["Organization: Shop", "Tool: syft-1.14.0"]},
    });
    let expected = "lists 2 packages (SPDX 2.3), made by syft-1.14.0 on 2026-11-20";
    assert_eq!(sentence(SPDX, &spdx), expected);
    assert_eq!(sentence("https://spdx.dev/Document/v2.3", &spdx), expected);
    let tools = json!({"components": [{"name": "trivy", "version": "0.74.0"}, {"version": "1"}]});
    let new = json!({
        "specVersion": "1.6", "metadata": {"timestamp": "2026-11-20T10:00:00Z", "tools": tools},
        "components": [{"type": "library", "components": [{"type": "library"}]}, {"type": "file"}],
    });
    assert_eq!(
        sentence(CYCLONEDX, &new),
        "lists 2 packages (CycloneDX 1.6), made by trivy-0.74.0 on 2026-11-20"
    );
    let old = json!({"specVersion": "1.4", "metadata": {"tools": [{"vendor": "x", "name": "cdxgen"}]}, "components": [{}]});
    assert_eq!(
        sentence("https://cyclonedx.org/bom/v1.4", &old),
        "lists 1 package (CycloneDX 1.4), made by cdxgen"
    );
    assert_eq!(sentence(CYCLONEDX, &json!({"Data": old})), sentence(CYCLONEDX, &old));
}

#[test]
fn a_list_in_text_is_named_and_not_counted() {
    for text in [json!("SPDXVersion: SPDX-2.3\n"), json!({"Data": "SPDXVersion: SPDX-2.3\n"})] {
        assert_eq!(sentence(SPDX, &text), "lists software that was not counted (SPDX)");
    }
    assert_eq!(sentence(SPDX, &json!({})), "lists 0 packages (SPDX)");
}

fn scan(result: &Value) -> Value {
    json!({
        "scanner": {"uri": "pkg:github/aquasecurity/trivy@0.74.0", "version": "0.74.0", "result": result},
        "metadata": {"scanStartedOn": "2026-11-19T10:00:00Z", "scanFinishedOn": "2026-11-20T10:00:00Z"},
    })
}

#[test]
fn what_scanners_found_is_counted_by_severity_the_worst_first() {
    let by = ", made by pkg:github/aquasecurity/trivy@0.74.0 on 2026-11-20";
    let trivy = json!({"SchemaVersion": 2, "Results": [
        {"Vulnerabilities": [{"Severity": "LOW"}, {"Severity": "CRITICAL"}, {"Severity": "LOW"}]},
        {"Vulnerabilities": null}, {"Vulnerabilities": [{"VulnerabilityID": "CVE-1"}]},
    ]});
    let expected = format!("reports vulnerabilities: 1 critical, 2 low, 1 unknown{by}");
    assert_eq!(sentence(COSIGN, &scan(&trivy)), expected);
    assert_eq!(sentence("cosign.sigstore.dev/attestation/vuln/v1", &scan(&trivy)), expected);
    let grype = json!({"matches": [{"vulnerability": {"severity": "High"}}, {"vulnerability": {"severity": "Negligible"}}]});
    assert_eq!(
        sentence(COSIGN, &scan(&grype)),
        format!("reports vulnerabilities: 1 high, 1 negligible{by}")
    );
    assert_eq!(
        sentence(COSIGN, &scan(&json!({"SchemaVersion": 2}))),
        format!("reports no vulnerability{by}")
    );
    for unknown in [json!(null), json!({}), json!("text"), json!([1])] {
        assert_eq!(
            sentence(COSIGN, &scan(&unknown)),
            format!("reports vulnerabilities in a form that is not known{by}")
        );
    }
    let in_toto = json!([
        {"id": "CVE-1", "severity": [{"method": "nvd", "score": "HIGH"}, {"method": "CVSS", "score": "9.8"}]},
        {"id": "CVE-2", "severity": [{"method": "CVSS", "score": "3.1"}]}, {"id": "CVE-3"},
    ]);
    assert_eq!(
        sentence("https://in-toto.io/attestation/vulns/v0.2", &scan(&in_toto)),
        format!("reports vulnerabilities: 1 high, 2 unknown{by}")
    );
}

#[test]
fn a_revision_says_how_it_came_to_be() {
    let draft = "https://github.com/slsa-framework/slsa-source-poc/source-provenance/v1-draft";
    let predicate = json!({
        "repo_uri": "https://github.com/shop/web", "branch": "refs/heads/main", "actor": "ada",
        "activity_type": "pr_merge", "created_on": "2026-11-20T10:00:00Z",
        "controls": [{"name": "CONTINUITY_ENFORCED", "since": "2025-01-26T02:23:18Z"}, {"name": "REVIEW_ENFORCED"}],
    });
    let expected = "came to https://github.com/shop/web refs/heads/main by ada, under CONTINUITY_ENFORCED, REVIEW_ENFORCED";
    assert_eq!(sentence(draft, &predicate), expected);
    assert_eq!(
        sentence("https://github.com/slsa-framework/source-tool/source-provenance/v1", &predicate),
        expected
    );
    let tag =
        json!({"repo_uri": "https://github.com/shop/web", "tag": "refs/tags/v1", "controls": []});
    assert_eq!(
        sentence("https://github.com/slsa-framework/source-tool/tag-provenance/v1", &tag),
        "came to https://github.com/shop/web refs/tags/v1, with no control in force"
    );
    assert!(reading(draft, &json!({"branch": "refs/heads/main"})).is_err());
}

#[test]
fn the_age_is_by_what_it_says_of_itself() {
    let of = |made: &str| reading(CYCLONEDX, &json!({"metadata": {"timestamp": made}})).unwrap();
    let day = 24 * 60 * 60;
    let now = 1_795_824_000; // 2026-11-28
    assert_eq!(of("2026-11-28T00:00:00Z").age(now), Some(0));
    assert_eq!(of("2026-11-28T00:00:00+02:00").age(now), Some(0));
    assert_eq!(of("2026-11-20T10:00:00.5Z").age(now), Some(7));
    assert_eq!(of("2026-11-28T00:00:00Z").age(now - day), Some(-1));
    for unknown in ["yesterday", "2026-13-01T00:00:00Z", "2026-11-20"] {
        assert_eq!(of(unknown).age(now), None, "{unknown}");
    }
    assert_eq!(reading(CYCLONEDX, &json!({})).unwrap().age(now), None);
}

#[test]
fn a_statement_of_another_kind_is_named_and_one_that_only_signs_is_called_so() {
    let other = "https://example.com/approval/v1";
    assert_eq!(
        sentence(other, &json!([1])),
        "says something of the kind `https://example.com/approval/v1`, which is not read"
    );
    assert_eq!(reading(other, &json!(null)).unwrap().to_json()["predicateType"], json!(other));
    assert_eq!(sentence("https://sigstore.dev/cosign/sign/v1", &json!({})), "signed");
    for near in [
        "https://spdx.dev/Documents",
        "https://slsa.dev/provenance/v1.1",
        "https://slsa.dev/provenance/v2",
    ] {
        assert_eq!(reading(near, &json!({})).unwrap().to_json()["kind"], json!("other"), "{near}");
    }
}
