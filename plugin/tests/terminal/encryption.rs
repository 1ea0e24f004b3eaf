//! Encryption at the terminal: what is rejected, where keys go, and that nothing else shows them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::gallery;
use crate::harden::{Ended, command, finish, harden, line};

const MISTAKES: [&str; 35] = [
    "encryption --provider rot13",
    "encryption --provider kms",
    "encryption --provider kms --kms-endpoint https://127.0.0.1:443",
    "encryption --provider kms --kms-endpoint unix:///a --kms-name a:b",
    "encryption --provider kms --kms-endpoint unix:///a --kms-timeout 0s",
    "encryption --provider kms --kms-endpoint unix:///a --kms-timeout 5",
    "encryption --provider kms --kms-endpoint unix:///a --key-name key1",
    "encryption --kms-endpoint unix:///a",
    "encryption --kms-name vault",
    "encryption --resources secret",
    "encryption --resources Secrets",
    "encryption --resources *",
    "encryption --resources secrets.*",
    "encryption --resources core/secrets",
    "encryption --resources events.events.k8s.io",
    "encryption --resources secrets,,configmaps",
    "encryption --key-name a:b",
    "encryption --stage add",
    "encryption --config-path encryption.yaml",
    "encryption --automatic-reload",
    "encryption --print-flags --automatic-reload --kubernetes-version v1.25",
    "encryption --provider kms --kms-endpoint unix:///a --kubernetes-version v1.26",
    "encryption --resources secrets,*.apps --kubernetes-version v1.26",
    "encryption --print-flags --kubernetes-version v1.99",
    "encryption --config-path /a/../b/c",
    "encryption --provider aescbc rotate",
    "encryption rotate",
    "encryption rotate -f nowhere.yaml",
    "encryption rotate -f nowhere.yaml --stage begin",
    "encryption rotate --resources secrets",
    "encryption enable --stage promote",
    "encryption enable --resources pod",
    "encryption enable --verify",
    "encryption disable",
    "encryption disable --provider secretbox",
];

#[test]
fn every_mistake_is_named_with_its_flag_and_rule() {
    let entry = |words: &&str| format!("$ kubectl harden {words}\n{}\n", line(words).rejected());
    let page: String = MISTAKES.iter().map(entry).collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("encryption-mistakes", page));
}

/// A file with a fresh key in a folder, and the key.
fn fresh(folder: &Path) -> (String, String) {
    let file = folder.join("encryption.yaml").display().to_string();
    harden(["encryption", "--output-file", &file]).ok();
    let text = fs::read_to_string(&file).unwrap();
    let secret = text.split("secret: \"").nth(1).unwrap().split('"').next().unwrap();
    (file, secret.to_owned())
}

#[test]
fn each_run_draws_another_key() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let secrets = folders.each_ref().map(|it| fresh(it.path()).1);
    assert_ne!(secrets[0], secrets[1]);
    assert_eq!(secrets[0].len(), 44);
}

#[cfg(unix)]
#[test]
fn files_with_keys_are_for_their_owner_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = fresh(folder.path());
    assert_eq!(mode(&file), 0o600);
    let before = fs::read_to_string(&file).unwrap();
    for words in [&["--output-file", &file][..], &["--show-key", "--output-file", &file]] {
        let message = harden([&["encryption"], words].concat()).rejected();
        assert!(message.contains("exists, and keys are never overwritten"), "{message}");
        assert_eq!(fs::read_to_string(&file).unwrap(), before);
    }
    let target = folder.path().join("rotation").display().to_string();
    let rotate = ["encryption", "rotate", "-f", &file, "--show-key", "--output-dir", &target];
    assert_eq!(harden(rotate).ok(), "");
    let modes = ["plan.txt", "1-add.yaml", "2-promote.yaml", "3-reencrypt.yaml", "4-retire.yaml"]
        .map(|name| (name, mode(&format!("{target}/{name}"))));
    assert_eq!(
        modes,
        [
            ("plan.txt", 0o644),
            ("1-add.yaml", 0o600),
            ("2-promote.yaml", 0o600),
            ("3-reencrypt.yaml", 0o644),
            ("4-retire.yaml", 0o600)
        ]
    );
    assert!(harden(rotate).rejected().contains("exists"), "a second run overwrites nothing");
}

