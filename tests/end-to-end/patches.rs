//! Patches come to what `fix` writes in place: kubectl, kustomize and the API server make the same objects.
#![allow(clippy::print_stderr, reason = "a test says what it skips, and how much it tried")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use harness::{ControlPlane, Need, Options};
use serde_json::Value;

use crate::harden::{Ended, command, finish};

/// Every so many files of the corpora are patched, unless `HARDEN_PATCHED_FILES` says otherwise.
const STRIDE: usize = 12;

/// Files with workloads; none where the corpora are not there.
fn files() -> Vec<PathBuf> {
    let Some(path) = Need::Manifests.folder() else { return Vec::new() };
    let (mut files, mut folders) = (Vec::new(), vec![path]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_manifest = path.extension().is_some_and(|it| it == "yaml" || it == "json");
            if path.is_dir() {
                folders.push(path);
            } else if is_manifest
                && fs::read_to_string(&path).is_ok_and(|it| it.contains("containers"))
            {
                files.push(path);
            }
        }
    }
    files.sort();
    let stride = std::env::var("HARDEN_PATCHED_FILES").ok().and_then(|it| it.parse().ok());
    files.into_iter().step_by(stride.unwrap_or(STRIDE)).collect()
}

fn fix(file: &Path, words: &[&str]) -> Ended {
    finish(command().arg("fix").arg(file).arg("--quiet").args(words), "")
}

/// The objects of a text by the names that their patches have, Lists opened; without null, which says nothing.
fn objects(text: &str) -> BTreeMap<String, Value> {
    let mut objects = BTreeMap::new();
    let mut open: Vec<Value> = harden_yaml::documents(text)
        .filter_map(|it| serde_json::from_str(&it.to_json()?).ok())
        .collect();
    while let Some(mut object) = open.pop() {
        if let Some(items) = object.get("items").and_then(Value::as_array) {
            open.extend(items.iter().cloned());
            continue;
        }
        let word =
            |at: &str| object.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        let parts =
            [word("/kind").to_lowercase(), word("/metadata/namespace"), word("/metadata/name")];
        let name = parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("-");
        without_null(&mut object);
        objects.insert(name.replace(':', "-"), object);
    }
    objects
}

