//! Imports point down: every `use` of the core, held against the table of allowed arrows.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the house, from the ground up, and what each may know.
const ROOMS: &[(&str, &[&str])] = &[
    ("kubernetes", &[]),
    ("manifest", &["kubernetes"]),
    ("lock", &["kubernetes"]),
    ("object", &["kubernetes"]),
    ("source", &["object"]),
    ("platform", &["kubernetes"]),
    ("cluster", &["kubernetes", "object", "platform"]),
    ("pod_security", &["kubernetes", "object"]),
    ("rbac", &["kubernetes", "object", "source"]),
    ("escalation", &["kubernetes", "object", "pod_security", "rbac"]),
    ("external_secrets", &["kubernetes", "object"]),
    ("admission", &["kubernetes", "object"]),
    ("schema", &["kubernetes", "object"]),
    ("network", &["kubernetes", "object", "schema", "source"]),
    ("validation", &["kubernetes", "object"]),
    ("runtime", &[]),
    ("configuration", &["kubernetes", "pod_security"]),
    ("secrecy", &["configuration", "external_secrets", "object", "schema", "source"]),
    ("inventory", &["kubernetes", "object", "source", "pod_security", "schema"]),
    ("finding", &["kubernetes", "object"]),
    ("ignore", &["finding", "object"]),
    ("simulate", &["configuration", "kubernetes", "object", "pod_security", "schema"]),
    (
        "rule",
        &[
            "configuration",
            "finding",
            "ignore",
            "inventory",
            "kubernetes",
            "lock",
            "network",
            "object",
            "pod_security",
            "rbac",
            "schema",
            "source",
            "validation",
        ],
    ),
    (
        "check",
        &[
            "configuration",
            "finding",
            "ignore",
            "inventory",
            "kubernetes",
            "lock",
            "object",
            "pod_security",
            "rule",
            "runtime",
            "schema",
            "source",
        ],
    ),
    ("comparison", &["check", "finding"]),
    (
        "rules",
        &[
            "admission",
            "configuration",
            "escalation",
            "external_secrets",
            "inventory",
            "kubernetes",
            "lock",
            "network",
            "object",
            "pod_security",
            "rbac",
            "rule",
            "runtime",
            "schema",
            "secrecy",
            "simulate",
            "source",
            "validation",
        ],
    ),
    ("intents", &["finding", "kubernetes", "manifest", "pod_security", "rule", "rules"]),
    (
        "generators",
        &[
            "cluster",
            "configuration",
            "intents",
            "kubernetes",
            "lock",
            "manifest",
            "network",
            "object",
            "platform",
            "rbac",
            "simulate",
            "source",
        ],
    ),
    (
        "fix",
        &[
            "check",
            "cluster",
            "finding",
            "generators",
            "inventory",
            "kubernetes",
            "lock",
            "manifest",
            "object",
            "schema",
            "source",
        ],
    ),
    ("snapshot", &["check", "secrecy"]),
    ("report", &["check", "comparison", "finding", "fix", "kubernetes", "manifest", "secrecy"]),
    (
        "answers",
        &[
            "check",
            "configuration",
            "escalation",
            "finding",
            "fix",
            "kubernetes",
            "network",
            "object",
            "pod_security",
            "rbac",
            "report",
            "rule",
            "rules",
            "simulate",
            "source",
        ],
    ),
];

/// The rooms that a source file is about, and those that it names outside of its tests.
fn arrows() -> BTreeMap<String, BTreeMap<String, PathBuf>> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut arrows = BTreeMap::new();
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let within = path.strip_prefix(&top).unwrap().to_owned();
            let first = within.components().next().unwrap().as_os_str().to_string_lossy();
            let room = first.trim_end_matches(".rs").to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if room != "lib"
                && !within.ends_with("tests.rs")
                && !within.ends_with("testing.rs")
            {
                let known: &mut BTreeMap<_, _> = arrows.entry(room).or_default();
                for name in named(&fs::read_to_string(&path).unwrap()) {
                    known.entry(name).or_insert_with(|| within.clone());
                }
            }
        }
    }
    arrows
}

/// The rooms that a text names by `crate::`, before its tests begin.
fn named(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut names = BTreeSet::new();
    for after in text.split("crate::").skip(1) {
        let is_part = |it: char| it.is_alphanumeric() || it == '_';
        let word = |text: &str| text.chars().take_while(|it| is_part(*it)).collect::<String>();
        match after.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut parts = String::new();
                for character in group.chars() {
                    depth += i32::from(character == '{') - i32::from(character == '}');
                    if depth < 0 {
                        break;
                    }
                    parts.push(if depth == 0 { character } else { ' ' });
                }
                names.extend(parts.split(',').map(|it| word(it.trim())));
            }
            None => drop(names.insert(word(after))),
        }
    }
    names.remove("");
    // What stands at the top of the crate is the manifest's.
    let re_exported = ["Manifest", "ManifestFormat", "render"];
    if re_exported.into_iter().filter(|it| names.remove(*it)).count() > 0 {
        names.insert("manifest".to_owned());
    }
    names
}

#[test]
fn no_room_knows_what_is_above_it() {
    let mut up = Vec::new();
    for (room, named) in arrows() {
        let (_, allowed) = ROOMS
            .iter()
            .find(|(name, _)| *name == room)
            .unwrap_or_else(|| panic!("`{room}` has no place in the table"));
        let known = |other: &str| other == room || allowed.contains(&other);
        let not_allowed = named.into_iter().filter(|(other, _)| !known(other));
        up.extend(not_allowed.map(|(other, file)| {
            format!("{} imports `{other}`, which `{room}` must not know", file.display())
        }));
    }
    assert!(up.is_empty(), "{}", up.join("\n"));
}

#[test]
fn the_table_has_no_circle_and_nothing_that_is_not_needed() {
    let arrows = arrows();
    let mut idle = Vec::new();
    for (at, (room, allowed)) in ROOMS.iter().enumerate() {
        let below: Vec<_> = ROOMS.iter().take(at).map(|(name, _)| *name).collect();
        for other in *allowed {
            assert!(below.contains(other), "`{room}` would know `{other}`, which is not below it");
            if !arrows.get(*room).is_some_and(|it| it.contains_key(*other)) {
                idle.push(format!("`{room}` may know `{other}`, and does not"));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}
