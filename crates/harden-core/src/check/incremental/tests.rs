#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use super::*;
use crate::check::Settings;
use crate::ignore;
use crate::rules;

/// What a finding says, where.
type Said = ((usize, u32), &'static str, String, Option<String>, String);

fn said(mut findings: Vec<Finding>, ignores: &[Ignore]) -> (Vec<Said>, usize) {
    let unused = ignore::apply(&mut findings, ignores).len();
    let said = findings.into_iter().map(|it| {
        let object = it.object.map(|it| format!("{it:?}"));
        let rest = format!("{:?} {:?}", it.spots, it.ignored);
        ((it.source, it.document), it.rule.id, it.message.to_string(), object, rest)
    });
    (said.collect(), unused)
}

/// What the command comes to, file by file.
fn whole(checker: &Checker, files: &[&str]) -> (Vec<Said>, usize, Coverage) {
    let sources: Vec<_> =
        files.iter().enumerate().map(|(index, text)| SourceText::new(index, text)).collect();
    let judged: Vec<_> = sources.iter().map(|it| checker.judge(it)).collect();
    let mut findings = checker.conclude(&judged, &sources);
    let (mut coverage, mut ignores) = (Coverage::default(), Vec::new());
    for judged in judged {
        findings.extend(judged.findings);
        ignores.extend(judged.ignores);
        coverage.add(&judged.coverage);
    }
    findings.sort_by(Finding::order);
    let (said, unused) = said(findings, &ignores);
    (said, unused, coverage)
}

fn remembered(
    memory: &mut Incremental,
    checker: &Checker,
    files: &[&str],
) -> (Vec<Said>, usize, Coverage) {
    let outcome = memory.judge(checker, files);
    let (said, unused) = said(outcome.findings, &outcome.ignores);
    // A separator at the end begins a document that holds nothing.
    (said, unused, outcome.coverage)
}

#[test]
fn what_is_remembered_comes_to_the_same_as_everything_anew() {
    let checker = Checker::new(Settings::default());
    let mut memory = Incremental::default();
    let examples: Vec<_> = rules::all().flat_map(|it| [it.bad, it.good]).collect();
    let mut documents: Vec<String> = examples.iter().map(|it| it.trim_start().to_owned()).collect();
    documents.push("# harden: ignore[missing-limit-range] a test\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: é😀\r\n".to_owned());
    documents.push("a: [\n".to_owned());
    let split = documents.len() / 3;
    let compare = |memory: &mut Incremental, documents: &[String]| {
        let (one, other) = documents.split_at(split);
        let files = [one.join("---\n"), other.join("---\n")];
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let (now, before) = (remembered(memory, &checker, &files), whole(&checker, &files));
        assert_eq!(now.0.len(), before.0.len());
        now.0.iter().zip(&before.0).for_each(|(now, before)| assert_eq!(now, before));
        assert_eq!((now.1, now.2), (before.1, before.2));
    };
    compare(&mut memory, &documents);
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
        compare(&mut memory, &documents);
    }
}

#[test]
fn files_come_and_go() {
    let checker = Checker::new(Settings::default());
    let mut memory = Incremental::default();
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
        assert_eq!(remembered(&mut memory, &checker, files), whole(&checker, files), "{files:?}");
    }
}

#[test]
fn lines_of_configuration_files_are_those_of_the_file() {
    let checker = Checker::new(Settings::default());
    let policy =
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n  level: None\n";
    let text = format!("a: 1\n---\n{policy}---\n{policy}");
    let files = [text.as_str()];
    let said = remembered(&mut Incremental::default(), &checker, &files);
    assert!(!said.0.is_empty());
    assert_eq!(said, whole(&checker, &files));
}
