//! Policies that grow: each ends soon and in little memory, with an error or without a verdict.

use serde_json::{Value, json};

use super::templates::{hostile_templates, template, violation};
use super::{judge, subjects};
use harden_admission::{Answer, Verdict};

/// What is said of the Pod.
fn answers(policies: &[Value]) -> Vec<Answer> {
    let (told, refused) = judge(policies, &subjects()[..1]);
    told.into_iter().flat_map(|it| it.answers).chain(refused).collect()
}

#[test]
fn no_template_grows_without_end() {
    for (name, rego) in hostile_templates() {
        let answers = answers(&template(&rego));
        let is_ended = |it: &Answer| matches!(it.verdict, Verdict::Error | Verdict::NotJudged);
        assert!(!answers.is_empty() && answers.iter().all(is_ended), "{name}: {answers:?}");
    }
}

#[test]
fn templates_that_only_compute_are_judged() {
    let bodies = [
        "x := 3 * (2 + 5) - 1\nx == 20",
        "[a, b] := split(\"x:y\", \":\")\na < b",
        "[a, b] = split(\"x:y\", \":\")\nc = [b, a]\nc == [\"y\", \"x\"]",
        "y := input.review.object.metadata.name\nx = [y, y]\nx == [\"web\", \"web\"]",
        "s := {\"a\", \"b\"} - {\"a\"}\ns | {\"c\"} == {\"b\", \"c\"}",
        "walk(input.review.object, [path, value])\npath[count(path) - 1] == \"hostPID\"\nvalue",
        "o := {k: v | v := input.review.object.metadata.labels[k]}\no.app == \"web\"",
        "some i\nx := [\"a\", \"b\"][i]\n[i, x] = [1, \"b\"]",
        "x := {\"a\": [1, 2]}\n{\"a\": [1, 2]} == x",
        "to_number(\"12e3\") == 12000",
        "json.unmarshal(\"{\\\"digest\\\": \\\"1e99999\\\", \\\"x\\\": -1.5}\").x == -1.5",
    ];
    for body in bodies {
        for rules in
            ["", "p[k] = [k, k] { k := \"a\" }\nq[[x, 1]] { x := \"a\" }\nf(x) = [x, x] { true }"]
        {
            let answers = answers(&template(&violation(rules, body)));
            let verdicts: Vec<Verdict> = answers.iter().map(|it| it.verdict).collect();
            assert_eq!(verdicts, [Verdict::Fail], "{body}: {answers:?}");
        }
    }
}

/// A policy of the API server, with a binding.
fn server_policy(spec: &Value) -> [Value; 2] {
    let mut policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"},
        "spec": {"matchConstraints": {"resourceRules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["pods"]}]}},
    });
    for (key, it) in spec.as_object().unwrap() {
        policy["spec"][key] = it.clone();
    }
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "b"}, "spec": {"policyName": "p", "validationActions": ["Deny"]},
    });
    [policy, binding]
}

/// An expression that is true and takes nearly all of what one may, a fifth of it for certain.
fn slow() -> String {
    let list = |length| format!("[{}]", vec!["1"; length].join(", "));
    let each = [(220, "d"), (10, "c"), (10, "b"), (10, "a")];
    each.into_iter()
        .fold("true".to_owned(), |body, (length, it)| format!("{}.all({it}, {body})", list(length)))
}

const EXHAUSTED: &str =
    "validation failed due to running out of cost budget, no further validation rules will be run";

fn validations(count: usize, it: &Value) -> Value {
    Value::from(vec![it.clone(); count])
}

#[test]
fn expressions_of_a_policy_share_what_they_may_cost() {
    let slow = json!({"expression": slow()});
    let few = answers(&server_policy(&json!({"validations": validations(2, &slow)})));
    assert_eq!(few[0].verdict, Verdict::Pass, "{few:?}");
    let many = answers(&server_policy(&json!({"validations": validations(200, &slow)})));
    assert_eq!(many.len(), 1, "{many:?}");
    assert_eq!(many[0].verdict, Verdict::Error);
    assert!(many[0].message.ends_with(EXHAUSTED), "{many:?}");
}

