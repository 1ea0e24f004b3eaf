//! The Task for Tekton, read from its file; its steps run with the command in place of the image.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_yaml::Value;

use crate::repository::PRIVILEGED;

/// What a parameter is given.
enum Given<'a> {
    Text(&'a str),
    List(&'a [&'a str]),
}

fn task() -> Value {
    serde_yaml::from_str(include_str!("../../docs/ci/tekton.yaml")).unwrap()
}

/// What the steps come to in a workspace: the exit code of the first that fails, and all that they printed.
fn run(workspace: &Path, results: &Path, given: &[(&str, Given<'_>)]) -> (i32, String) {
    let task = task();
    let spec = &task["spec"];
    let workspaces = spec["workspaces"].as_sequence().unwrap();
    let mut texts = BTreeMap::new();
    for it in workspaces {
        let name = format!("workspaces.{}.path", it["name"].as_str().unwrap());
        texts.insert(name, workspace.display().to_string());
    }
    for it in spec["results"].as_sequence().unwrap() {
        let name = it["name"].as_str().unwrap();
        texts.insert(format!("results.{name}.path"), results.join(name).display().to_string());
    }
    let mut lists = BTreeMap::new();
    for it in spec["params"].as_sequence().unwrap() {
        let name = it["name"].as_str().unwrap();
        match &it["default"] {
            Value::Sequence(words) => {
                let words = words.iter().map(|it| it.as_str().unwrap().to_owned()).collect();
                lists.insert(format!("params.{name}[*]"), words);
            }
            text => {
                texts.insert(format!("params.{name}"), text.as_str().unwrap().to_owned());
            }
        }
    }
    for (name, value) in given {
        let known = match value {
            Given::Text(text) => {
                texts.insert(format!("params.{name}"), (*text).to_owned()).is_some()
            }
            Given::List(words) => {
                let words: Vec<String> = words.iter().map(|it| (*it).to_owned()).collect();
                lists.insert(format!("params.{name}[*]"), words).is_some()
            }
        };
        assert!(known, "the task has no parameter {name}");
    }
    let fill = |text: &str| {
        let filled = texts.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("$({name})"), value)
        });
        assert!(!filled.contains("$("), "unknown variable: {filled}");
        filled
    };
    let folder = fill(spec["stepTemplate"]["workingDir"].as_str().unwrap());
    let mut printed = String::new();
    for step in spec["steps"].as_sequence().unwrap() {
        assert!(step.get("script").is_none(), "a script needs a shell, which the image has not");
        let command = step["command"].as_sequence().unwrap();
        assert_eq!(
            command.iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>(),
            ["/usr/local/bin/kubectl-harden"]
        );
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-harden"));
        for word in step["args"].as_sequence().unwrap() {
            let word = word.as_str().unwrap();
            let list = word.strip_prefix("$(").and_then(|it| it.strip_suffix(')'));
            match list.and_then(|it| lists.get(it)) {
                Some(words) => command.args(words),
                None => command.arg(fill(word)),
            };
        }
        let ended = command.current_dir(&folder).output().unwrap();
        printed.push_str(&String::from_utf8_lossy(&ended.stdout));
        printed.push_str(&String::from_utf8_lossy(&ended.stderr));
        if !ended.status.success() {
            return (ended.status.code().unwrap(), printed);
        }
    }
    (0, printed)
}

#[test]
fn the_task_fails_on_findings_and_leaves_them_in_the_workspace() {
    let (workspace, results) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = workspace.path().join("two words");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("pod.yaml"), PRIVILEGED).unwrap();
    let (code, printed) = run(workspace.path(), results.path(), &[]);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains("privileged-container"), "{printed}");
    let sarif = fs::read_to_string(workspace.path().join("kubectl-harden.sarif")).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let version = fs::read_to_string(results.path().join("version")).unwrap();
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    // What a result may have.
    assert!(version.len() < 4096);

    let given = [("fail-on", Given::Text("never")), ("paths", Given::List(&["two words"]))];
    let (code, printed) = run(workspace.path(), results.path(), &given);
    assert_eq!(code, 0, "{printed}");
}

#[test]
fn the_task_fails_on_new_findings_only_if_asked() {
    let (workspace, results) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in ["base", "new"] {
        fs::create_dir(workspace.path().join(folder)).unwrap();
        fs::write(workspace.path().join(folder).join("pod.yaml"), PRIVILEGED).unwrap();
    }
    let given =
        || [("paths", Given::List(&["new"])), ("args", Given::List(&["--against", "base"]))];
    let (code, printed) = run(workspace.path(), results.path(), &given());
    assert_eq!(code, 0, "{printed}");
    let other = PRIVILEGED.replace("name: old", "name: other");
    fs::write(workspace.path().join("new/other.yaml"), other).unwrap();
    let (code, printed) = run(workspace.path(), results.path(), &given());
    assert_eq!(code, 1, "{printed}");
}

#[test]
fn the_steps_run_as_a_user_with_nothing_to_write_but_the_workspace() {
    let task = task();
    let context = &task["spec"]["stepTemplate"]["securityContext"];
    assert_eq!(context["runAsNonRoot"], true);
    assert_eq!(context["readOnlyRootFilesystem"], true);
    assert_eq!(context["allowPrivilegeEscalation"], false);
    assert_eq!(context["capabilities"]["drop"][0], "ALL");
    assert_eq!(context["seccompProfile"]["type"], "RuntimeDefault");
}
