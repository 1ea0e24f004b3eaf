//! Pods and objects inside of kinds that are not known.

use harden_core::kubernetes::MinorVersion;

use crate::{of, outcome_at, texts, verdicts};

#[test]
fn pods_in_kinds_that_are_not_known_are_judged_by_what_they_say() {
    let Some(verdicts) = verdicts(&["pods-in-other-kinds.yaml"]) else { return };
    let privileged: Vec<_> =
        of(&verdicts, "privileged-container").iter().map(|it| it.object.clone()).collect();
    assert_eq!(
        privileged,
        [
            "Pod/in-template",
            "DeploymentConfig/dc",
            "Experiment/e",
            "ClusterTrainingRuntime/tr",
            "Pod/in-mw",
            "DeploymentRuntimeConfig/drc",
            "InferenceService/isvc",
            "Thing/t",
            "SidecarSet/ss",
            "Job/vj",
            "AutoscalingRunnerSet/ars",
            "SparkApplication/spark",
        ]
    );
    assert_eq!(of(&verdicts, "host-namespaces").len(), 1);
    // A parameter is no value.
    let about_parameter = |it: &&crate::Verdict| it.message.contains("${");
    assert_eq!(verdicts.iter().find(about_parameter), None);
    // What an operator fills in is not missing.
    let missing: Vec<_> =
        of(&verdicts, "missing-memory-limit").iter().map(|it| &it.object).collect();
    assert_eq!(missing, ["Pod/in-template", "DeploymentConfig/dc", "Pod/in-mw", "Job/vj"]);
}

#[test]
fn a_template_of_an_operator_is_what_runs() {
    let Some(texts) = texts(&["eck-beat.yaml"]) else { return };
    let (verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
    let found: Vec<_> = verdicts.iter().map(|it| it.rule.as_str()).collect();
    for rule in [
        "host-namespaces",
        "root-user",
        "privileged-container",
        "container-runtime-socket",
        "host-path-volume",
    ] {
        assert!(found.contains(&rule), "{rule} is not in {found:?}");
    }
    assert_eq!(found.len(), 5, "{found:?}");
    let kinds: Vec<_> = outcome.coverage.without_schema.keys().collect();
    assert_eq!(kinds, ["Beat.beat.k8s.elastic.co"]);
    assert_eq!(outcome.coverage.patches, 1);
}

#[test]
fn what_is_rendered_elsewhere_is_named() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {values: {securityContext: {privileged: true}}}\n";
    let files = [("a.yaml".to_owned(), release.to_owned())];
    let (verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, &files);
    assert_eq!(of(&verdicts, "privileged-container").len(), 1, "{verdicts:?}");
    assert_eq!(outcome.coverage.charts.values().sum::<usize>(), 1);
}
