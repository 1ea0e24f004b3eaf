//! The table of `docs/platforms.md` is that of the platforms. `HARDEN_UPDATE_DOCS=1` writes it anew.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail")]

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
