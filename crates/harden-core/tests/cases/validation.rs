//! What the API server refuses by the hand-written part of its validation.

use super::{Verdict, of, verdicts};

#[test]
fn a_mount_of_a_volume_that_is_not_there_is_refused() {
    let Some(verdicts) = verdicts(&["volume-not-there.yaml"]) else { return };
    let missing = of(&verdicts, "missing-volume");
    assert_eq!(missing.len(), 1, "{verdicts:?}");
    assert_eq!(missing[0].severity, "high");
    assert_eq!(missing[0].paths, ["spec.containers[0].volumeMounts[0].name"]);
    assert_eq!(
        missing[0].message,
        "there is no volume `configg`: the pod has the volumes `config`"
    );
}

#[test]
fn workloads_whose_values_contradict_each_other_are_refused() {
    let Some(verdicts) = verdicts(&["workload-refused.yaml"]) else { return };
    let found = |rule: &str, object: &str| -> Vec<Verdict> {
        let all = of(&verdicts, rule).into_iter().filter(|it| it.object == object);
        all.cloned().collect()
    };
    let bad = "Pod/Bad_Name";
    assert_eq!(found("invalid-name", bad).len(), 2, "the Pod and its containers: {verdicts:?}");
    assert_eq!(found("duplicate-name", bad).len(), 1, "{verdicts:?}");
    let resources = found("invalid-resources", bad);
    assert_eq!(resources[0].message, "the request of memory is 1Gi, above its limit of 512Mi");
    let selector = found("mismatched-selector", "Deployment/mismatch");
    assert_eq!(selector[0].paths, ["spec.template.metadata.labels"]);
    assert!(
        verdicts.iter().all(
            |it| it.object != "Deployment/containersinspec" || it.rule != "mismatched-selector"
        )
    );
}
