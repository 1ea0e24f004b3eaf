//! What is refused, not known or hostile.

use super::*;

#[test]
fn what_gatekeeper_refuses_is_told() {
    let broken = |change: fn(&mut Value)| {
        let mut it = template("K", DENIES);
        change(&mut it);
        it
    };
    let cases = [
        (
            broken(|it| it["metadata"]["name"] = "x".into()),
            "/metadata/name",
            "is not equal to the lowercase of CRD's Kind",
        ),
        (
            broken(|it| it["spec"]["targets"] = json!([])),
            "/spec/targets",
            "must declare exactly one target",
        ),
        (
            broken(|it| it["spec"]["targets"][0]["target"] = "x".into()),
            "/spec/targets/0/target",
            "target \"x\" not recognized",
        ),
        (
            broken(|it| it["spec"]["targets"][0]["rego"] = "package k\ndeny { true }".into()),
            "/spec/targets/0/rego",
            "missing required rules: [violation]",
        ),
        (
            broken(|it| {
                it["spec"]["targets"][0]["rego"] =
                    "package k\nviolation[{\"msg\": \"\"}] { f(1) }".into();
            }),
            "/spec/targets/0/rego",
            "template:2: rego_type_error: undefined function f",
        ),
        (
            broken(|it| {
                it["spec"]["crd"]["spec"]["validation"] =
                    json!({"openAPIV3Schema": {"properties": {}}});
            }),
            "/spec/crd/spec/validation/openAPIV3Schema",
            "type: Required value",
        ),
    ];
    for (it, at, message) in cases {
        let (_, refused) = judge(&[it], &cluster(&[]));
        assert_eq!((refused[0].verdict, refused[0].reasons[0].at.as_str()), (Verdict::Error, at));
        assert!(refused[0].message.contains(message), "{}", refused[0].message);
    }
    let constraints = [
        (constraint("Other", json!({})), "/kind", "template \"other\" not found"),
        (
            constraint("K", json!({"parameters": {}})),
            "/spec/parameters",
            "unknown fields: [spec.parameters]",
        ),
        (
            constraint("K", json!({"match": {"namespaces": "a"}})),
            "/spec/match/namespaces",
            "must be of type array",
        ),
        (constraint("K", json!({"match": {"source": "x"}})), "/spec/match", "invalid source field"),
        (
            constraint("K", json!({"enforcementAction": "scoped"})),
            "/spec/enforcementAction",
            "must be defined",
        ),
    ];
    for (it, at, message) in constraints {
        let (answers, refused) = judge(&[template("K", DENIES), it], &cluster(&[]));
        assert_eq!(answers, []);
        assert_eq!(
            (refused[0].verdict, refused[0].reasons[0].at.as_str()),
            (Verdict::Error, at),
            "{refused:?}"
        );
        assert!(refused[0].message.contains(message), "{}", refused[0].message);
    }
}

#[test]
fn what_is_not_known_is_not_judged() {
    for (rego, why) in [
        (
            "package k\nviolation[{\"msg\": \"m\"}] { external_data({\"provider\": \"p\", \"keys\": []}) }",
            "external_data",
        ),
        ("package k\nviolation[{\"msg\": \"m\"}] { time.now_ns() > 0 }", "time of the request"),
        (
            "package k\nviolation[{\"msg\": n}] { {\"name\": n} := input.review.object.metadata }",
            "pattern of an object",
        ),
        (
            "package k\nviolation[{\"msg\": \"m\"}] { regex.match(\"(?s).\", \"x\") }",
            "regular expression",
        ),
        ("package k\nviolation[{\"nomsg\": \"m\"}] { true }", "no objects with a message"),
    ] {
        let (verdict, message) = only(&[template("K", rego), constraint("K", json!({}))]);
        assert_eq!(verdict, Verdict::NotJudged, "{rego}");
        assert!(message.contains(why), "{message}");
    }
}

#[test]
fn a_hostile_template_is_an_error() {
    let nested = format!(
        "package k\nviolation[{{\"msg\": \"m\"}}] {{ x := {}1{} }}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let chain =
        format!("package k\nviolation[{{\"msg\": \"m\"}}] {{ x := 1{} }}", " + 1".repeat(5_000));
    let doubled = |start: &str, step: &str| {
        let steps: String = (0..40)
            .map(|at| {
                step.replace("NEXT", &format!("x{}", at + 1)).replace("LAST", &format!("x{at}"))
            })
            .collect();
        format!("package k\nviolation[{{\"msg\": \"m\"}}] {{\n x0 := {start}\n{steps} }}")
    };
    let hostile = [
        "package k\nviolation[{\"msg\": \"m\"}] { a := numbers.range(1, 1000)[_]; b := numbers.range(1, 1000)[_]; c := numbers.range(1, 1000)[_]; a + b == c * 7919 }".to_owned(),
        "package k\nviolation[{\"msg\": \"m\"}] { f(10) }\nf(x) { not g(x) }\ng(x) { y := numbers.range(1, 3000)[_]; z := numbers.range(1, 3000)[_]; y * z == 0 - x }".to_owned(),
        "package k\nviolation[{\"msg\": \"m\"}] { count(numbers.range(1, 1000000000)) > 0 }".to_owned(),
        doubled("\"aaaaaaaa\"", " NEXT := concat(\"\", [LAST, LAST])\n"),
        doubled("[1]", " NEXT := array.concat(LAST, LAST)\n"),
        doubled("[1]", " NEXT := sprintf(\"%v\", [[LAST, LAST]])\n"),
        doubled("\"a\"", " NEXT := replace(LAST, \"a\", \"aaaaaaaa\")\n"),
        format!("package k\nviolation[{{\"msg\": \"m\"}}] {{ x := sprintf(\"%{}d\", [1]) }}", 999_999).replace("x := sprintf", "y := numbers.range(1, 100)[_]; x := sprintf"),
        "package k\nviolation[{\"msg\": \"m\"}] { x := concat(\"\", [c | numbers.range(1, 20000)[_]; c := \"aaaaaaaaaaaaaaaaaaaa\"]); regex.match(\"(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*b\", x) }".to_owned(),
    ];
    for rego in hostile {
        let (verdict, message) = only(&[template("K", &rego), constraint("K", json!({}))]);
        assert_eq!(verdict, Verdict::Error, "{message}\n{rego}");
        assert!(message.contains("takes too many steps or too much memory"), "{message}");
    }
    for rego in [nested, chain] {
        let (verdict, message) = only(&[template("K", &rego), constraint("K", json!({}))]);
        assert_eq!(verdict, Verdict::NotJudged);
        assert!(message.contains("nested too deep"), "{message}");
    }
    let recursive =
        "package k\nviolation[{\"msg\": \"m\"}] { f(1) }\nf(x) { g(x) }\ng(x) { f(x + 1) }";
    let (_, refused) = judge(&[template("K", recursive)], &cluster(&[]));
    assert!(refused[0].message.contains("rego_recursion_error"), "{}", refused[0].message);
}