#[test]
fn no_key_is_in_anything_but_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (file, secret) = fresh(folder.path());
    let broken = folder.path().join("broken.yaml").display().to_string();
    let text = fs::read_to_string(&file).unwrap();
    let check = |ended: &Ended| {
        assert!(!ended.stderr.contains(&secret), "{}", ended.stderr);
    };
    for words in [
        "rotate -f FILE",
        "rotate -f FILE --stage status",
        "rotate -f FILE --stage add",
        "rotate -f FILE --stage add --show-key",
        "rotate -f FILE --stage promote",
        "rotate -f FILE --stage retire --reencrypted",
        "rotate -f FILE --stage status --verify",
        "rotate -f FILE --stage bad",
        "rotate -f FILE --output-file FILE",
        "enable -f FILE",
        "enable -f FILE --stage retire --reencrypted",
        "disable -f FILE",
        "disable -f FILE --stage promote",
    ] {
        let words = format!("encryption {words}").replace("FILE", &file);
        let mut command = command();
        command.env("RUST_BACKTRACE", "1").args(words.split_whitespace());
        let ended = finish(&mut command, "");
        check(&ended);
        // Only a file is to be printed with its keys.
        if !words.contains("--stage add")
            && !words.contains("--stage promote")
            && !words.contains("retire")
        {
            assert!(!ended.stdout.contains(&secret), "{words}: {}", ended.stdout);
        }
    }
    for (from, to) in [
        ("secret: ", "secret:"),
        ("secret: ", "secrets: "),
        ("secret: \"", "secret: \"=="),
        ("  - identity", "    identity"),
        ("secretbox:", "aesctr:"),
        ("resources:\n  - secrets", "resources:\n  - Secrets"),
    ] {
        fs::write(&broken, text.replace(from, to)).unwrap();
        for verb in ["rotate", "enable", "disable"] {
            let ended = harden(["encryption", verb, "-f", &broken]);
            check(&ended);
            assert!(!ended.rejected().contains(&secret));
        }
        // A check of it quotes lines of the file.
        let ended = harden(["check", "-f", &broken]);
        check(&ended);
        assert!(!ended.stdout.contains(&secret), "{from} → {to}: {}", ended.stdout);
    }
}

#[test]
fn a_key_where_something_else_should_be_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (file, secret) = fresh(folder.path());
    let text = fs::read_to_string(&file).unwrap();
    let flow = |inner: &str| {
        format!(
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - {inner}\n"
        )
    };
    let inputs = [
        flow(&format!("{secret}: {{keys: [{{name: a, secret: b}}]}}")),
        flow(&format!("secretbox: {{{secret}: [{{name: a, secret: b}}]}}")),
        flow(&format!("secretbox: {{keys: [{{name: a, {secret}: b}}]}}")),
        flow(&format!("secretbox: {{keys: [{{name: a, secret: {secret}, more: {secret}}}]}}")),
        flow(&format!("secretbox: {{keys: [{{name: a, secret: [{secret}]}}]}}")),
        flow(&format!("secretbox: {{keys: {{{secret}: 1}}}}")),
        flow(&format!("secretbox: {secret}")),
        flow(&format!("kms: {{name: a, {secret}: b}}")),
        flow(&format!("secretbox: {{keys: [{{name: a, secret: {secret}")),
        format!("{}{secret}: 1\n", flow("identity: {}")),
        format!("{secret}\n"),
        format!(
            "apiVersion: v1\nkind: EncryptionConfig\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {{keys: [{{name: a, secret: {secret}}}]}}\n"
        ),
        text.replace("secret: \"", "secret: \"\\q"),
        text.replace('\n', "\r"),
        text.replace("  ", "\t"),
    ];
    let broken = folder.path().join("broken.yaml").display().to_string();
    fs::write(&broken, format!("apiVersion: v1\nkind: {secret}\n")).unwrap();
    for verb in ["rotate", "enable", "disable"] {
        let message = harden(["encryption", verb, "-f", &broken]).rejected();
        assert!(
            message.contains("no kind \"REDACTED\"") && !message.contains(&secret),
            "{message}"
        );
    }
    for input in inputs {
        fs::write(&broken, &input).unwrap();
        for words in [
            "encryption rotate -f FILE",
            "encryption enable -f FILE --stage status",
            "encryption disable -f FILE --output-dir FILE/a",
            "encryption rotate -v -f FILE",
            "external-secret a -n b --store fake -f FILE",
            "simulate audit -f FILE --verb get --user a",
            "simulate pod-security -f FILE",
            "audit-policy --estimate FILE",
            "check -f FILE --fail-on never",
            "check -f FILE --fail-on never -o wide",
            "check -f FILE --fail-on never -o json",
            "check -f FILE --fail-on never -o sarif",
            "check -f FILE --fail-on never -o junit",
        ] {
            let mut command = command();
            let words = words.replace("FILE", &broken);
            command.env("RUST_BACKTRACE", "full").args(words.split_whitespace());
            let Ended { code, stdout, stderr } = finish(&mut command, "");
            let said = format!("{stdout}{stderr}");
            assert!((0..=3).contains(&code) && !said.contains("panicked"), "{words}: {said}");
            for part in [secret.as_str(), &secret[..16], &secret[28..]] {
                assert!(!said.contains(part), "{words}\n{input}\n{said}");
            }
        }
    }
}

#[test]
fn keys_are_shown_on_a_terminal_only_when_asked_for() {
    let script = Path::new("/usr/bin/script");
    if !script.exists() {
        harness::skip(harness::Need::Terminal, &format!("there is no {}", script.display()));
        return;
    }
    let program = env!("CARGO_BIN_EXE_kubectl-harden");
    let on_terminal = |words: &str| {
        let line = format!("{program} {words}");
        let mut command = Command::new(script);
        command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, text) = on_terminal("encryption");
    assert!(code == Some(2) && !text.contains("secret: "), "{text}");
    assert!(text.contains("this would show keys on the terminal"), "{text}");
    let (code, text) = on_terminal("encryption --show-key");
    assert!(code == Some(0) && text.contains("secret: "), "{text}");
    let (code, text) = on_terminal("encryption enable");
    assert!(code == Some(0) && text.contains("1. add") && !text.contains("secret: "), "{text}");
}
