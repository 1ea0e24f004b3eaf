//! The pages under `docs/rules/` are those of the rules, and the table of `docs/platforms.md` is that of
//! the platforms. `HARDEN_UPDATE_DOCS=1` writes them anew.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use harden_core::rules::{CATEGORIES, all};

/// Every page by the name of its file.
fn pages() -> BTreeMap<String, String> {
    let mut pages: BTreeMap<_, _> =
        all().map(|rule| (format!("{}.md", rule.id), rule.page())).collect();
    let mut index = "# Rules\n\nWhat `kubectl harden check` finds. `kubectl harden explain RULE` prints the same pages.\n".to_owned();
    for (category, rules) in CATEGORIES {
        let _ = write!(
            index,
            "\n## {}\n\n| rule | severity | what it finds |\n|---|---|---|\n",
            category.name()
        );
        for rule in *rules {
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

#[test]
fn the_page_on_platforms_has_the_table_of_all() {
    const BEGIN: &str = "<!-- platforms: cargo xtask docs -->\n";
    const END: &str = "<!-- end of platforms -->\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/platforms.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the page has a place for the table");
    let (_, after) = rest.split_once(END).expect("the place has an end");
    let expected = format!("{before}{BEGIN}{}{END}{after}", harden_core::platform::table());
    if std::env::var_os("HARDEN_UPDATE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
    } else {
        assert!(text == expected, "run `cargo xtask docs`: the table is not as the platforms say");
    }
}
