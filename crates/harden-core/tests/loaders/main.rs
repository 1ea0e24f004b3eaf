//! What is made for a version of Kubernetes, that version's own code loads; and what it does not load, the
//! readers reject for that version.
//!
//! What each version said is recorded by the hash of what it was asked: `tests/peers/loaders` asks.
//! `HARDEN_LOADERS` names the folder with its programs, and has everything recorded anew.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod generated;
mod probes;
mod records;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use harden_core::check::{Settings, check};
use harden_core::configuration::{admission, audit, encryption, first_document};
use harden_core::kubernetes::MinorVersion;
use harden_core::rules;
use records::{Question, Records};

/// The versions that are supported.
fn versions() -> impl Iterator<Item = MinorVersion> {
    (25..=MinorVersion::NEWEST_KNOWN.0).map(MinorVersion)
}

static RECORDS: LazyLock<Records> = LazyLock::new(|| {
    let made = generated::all().into_iter().map(|it| (it.version, it.question));
    let probes = probes::all().into_iter();
    let probes = probes.flat_map(|probe| versions().map(move |it| (it, probe.clone())));
    Records::of(made.chain(probes).collect())
});

#[test]
fn every_version_loads_what_is_made_for_it() {
    let all = generated::all();
    let kinds: BTreeSet<_> = all.iter().map(|it| (it.question.kind, it.version)).collect();
    assert_eq!(
        kinds.len(),
        4 * versions().count(),
        "every generator makes something for each version"
    );
    for it in &all {
        let said = RECORDS.answer(&it.question, it.version);
        assert_eq!(said, Ok(()), "{} for {}:\n{}", it.options, it.version, it.question.text);
    }
}

#[test]
fn no_rule_objects_to_what_is_made_for_a_version() {
    let mut seen = BTreeSet::new();
    for it in generated::all() {
        if !seen.insert((it.version, it.question.text.clone())) {
            continue;
        }
        let settings = Settings { version: it.version, ..Settings::new(rules::all()) };
        let outcome = check(settings, [it.question.text.as_str()]);
        let found = outcome.findings.iter().filter(|found| found.ignored.is_none());
        let found = found.filter(|found| !it.is_meant(&found.about.id));
        let found: Vec<_> = found.map(|it| format!("{}: {}", it.about.id, it.message)).collect();
        assert_eq!(found, [""; 0], "{} for {}:\n{}", it.options, it.version, it.question.text);
        assert!(outcome.incomplete.is_empty(), "{:?}", outcome.incomplete);
    }
}

#[test]
fn readers_take_and_reject_what_each_version_does() {
    let mut differences = Vec::new();
    let mut rejected = 0;
    for probe in probes::all() {
        for version in versions() {
            let ours = read(&probe, version);
            let theirs = RECORDS.answer(&probe, version);
            rejected += usize::from(theirs.is_err());
            if ours.is_ok() != theirs.is_ok() {
                let Question { kind, text } = &probe;
                differences.push(format!(
                    "{version} {kind}\n{text}\n  ours   {ours:?}\n  theirs {theirs:?}"
                ));
            }
        }
    }
    assert!(rejected > 100, "{rejected}");
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

/// What the reader for a kind of file says.
fn read(question: &Question, version: MinorVersion) -> Result<(), String> {
    let document = first_document(&question.text);
    let rejection = match question.kind {
        "audit" => audit::read(&document, version).err(),
        "encryption" => encryption::read(&document, encryption::Options::of(version)).err(),
        "admission" => admission::read(&document, version).err(),
        kind => panic!("nothing reads {kind}"),
    };
    rejection.map_or(Ok(()), |it| Err(it.text("FILE")))
}
