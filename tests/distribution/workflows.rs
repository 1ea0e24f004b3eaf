//! What GitHub runs for the project: pinned, with few rights, and calling what there is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

struct File {
    path: PathBuf,
    text: String,
    content: Value,
}

impl File {
    fn is_workflow(&self) -> bool {
        self.path.parent().is_some_and(|it| it.ends_with(".github/workflows"))
    }

    /// The values of all keys of this name, wherever they stand.
    fn values(&self, key: &str) -> Vec<&Value> {
        let mut found = Vec::new();
        collect(&self.content, key, &mut found);
        found
    }

    /// The scripts of all steps.
    fn scripts(&self) -> Vec<&str> {
        self.values("run").into_iter().filter_map(Value::as_str).collect()
    }
}

fn collect<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Mapping(entries) => {
            for (name, value) in entries {
                if name.as_str() == Some(key) {
                    found.push(value);
                }
                collect(value, key, found);
            }
        }
        Value::Sequence(items) => items.iter().for_each(|it| collect(it, key, found)),
        _ => {}
    }
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The workflows, and the actions that are ours.
fn files() -> Vec<File> {
    let mut paths = Vec::new();
    walk(&top().join(".github"), &mut paths);
    paths.sort();
    assert!(paths.len() >= 2, "{paths:?}");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let content = serde_yaml::from_str(&text).expect("GitHub reads YAML");
        File { path, text, content }
    };
    paths.into_iter().map(read).collect()
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|it| it == "yml" || it == "yaml") {
            paths.push(path);
        }
    }
}

/// Whether it is `OWNER/NAME@DIGEST # vVERSION`, where the name may have a path behind it.
fn is_pinned(used: &str) -> bool {
    let Some((pin, comment)) = used.split_once(" # v") else { return false };
    let Some((name, digest)) = pin.split_once('@') else { return false };
    let hexadecimal = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    name.split('/').count() >= 2
        && digest.len() == 40
        && digest.bytes().all(hexadecimal)
        && comment.split('.').count() == 3
        && comment.bytes().all(|it| it.is_ascii_digit() || it == b'.')
}

#[test]
fn a_pin_is_a_whole_digest_with_its_version() {
    let digest = "0123456789abcdef0123456789abcdef01234567";
    assert!(is_pinned(&format!("a/b@{digest} # v1.2.3")));
    assert!(is_pinned(&format!("a/b/c@{digest} # v1.2.3")));
    let short = &digest[..39];
    for wrong in [
        "a/b@v1 # v1.2.3".to_owned(),
        format!("a/b@{digest}"),
        format!("a/b@{digest} # v1"),
        format!("a/b@{digest} # main"),
        format!("a/b@{short} # v1.2.3"),
        format!("a/b@{short}g # v1.2.3"),
        format!("a@{digest} # v1.2.3"),
    ] {
        assert!(!is_pinned(&wrong), "{wrong}");
    }
}

#[test]
fn what_others_wrote_is_used_at_one_digest_each() {
    let mut pins: BTreeMap<String, String> = BTreeMap::new();
    for file in files() {
        let lines: Vec<&str> = file
            .text
            .lines()
            .filter_map(|it| it.trim_start().trim_start_matches("- ").strip_prefix("uses: "))
            .collect();
        // No other way of writing YAML hides one from the lines.
        assert_eq!(lines.len(), file.values("uses").len(), "{}", file.path.display());
        for used in lines.into_iter().filter(|it| !it.starts_with("./")) {
            assert!(is_pinned(used), "{}: {used}", file.path.display());
            let (name, digest) = used.split_once('@').unwrap();
            let known = pins.entry(name.to_owned()).or_insert_with(|| digest.to_owned());
            assert_eq!(known, digest, "{}: {name} is there twice", file.path.display());
        }
    }
    assert!(pins.contains_key("actions/checkout"), "{pins:?}");
}

#[test]
fn rights_are_given_job_by_job() {
    for file in files().iter().filter(|it| it.is_workflow()) {
        let name = file.path.display();
        let permissions = &file.content["permissions"];
        assert!(permissions.as_mapping().is_some_and(serde_yaml::Mapping::is_empty), "{name}");
        for (job, content) in file.content["jobs"].as_mapping().unwrap() {
            assert!(content["permissions"].is_mapping(), "{name}: {job:?}");
        }
        for trigger in ["pull_request_target", "workflow_run", "issue_comment"] {
            assert!(!file.text.contains(trigger), "{name}: {trigger} runs what others wrote");
        }
        assert!(!file.text.contains("write-all") && !file.text.contains("read-all"), "{name}");
    }
}

#[test]
fn no_checkout_leaves_a_token_behind() {
    for file in files() {
        let used = file.values("uses");
        let is_checkout = |it: &&Value| it.as_str().unwrap().starts_with("actions/checkout@");
        let checkouts = used.into_iter().filter(is_checkout).count();
        let kept = file.values("persist-credentials");
        assert_eq!(kept.len(), checkouts, "{}", file.path.display());
        assert!(kept.iter().all(|it| it.as_bool() == Some(false)), "{}", file.path.display());
    }
}

#[test]
fn scripts_get_words_of_others_from_their_environment_alone() {
    for file in files() {
        for script in file.scripts() {
            assert!(!script.contains("${{"), "{}:\n{script}", file.path.display());
        }
    }
}

#[test]
fn scripts_call_chores_that_there_are() {
    let usage = fs::read_to_string(top().join("tests/xtask/src/main.rs")).unwrap();
    let mut chores = Vec::new();
    for file in files() {
        for line in file.scripts().iter().flat_map(|it| it.lines()) {
            if let Some((_, words)) = line.split_once("cargo xtask ") {
                let is_fixed =
                    |it: &&str| it.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
                let words: Vec<&str> = words.split(' ').take_while(is_fixed).collect();
                chores.push(format!("cargo xtask {}", words.join(" ")));
            }
            if let Some(script) = line.trim().strip_prefix("bash ") {
                let script = script.trim_matches('"');
                let path = match script.strip_prefix("$GITHUB_ACTION_PATH/") {
                    Some(beside) => file.path.with_file_name(beside),
                    None => top().join(script),
                };
                assert!(path.is_file(), "{}: {line}", file.path.display());
            }
        }
    }
    for chore in ["cargo xtask dist", "cargo xtask dist index", "cargo xtask release-check"] {
        assert!(chores.iter().any(|it| it == chore), "no workflow calls {chore}: {chores:?}");
    }
    for chore in chores {
        let named = usage.lines().any(|it| {
            it.strip_prefix(&chore).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        });
        assert!(named, "{chore} is no chore");
    }
}
