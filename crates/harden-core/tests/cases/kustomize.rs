//! Parts of kustomizations, which are judged by what they say.

use harden_core::kubernetes::MinorVersion;

use crate::{Verdict, of, outcome_at, texts};

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// What is said of these files in any order, and the folders of kustomizations whose patches are among them.
fn judged(files: &[(String, String)]) -> (Vec<Verdict>, Vec<(String, usize)>) {
    let said = |files: &[(String, String)]| {
        let (mut verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, files);
        verdicts.sort_by(|a, b| (&a.object, &a.rule).cmp(&(&b.object, &b.rule)));
        (verdicts, outcome.coverage.kustomized.into_iter().collect())
    };
    let expected = said(files);
    let mut files = files.to_vec();
    files.reverse();
    assert_eq!(said(&files), expected);
    expected
}

#[test]
fn files_that_a_kustomization_names_are_patches() {
    let Some(texts) = texts(&["kustomize-patch-with-image"]) else { return };
    let (verdicts, folders) = judged(&texts);
    assert_eq!(folders, [("kustomize-patch-with-image".to_owned(), 3)]);
    let said: Vec<_> = verdicts.iter().filter(|it| !it.object.is_empty()).collect();
    assert_eq!(said, [] as [&Verdict; 0], "a patch says nothing of what it does not hold");
}

#[test]
fn what_a_directive_removes_is_not_judged() {
    let Some(texts) = texts(&["kustomize-patch-directive"]) else { return };
    let (verdicts, folders) = judged(&texts);
    assert_eq!(verdicts, []);
    assert_eq!(folders, [("kustomize-patch-directive".to_owned(), 3)]);
}

const PATCH: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {hostNetwork: true, containers: [{name: a, image: a, securityContext: {privileged: true}}]}}}\n";

#[test]
fn what_a_patch_says_is_judged_and_what_it_leaves_out_is_not() {
    let overlay = "patches:\n- path: ./more/patch.yaml\npatchesStrategicMerge: [other.yaml]\n";
    let (verdicts, folders) = judged(&files(&[
        ("overlay/kustomization.yml", overlay),
        ("overlay/more/patch.yaml", PATCH),
        ("./overlay/other.yaml", PATCH),
    ]));
    assert_eq!(folders, [("overlay".to_owned(), 2)]);
    assert_eq!(of(&verdicts, "privileged-container").len(), 2);
    assert_eq!(of(&verdicts, "host-namespaces").len(), 2);
    assert_eq!(of(&verdicts, "missing-memory-limit").len(), 0, "{verdicts:#?}");
    let (verdicts, folders) = judged(&files(&[("overlay/patch.yaml", PATCH)]));
    assert_eq!((of(&verdicts, "missing-memory-limit").len(), folders.len()), (1, 0));
    let nested = PATCH.replace("{name: a,", "{name: a, $patch: replace,");
    let (verdicts, _) = judged(&files(&[("overlay/patch.yaml", &nested)]));
    assert_eq!(of(&verdicts, "missing-memory-limit").len(), 0);
    assert_eq!(of(&verdicts, "unknown-field").len(), 0, "{verdicts:#?}");
    assert_eq!(of(&verdicts, "privileged-container").len(), 1);
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n";

fn namespace(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{pod-security.kubernetes.io/enforce: privileged}}}}\n"
    )
}

#[test]
fn the_namespace_of_a_kustomization_is_that_of_its_resources() {
    let all = [
        ("base/kustomization.yaml", "resources: [pod.yaml]\n"),
        ("base/pod.yaml", POD),
        ("prod/kustomization.yaml", "namespace: shop\nresources: [../base, namespace.yaml]\n"),
        ("prod/namespace.yaml", &namespace("shop")),
    ];
    let found = |all: &[(&str, &str)]| of(&judged(&files(all)).0, "host-namespaces").len();
    assert_eq!(found(&all), 0);
    assert_eq!(found(&all[..2]), 1);
    let mut other = all.to_vec();
    other.push(("dev/kustomization.yaml", "namespace: dev\nresources: [../base]\n"));
    assert_eq!(found(&other), 1, "it depends on who builds");
}

#[test]
fn a_patch_of_a_namespace_says_only_what_it_says() {
    let patch = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {a: b}}\n";
    let pod = POD.replace("{name: a}\n", "{name: a, namespace: shop}\n");
    let all = files(&[
        ("base/namespace.yaml", &namespace("shop")),
        ("prod/kustomization.yaml", "resources: [../base]\npatches: [{path: namespace.yaml}]\n"),
        ("prod/namespace.yaml", patch),
        ("prod/pod.yaml", &pod),
    ]);
    assert_eq!(of(&judged(&all).0, "host-namespaces").len(), 0);
}

#[test]
fn a_namespace_that_is_named_by_who_builds_it_may_be_called_anything() {
    let blank = "apiVersion: v1\nkind: Namespace\nmetadata: {name: _}\n";
    let found = |all: &[(&str, &str)]| of(&judged(&files(all)).0, "invalid-name").len();
    let component = "kind: Component\nresources: [./namespace.yaml]\n";
    let build = "namespace: shop\ncomponents: [../common]\n";
    let by = |text| [("common/kustomization.yaml", text), ("common/namespace.yaml", blank)];
    assert_eq!(found(&by(component)), 0);
    assert_eq!(found(&[by(component).as_slice(), &[("a/kustomization.yaml", build)]].concat()), 0);
    assert_eq!(found(&by("namespace: shop\nresources: [namespace.yaml]\n")), 0);
    assert_eq!(found(&by("resources: [namespace.yaml]\n")), 1);
    assert_eq!(found(&by("kind: Component\nresources: [other.yaml]\n")), 1);
    assert_eq!(found(&[("common/namespace.yaml", blank)]), 1);
    let pod = POD.replace("name: a}", "name: _, namespace: _}");
    let component = ("a/kustomization.yaml", "kind: Component\nresources: [pod.yaml]\n");
    let (verdicts, _) = judged(&files(&[component, ("a/pod.yaml", &pod)]));
    let names = of(&verdicts, "invalid-name");
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].paths, ["metadata.name"]);
}
