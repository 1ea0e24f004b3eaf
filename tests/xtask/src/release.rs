//! What must agree before a version is released: its tag, the workspace and the change log.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::tool;

/// Prints what is new in the version of a tag, unless something does not agree.
pub(crate) fn check(tag: &str) -> Result<()> {
    let changes = fs::read_to_string(tool::top().join("CHANGELOG.md"))?;
    println!("{}", notes(tag, env!("CARGO_PKG_VERSION"), &changes)?);
    Ok(())
}

/// The part of the change log about a tagged version.
fn notes<'t>(tag: &str, version: &str, changes: &'t str) -> Result<&'t str> {
    if tag != format!("v{version}") {
        bail!(
            "the tag is {tag}, but Cargo.toml says {version}: tag v{version}, or change Cargo.toml"
        );
    }
    let (date, notes) = section(changes, version).with_context(|| {
        format!("CHANGELOG.md has no entry \"## [{version}] - YYYY-MM-DD\": write it")
    })?;
    if !is_date(date) {
        bail!(
            "CHANGELOG.md says of {version} {date:?}: write the day of the release, as YYYY-MM-DD"
        );
    }
    if notes.is_empty() {
        bail!("CHANGELOG.md says nothing of {version}: write what is new");
    }
    if section(changes, "Unreleased").is_some_and(|(_, notes)| !notes.is_empty()) {
        bail!("CHANGELOG.md has changes under [Unreleased]: move them to {version}");
    }
    Ok(notes)
}

/// What stands behind the name in its heading, and below it.
fn section<'t>(changes: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let heading = format!("## [{name}]");
    let mut parts = changes.split("\n## [").map(|it| it.split_once('\n').unwrap_or((it, "")));
    let (title, text) = parts.find(|(title, _)| format!("## [{title}").starts_with(&heading))?;
    let date = title.split_once(']').map_or("", |(_, rest)| rest).trim_start_matches(" - ");
    // The addresses that headings link to stand at the end of the file.
    let text = text.split("\n[").next().unwrap_or(text);
    Some((date, text.trim()))
}

fn is_date(text: &str) -> bool {
    let form = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
    text.bytes().map(form).eq(*b"0000-00-00")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::dist::target::Target;

    const CHANGES: &str = "\
# Changes

## [Unreleased]

## [1.2.30] - 2026-02-02

Another.

## [1.2.3] - 2026-01-01

### Added

- A thing, see [docs](docs/a.md).

[Unreleased]: https://example.com/a
[1.2.3]: https://example.com/b
";

    fn error(tag: &str, version: &str, changes: &str) -> String {
        notes(tag, version, changes).unwrap_err().to_string()
    }

    #[test]
    fn the_notes_of_a_release_are_its_part_of_the_change_log() {
        let found = notes("v1.2.3", "1.2.3", CHANGES).unwrap();
        assert_eq!(found, "### Added\n\n- A thing, see [docs](docs/a.md).");
        assert_eq!(notes("v1.2.30", "1.2.30", CHANGES).unwrap(), "Another.");
    }

    #[test]
    fn a_tag_of_another_version_is_rejected() {
        for tag in ["v1.2.4", "1.2.3", "v1.2.3-rc.1", ""] {
            assert!(error(tag, "1.2.3", CHANGES).starts_with("the tag is"), "{tag}");
        }
    }

    #[test]
    fn a_version_is_released_with_a_day_and_words() {
        assert!(error("v1.2", "1.2", CHANGES).contains("no entry"));
        let undated = CHANGES.replace("2026-01-01", "soon");
        assert!(error("v1.2.3", "1.2.3", &undated).contains("the day of the release"));
        let empty = CHANGES.replace("### Added\n\n- A thing, see [docs](docs/a.md).\n", "");
        assert!(error("v1.2.3", "1.2.3", &empty).contains("says nothing"));
    }

    #[test]
    fn nothing_may_be_left_among_what_is_not_released() {
        let left = CHANGES.replace("## [Unreleased]\n", "## [Unreleased]\n\n- A change.\n");
        assert!(error("v1.2.3", "1.2.3", &left).contains("move them to 1.2.3"));
    }

    #[test]
    fn the_workflow_builds_for_every_machine_once() {
        let workflow = tool::top().join(".github/workflows/release.yml");
        let workflow = fs::read_to_string(workflow).unwrap();
        let lines = workflow.lines().filter_map(|it| it.trim().strip_prefix("targets: "));
        let mut built: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
        let mut all: Vec<String> = Target::ALL.iter().map(ToString::to_string).collect();
        built.sort_unstable();
        all.sort_unstable();
        assert_eq!(built, all);
    }

    #[test]
    fn the_change_log_tells_of_the_version_of_the_workspace() {
        let changes = fs::read_to_string(tool::top().join("CHANGELOG.md")).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let (_, notes) = section(&changes, version).unwrap();
        assert!(!notes.is_empty());
        assert!(changes.contains(&format!("\n[{version}]: {}", env!("CARGO_PKG_REPOSITORY"))));
    }
}
