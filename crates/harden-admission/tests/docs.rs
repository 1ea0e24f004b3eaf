//! The pages under `docs/rules/` are those of the rules, here and in the core. `HARDEN_UPDATE_DOCS=1` writes them
//! anew.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use harden_admission::rules::RULES;
use harden_core::rules::{CATEGORIES, all};

/// Every page by the name of its file.
fn pages() -> BTreeMap<String, String> {
    let every = || all().chain(RULES.iter().copied());
    let mut pages: BTreeMap<_, _> =
        every().map(|rule| (format!("{}.md", rule.id), rule.page())).collect();
    let mut index = "# Rules\n\nWhat `kubectl harden check` finds. `kubectl harden explain RULE` prints the same pages.\n".to_owned();
    for (category, _) in CATEGORIES {
        let _ = write!(
            index,
            "\n## {}\n\n| rule | severity | what it finds |\n|---|---|---|\n",
            category.name()
        );
        let mut rules: Vec<_> = every().filter(|it| it.category == *category).collect();
        if rules.iter().any(|it| RULES.iter().any(|own| own.id == it.id)) {
            rules.sort_by_key(|it| it.id);
        }
        for rule in rules {
            let _ = writeln!(
                index,
                "| [`{0}`]({0}.md) | {1} | {2} |",
                rule.id,
                rule.severity.name(),
                rule.summary
            );
        }
    }
    pages.insert("README.md".to_owned(), index);
    pages
}

#[test]
fn the_pages_are_those_of_the_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let pages = pages();
    if std::env::var_os("HARDEN_UPDATE_DOCS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in &pages {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let written = fs::read_dir(&folder).expect("docs/rules is there").map(|it| it.unwrap().path());
    let written: BTreeMap<String, String> = written
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    let differs = |name: &&String| pages.get(*name) != written.get(*name);
    let stale: Vec<_> = pages.keys().chain(written.keys()).filter(differs).collect();
    assert!(stale.is_empty(), "run `cargo xtask docs`: {stale:?} are not as the rules say");
}
