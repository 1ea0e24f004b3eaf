//! Completion, in shells and through kubectl.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::harden::{Ended, command, finish, line};

#[test]
fn every_shell_gets_a_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = line(&format!("completion {shell}")).ok();
        assert!(script.contains("kubectl-harden"), "{shell}: {script}");
    }
}

/// Has a shell complete a line of words, as its user would with the tab key; `None` where it is not there.
fn complete_in(shell: &str, words: &str) -> Option<Ended> {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("kubectl-harden");
    symlink(env!("CARGO_BIN_EXE_kubectl-harden"), &program).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|it| it.join(shell)).find(|it| it.exists())?;
    let script = match shell {
        "bash" => format!(
            "source <(kubectl-harden completion bash)\nCOMP_WORDS=(kubectl-harden {words})\n\
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\ncompopt() {{ return 0; }}\n\
             _clap_complete_kubectl_harden kubectl-harden \"${{COMP_WORDS[COMP_CWORD]}}\"\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        ),
        "fish" => {
            let line = words.replace("\"\"", "");
            format!("kubectl-harden completion fish | source\ncomplete -C 'kubectl-harden {line}'")
        }
        "zsh" => format!(
            "compdef() {{ :; }}\n_describe() {{ print -l -- ${{(P)${{@[-1]}}}} }}\n\
             source <(kubectl-harden completion zsh)\nwords=(kubectl-harden {words})\nCURRENT=${{#words}}\n\
             _clap_dynamic_completer_kubectl_harden"
        ),
        _ => unreachable!("no such shell"),
    };
    let mut run = Command::new(shell);
    run.arg("-c").arg(script);
    run.env("PATH", format!("{}:{path}", folder.path().display())).env("HOME", folder.path());
    run.env_remove("KUBECONFIG");
    Some(finish(&mut run, ""))
}

#[test]
fn shells_offer_commands_flags_and_values() {
    let mut ran = 0;
    for shell in ["bash", "fish", "zsh"] {
        for (words, offered) in [
            ("na", "namespace"),
            ("namespace --allow-s", "--allow-same-namespace"),
            ("check --rule privil", "privileged-container"),
            ("explain host-p", "host-port"),
            ("rules --category net", "network"),
            ("rules --min-severity cr", "critical"),
            ("check --fail-on ne", "never"),
            ("check -o sa", "sarif"),
            ("check --kubernetes-version v1.3", "v1.30"),
            ("check --kubernetes-version cl", "cluster"),
            ("help simu", "simulate"),
        ] {
            let Some(ended) = complete_in(shell, words) else { continue };
            ran += 1;
            assert!(ended.stdout.contains(offered), "{shell}: {words}: {ended:?}");
        }
    }
    assert!(ran > 0, "bash is everywhere");
}

#[test]
fn contexts_and_clusters_come_from_the_kubeconfig_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("config");
    let text = "apiVersion: v1\nkind: Config\nclusters: [{name: far, cluster: {server: 'https://127.0.0.1:1'}}]\nusers: []\ncontexts: [{name: prod-eu, context: {cluster: far, user: a}}, {name: dev, context: {cluster: far, user: a}}]\n";
    std::fs::write(&kubeconfig, text).unwrap();
    let file = kubeconfig.display().to_string();
    let contexts = complete(&["check", "--kubeconfig", &file, "--context", ""]);
    assert!(contexts.contains("prod-eu\n") && contexts.contains("dev\n"), "{contexts}");
    assert!(complete(&["check", "--kubeconfig", &file, "--cluster", "f"]).contains("far\n"));
    // A cluster that does not answer offers nothing, and says nothing.
    assert_eq!(
        complete(&["simulate", "audit", "--kubeconfig", &file, "--context", "dev", "-n", ""]),
        ":4\n"
    );
}

/// Calls the command as kubectl does for `kubectl harden WORDS<TAB>`.
fn complete(words: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("kubectl_complete-harden");
    symlink(env!("CARGO_BIN_EXE_kubectl-harden"), &link).unwrap();
    let mut called = as_called_by_kubectl(&link);
    finish(called.args(words), "").ok()
}

/// The command by another name, away from the settings of whoever runs the tests.
fn as_called_by_kubectl(link: &Path) -> Command {
    let mut called = Command::new(link);
    for (key, value) in command().get_envs() {
        match value {
            Some(value) => called.env(key, value),
            None => called.env_remove(key),
        };
    }
    called
}

#[test]
fn kubectl_gets_candidates_with_their_help() {
    let answer = complete(&["na"]);
    assert!(answer.starts_with("namespace\tMake namespaces"), "{answer}");
    assert!(answer.ends_with("\n:4\n"), "{answer}");
}

/// As the script does that archives bring for kubectl.
#[test]
fn kubectl_is_answered_under_any_name_that_says_who_asks() {
    let mut called = command();
    called.env("_KUBECTL_HARDEN_COMPLETE", "kubectl").args(["na"]);
    assert_eq!(finish(&mut called, "").ok(), complete(&["na"]));
}

#[test]
fn flags_and_their_values_are_completed() {
    assert!(complete(&["namespace", "--allow-s"]).starts_with("--allow-same-namespace\t"));
    let levels = complete(&["namespace", "--level", ""]);
    for level in ["privileged", "baseline", "restricted"] {
        assert!(levels.contains(&format!("{level}\t")), "{levels}");
    }
    assert!(complete(&["namespace", "--only", "default-deny,d"]).contains("default-deny,dns"));
}

#[test]
fn files_are_left_to_the_shell() {
    for words in [
        &["namespace", "-f", ""][..],
        &["check", ""],
        &["check", "--output-file", "a"],
        &["namespace", "team-a", "--output-dir", ""],
        &["check", "--kubeconfig", ""],
    ] {
        assert_eq!(complete(words), ":0\n", "{words:?}");
    }
    assert!(complete(&["check", "--le"]).starts_with("--level\t"));
}
