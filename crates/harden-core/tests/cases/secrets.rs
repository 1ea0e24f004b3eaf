//! What is a secret, and what merely looks like one.

use harden_core::secrecy;

use crate::{of, texts, verdicts};

#[test]
fn secrets_in_every_language_are_found() {
    let Some(verdicts) = verdicts(&["secret-shapes.yaml"]) else { return };
    let environment = of(&verdicts, "secret-in-environment");
    assert_eq!(environment.iter().map(|it| it.lines.len()).collect::<Vec<_>>(), [17]);
    let files = of(&verdicts, "secret-in-config-map");
    let expected = [
        "config.json",
        "settings.xml",
        "settings.py",
        ".pgpass",
        ".htpasswd",
        "application.yml",
        "init.sql",
        "run.sh",
        "values.toml",
        "my.cnf",
        ".dockerconfigjson",
        "kubeconfig",
        "grafana.ini",
        "redis.conf",
        "prometheus.yml",
        "alertmanager.yaml",
    ];
    for file in expected {
        assert!(files.iter().any(|it| it.message.contains(file)), "{file}: {files:?}");
    }
}

#[test]
fn words_and_references_are_no_secrets() {
    let Some(verdicts) = verdicts(&["secret-words.yaml", "nsswitch-config-map.yaml"]) else {
        return;
    };
    let secrets: Vec<_> = verdicts.iter().filter(|it| it.rule.starts_with("secret-")).collect();
    assert!(secrets.is_empty(), "{secrets:#?}");
}

#[test]
fn a_secret_in_a_long_file_is_pointed_at_and_named() {
    let Some(verdicts) = verdicts(&["secret-in-long-config-map.yaml"]) else { return };
    let found = of(&verdicts, "secret-in-config-map");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].lines, [13]);
    assert_eq!(found[0].message, "`signing_key` in `config.yaml` holds a key in plain text");
}

#[test]
fn what_a_rule_of_secrets_sees_is_told_of_the_text() {
    let Some(texts) = texts(&[
        "secret-shapes.yaml",
        "secret-words.yaml",
        "external-secret-merge-into-owned.yaml",
    ]) else {
        return;
    };
    let [shapes, words, others] = &texts[..] else { panic!("three files") };
    let told = secrecy::confidences(&shapes.1);
    assert_eq!(told.len(), 2);
    let disguised = secrecy::disguised(&shapes.1, &told);
    for secret in [
        "Zx81Qq07",
        "0123456789abcdef0123",
        "aZ3kq9Xw7YtLm2PnRv5Bc8Qd",
        "c2hvcDpYazI5Zk",
        "c2lnbmF0dXJl",
    ] {
        assert!(!disguised.contains(secret), "{secret}: {disguised}");
    }
    assert_eq!(secrecy::confidences(&words.1), []);
    assert_eq!(secrecy::confidences(&others.1), []);
}

#[test]
fn a_blank_in_a_secret_is_called_a_blank() {
    let Some(verdicts) = verdicts(&["placeholder-in-secret-data.yaml"]) else { return };
    let wrong = of(&verdicts, "wrong-type");
    assert_eq!(wrong.len(), 5);
    for it in wrong {
        assert!(it.message.contains("is a blank to fill in"), "{}", it.message);
        assert!(!it.message.contains("stringData"), "{}", it.message);
    }
    assert!(verdicts.iter().all(|it| it.rule != "duplicate-key"), "{verdicts:#?}");
}
