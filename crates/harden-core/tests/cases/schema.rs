//! Values and fields as the API server takes them.

use super::{of, verdicts};

#[test]
fn enums_are_compared_letter_by_letter() {
    let Some(verdicts) = verdicts(&["workload-refused.yaml"]) else { return };
    let found = of(&verdicts, "invalid-value");
    let mut paths: Vec<_> =
        found.iter().flat_map(|it| it.paths.iter().map(String::as_str)).collect();
    paths.retain(|it| !it.starts_with("metadata"));
    for path in [
        "spec.restartPolicy",
        "spec.dnsPolicy",
        "spec.containers[0].imagePullPolicy",
        "spec.containers[0].ports[0].protocol",
        "spec.containers[0].securityContext.procMount",
        "spec.containers[0].securityContext.seccompProfile.type",
        "spec.type",
    ] {
        assert!(paths.contains(&path), "{path}: {paths:?}");
    }
    assert!(found.iter().all(|it| it.severity == "high" && it.message.contains("did you mean")));
}

#[test]
fn what_openapi_requires_and_the_server_does_not_is_accepted() {
    let Some(verdicts) = verdicts(&["not-required.yaml"]) else { return };
    assert!(of(&verdicts, "missing-required-field").is_empty(), "{verdicts:?}");
}

#[test]
fn a_selector_that_is_no_map_is_a_wrong_type() {
    let Some(verdicts) = verdicts(&["selector-not-a-map.yaml"]) else { return };
    let found = of(&verdicts, "wrong-type");
    assert_eq!(found.len(), 1, "{verdicts:?}");
    assert!(found.iter().all(|it| it.paths == ["spec.podSelector.matchLabels"]));
}
