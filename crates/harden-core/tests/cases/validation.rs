//! What the API server refuses by the hand-written part of its validation.

use harden_core::kubernetes::MinorVersion;

use super::{Verdict, of, outcome_at, verdicts};

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

const GATEWAY: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gateways.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Gateway, plural: gateways}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              endpoint: {type: string, pattern: '^https://'}
              mode: {type: string, enum: [Fast, Safe]}
              order: {type: string, enum: [ROUND_ROBIN, LEAST_BUSY]}
              count: {type: integer}
              any: {type: string, anyOf: [{pattern: '^a'}, {pattern: '^b'}]}
---
";

/// The paths that rules about the schema and validation point at.
fn refused(name: &str, label: &str, policy: &str, gateway: &str) -> Vec<String> {
    let text = format!(
        "{GATEWAY}apiVersion: example.com/v1\nkind: Gateway\nmetadata: {{name: g}}\nspec: {{{gateway}}}\n\
         ---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{node: {label}}}}}\n\
         spec: {{serviceAccountName: {name}, restartPolicy: {policy}, containers: [{{name: a, image: \
         'web:1'}}]}}\n"
    );
    let texts = [("a.yaml".to_owned(), text)];
    let (verdicts, _) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
    let rules = ["invalid-name", "invalid-label", "invalid-value", "wrong-type"];
    let found = verdicts.iter().filter(|it| rules.contains(&it.rule.as_str()));
    let mut paths: Vec<_> = found.flat_map(|it| it.paths.iter().cloned()).collect();
    paths.sort();
    paths
}

#[test]
fn what_stands_for_something_else_is_not_refused() {
    for blank in ["$K8S_SA_NAME", "<node-hostname>", "PV_NAME", "'{{ .Values.a }}'", "${a}", "TODO"]
    {
        let gateway = format!("endpoint: {blank}, mode: {blank}, count: {blank}, any: {blank}");
        assert_eq!(refused(blank, blank, blank, &gateway), [""; 0], "{blank}");
    }
    let gateway = "endpoint: example.com, mode: FAST, order: ROUND_ROBBIN, count: many, any: c";
    let paths = [
        "metadata.labels.node",
        "metadata.name",
        "spec.any",
        "spec.count",
        "spec.endpoint",
        "spec.mode",
        "spec.order",
        "spec.restartPolicy",
        "spec.serviceAccountName",
    ];
    for (name, label, policy) in
        [("Bad_Name", "Team A", "always"), ("web_1", "-a", "ON_FAILURE"), ("WEB", "a$", "Allways")]
    {
        assert_eq!(refused(name, label, policy, gateway), paths, "{name}");
    }
}
