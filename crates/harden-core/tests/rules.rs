//! Every rule keeps its promises; no rule needs a test of its own for these.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use harden_core::check::{Settings, check};
use harden_core::finding::Finding;
use harden_core::kubernetes::Level;
use harden_core::lock::Lock;
use harden_core::pod_security::CHECKS;
use harden_core::rule::{Category, Check, Rule};
use harden_core::rules::{CATEGORIES, all, is_on_request, usual};

/// What one rule says of a text.
fn findings(rule: &'static Rule, text: &str) -> Vec<Finding> {
    let lock = rule.check.lock().map(|it| Arc::new(Lock::read(it).unwrap()));
    check(Settings { lock, ..Settings::new([rule]) }, [text]).findings
}

#[test]
fn every_rule_flags_its_bad_manifest_and_passes_its_good_one() {
    for rule in all() {
        let bad = findings(rule, rule.bad);
        assert!(!bad.is_empty(), "{} misses its bad manifest", rule.id);
        assert!(bad.iter().all(|it| it.about.id == rule.id && !it.spots.is_empty()), "{}", rule.id);
        let good = findings(rule, rule.good);
        assert!(good.is_empty(), "{} flags its good manifest: {good:?}", rule.id);
    }
}

#[test]
fn bad_manifests_are_complete_objects() {
    for rule in all().filter(|it| !matches!(it.category, Category::Yaml | Category::Runtime)) {
        for text in [rule.bad, rule.good] {
            for document in harden_yaml::parse(text).iter().filter(|it| !it.is_empty()) {
                assert!(!document.is_rejected(), "{}: {:?}", rule.id, document.problems());
                assert!(document.root().at("kind").as_str().is_some(), "{}", rule.id);
            }
        }
    }
}

#[test]
fn ids_name_the_flaw_in_kebab_case_once() {
    let mut seen = BTreeSet::new();
    for rule in all() {
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
        assert!(
            rule.id.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-'),
            "{}",
            rule.id
        );
    }
}

#[test]
fn texts_are_written_alike() {
    for rule in all() {
        for line in [rule.summary, rule.remedy] {
            assert!(
                !line.is_empty() && !line.ends_with('.') && !line.contains('\n'),
                "{}: {line}",
                rule.id
            );
            let first = line.chars().next().unwrap();
            let second = line.chars().nth(1).unwrap();
            assert!(!first.is_uppercase() || second.is_uppercase(), "{}: {line}", rule.id);
        }
        assert!(rule.why.ends_with('.'), "{}", rule.id);
        assert!(rule.breaks.is_empty() || rule.breaks.ends_with('.'), "{}", rule.id);
        assert!(!rule.references.is_empty(), "{}", rule.id);
    }
}

#[test]
fn rules_that_run_on_request_say_so() {
    let on_request: Vec<_> = all().filter(|it| is_on_request(it)).collect();
    assert!(!on_request.is_empty());
    for rule in on_request {
        assert!(rule.why.contains("this rule runs only where it is asked for"), "{}", rule.id);
        assert!(usual().all(|it| it.id != rule.id), "{}", rule.id);
    }
    assert!(all().all(|it| is_on_request(it) || usual().any(|usual| usual.id == it.id)));
}

#[test]
fn the_lists_and_the_folders_agree() {
    for (category, rules) in CATEGORIES {
        let folder = category.name().replace('-', "_");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules").join(folder);
        let mut files: Vec<String> = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|file| file.unwrap().path())
            .filter(|path| {
                std::fs::read_to_string(path).is_ok_and(|text| text.contains("static RULE: Rule"))
            })
            .map(|path| path.file_stem().unwrap().to_string_lossy().replace('_', "-"))
            .collect();
        files.sort();
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id).collect();
        assert_eq!(ids, files, "one file per rule, named after it, listed in alphabetical order");
        assert!(rules.iter().all(|rule| rule.category == *category));
    }
}

#[test]
fn every_check_of_the_standards_has_a_rule() {
    for check in CHECKS {
        let rule = all().find(|it| matches!(it.check, Check::PodSecurity(id) if id == check.id));
        let rule = rule.unwrap_or_else(|| panic!("{} has no rule", check.id));
        assert_eq!(rule.level, Some(check.level), "{}", rule.id);
        assert!(check.level != Level::Privileged);
    }
}
