//! The examples for CI and GitOps do what they say, and the how-to names what there is.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_yaml::Value;

use crate::repository::PRIVILEGED;

const HOW_TO: &str = include_str!("../../docs/ci.md");

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn harden(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-harden"));
    command.args(words).current_dir(folder).output().unwrap()
}

fn read(path: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(top().join(path)).unwrap()).unwrap()
}

/// The blocks of the how-to in a language.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let blocks = HOW_TO.split(&fence).skip(1).filter_map(|it| it.split("```").next());
    blocks.map(str::to_owned).collect()
}

/// Every mapping in a value, itself among them.
fn mappings(value: &Value) -> Vec<&Value> {
    match value {
        Value::Mapping(mapping) => {
            let inner = mapping.iter().flat_map(|(_, it)| mappings(it));
            std::iter::once(value).chain(inner).collect()
        }
        Value::Sequence(values) => values.iter().flat_map(mappings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_command_finds_nothing_in_any_example() {
    let ended = harden(&top().join("docs/ci"), &["check", ".", "--recursive", "--fail-on", "low"]);
    let output = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(0), "{output}");
    assert!(output.starts_with("no findings"), "{output}");
}

#[test]
fn the_hook_of_argo_cd_checks_what_its_kustomization_applies() {
    let kustomization = read("docs/ci/argo-cd/kustomization.yaml");
    let map = &kustomization["configMapGenerator"][0];
    let files: Vec<&str> =
        map["files"].as_sequence().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let applied = kustomization["resources"].as_sequence().unwrap();
    assert!(files.iter().all(|file| applied.iter().any(|it| it == file)));

    let job = read("docs/ci/argo-cd/check.yaml");
    let pod = &job["spec"]["template"]["spec"];
    let (container, volume) = (&pod["containers"][0], &pod["volumes"][0]);
    assert_eq!(container["volumeMounts"][0]["name"], volume["name"]);
    assert_eq!(volume["configMap"]["name"], map["name"]);
    let mount = container["volumeMounts"][0]["mountPath"].as_str().unwrap();

    // Laid out as the kubelet does: files are links into a folder that is a link itself.
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("..2026_11_27");
    fs::create_dir(&data).unwrap();
    symlink("..2026_11_27", folder.path().join("..data")).unwrap();
    for file in files {
        fs::copy(top().join("docs/ci/argo-cd").join(file), data.join(file)).unwrap();
        symlink(format!("..data/{file}"), folder.path().join(file)).unwrap();
    }
    let mounted = folder.path().display().to_string();
    let words = container["args"].as_sequence().unwrap();
    let words: Vec<String> =
        words.iter().map(|it| it.as_str().unwrap().replace(mount, &mounted)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = harden(Path::new("/"), &words);
    let output = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(0), "{output}");
    assert!(output.contains("checked 1 object in 1 document"), "{output}");

    fs::write(data.join("deployment.yaml"), PRIVILEGED).unwrap();
    assert_eq!(harden(Path::new("/"), &words).status.code(), Some(1));
}

#[test]
fn the_example_for_flux_checks_what_flux_builds() {
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path().join("bin");
    fs::create_dir(&programs).unwrap();
    symlink(env!("CARGO_BIN_EXE_kubectl-harden"), programs.join("kubectl-harden")).unwrap();
    // In place of flux: prints the folder that is to be built, if it is called as flux is.
    let call =
        "build kustomization apps --kustomization-file apps.yaml --path ./two words --dry-run";
    let flux = format!("#!/bin/sh\n[ \"$*\" = '{call}' ] || exit 9\ncat \"$7\"/*\n");
    fs::write(programs.join("flux"), flux).unwrap();
    fs::set_permissions(programs.join("flux"), fs::Permissions::from_mode(0o755)).unwrap();
    let manifests = folder.path().join("two words");
    fs::create_dir(&manifests).unwrap();
    let run = |text: &str, words: &[&str]| {
        fs::write(manifests.join("manifest.yaml"), text).unwrap();
        let mut script = Command::new("bash");
        script.arg(top().join("docs/ci/flux/check.sh")).args(words).current_dir(folder.path());
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        script.env("PATH", path).output().unwrap().status.code()
    };
    let words = ["apps", "apps.yaml", "./two words"];
    assert_eq!(run(include_str!("../../docs/ci/argo-cd/deployment.yaml"), &words), Some(0));
    assert_eq!(run(PRIVILEGED, &words), Some(1));
    assert_eq!(run(PRIVILEGED, &[&words[..], &["--fail-on", "never"]].concat()), Some(0));
    // What flux cannot build is no success.
    assert_eq!(
        run(PRIVILEGED, &["other", "apps.yaml", "./two words", "--allow-incomplete"]),
        Some(9)
    );
}

#[test]
fn the_how_to_names_inputs_variables_and_hooks_that_there_are() {
    let action = read(".github/actions/check/action.yml");
    let template = read("docs/ci/gitlab.yml");
    let hooks = read(".pre-commit-hooks.yaml");
    let ids: Vec<&str> =
        hooks.as_sequence().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    let (mut inputs, mut variables, mut used_hooks) = (0, 0, 0);
    for block in blocks("yaml") {
        let value: Value = serde_yaml::from_str(&block).unwrap();
        for mapping in mappings(&value) {
            let uses = mapping.get("uses").and_then(Value::as_str).unwrap_or_default();
            if uses.contains("/.github/actions/check@") {
                for (name, _) in mapping["with"].as_mapping().unwrap() {
                    assert!(action["inputs"].get(name).is_some(), "no input {name:?}");
                    inputs += 1;
                }
            }
            for (name, _) in
                mapping.get("variables").and_then(Value::as_mapping).into_iter().flatten()
            {
                assert!(template["kubectl-harden"]["variables"].get(name).is_some(), "no {name:?}");
                variables += 1;
            }
            if let Some(id) = mapping.get("id") {
                assert!(ids.iter().any(|it| id == *it), "no hook {id:?}");
                used_hooks += 1;
            }
        }
    }
    assert!(inputs > 3 && variables > 2 && used_hooks > 0);
    for id in ids {
        assert!(HOW_TO.contains(&format!("| `{id}` |")), "{id}");
    }
}

#[test]
fn every_link_of_the_how_to_leads_somewhere() {
    let links: Vec<&str> =
        HOW_TO.split("](").skip(1).filter_map(|it| it.split(')').next()).collect();
    assert!(links.len() > 5);
    for link in links {
        assert!(top().join("docs").join(link).exists(), "{link}");
    }
}

#[test]
fn the_examples_name_the_version_of_this_repository() {
    let version = format!("v{}", env!("CARGO_PKG_VERSION"));
    let mut names = 0;
    for file in ["docs/ci.md", "docs/ci/tekton.yaml", "docs/ci/argo-cd/check.yaml"] {
        let text = fs::read_to_string(top().join(file)).unwrap();
        for mark in ["rev: v", "kubectl-harden:v", "kubectl-harden-v"] {
            for rest in text.split(mark).skip(1) {
                assert!(rest.starts_with(&version[1..]), "{file}: {mark}{rest:.20}");
                names += 1;
            }
        }
    }
    assert!(names > 3);
}
