//! The hooks for pre-commit, read from their file and run as pre-commit runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_yaml::Value;

use crate::repository::PRIVILEGED;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn hooks() -> Vec<Value> {
    let text = fs::read_to_string(top().join(".pre-commit-hooks.yaml")).unwrap();
    serde_yaml::from_str::<Value>(&text).unwrap().as_sequence().unwrap().clone()
}

/// Runs a hook on files: its entry split into words, the command found on PATH, then the names of the files.
fn run(id: &str, folder: &Path, files: &[&str]) -> Output {
    let hooks = hooks();
    let hook = hooks.iter().find(|it| it["id"] == id).unwrap();
    assert_eq!(hook["language"], "system");
    let words: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
    let (command, words) = words.split_first().unwrap();
    assert_eq!(*command, "kubectl-harden");
    let mut hook = Command::new(env!("CARGO_BIN_EXE_kubectl-harden"));
    hook.args(words).args(files).current_dir(folder).output().unwrap()
}

/// A repository with a manifest that has findings, and much else that is YAML.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sound = include_str!("../../docs/ci/argo-cd/deployment.yaml");
    for (name, text) in [
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("pod.yaml", PRIVILEGED),
        ("two words.yaml", sound),
        ("broken.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {\n"),
        (".github/workflows/test.yml", "on: push\njobs: {}\n"),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("charts/web/values.yaml", "replicas: 2\n"),
        (
            "charts/web/templates/web.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n",
        ),
        (
            "kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
        ),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_hook_fails_on_findings_and_on_what_is_broken() {
    let folder = repository();
    for (file, said) in
        [("pod.yaml", "privileged-container"), ("broken.yaml", "unreadable-document")]
    {
        let ended = run("harden-check", folder.path(), &["two words.yaml", file]);
        let output = String::from_utf8(ended.stdout).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{output}");
        assert!(output.contains(said), "{output}");
    }
}

#[test]
fn a_hook_lets_pass_what_is_sound_and_what_is_no_manifest() {
    let folder = repository();
    let others = [
        ".github/workflows/test.yml",
        "charts/web/Chart.yaml",
        "charts/web/values.yaml",
        "charts/web/templates/web.yaml",
        "kustomization.yaml",
    ];
    for id in ["harden-check", "harden-fix"] {
        for files in
            [&["two words.yaml"][..], &others[..], &others[..1], &others[3..4], &others[4..]]
        {
            let ended = run(id, folder.path(), files);
            let error = String::from_utf8_lossy(&ended.stderr);
            assert_eq!(ended.status.code(), Some(0), "{id} {files:?}: {error}");
        }
    }
}

#[test]
fn the_hook_that_mends_writes_what_is_safe() {
    let folder = repository();
    let ended = run("harden-fix", folder.path(), &["pod.yaml", "charts/web/templates/web.yaml"]);
    // It is privileged still, which only its owner can change.
    assert_eq!(ended.status.code(), Some(1));
    let text = fs::read_to_string(folder.path().join("pod.yaml")).unwrap();
    assert!(text.contains("seccompProfile") && text.contains("privileged: true"), "{text}");
}

#[test]
fn the_hook_from_source_is_a_script_that_builds_the_same_command() {
    let hooks = hooks();
    let of = |id: &str| hooks.iter().find(|it| it["id"] == id).unwrap();
    let (on_path, from_source) = (of("harden-check"), of("harden-check-source"));
    assert_eq!(from_source["language"], "script");
    let entry = from_source["entry"].as_str().unwrap();
    let (script, words) = entry.split_once(' ').unwrap();
    assert_eq!(on_path["entry"].as_str().unwrap().split_once(' ').unwrap().1, words);

    // Of the script, what it asks cargo for is held to a cargo that only looks.
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("hook");
    fs::create_dir_all(copy.join(".ci")).unwrap();
    fs::create_dir_all(copy.join("target/release")).unwrap();
    fs::create_dir_all(folder.path().join("bin")).unwrap();
    fs::copy(top().join(script), copy.join(script)).unwrap();
    let cargo = "#!/bin/sh\necho \"$PWD $@\" >&2\n";
    write_program(&folder.path().join("bin/cargo"), cargo);
    write_program(&copy.join("target/release/kubectl-harden"), "#!/bin/sh\necho \"$PWD $@\"\n");
    let path =
        format!("{}:{}", folder.path().join("bin").display(), std::env::var("PATH").unwrap());
    let mut hook = Command::new(copy.join(script));
    let ended = hook.args(["check", "two words.yaml"]).current_dir(folder.path()).env("PATH", path);
    let ended = ended.output().unwrap();
    let (output, error) =
        (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert_eq!(output, format!("{} check two words.yaml\n", folder.path().display()), "{error}");
    assert!(error.starts_with(&format!("{} build ", copy.display())), "{error}");
    assert!(error.contains("--release --locked --package kubectl-harden"), "{error}");
}

fn write_program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn pre_commit_itself_runs_the_hook_where_it_is_installed() {
    let is_there = Command::new("pre-commit").arg("--version").output().is_ok();
    if !is_there {
        harness::skip(harness::Need::Programs, "there is no pre-commit: pip install pre-commit");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (source, user) = (folder.path().join("source"), folder.path().join("user"));
    for (path, files) in [
        (
            &source,
            [(
                ".pre-commit-hooks.yaml",
                fs::read_to_string(top().join(".pre-commit-hooks.yaml")).unwrap(),
            )],
        ),
        (&user, [("two words.yaml", PRIVILEGED.to_owned())]),
    ] {
        fs::create_dir(path).unwrap();
        for (name, text) in files {
            fs::write(path.join(name), text).unwrap();
        }
        for words in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &["commit", "--quiet", "--message", "first"],
        ] {
            let mut git = Command::new("git");
            git.args(["-c", "user.name=Test", "-c", "user.email=test@example.com"]).args(words);
            assert!(git.current_dir(path).status().unwrap().success());
        }
    }
    let command = Path::new(env!("CARGO_BIN_EXE_kubectl-harden")).parent().unwrap();
    let path = format!("{}:{}", command.display(), std::env::var("PATH").unwrap());
    let mut hook = Command::new("pre-commit");
    hook.arg("try-repo").arg(&source).args(["harden-check", "--all-files"]);
    hook.current_dir(&user).env("PATH", path).env("PRE_COMMIT_HOME", folder.path().join("home"));
    let ended = hook.output().unwrap();
    let output = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(1), "{output}");
    assert!(output.contains("privileged-container"), "{output}");
}
