//! Small suites of gator.

use std::collections::BTreeMap;

use harden_core::kubernetes::MinorVersion;

use super::{Outcome, Verified, find, run};

const TEMPLATE: &str = r#"
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: needslabel}
spec:
  crd:
    spec:
      names: {kind: NeedsLabel}
      validation:
        openAPIV3Schema:
          type: object
          properties: {label: {type: string, default: team}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package needslabel
      violation[{"msg": msg}] {
        not input.review.object.metadata.labels[input.parameters.label]
        msg := sprintf("no label %q", [input.parameters.label])
      }
"#;

const CONSTRAINT: &str = "
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: NeedsLabel
metadata: {name: team}
spec: {parameters: {}, match: {kinds: [{apiGroups: [''], kinds: [Namespace]}]}}
";

fn outcomes(suite: &str, more: &[(&str, &str)]) -> Vec<Outcome> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in
        [("template.yaml", TEMPLATE), ("constraint.yaml", CONSTRAINT)].iter().chain(more)
    {
        files.insert(format!("a/{path}"), (*text).to_owned());
    }
    let suite = format!("apiVersion: test.gatekeeper.sh/v1alpha1\nkind: Suite\n{suite}");
    files.insert("a/suite.yaml".to_owned(), suite);
    assert_eq!(find(&files, ""), ["a/suite.yaml"]);
    run(&files, "a/suite.yaml", MinorVersion(36)).unwrap()
}

fn results(outcomes: &[Outcome]) -> Vec<(&str, Verified)> {
    outcomes.iter().map(|it| (it.case.as_str(), it.result)).collect()
}

const BARE: (&str, &str) = ("bare.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: a}}");
const GOOD: (&str, &str) =
    ("good.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {team: b}}}");

#[test]
fn assertions_count_violations_and_look_for_messages() {
    let suite = "
tests:
- name: t
  template: template.yaml
  constraint: constraint.yaml
  cases:
  - {name: bare, object: bare.yaml, assertions: [{violations: yes}, {violations: 1, message: '^no label \"team\"$'}]}
  - {name: good, object: good.yaml, assertions: [{violations: no}]}
  - {name: wrong, object: good.yaml, assertions: [{}]}
  - {name: other words, object: bare.yaml, assertions: [{message: nothing}]}
  - {name: left out, object: bare.yaml, skip: true, assertions: [{violations: 7}]}
";
    let outcomes = outcomes(suite, &[BARE, GOOD]);
    let expected = [
        ("bare", Verified::Right),
        ("good", Verified::Right),
        ("wrong", Verified::Wrong),
        ("other words", Verified::Wrong),
        ("left out", Verified::Skipped),
    ];
    assert_eq!(results(&outcomes), expected, "{outcomes:?}");
    assert_eq!(
        outcomes[2].message,
        "unexpected number of violations: got 0 violations but want at least 1: got messages []"
    );
}

#[test]
fn a_constraint_may_be_meant_to_be_refused_by_the_schema() {
    let bad = CONSTRAINT.replace("parameters: {}", "parameters: {label: 1}");
    let suite = "
tests:
- {name: t, template: template.yaml, constraint: bad.yaml, invalid: true}
- {name: u, template: template.yaml, constraint: constraint.yaml, invalid: true}
";
    let outcomes = outcomes(suite, &[("bad.yaml", &bad)]);
    assert_eq!(results(&outcomes), [("", Verified::Right), ("", Verified::Wrong)], "{outcomes:?}");
}

#[test]
fn requests_are_reviewed_as_they_are_recorded() {
    let review = "
apiVersion: admission.k8s.io/v1
kind: AdmissionReview
request: {operation: DELETE, oldObject: {apiVersion: v1, kind: Namespace, metadata: {name: a}}}
";
    let suite = "
tests:
- name: t
  template: template.yaml
  constraint: constraint.yaml
  cases: [{name: deleted, object: review.yaml, assertions: [{violations: 1}]}]
";
    let outcomes = outcomes(suite, &[("review.yaml", review)]);
    assert_eq!(results(&outcomes), [("deleted", Verified::Right)], "{outcomes:?}");
}

#[test]
fn what_would_be_made_of_an_object_is_judged_too() {
    let constraint = CONSTRAINT.replace("kinds: [Namespace]", "kinds: [Pod]");
    let expansion = "
apiVersion: expansion.gatekeeper.sh/v1beta1
kind: ExpansionTemplate
metadata: {name: pods}
spec:
  applyTo: [{groups: [apps], kinds: [Deployment], versions: [v1]}]
  templateSource: spec.template
  generatedGVK: {group: '', version: v1, kind: Pod}
---
apiVersion: mutations.gatekeeper.sh/v1
kind: AssignMetadata
metadata: {name: team}
spec:
  match: {source: Generated, namespaces: [labelled]}
  location: metadata.labels.team
  parameters: {assign: {value: a}}
";
    let deployment = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: bare}
spec: {template: {spec: {}}}
";
    let labelled = deployment.replace("namespace: bare", "namespace: labelled");
    let suite = "
tests:
- name: t
  template: template.yaml
  constraint: pods.yaml
  expansion: expansion.yaml
  cases:
  - {name: bare, object: bare.yaml, assertions: [{violations: 1, message: '^.Implied by pods. no label'}]}
  - {name: labelled, object: labelled.yaml, assertions: [{violations: no}]}
- name: without
  template: template.yaml
  constraint: pods.yaml
  cases: [{name: bare, object: bare.yaml, assertions: [{violations: no}]}]
";
    let files = [
        ("pods.yaml", constraint.as_str()),
        ("expansion.yaml", expansion),
        ("bare.yaml", deployment),
        ("labelled.yaml", &labelled),
    ];
    let outcomes = outcomes(suite, &files);
    let right = |name| (name, Verified::Right);
    assert_eq!(results(&outcomes), ["bare", "labelled", "bare"].map(right), "{outcomes:?}");
}
