//! `--platform`: what is printed for each, and what becomes of files where there are none.

use crate::harden::line;
use crate::{gallery, show_generated};

/// Every form that a platform has of its own.
const FORMS: [(&str, &str); 11] = [
    ("audit-policy-kind-flags", "audit-policy --platform kind --print-flags"),
    ("audit-policy-k3s-flags", "audit-policy --platform k3s --print-flags"),
    ("audit-policy-rke2-flags", "audit-policy --platform rke2 --print-flags --backend webhook"),
    ("audit-policy-talos", "audit-policy --platform talos --profile minimal"),
    ("audit-policy-openshift", "audit-policy --platform openshift --profile forensic"),
    ("encryption-kind-flags", "encryption --platform kind --print-flags --automatic-reload"),
    ("encryption-k3s", "encryption --platform k3s"),
    ("encryption-rke2", "encryption --platform rke2 --provider aescbc"),
    ("encryption-openshift", "encryption --platform openshift"),
    (
        "pod-security-talos",
        "pod-security --platform talos --exempt-namespace kube-system,gpu-operator",
    ),
    ("pod-security-rke2-flags", "pod-security --platform rke2 --print-flags"),
];

/// Every question that is answered by what to do instead.
const ANSWERS: [(&str, &str); 12] = [
    ("audit-policy-gke", "audit-policy --platform gke"),
    ("audit-policy-eks", "audit-policy --platform eks"),
    ("audit-policy-aks", "audit-policy --platform aks"),
    ("encryption-gke", "encryption --platform gke"),
    ("encryption-eks", "encryption --platform eks"),
    ("encryption-aks", "encryption --platform aks"),
    ("pod-security-gke", "pod-security --platform gke --enforce restricted"),
    ("pod-security-openshift", "pod-security --platform openshift"),
    ("encryption-rotate-k3s", "encryption rotate --platform k3s"),
    ("encryption-rotate-gke", "encryption rotate --platform gke"),
    ("encryption-disable-openshift", "encryption disable --platform openshift"),
    ("encryption-rotate-talos", "encryption rotate --platform talos"),
];

#[test]
fn the_gallery_shows_each_form() {
    for (name, words) in FORMS {
        show_generated(name, words, &line(words).ok());
    }
}

#[test]
fn the_gallery_shows_each_answer() {
    for (name, words) in ANSWERS {
        let ended = line(words);
        assert_eq!(ended.code, 1, "{}", ended.stderr);
        assert!(ended.stderr.contains("so none is made: what is printed"), "{}", ended.stderr);
        show_generated(name, words, &ended.stdout);
    }
}

#[test]
fn an_answer_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for option in ["--output", "--output-dir"] {
        let path = folder.path().join(option);
        let ended = line(&format!("encryption --platform gke {option} {}", path.display()));
        assert_eq!(ended.code, 1);
        assert!(ended.stdout.contains("gcloud container clusters update"), "{}", ended.stdout);
        assert!(ended.stderr.contains("note: no file was written\n"), "{}", ended.stderr);
        assert!(!path.exists());
    }
    let bare = line("encryption --platform gke --no-comments").stdout;
    assert!(!bare.contains("# ") && bare.contains("gcloud "), "{bare}");
}

#[test]
fn both_forms_of_talos_go_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    line(&format!("encryption --platform talos --output-dir {path}")).ok();
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["encryption-talos-1.14.yaml", "encryption-talos.yaml"]);
}

#[test]
fn a_policy_inside_of_a_machine_configuration_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("patch.yaml").display().to_string();
    line(&format!("audit-policy --platform talos --output {file}")).ok();
    let asked = format!("simulate audit -f {file} --user alice --verb get --resource secrets");
    assert!(line(&asked).ok().starts_with("Metadata: "));
}

const MISTAKES: [&str; 12] = [
    "audit-policy --platform talos --print-flags",
    "audit-policy --platform openshift --namespaces team-a",
    "audit-policy --platform openshift --drop-noise",
    "pod-security --platform talos --exempt-no-namespace",
    "pod-security --platform talos --exempt-user system:masters",
    "encryption --platform k3s --resources configmaps",
    "encryption --platform k3s --provider secretbox --kubernetes-version v1.29",
    "encryption --platform rke2 --key-name a",
    "encryption --platform rke2 --config-path /etc/a/b.yaml",
    "encryption --platform openshift --provider secretbox",
    "encryption --platform openshift --stage migrated",
    "encryption --platform talos --provider kms --kms-endpoint unix:///a",
];

#[test]
fn every_mistake_is_named_with_its_flag_and_rule() {
    let entry = |words: &&str| format!("$ kubectl harden {words}\n{}\n", line(words).rejected());
    let page: String = MISTAKES.iter().map(entry).collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("platform-mistakes", page));
}
