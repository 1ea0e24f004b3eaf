//! Checking while somebody edits comes to the same as checking anew, over the corpora.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may fail, and says what it skips"
)]

use std::fs;
use std::path::Path;

use harden_core::check::{Incremental, Settings, check};
use harden_core::finding::Finding;
use harden_core::rules;
use harden_core::source::Source;

fn collect(folder: &Path, texts: &mut Vec<String>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let is_manifest =
            path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json");
        if path.is_dir() {
            collect(&path, texts);
        } else if is_manifest && let Ok(text) = harden_yaml::decode(&fs::read(&path).unwrap()) {
            texts.push(text.into_owned());
        }
    }
}

fn show(findings: &[Finding]) -> Vec<String> {
    let show = |it: &Finding| {
        let (place, object) = ((it.source, it.document), &it.object);
        format!("{place:?} {} {object:?} {} {:?}", it.about.id, it.message, it.spots)
    };
    findings.iter().map(show).collect()
}

#[test]
fn every_file_of_the_corpora_is_judged_alike_in_parts_and_after_edits() {
    let Some(corpora) = harness::Need::Manifests.folder() else { return };
    let mut texts = Vec::new();
    collect(&corpora, &mut texts);
    assert!(texts.len() > 500, "{} files", texts.len());
    let mut incremental = Incremental::new(Settings::new(rules::all()));
    for text in &texts {
        // As it is, with a line more at the beginning, and with half of it gone.
        let more = format!("# a line\n{text}");
        let half = text.get(..text.len() / 2).unwrap_or_default();
        for text in [text, &more, half] {
            let whole = check(Settings::new(rules::all()), [text]);
            let edited = incremental.check(&[Source::new("input-0", text)]);
            assert_eq!(show(&edited.findings), show(&whole.findings), "{text}");
            assert_eq!(edited.unused, whole.unused);
            assert_eq!(edited.coverage, whole.coverage);
            assert_eq!(edited.incomplete, whole.incomplete);
        }
    }
}
