//! The table of `docs/platforms.md` is that of the platforms, and the pages under `docs/intents/` are those of the
//! intents. `HARDEN_UPDATE_DOCS=1` writes them anew.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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

#[test]
fn the_page_on_escalation_is_as_the_ways_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/escalation.md");
    let expected = harden_core::escalation::page();
    if std::env::var_os("HARDEN_UPDATE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "run `cargo xtask docs`: the page is not as the ways say");
}

#[test]
fn the_pages_of_the_intents_are_as_they_say() {
    use harden_core::intents;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/intents");
    let mut pages: BTreeMap<String, String> =
        intents::all().map(|it| (format!("{}.md", it.id), it.page())).collect();
    pages.insert("README.md".to_owned(), intents::index());
    if std::env::var_os("HARDEN_UPDATE_DOCS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        pages.iter().for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
    }
    let written =
        fs::read_dir(&folder).expect("docs/intents is there").map(|it| it.unwrap().path());
    let written: BTreeMap<String, String> = written
        .map(|it| {
            (
                it.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&it).unwrap(),
            )
        })
        .collect();
    let differs = |name: &&String| pages.get(*name) != written.get(*name);
    let stale: Vec<_> = pages.keys().chain(written.keys()).filter(differs).collect();
    assert!(stale.is_empty(), "run `cargo xtask docs`: {stale:?} are not as the intents say");
}
