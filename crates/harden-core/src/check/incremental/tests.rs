#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use super::*;
use crate::check::{Coverage, check};
use crate::rules;

/// What a finding says, where.
type Said = (usize, u32, String, String, Option<String>, String);

fn said(outcome: Outcome<'_>) -> (Vec<Said>, usize, Coverage) {
    let said = outcome.findings.into_iter().map(|it| {
        let object = it.object.map(|it| format!("{it:?}"));
        let rest = format!("{:?} {:?}", it.spots, it.ignored);
        (it.source, it.document, it.about.id.to_string(), it.message.to_string(), object, rest)
    });
    (said.collect(), outcome.unused.len(), outcome.coverage)
}

fn settings() -> Settings {
    Settings::new(rules::all())
}

/// What the command comes to, file by file.
fn whole(files: &[&str]) -> (Vec<Said>, usize, Coverage) {
    said(check(settings(), files.iter().copied()))
}

fn edited(incremental: &mut Incremental, files: &[&str]) -> (Vec<Said>, usize, Coverage) {
    let named = files.iter().enumerate();
    let sources: Vec<_> =
        named.map(|(index, text)| Source::new(format!("input-{index}"), *text)).collect();
    said(incremental.check(&sources))
}

#[test]
fn what_is_remembered_comes_to_the_same_as_everything_anew() {
    let mut incremental = Incremental::new(settings());
    let examples: Vec<_> = rules::all().flat_map(|it| [it.bad, it.good]).collect();
    let mut documents: Vec<String> = examples.iter().map(|it| it.trim_start().to_owned()).collect();
    documents.push("# harden: ignore[missing-limit-range] a test\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: é😀\r\n".to_owned());
    documents.push("a: [\n".to_owned());
    let split = documents.len() / 3;
    let compare = |incremental: &mut Incremental, documents: &[String]| {
        let (one, other) = documents.split_at(split);
        let files = [one.join("---\n"), other.join("---\n")];
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let (now, before) = (edited(incremental, &files), whole(&files));
        assert_eq!(now.0.len(), before.0.len());
        now.0.iter().zip(&before.0).for_each(|(now, before)| assert_eq!(now, before));
        assert_eq!((now.1, now.2), (before.1, before.2));
    };
    compare(&mut incremental, &documents);
    for step in 0..12 {
        let place = step * 37 % documents.len();
        match step % 4 {
            0 => documents[place].insert_str(0, "# a line more\n"),
            1 => documents.swap(place, (place + 5) % (split - 1)),
            2 => documents[place] = documents[place].replacen("name: ", "name: x", 1),
            _ => {
                let copy = documents[place].clone();
                documents.push(copy);
            }
        }
        compare(&mut incremental, &documents);
    }
}

#[test]
fn files_come_and_go() {
    let mut incremental = Incremental::new(settings());
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
    let several = format!("{pod}---\n{namespace}---\n{pod}");
    for files in [
        &[][..],
        &[pod],
        &[namespace, pod],
        &[&several, namespace],
        &[pod, &several, ""],
        &["", &several],
        &[&several],
        &["---\n---\n", "{}"],
        &[],
    ] {
        assert_eq!(edited(&mut incremental, files), whole(files), "{files:?}");
    }
}

#[test]
fn lines_of_configuration_files_are_those_of_the_file() {
    let policy =
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n  level: None\n";
    let text = format!("a: 1\n---\n{policy}---\n{policy}");
    let files = [text.as_str()];
    let said = edited(&mut Incremental::new(settings()), &files);
    assert!(!said.0.is_empty());
    assert_eq!(said, whole(&files));
}

#[test]
fn what_a_kustomization_says_holds_when_it_changes() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n";
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {pod-security.kubernetes.io/enforce: privileged}}\n";
    let mut incremental = Incremental::new(settings());
    let mut counts = Vec::new();
    for (kustomization, namespace) in [
        ("resources: [pod.yaml]\n", namespace),
        ("resources: [pod.yaml]\nnamespace: a\n", namespace),
        ("resources: [pod.yaml]\nnamespace: a\n", &namespace.replace("privileged", "baseline")),
        ("patches: [{path: pod.yaml}]\n", namespace),
        ("", namespace),
    ] {
        let sources = [
            Source::new("kustomization.yaml", kustomization),
            Source::new("pod.yaml", pod),
            Source::new("namespace.yaml", namespace),
        ];
        let mut survey = crate::check::Survey::new(settings());
        sources.iter().for_each(|it| survey.learn(it));
        let mut run = survey.end();
        run.judge(sources.to_vec());
        let whole = said(run.finish());
        counts.push(whole.0.len());
        assert_eq!(said(incremental.check(&sources)), whole, "{kustomization}");
    }
    counts.dedup();
    assert_eq!(counts.len(), 5, "{counts:?}");
}

#[test]
fn what_a_patch_says_holds_when_it_changes() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n";
    let laid = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: false}\n";
    let kustomization = "resources: [pod.yaml]\npatches: [{path: patch.yaml}]\n";
    let mut incremental = Incremental::new(settings());
    let mut counts = Vec::new();
    for (kustomization, patch) in [
        (kustomization, ""),
        (kustomization, laid),
        (kustomization, "- {op: remove, path: /spec/hostNetwork}\n"),
        (
            &kustomization.replace('}', ", target: {kind: Pod}}"),
            "- {op: remove, path: /spec/hostNetwork}\n",
        ),
        (&kustomization.replace('}', ", target: {kind: Pod}}"), "[]\n"),
    ] {
        let sources = [
            Source::new("kustomization.yaml", kustomization),
            Source::new("patch.yaml", patch),
            Source::new("pod.yaml", pod),
        ];
        let mut survey = crate::check::Survey::new(settings());
        sources.iter().for_each(|it| survey.learn(it));
        let mut run = survey.end();
        run.judge(sources.to_vec());
        let outcome = run.finish();
        let is_host = |it: &&Finding| &*it.about.id == "host-namespaces" && it.source == 2;
        counts.push(outcome.findings.iter().filter(is_host).count());
        let whole = said(outcome);
        assert_eq!(said(incremental.check(&sources)), whole, "{kustomization} {patch}");
    }
    assert_eq!(counts, [1, 0, 1, 0, 1]);
}