#[test]
fn variables_messages_annotations_and_conditions_count_as_the_server_counts_them() {
    let fine = json!([{"expression": "true"}]);
    let variables: Vec<Value> =
        (0..60).map(|it| json!({"name": format!("v{it}"), "expression": slow()})).collect();
    let asked: Vec<String> = (0..60).map(|it| format!("variables.v{it}")).collect();
    let by_variables =
        json!({"variables": variables, "validations": [{"expression": asked.join(" && ")}]});
    let annotations: Vec<Value> = asked
        .chunks(3)
        .enumerate()
        .map(|(at, it)| {
            let value = format!("string({})", it.join(" && "));
            json!({"key": format!("k{at}"), "valueExpression": value})
        })
        .collect();
    let by_annotations =
        json!({"variables": variables, "validations": fine, "auditAnnotations": annotations});
    let conditions = (0..13).map(|it| (format!("c{it}"), slow()));
    let conditions: Vec<Value> = conditions
        .chain([("last".to_owned(), "false".to_owned())])
        .map(|(name, expression)| json!({"name": name, "expression": expression}))
        .collect();
    let by_conditions = json!({"validations": fine, "matchConditions": conditions});
    for spec in [by_variables, by_conditions, by_annotations] {
        let answers = answers(&server_policy(&spec));
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(answers[0].verdict, Verdict::Error, "{answers:?}");
        assert!(answers[0].message.ends_with(EXHAUSTED), "{answers:?}");
    }
    // The server evaluates messages that nobody needs, and takes up for them what validations have left.
    let wordy = json!({"expression": "true", "messageExpression": format!("string({})", slow())});
    let by_messages = json!({"validations": validations(60, &wordy)});
    let answers = answers(&server_policy(&by_messages));
    assert_eq!(answers.len(), 60, "{answers:?}");
    let said = format!("failed messageExpression: {EXHAUSTED}");
    assert!(
        answers.iter().all(|it| it.verdict == Verdict::Error && it.message.ends_with(&said)),
        "{answers:?}"
    );
}

/// A rule of Kyverno with a condition that holds an expression.
fn rule(expression: &str) -> [Value; 1] {
    [
        json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "a"}, "spec": {
        "validationFailureAction": "Enforce",
        "rules": [{"name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "context": [{"name": "x", "variable": {"jmesPath": expression}}],
            "validate": {"message": "no", "deny": {"conditions": {"any": [
                {"key": "{{ length(to_string(x)) }}", "operator": "GreaterThan", "value": 1}]}}}}]}}),
    ]
}

#[test]
fn no_rule_of_kyverno_grows_without_end() {
    let piped = |first: &str, each: &str| format!("{first} | {}", vec![each; 40].join(" | "));
    let expressions = [
        ("lists", piped("request.object", "[@, @]")),
        ("objects", piped("request.object", "{a: @, b: @}")),
        ("joined texts", piped("'aa'", "join('', [@, @])")),
        ("replacements", piped("'aa'", "replace_all(@, 'a', 'aa')")),
        ("patterns", piped("'aa'", "regex_replace_all('a', @, 'aa')")),
        ("merged maps", piped("`{\"a\": 1}`", "merge({a: @}, {b: @})")),
        ("written texts", piped("'\"'", "to_string([@, @])")),
        ("encoded texts", piped("'aa'", "base64_encode(join('', [@, @]))")),
        ("lists from two", piped("['a', 'b']", "values(object_from_lists(['a', 'b'], [@, @]))")),
        ("mapped lists", piped("[`1`, `2`]", "map(&[@, @], @)")),
        ("pairs", piped("{a: `1`}", "items({x: @, y: @}, 'key', 'value')")),
        ("powers", piped("`9999999999`", "multiply(@, @)")),
        ("powers of quantities", piped("'9999Mi'", "multiply(@, `9999999999`)")),
        ("a round number", "round(`1.5`, `1e300`)".to_owned()),
        ("random texts", "random('[a-z]{999999999}')".to_owned()),
        ("a wide slice", piped("'aa'", "[@, @][::1]")),
        ("projections", piped("[`1`, `2`]", "[*].[@, @]")),
        ("flattened lists", piped("[`1`, `2`]", "[@, @][]")),
        ("cut texts", format!("trim({0}, {0})", piped("'aa'", "join('', [@, @])"))),
        (
            "wildcards",
            format!("pattern_match('{}b', '{}')", "*a".repeat(5_000), "a".repeat(20_000)),
        ),
    ];
    for (name, expression) in expressions {
        let answers = answers(&rule(&expression));
        assert!(!answers.is_empty(), "{name}");
        let is_small = answers.iter().all(|it| it.message.len() < 100_000);
        assert!(is_small, "{name}");
    }
}

#[test]
fn expressions_of_a_policy_of_kyverno_end_together() {
    let slow = json!({"expression": slow()});
    let policy = json!({"apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy", "metadata": {"name": "a"},
        "spec": {"matchConstraints": {"resourceRules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]},
        "validations": validations(200, &slow)}});
    let answers = answers(&[policy]);
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].verdict, Verdict::NotJudged, "{answers:?}");
}
