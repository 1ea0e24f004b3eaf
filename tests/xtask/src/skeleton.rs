//! The skeleton of a new rule: its file, and its line in the list beside it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// Where the lists of rules are, from the top of the repository.
const RULES: &str = "crates/harden-core/src/rules";

/// Writes a rule of this id into a category, and enters it in the category's list; returns the file.
pub(crate) fn new_rule(top: &Path, category: &str, id: &str) -> Result<PathBuf> {
    let is_word = |it: &str| {
        !it.is_empty() && it.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    };
    if !id.split('-').all(is_word) || id.starts_with(|it: char| it.is_ascii_digit()) {
        bail!("`{id}` is no id: it names the flaw in lower case, as in mutable-image-tag");
    }
    let rules = top.join(RULES);
    let list = rules.join(category.replace('-', "_")).with_extension("rs");
    if !list.is_file() {
        bail!("there is no category `{category}`; there are {}", categories(&rules)?.join(", "));
    }
    let module = id.replace('-', "_");
    let file = list.with_extension("").join(&module).with_extension("rs");
    if file.exists() {
        bail!("{} is there already", file.display());
    }
    let text = fs::read_to_string(&list)?;
    let text = entered(&text, &format!("mod {module};"), |it| it.starts_with("mod "))
        .and_then(|it| entered(&it, &format!("    &{module}::RULE,"), |it| it.ends_with("::RULE,")))
        .with_context(|| format!("{} has no list of rules", list.display()))?;
    fs::write(&file, rule(category, id))?;
    fs::write(&list, text)?;
    Ok(file)
}

/// A text with one more line in the run of lines that are alike, in alphabetical order.
fn entered(text: &str, line: &str, is_alike: impl Fn(&str) -> bool) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|it| is_alike(it))?;
    let run = lines.iter().skip(first).take_while(|it| is_alike(it));
    let at = first + run.take_while(|it| **it < line).count();
    lines.insert(at, line);
    Some(lines.join("\n") + "\n")
}

fn categories(rules: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(rules)? {
        let path = entry?.path();
        if path.is_dir()
            && let Some(name) = path.file_name()
        {
            names.push(name.to_string_lossy().replace('_', "-"));
        }
    }
    names.sort();
    Ok(names)
}

/// A rule that builds, and that objects to a label nobody has.
fn rule(category: &str, id: &str) -> String {
    let variant: String = category
        .split('-')
        .flat_map(|word| {
            let (first, rest) = word.split_at(1);
            [first.to_uppercase(), rest.to_owned()]
        })
        .collect();
    TEMPLATE.replace("CATEGORY", &variant).replace("ID", id)
}

const TEMPLATE: &str = include_str!("skeleton/rule.rs.txt");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use std::process::Command;

    use super::*;
    use crate::tool;

    /// A copy of what the core is built from, in the target folder so that a second run builds little.
    fn copy() -> PathBuf {
        let copy = tool::top().join("target/skeleton");
        let _ = fs::remove_dir_all(copy.join("crates"));
        let members = ["harden-core", "harden-yaml"].map(|it| format!("crates/{it}"));
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "--"])
            .args(&members)
            .current_dir(tool::top())
            .output()
            .unwrap();
        let files = String::from_utf8(listed.stdout).unwrap();
        let files = files.lines().chain(["Cargo.lock", ".clippy.toml", "rust-toolchain.toml"]);
        for file in files {
            let (from, to) = (tool::top().join(file), copy.join(file));
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            if from.is_file() {
                fs::copy(from, to).unwrap();
            }
        }
        let workspace = fs::read_to_string(tool::top().join("Cargo.toml")).unwrap();
        let listed = format!("members = {members:?}");
        let workspace: Vec<_> = workspace
            .lines()
            .filter(|it| !it.starts_with("harness ") && !it.starts_with("default-members"))
            .map(|it| if it.starts_with("members") { &listed } else { it })
            .collect();
        fs::write(copy.join("Cargo.toml"), workspace.join("\n")).unwrap();
        for member in &members {
            let path = copy.join(member).join("Cargo.toml");
            let manifest = fs::read_to_string(&path).unwrap();
            fs::write(path, manifest.replace("harness = { workspace = true }\n", "")).unwrap();
        }
        copy
    }

    #[test]
    fn a_new_rule_builds_as_it_is() {
        let top = copy();
        let file = new_rule(&top, "network", "flaw-of-a-test").unwrap();
        let again = new_rule(&top, "network", "flaw-of-a-test").unwrap_err();
        assert!(again.to_string().ends_with("is there already"), "{again}");
        let built = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--offline", "-p", "harden-core"])
            .current_dir(&top)
            .env("CARGO_TARGET_DIR", top.join("target"))
            .env("RUSTFLAGS", "-Dwarnings")
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        fs::remove_file(file).unwrap();
        fs::remove_dir_all(top.join("crates")).unwrap();
    }

    #[test]
    fn what_is_no_rule_is_said_in_one_sentence() {
        let says = |category, id| new_rule(tool::top(), category, id).unwrap_err().to_string();
        for id in ["", "Upper", "a--b", "-a", "1a", "a/b"] {
            assert!(says("network", id).contains("is no id"), "{id}");
        }
        assert!(says("nothing", "a-b").starts_with("there is no category `nothing`; there are "));
    }
}
