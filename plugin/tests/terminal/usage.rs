//! Bad input: exit code 2, nothing on standard output, and one message that names the flag, the
//! value and the rule.

use std::process::Stdio;

use crate::gallery;
use crate::harden::{command, finish, line};

const MISTAKES: [&str; 37] = [
    "namespace",
    "namespace Team-A",
    "namespace kube-system",
    "namespace team-a --level strict",
    "namespace team-a --kubernetes-version 1.24",
    "namespace team-a --kubernetes-version v1.99",
    "namespace team-a --label team",
    "namespace team-a --label team=a/b",
    "namespace team-a --label pod-security.kubernetes.io/enforce=baseline",
    "namespace team-a --label kubernetes.io/metadata.name=x",
    "namespace team-a --annotation bad_/x=y",
    "namespace team-a --only everything",
    "namespace team-a --only flows",
    "namespace team-a --only rbac",
    "namespace team-a --only dns --without dns",
    "namespace team-a --dns bind",
    "namespace team-a --dns custom",
    "namespace team-a --dns-port 0",
    "namespace team-a --dns-cidr 10.0.0.2/8",
    "namespace team-a --dns-selector Dns/app=x",
    "namespace team-a --allow-from ingress/app:80",
    "namespace team-a --allow-from ingress:99999",
    "namespace team-a --allow-to Db:5432",
    "namespace team-a --allow-apiserver 10.0.0.1",
    "namespace team-a --allow-apiserver 10.0.0.1/8:443",
    "namespace team-a --size huge",
    "namespace team-a --quota cpu",
    "namespace team-a --quota cpus=4",
    "namespace team-a --quota memory=4GB",
    "namespace team-a --quota pods=1.5",
    "namespace team-a --quota requests.cpu=4,limits.cpu=2",
    "namespace team-a --admin-group system:authenticated",
    "namespace team-a --secrets read",
    "namespace team-a -f nowhere.txt",
    "namespace team-a --dry-run server",
    "namespace team-a --request-timeout 5x --apply",
    "namespaces team-a",
];

#[test]
fn every_mistake_is_named_with_its_flag_and_rule() {
    let entry = |words: &&str| format!("$ kubectl harden {words}\n{}\n", line(words).rejected());
    let page: String = MISTAKES.iter().map(entry).collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("namespace-mistakes", page));
}

#[test]
fn names_come_from_standard_input_too() {
    let input = "# teams\nteam-a\n\n  team-b # the second\r\nteam-a\n";
    let ended = finish(
        command().args(["namespace", "-f", "-", "--only", "service-account", "--no-comments"]),
        input,
    );
    assert_eq!(ended.ok().matches("namespace: team-").count(), 2);
}

#[test]
fn a_bad_name_in_a_file_is_shown_with_its_line() {
    let ended = finish(command().args(["namespace", "-f", "-"]), "team-a\n  Team-B\n");
    assert!(
        ended
            .rejected()
            .contains("invalid value 'Team-B' for '--filename': -:2:3: a namespace name")
    );
}

#[test]
fn an_empty_file_of_names_is_rejected() {
    let ended = finish(command().args(["namespace", "-f", "-"]), "# nobody\n");
    assert!(ended.rejected().contains("give at least one namespace"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = command()
        .args(["namespace"])
        .args((0..2000).map(|number| format!("team-{number}")))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), [].as_slice()));
}

#[test]
fn colour_is_for_terminals_or_on_request() {
    assert!(!line("namespace Team-A").rejected().contains('\u{1b}'));
    let coloured = line("namespace kube-system --color always").rejected();
    assert!(coloured.starts_with('\u{1b}'), "{coloured:?}");
    let ended = finish(
        command().args(["namespace", "kube-system", "--color", "auto"]).env("NO_COLOR", "1"),
        "",
    );
    assert!(!ended.rejected().contains('\u{1b}'));
}

#[test]
fn force_lets_reserved_names_through() {
    assert!(
        line("namespace kube-extra --force --only namespace").ok().contains("name: kube-extra")
    );
}

#[test]
fn without_any_kubeconfig_the_message_says_where_it_looked() {
    let message = line("namespace team-a --apply").rejected();
    assert!(
        message.contains("there is no kubeconfig at $KUBECONFIG or ~/.kube/config"),
        "{message}"
    );
}
