//! `simulate admission`: what policies read besides the object is found wherever it is named.

use crate::admission::{answer, results};
use crate::check::Folder;
use serde_json::Value;

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {containers: [{name: a, image: b}]}\n";

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: limits.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Limit, plural: limits}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
";

/// A policy whose params name what pods may not be called.
fn policy(kind: &str, reference: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: a}}
spec:
  paramKind: {kind}
  matchConstraints: {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods]}}]}}
  validations: [{{expression: object.metadata.name != params.data.name}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: a}}
spec: {{policyName: a, validationActions: [Deny], paramRef: {reference}}}
"
    )
}

fn param(api_version: &str, kind: &str, name: &str, forbidden: &str) -> String {
    format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {name}, labels: {{of: a}}}}\ndata: {{name: {forbidden}}}\n"
    )
}

fn verdicts(answer: &Value) -> Vec<&str> {
    results(answer).into_iter().filter(|it| it[0] == "a").map(|it| it[1]).collect()
}

#[test]
fn params_are_found_beside_policies_and_beside_objects() {
    let custom = policy(
        "{apiVersion: example.com/v1, kind: Limit}",
        "{name: b, parameterNotFoundAction: Deny}",
    );
    let built_in =
        policy("{apiVersion: v1, kind: ConfigMap}", "{name: b, parameterNotFoundAction: Deny}");
    let folder = Folder::with(&[
        ("pod.yaml", POD),
        ("crd.yaml", DEFINITION),
        ("custom.yaml", &custom),
        ("built-in.yaml", &built_in),
        ("limit.yaml", &param("example.com/v1", "Limit", "b", "bad")),
        ("map.yaml", &param("v1", "ConfigMap", "b", "bad")),
    ]);
    for words in [
        "pod.yaml --policy built-in.yaml --policy map.yaml",
        "pod.yaml map.yaml --policy built-in.yaml",
        "pod.yaml --policy custom.yaml --policy limit.yaml --policy crd.yaml",
        "pod.yaml limit.yaml --policy custom.yaml --policy crd.yaml",
        "pod.yaml limit.yaml crd.yaml --policy custom.yaml",
        "pod.yaml limit.yaml --crd crd.yaml --policy custom.yaml",
    ] {
        assert_eq!(verdicts(&answer(&folder, words)), ["fail"], "{words}");
    }
    let elsewhere = "pod.yaml --policy built-in.yaml --policy map.yaml -n shop";
    assert_eq!(verdicts(&answer(&folder, elsewhere)), ["fail"]);
    let missing = answer(&folder, "pod.yaml --policy built-in.yaml");
    assert_eq!(verdicts(&missing), ["not-judged"]);
    let why = missing["coverage"]["incomplete"][0]["why"].as_str().unwrap();
    assert!(why.ends_with("the ConfigMap that it names is not at hand"), "{why}");
}

#[test]
fn params_of_one_name_that_are_not_alike_are_named_and_not_taken() {
    let policy =
        policy("{apiVersion: v1, kind: ConfigMap}", "{name: b, parameterNotFoundAction: Deny}");
    let folder = Folder::with(&[
        ("pod.yaml", POD),
        ("policy.yaml", &policy),
        ("a.yaml", &param("v1", "ConfigMap", "b", "bad")),
        ("z.yaml", &param("v1", "ConfigMap", "b", "sound")),
    ]);
    for words in [
        "pod.yaml --policy policy.yaml --policy a.yaml --policy z.yaml",
        "pod.yaml --policy policy.yaml --policy z.yaml --policy a.yaml",
        "pod.yaml a.yaml z.yaml --policy policy.yaml",
    ] {
        let answer = answer(&folder, words);
        assert_eq!(verdicts(&answer), ["not-judged"], "{words}");
        let named = answer["coverage"]["incomplete"].as_array().unwrap();
        assert!(named.iter().any(|it| it["what"] == "ConfigMap default/b"), "{answer}");
    }
    // What is asked about is applied to what is there.
    let over = answer(&folder, "pod.yaml z.yaml --policy policy.yaml --policy a.yaml");
    assert_eq!(verdicts(&over), ["pass"]);
}

#[test]
fn several_params_of_a_selector_are_each_asked() {
    let policy = policy(
        "{apiVersion: v1, kind: ConfigMap}",
        "{selector: {matchLabels: {of: a}}, parameterNotFoundAction: Deny}",
    );
    let folder = Folder::with(&[
        ("pod.yaml", POD),
        ("policy.yaml", &policy),
        ("a.yaml", &param("v1", "ConfigMap", "b", "sound")),
        ("b.yaml", &param("v1", "ConfigMap", "c", "bad")),
    ]);
    let both = answer(&folder, "pod.yaml --policy policy.yaml --policy a.yaml --policy b.yaml");
    assert_eq!(both["coverage"]["refused"], 1, "{both}");
    // There may be more of them than files show.
    let one = answer(&folder, "pod.yaml --policy policy.yaml --policy a.yaml");
    assert_eq!(one["coverage"]["unknown"], 1, "{one}");
}

#[test]
fn calls_of_kyverno_are_answered_by_the_objects_at_hand() {
    const CALL: &str = "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: a}
spec:
  rules:
  - name: call
    match: {any: [{resources: {kinds: [Pod]}}]}
    context: [{name: found, apiCall: {urlPath: /api/v1/namespaces/default/configmaps/b, jmesPath: data.name}}]
    validate:
      failureAction: Enforce
      message: it is called so
      deny: {conditions: {any: [{key: '{{ request.object.metadata.name }}', operator: Equals, value: '{{ found }}'}]}}
";
    let expressions = |call: &str| {
        format!(
            "apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {{name: a}}
spec:
  validationActions: [Deny]
  matchConstraints: {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]}}
  variables: [{{name: found, expression: \"{call}\"}}]
  validations: [{{expression: object.metadata.name != variables.found.data.name}}]
"
        )
    };
    let folder = Folder::with(&[
        ("pod.yaml", POD),
        ("map.yaml", &param("v1", "ConfigMap", "b", "bad")),
        ("call.yaml", CALL),
        ("get.yaml", &expressions("resource.Get('v1', 'configmaps', 'default', 'b')")),
        ("list.yaml", &expressions("resource.List('v1', 'configmaps', 'default').items[0]")),
    ]);
    for policy in ["call.yaml", "get.yaml"] {
        for words in [
            format!("pod.yaml map.yaml --policy {policy}"),
            format!("pod.yaml --policy {policy} --policy map.yaml"),
        ] {
            let answer = answer(&folder, &words);
            assert_eq!(verdicts(&answer), ["fail"], "{words}: {answer}");
        }
        let missing = answer(&folder, &format!("pod.yaml --policy {policy}"));
        assert_eq!(verdicts(&missing), ["not-judged"], "{policy}: {missing}");
    }
    // There may be more than files show.
    let list = answer(&folder, "pod.yaml map.yaml --policy list.yaml");
    assert_eq!(verdicts(&list), ["not-judged"], "{list}");
}