fn without_null(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            entries.retain(|_, it| !it.is_null());
            entries.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// The objects of a file, and the same mended in place.
fn before_and_after(file: &Path) -> (BTreeMap<String, Value>, BTreeMap<String, Value>) {
    let mended = fix(file, &["-o", "yaml"]);
    (objects(&fs::read_to_string(file).unwrap()), objects(&mended.stdout))
}

/// The first difference of two values.
fn difference(one: &Value, other: &Value) -> String {
    if let (Some(one), Some(other)) = (one.as_object(), other.as_object()) {
        let keys = one.keys().chain(other.keys());
        let differs = |key: &&String| one.get(*key) != other.get(*key);
        return keys.clone().find(differs).map_or_else(String::new, |key| {
            let null = Value::Null;
            let of = |it: &serde_json::Map<String, Value>| it.get(key).unwrap_or(&null).clone();
            format!("{key}.{}", difference(&of(one), &of(other)))
        });
    }
    format!(" {one} and {other}")
}

#[test]
fn kubectl_patches_objects_to_what_they_are_in_place() {
    let Some(plane) = ControlPlane::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (mut counts, mut failures) = (BTreeMap::new(), Vec::new());
    for file in files() {
        let (before, after) = before_and_after(&file);
        for (form, kind) in [("json6902", "json"), ("strategic", "strategic")] {
            let patches = folder.path().join(form);
            let _ = fs::remove_dir_all(&patches);
            fix(&file, &["--patch", form, "--output-dir", patches.to_str().unwrap()]);
            for (name, object) in &before {
                let patch = patches.join(format!("{name}.yaml"));
                if !patch.exists() {
                    continue;
                }
                let alone = folder.path().join("object.json");
                fs::write(&alone, object.to_string()).unwrap();
                let mut kubectl = plane.kubectl(["patch", "--local", "-o", "json", "--type", kind]);
                let ended =
                    finish(kubectl.arg("-f").arg(&alone).arg("--patch-file").arg(&patch), "");
                let made = objects(&ended.stdout).remove(name).unwrap_or_default();
                let wanted = after.get(name).cloned().unwrap_or_default();
                *counts.entry(form).or_insert(0) += 1;
                if made != wanted {
                    let what = difference(&made, &wanted);
                    failures.push(format!(
                        "{form} {} {name}: {what} {}",
                        file.display(),
                        ended.stderr
                    ));
                }
            }
        }
    }
    eprintln!("patched by kubectl: {counts:?}");
    assert!(failures.is_empty(), "{} of {counts:?}: {}", failures.len(), failures.join("\n"));
}

#[test]
fn kustomize_builds_what_is_written_in_place() {
    let Some(plane) = ControlPlane::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (mut count, mut refused, mut failures) = (0, 0, Vec::new());
    for file in files() {
        let (_, after) = before_and_after(&file);
        let overlay = folder.path().join("overlay");
        let _ = fs::remove_dir_all(&overlay);
        let words = ["--patch", "kustomize", "--output-dir", overlay.to_str().unwrap()];
        let ended = fix(&file, &words);
        if !overlay.join("kustomization.yaml").exists() {
            refused += usize::from(!ended.stderr.is_empty());
            continue;
        }
        // A folder of somebody's kustomization builds more, and otherwise.
        if !overlay.join("base").exists() {
            continue;
        }
        let built = finish(&mut plane.kubectl(["kustomize", overlay.to_str().unwrap()]), "");
        let made = objects(&built.stdout);
        for (name, wanted) in after {
            count += 1;
            let made = made.get(&name).cloned().unwrap_or_default();
            if made != wanted {
                let what = difference(&made, &wanted);
                failures.push(format!("{} {name}: {what} {}", file.display(), built.stderr));
            }
        }
    }
    eprintln!("built by kustomize: {count} objects, and {refused} files refused");
    assert!(failures.is_empty(), "{} of {count}: {}", failures.len(), failures.join("\n"));
}

#[test]
fn the_api_server_makes_of_a_configuration_what_is_in_place() {
    let Some(plane) =
        ControlPlane::for_test(&Options { no_controllers: true, ..Options::default() })
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (mut count, mut failures) = (0, Vec::new());
    let apply = |manager: &str, dry_run: &str, text: &str| {
        let words = ["apply", "--server-side", "--force-conflicts", "-o", "json", "-f", "-"];
        let mut kubectl = plane.kubectl(words);
        kubectl.arg(format!("--field-manager={manager}")).arg(format!("--dry-run={dry_run}"));
        finish(&mut kubectl, text).stdout
    };
    for file in files() {
        let (before, after) = before_and_after(&file);
        let patches = folder.path().join("ssa");
        let _ = fs::remove_dir_all(&patches);
        fix(&file, &["--patch", "ssa", "--output-dir", patches.to_str().unwrap()]);
        for (name, object) in &before {
            let Ok(patch) = fs::read_to_string(patches.join(format!("{name}.yaml"))) else {
                continue;
            };
            if let Some(namespace) = object.pointer("/metadata/namespace").and_then(Value::as_str) {
                let namespace =
                    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}}}\n");
                apply("owner", "none", &namespace);
            }
            // What the server does not know or not take as it is, nothing can be laid over.
            if apply("owner", "none", &object.to_string()).is_empty() {
                continue;
            }
            let wanted = apply("owner", "server", &after[name].to_string());
            let made = apply("kubectl-harden", "server", &patch);
            let stored = |text: &str| {
                let mut object = objects(text).remove(name).unwrap_or_default();
                object.get_mut("metadata").and_then(Value::as_object_mut).into_iter().for_each(
                    |it| {
                        it.retain(|key, _| {
                            matches!(key.as_str(), "labels" | "annotations" | "name")
                        });
                    },
                );
                object
            };
            // A pod that exists takes no other security context, by whatever way.
            if wanted.is_empty() && made.is_empty() {
                continue;
            }
            count += 1;
            if stored(&made) != stored(&wanted) {
                let what = difference(&stored(&made), &stored(&wanted));
                failures.push(format!("{} {name}: {what}", file.display()));
            }
        }
    }
    eprintln!("applied by the API server: {count}");
    assert!(failures.is_empty(), "{} of {count}: {}", failures.len(), failures.join("\n"));
}
