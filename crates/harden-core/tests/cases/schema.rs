//! Values and fields as the API server takes them.

use std::collections::BTreeSet;

use harden_core::kubernetes::MinorVersion;

use super::{of, outcome_at, texts, verdicts};

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
fn a_status_that_is_no_map_is_a_wrong_type() {
    let head = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nstatus:";
    for (status, count) in [("text", 1), ("[]", 1), ("5", 1), ("{a: 1}", 0), ("", 0)] {
        let texts = [("a.yaml".to_owned(), format!("{head} {status}\n"))];
        let (verdicts, _) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
        assert_eq!(of(&verdicts, "wrong-type").len(), count, "{status}: {verdicts:?}");
    }
}

#[test]
fn a_selector_that_is_no_map_is_a_wrong_type() {
    let Some(verdicts) = verdicts(&["selector-not-a-map.yaml"]) else { return };
    let found = of(&verdicts, "wrong-type");
    assert_eq!(found.len(), 1, "{verdicts:?}");
    assert!(found.iter().all(|it| it.paths == ["spec.podSelector.matchLabels"]));
    // No other rule believes that it selects every pod.
    assert!(of(&verdicts, "denied-dns").is_empty(), "{verdicts:?}");
}

#[test]
fn custom_objects_are_held_to_what_their_definition_asks_of_values() {
    let Some(verdicts) = verdicts(&["crd-values"]) else { return };
    let of_object = |name: &str| -> BTreeSet<(String, String)> {
        let object = format!("Widget/{name}");
        let found = verdicts.iter().filter(|it| it.object == object);
        let found = found.filter(|it| it.severity != "low");
        found.flat_map(|it| it.paths.iter().map(|path| (it.rule.clone(), path.clone()))).collect()
    };
    let expected = [
        ("invalid-value", "spec.anyof"),
        ("invalid-value", "spec.i32"),
        ("invalid-value", "spec.list"),
        ("invalid-value", "spec.list[1]"),
        ("invalid-value", "spec.mode"),
        ("invalid-value", "spec.name"),
        ("invalid-value", "spec.size"),
        ("invalid-value", "spec.t"),
        ("unknown-field", "metadata.annotation"),
        ("unknown-field", "spec.def.z"),
        ("unknown-field", "spec.typo"),
        ("unknown-field", "status.true"),
        ("wrong-type", "spec.any.x"),
        ("wrong-type", "spec.def.a"),
        ("wrong-type", "spec.nul"),
        ("wrong-type", "spec.num"),
        ("wrong-type", "spec.open.known"),
        ("wrong-type", "spec.port"),
    ];
    let expected = expected.map(|(rule, path)| (rule.to_owned(), path.to_owned()));
    assert_eq!(of_object("w2"), BTreeSet::from(expected));
    assert_eq!(of_object("w1"), BTreeSet::new(), "the sound one");
    assert_eq!(
        of_object("w6"),
        BTreeSet::from([("missing-required-field".to_owned(), String::new())])
    );
}

#[test]
fn lists_keep_what_their_items_hold() {
    let Some(verdicts) = verdicts(&["crd-array-preserves.yaml"]) else { return };
    let found: Vec<_> = verdicts.iter().filter(|it| it.object == "Thing/a").collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn definitions_in_lists_count_in_every_order() {
    let Some(texts) = texts(&["crd-in-list.json"]) else { return };
    let (as_written, _) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
    let found = of(&as_written, "unknown-field");
    assert_eq!(found.len(), 1, "{as_written:?}");
    let mut list: serde_json::Value = serde_json::from_str(&texts.first().unwrap().1).unwrap();
    let items = list["items"].as_array_mut().unwrap();
    items.reverse();
    let apart: String = items
        .iter()
        .map(|it| format!("---\n{}\n", serde_json::to_string_pretty(it).unwrap()))
        .collect();
    for text in [list.to_string(), apart] {
        let texts = [("other.yaml".to_owned(), text)];
        let (other, _) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
        let other: Vec<_> =
            of(&other, "unknown-field").iter().map(|it| it.message.clone()).collect();
        let found: Vec<_> = found.iter().map(|it| it.message.clone()).collect();
        assert_eq!(other, found);
    }
}

#[test]
fn quantities_without_a_number_are_accepted_as_zero() {
    let Some(verdicts) = verdicts(&["quantity-without-digits.yaml"]) else { return };
    let found = of(&verdicts, "quantity-without-number");
    let paths: BTreeSet<_> =
        found.iter().flat_map(|it| it.paths.iter().map(String::as_str)).collect();
    let resources = "spec.containers[0].resources";
    let expected = [format!("{resources}.limits.memory"), format!("{resources}.requests.cpu")];
    assert_eq!(paths, expected.iter().map(String::as_str).collect());
    assert!(found.iter().all(|it| it.severity == "medium"), "{found:?}");
    assert!(of(&verdicts, "wrong-type").is_empty(), "{verdicts:?}");
}

#[test]
fn rules_in_cel_are_named_as_not_checked() {
    let definition = |rules: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: \
             widgets.example.com}}\nspec: {{group: example.com, scope: Namespaced, names: {{kind: \
             Widget, plural: widgets}}, versions: [{{name: v1, served: true, storage: true, schema: \
             {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{a: \
             {{type: integer{rules}}}}}}}}}}}}}}}]}}\n---\napiVersion: example.com/v1\nkind: \
             Widget\nmetadata: {{name: w}}\nspec: {{a: x}}\n"
        )
    };
    for (rules, count) in [
        (", x-kubernetes-validations: [{rule: self > 1}]", Some(&1)),
        (", x-kubernetes-validations: []", None),
        ("", None),
    ] {
        let texts = [("a.yaml".to_owned(), definition(rules))];
        let (verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
        assert_eq!(outcome.coverage.with_rules.get("Widget.example.com"), count);
        assert!(!outcome.is_incomplete());
        assert_eq!(of(&verdicts, "wrong-type").len(), 1, "all else is judged: {verdicts:?}");
    }
}
