//! Agreement with Go's sigs.k8s.io/yaml over recorded answers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test may panic, read files and print"
)]

use std::fs;
use std::path::PathBuf;

use harden_yaml::{Document, decode, documents};
use harness::Need;
use serde_json::Value;

/// Recorded answers that were cut at 400 characters.
const CUT: usize = 400;

fn shared() -> Option<PathBuf> {
    Need::Answers.at("yaml").and_then(|_| harness::shared())
}

fn records(path: &std::path::Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether our answer is Go's, which may be an error or cut.
fn agrees(ours: Option<&str>, go: &str) -> bool {
    match ours {
        None => go.starts_with("ERR "),
        Some(json) if go.chars().count() >= CUT => json.starts_with(go),
        Some(json) => json == go,
    }
}

#[test]
fn small_cases_read_as_go_reads_them_plain_and_strict() {
    let Some(shared) = shared() else { return };
    let records = records(&shared.join("conformance/yaml/go.jsonl"));
    let mut differences = Vec::new();
    for record in &records {
        let case = record["case"].as_str().unwrap();
        let bytes = fs::read(shared.join("conformance/yaml/cases").join(case)).unwrap();
        let text = decode(&bytes);
        let document = text.as_ref().ok().map(|text| Document::parse_yaml(text));
        let plain = document.as_ref().and_then(Document::to_json);
        let strict = plain.clone().filter(|_| !document.as_ref().unwrap().is_rejected_by_strict());
        for (ours, go) in [(plain, &record["go"]), (strict, &record["go_strict"])] {
            let go = go.as_str().unwrap();
            if !agrees(ours.as_deref(), go) {
                differences.push(format!("{case}\n  go:   {go}\n  ours: {ours:?}"));
            }
        }
    }
    eprintln!("{} of {} small cases differ", differences.len(), records.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_document_of_the_corpora_reads_as_go_reads_it() {
    let Some(shared) = shared() else { return };
    let records = records(&shared.join("conformance/yaml/go-corpora.jsonl"));
    let mut equal = 0;
    let mut differences = Vec::new();
    for record in &records {
        let file = record["file"].as_str().unwrap();
        let bytes = fs::read(shared.join(file)).unwrap();
        let text = decode(&bytes).unwrap();
        let sections = split(&text);
        let index = usize::try_from(record["document"].as_u64().unwrap()).unwrap();
        let json = Document::parse_yaml(sections[index]).to_json();
        match record["json"].as_str() {
            Some(go) if json.as_deref() == Some(go) => equal += 1,
            None if record["error"].is_string() && json.is_none() => equal += 1,
            None if record["sha256_of_json"] == hash(json.as_deref()) => equal += 1,
            _ => differences.push(format!("{file} {index}\n  go:   {record}\n  ours: {json:?}")),
        }
    }
    eprintln!("{equal} of {} corpus documents equal", records.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The answer that is recorded in place of a large one.
fn hash(json: Option<&str>) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(json.unwrap_or_default());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn splitting_a_corpus_file_gives_the_documents_of_its_parts() {
    let Some(shared) = shared() else { return };
    let records = records(&shared.join("conformance/yaml/go-corpora.jsonl"));
    let mut files: Vec<&str> = records.iter().map(|r| r["file"].as_str().unwrap()).collect();
    files.dedup();
    for file in files {
        let bytes = fs::read(shared.join(file)).unwrap();
        let text = decode(&bytes).unwrap();
        if text.trim_start().starts_with('{') {
            continue;
        }
        let whole: Vec<_> =
            documents(&text).filter_map(|it| it.to_json()).filter(|json| json != "null").collect();
        // kubectl's reader ends every line, the last before a separator included, with a line break.
        let sections: Vec<_> = split(&text)
            .into_iter()
            .filter_map(|part| Document::parse_yaml(&format!("{part}\n")).to_json())
            .filter(|json| json != "null")
            .collect();
        assert_eq!(whole, sections, "{file}");
    }
}

/// How the recorded answers were split.
fn split(text: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\n---") {
        let after = &rest[at + 4..];
        let Some(line_end) = after.find('\n') else { break };
        sections.push(&rest[..at]);
        rest = &after[line_end + 1..];
    }
    sections.push(rest);
    sections
}
