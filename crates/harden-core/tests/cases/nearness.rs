//! Objects of one name in several files: each file is judged by those nearest to it.

use harden_core::kubernetes::MinorVersion;

use crate::{Verdict, of, outcome_at, texts};

/// What is said of files in the order of their names, and the names of what is there several times; the same
/// in every order.
fn judged(files: &[(String, String)]) -> (Vec<(String, String)>, Vec<String>) {
    let said = |files: &[(String, String)]| {
        let (verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, files);
        let name = |it: &harden_core::finding::Finding| {
            outcome.sources.get(it.source).unwrap().name.to_string()
        };
        let findings = outcome.findings.iter().filter(|it| it.ignored.is_none());
        let mut said: Vec<_> = findings
            .zip(&verdicts)
            .map(|(finding, it)| (name(finding), format!("{} {}", it.rule, it.message)))
            .collect();
        said.sort();
        let several = outcome.coverage.several.iter();
        (said, several.map(|it| format!("{} {}", it.count, it.what)).collect())
    };
    let expected = said(files);
    let mut files = files.to_vec();
    files.reverse();
    assert_eq!(said(&files), expected);
    files.rotate_left(1);
    assert_eq!(said(&files), expected);
    expected
}

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// The files in which a rule finds something.
fn with(said: &[(String, String)], rule: &str) -> Vec<String> {
    let found = said.iter().filter(|(_, it)| it.starts_with(&format!("{rule} ")));
    found.map(|(file, _)| file.clone()).collect()
}

#[test]
fn a_pod_is_held_to_the_namespace_in_its_own_file() {
    let Some(texts) = texts(&["two-namespaces"]) else { return };
    let (said, several) = judged(&texts);
    for rule in ["host-namespaces", "privileged-container", "root-allowed"] {
        assert_eq!(with(&said, rule), ["two-namespaces/two-namespaces-a-pod.yaml"], "{said:#?}");
    }
    assert_eq!(several, ["3 Namespace shop"]);
}

#[test]
fn of_definitions_that_are_equally_near_every_one_counts() {
    let Some(texts) = texts(&["two-crds"]) else { return };
    let (said, several) = judged(&texts);
    let unknown: Vec<_> = said.iter().filter(|(_, it)| it.starts_with("unknown-field")).collect();
    assert_eq!(unknown.len(), 1, "{said:#?}");
    assert!(unknown[0].1.contains("two-crds-a-old.yaml, of 2"), "{unknown:?}");
    assert_eq!(several, ["2 CustomResourceDefinition of Thing in example.com"]);
    let near = |name: &str| {
        let moved = texts.iter().map(|(name, text)| {
            let name = name.replace("two-crds/two-crds-", "").replace('-', "/");
            (name, text.clone())
        });
        let thing = |(file, text): (String, String)| {
            (if file == "thing.yaml" { format!("{name}/thing.yaml") } else { file }, text)
        };
        let (said, _) = judged(&moved.map(thing).collect::<Vec<_>>());
        with(&said, "unknown-field").len()
    };
    assert_eq!((near("a"), near("b"), near("b/c"), near("c")), (1, 0, 0, 1));
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n";

fn namespace(level: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{pod-security.kubernetes.io/enforce: {level}}}}}\n"
    )
}

#[test]
fn namespaces_are_heard_by_nearness_and_then_by_strictness() {
    let (loose, strict) = (namespace("privileged"), namespace("restricted"));
    let (said, several) = judged(&files(&[
        ("dev/namespace.yaml", &loose),
        ("dev/pod.yaml", POD),
        ("dev/parts/pod.yaml", POD),
        ("prod/namespace.yaml", &strict),
        ("prod/pod.yaml", POD),
        ("base/pod.yaml", POD),
        ("one.yaml", &format!("{loose}---\n{POD}")),
        ("both.yaml", &format!("{loose}---\n{POD}---\n{strict}")),
    ]));
    assert_eq!(with(&said, "host-namespaces"), ["base/pod.yaml", "both.yaml", "prod/pod.yaml"]);
    assert_eq!(several, ["5 Namespace shop"]);
    let (said, several) =
        judged(&files(&[("a.yaml", &loose), ("b/pod.yaml", POD), ("b/c.yaml", &loose)]));
    assert_eq!((with(&said, "host-namespaces").len(), several.len()), (0, 0));
}

fn limit_range(namespace: &str, resource: &str) -> String {
    format!(
        "apiVersion: v1\nkind: LimitRange\nmetadata: {{name: limits, {namespace}}}\nspec: {{limits: [{{type: Container, default: {{{resource}: 1Gi}}}}]}}\n"
    )
}

#[test]
fn what_has_no_namespace_is_for_its_own_tree() {
    let pod = POD.replace(", namespace: shop", "");
    let (said, _) = judged(&files(&[
        ("a/limits.yaml", &limit_range("", "memory")),
        ("a/pod.yaml", &pod),
        ("a/b/pod.yaml", &pod),
        ("c/pod.yaml", &pod),
        ("pod.yaml", &pod),
        ("a/shop.yaml", POD),
    ]));
    assert_eq!(with(&said, "missing-memory-limit"), ["a/shop.yaml", "c/pod.yaml", "pod.yaml"]);
}

#[test]
fn nobody_counts_on_what_only_some_limit_ranges_of_one_name_give() {
    let (memory, cpu) =
        (limit_range("namespace: shop", "memory"), limit_range("namespace: shop", "cpu"));
    let (said, several) = judged(&files(&[
        ("a/limits.yaml", &memory),
        ("a/pod.yaml", POD),
        ("b/limits.yaml", &cpu),
        ("b/pod.yaml", POD),
        ("c/pod.yaml", POD),
    ]));
    assert_eq!(with(&said, "missing-memory-limit"), ["b/pod.yaml", "c/pod.yaml"]);
    assert_eq!(several, ["2 LimitRange shop/limits"]);
    let other = memory.replace("name: limits", "name: others");
    let (said, _) =
        judged(&files(&[("a/limits.yaml", &cpu), ("a/more.yaml", &other), ("a/pod.yaml", POD)]));
    assert_eq!(with(&said, "missing-memory-limit"), [""; 0]);
}

#[test]
fn the_way_in_makes_no_difference_to_definitions() {
    let Some(texts) = texts(&["crd-in-list.json"]) else { return };
    let (verdicts, _) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
    let found: Vec<&Verdict> = of(&verdicts, "unknown-field");
    assert_eq!(found.len(), 1, "{verdicts:#?}");
}
