//! Every real CustomResourceDefinition at hand is read, and real custom objects are held against it.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use harden_core::kubernetes::MinorVersion;
use harden_core::object::objects;
use harden_core::schema::{Crds, Flaw, FlawKind, check};
use harden_yaml::{Document, Place};
use harness::Need;

#[test]
fn every_definition_is_read() {
    let Some(texts) = definitions() else { return };
    let mut written = 0;
    for (file, text) in &texts {
        let documents = harden_yaml::parse(text);
        let kinds = documents.iter().flat_map(|it| objects(it.root()));
        let kinds = kinds.filter(|it| {
            it.kind == "CustomResourceDefinition"
                && it.place.at("spec").at("versions").items().any(|it| it.at("name").exists())
        });
        let kinds = kinds.count();
        assert_eq!(Crds::read(&documents).len(), kinds, "{}", file.display());
        written += kinds;
    }
    assert!(written > 20, "only {written} definitions");
}

#[test]
fn sound_custom_objects_pass_and_mistyped_ones_do_not() {
    let Some(texts) = definitions() else { return };
    let documents: Vec<_> = texts.iter().flat_map(|(_, text)| harden_yaml::parse(text)).collect();
    let crds = Crds::read(&documents);
    let samples = harness::shared().map(|it| it.join("reference/ecosystem.md"));
    let Some(samples) = samples.filter(|it| it.exists()) else {
        harness::skip(Need::Cases, "there are no samples of custom objects");
        return;
    };
    let reference = fs::read_to_string(samples).unwrap();
    let mut custom = 0;
    for sample in reference.split("```yaml\n").skip(1) {
        let sample = sample.split("```").next().unwrap();
        for document in harden_yaml::parse(sample) {
            let flaws = flaws(&document, &crds);
            assert!(flaws.is_empty(), "{sample}\n{flaws:?}");
            let mistyped = sample.replace("\nspec:", "\nspec:\n  mistyped: true");
            if is_custom(document.root()) && mistyped != sample {
                for document in harden_yaml::parse(&mistyped) {
                    let all = flaws_of(&document, &crds);
                    custom += all.iter().filter(|it| it.kind == FlawKind::UnknownField).count();
                }
            }
        }
    }
    assert!(custom >= 5, "only {custom} mistyped fields of custom objects were found");
}

fn is_custom(place: Place<'_>) -> bool {
    let api_version = place.at("apiVersion").as_str().unwrap_or_default();
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    group.contains('.') && !group.ends_with(".k8s.io")
}

fn flaws(document: &Document<'_>, crds: &Crds) -> Vec<String> {
    let all = flaws_of(document, crds).into_iter();
    all.map(|it| format!("{}: {}", it.place.path(), it.message)).collect()
}

fn flaws_of<'d>(document: &'d Document<'d>, crds: &Crds) -> Vec<Flaw<'d>> {
    let all = objects(document.root()).filter(|it| !it.kind.is_empty());
    all.flat_map(|it| check(&it, MinorVersion::NEWEST_KNOWN, crds)).collect()
}

/// The definitions with their files; `None`, said aloud, where they are not at hand.
fn definitions() -> Option<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    collect(&Need::Definitions.folder()?, &mut files);
    Some(files.into_iter().map(|it| (it.clone(), fs::read_to_string(it).unwrap())).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|it| it == "yaml") {
            files.push(entry);
        }
    }
}
