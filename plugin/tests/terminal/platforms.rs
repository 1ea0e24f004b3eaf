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
    ("pod-security-gke", "pod-security --platform gke --level restricted"),
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
    for option in ["--output-file", "--output-dir"] {
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
    line(&format!("audit-policy --platform talos --output-file {file}")).ok();
    let asked = format!("simulate audit -f {file} --user alice --verb get --resource secrets");
    assert!(line(&asked).ok().starts_with("Metadata: "));
}

const MISTAKES: [&str; 30] = [
    "namespace team-a --platform minikube",
    "namespace team-a --allow-apiserver 10.0.0.10",
    "namespace team-a --allow-apiserver 10.0.0.1/8",
    "namespace team-a --allow-to 0.0.0.0/0",
    "namespace team-a --allow-to ::/0:53",
    "namespace team-a --allow-to 10.0.0.1/8:443",
    "namespace team-a --allow-to fd00::10:443",
    "namespace team-a --allow-to db.example.com:5432",
    "namespace team-a --allow-from 0.0.0.0/0",
    "namespace team-a --allow-webhooks app=webhook",
    "namespace team-a --webhook-source 10.0.0.10/32",
    "namespace team-a --bind deployer",
    "namespace team-a --bind deployer=team-a",
    "namespace team-a --bind a/b=group:team-a",
    "namespace team-a --bind deployer=serviceaccount:ci",
    "namespace team-a --bind deployer=group:system:authenticated",
    "namespace team-a --bind cluster-admin=group:team-a",
    "namespace team-a --bind admin=user:ann",
    "audit-policy --platform talos --print-flags",
    "audit-policy --platform openshift --namespace team-a",
    "audit-policy --platform openshift --drop-noise",
    "pod-security --platform talos --exempt-no-namespace",
    "pod-security --platform talos --exempt-user system:masters",
    "encryption --platform k3s --resources configmaps",
    "encryption --platform k3s --provider secretbox --kubernetes-version v1.29",
    "encryption --platform rke2 --key-name a",
    "encryption --platform rke2 --config-path /etc/a/b.yaml",
    "encryption --platform openshift --provider secretbox",
    "encryption --platform openshift --migrated",
    "encryption --platform talos --provider kms --kms-endpoint unix:///a",
];

#[test]
fn every_mistake_is_named_with_its_flag_and_rule() {
    let entry = |words: &&str| format!("$ kubectl harden {words}\n{}\n", line(words).rejected());
    let page: String = MISTAKES.iter().map(entry).collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("platform-mistakes", page));
}

#[test]
fn what_is_doubted_or_open_is_said() {
    let words = "namespace team-a --platform eks --allow-webhooks 9443";
    let notes = line(words).stderr;
    assert!(notes.contains("note: the DNS on EKS is not verified in one point"), "{notes}");
    assert!(notes.contains("--webhook-source names its addresses"), "{notes}");
    let words = "namespace team-a --platform gke --allow-webhooks 9443";
    assert!(line(words).stderr.contains("ports 443 and 10250"));
    assert_eq!(line("namespace team-a --platform k3s").stderr, "");
    assert!(
        line("namespace team-a --bind admin=user:ann --force --only rbac")
            .ok()
            .contains("bind-admin")
    );
}
