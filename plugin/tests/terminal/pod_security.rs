//! `pod-security`: what it prints, which options it rejects, and what `check` says of such files.

use crate::harden::{command, finish, line};
use crate::{gallery, show_generated};

/// Every way of using `pod-security` that its reader should see once.
const GALLERY: [(&str, &str); 5] = [
    ("pod-security", "pod-security"),
    ("pod-security-latest", "pod-security --kubernetes-version latest"),
    (
        "pod-security-exemptions",
        "pod-security --level restricted --exempt-namespace kube-system,gpu-operator --exempt-user ann@example.com --exempt-user system:serviceaccount:ci:deployer --exempt-runtime-class kata",
    ),
    (
        "pod-security-levels",
        "pod-security --level privileged --audit-level baseline --warn-level restricted --kubernetes-version v1.34 --exempt-no-namespace --no-comments",
    ),
    ("pod-security-flags", "pod-security --print-flags"),
];

const MISTAKES: [&str; 15] = [
    "pod-security --level strict",
    "pod-security --kubernetes-version 1.24",
    "pod-security --kubernetes-version v1.99",
    "pod-security --exempt-namespace Kube-System",
    "pod-security --exempt-namespace kube-*",
    "pod-security --exempt-namespace default",
    "pod-security --exempt-no-namespace --exempt-namespace a",
    "pod-security --exempt-user=",
    "pod-security --exempt-user system:masters",
    "pod-security --exempt-user system:serviceaccount:ci:*",
    "pod-security --exempt-user system:serviceaccount:ci",
    "pod-security --exempt-user system:serviceaccount:kube-system:replicaset-controller",
    "pod-security --exempt-runtime-class Kata",
    "pod-security --output-dir a --output-file b",
    "pod-security team-a",
];

#[test]
fn the_gallery_shows_what_is_printed() {
    for (name, words) in GALLERY {
        show_generated(name, words, &line(words).ok());
    }
}

#[test]
fn every_mistake_is_named_with_its_flag_and_rule() {
    let entry = |words: &&str| format!("$ kubectl harden {words}\n{}\n", line(words).rejected());
    let page: String = MISTAKES.iter().map(entry).collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("pod-security-mistakes", page));
}

#[test]
fn what_is_dangerous_is_made_on_request_only() {
    assert!(line("pod-security --exempt-namespace default --force").ok().contains("[default]"));
}

#[test]
fn a_file_that_is_named_and_not_shown_is_said_to_be_unchecked() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    file(
        "admission.yaml",
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: PodSecurity\n  path: /etc/kubernetes/admission/pss.yaml\n",
    );
    file(
        "pss.yaml",
        "apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\ndefaults: {enforce: baseline, enforce-version: v1.37}\nexemptions: {namespaces: [shop]}\n",
    );
    file(
        "shop.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}\n",
    );
    let check = |files: &[&str]| {
        let mut check = command();
        check.arg("check").current_dir(folder.path());
        for file in files {
            check.args(["-f", file]);
        }
        finish(&mut check, "")
    };
    let alone = check(&["admission.yaml"]);
    assert_eq!(alone.code, 3, "{}", alone.stderr);
    assert!(alone.stdout.contains("/etc/kubernetes/admission/pss.yaml"), "{}", alone.stdout);
    assert!(alone.stdout.contains("is not among the input"), "{}", alone.stdout);
    let all = check(&["admission.yaml", "pss.yaml", "shop.yaml"]);
    assert!(!all.stdout.contains("not among the input"), "{}", all.stdout);
    assert!(all.stdout.contains("[admission-exempt-namespace-labelled]"), "{}", all.stdout);
}
