//! The README and the how-tos of `docs/`: commands work as they stand there, and print what stands below them.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::against::{git, repository};
use crate::audit_policy::log;
use crate::check::{Folder, POD};
use crate::harden::{Ended, command, finish};
use crate::page::{commands, expected_code, transcripts};

/// The how-tos that need no cluster. `tests/end-to-end/pages.rs` runs the others.
const PAGES: [(&str, &str); 13] = [
    ("audit.md", include_str!("../../../docs/audit.md")),
    ("check.md", include_str!("../../../docs/check.md")),
    ("encryption.md", include_str!("../../../docs/encryption.md")),
    ("fix.md", FIX),
    ("images.md", include_str!("../../../docs/images.md")),
    ("lock.md", include_str!("../../../docs/lock.md")),
    ("mcp.md", include_str!("../../../docs/mcp.md")),
    ("network.md", include_str!("../../../docs/network.md")),
    ("network-policy.md", include_str!("../../../docs/network-policy.md")),
    ("platforms.md", include_str!("../../../docs/platforms.md")),
    ("playground.md", include_str!("../../../docs/playground.md")),
    ("who-can-become.md", include_str!("../../../docs/who-can-become.md")),
    ("roles.md", include_str!("../../../docs/roles.md")),
];

const ON_A_CLUSTER: [(&str, &str); 6] = [
    ("README.md", include_str!("../../../README.md")),
    ("cluster.md", include_str!("../../../docs/cluster.md")),
    ("external-secrets.md", include_str!("../../../docs/external-secrets.md")),
    ("namespaces.md", include_str!("../../../docs/namespaces.md")),
    ("pod-security.md", include_str!("../../../docs/pod-security.md")),
    ("snapshot.md", include_str!("../../../docs/snapshot.md")),
];

const PULL_REQUESTS: &str = include_str!("../../../docs/pull-requests.md");

/// Pages whose commands a test of their own runs: that of access in `access.rs`, that of admission in `admission.rs`, that of pull requests here, that of CI in
/// `tests/distribution/examples.rs`, that of policies in
/// `tests/end-to-end/admission_policy.rs`, those of signatures in `sign.rs` and `verify.rs`, that of plans in `tests/end-to-end/plan.rs`. What verifies a release has none to verify.
const ELSEWHERE: [&str; 9] = [
    "admission.md",
    "admission-policies.md",
    "ci.md",
    "who-can.md",
    "plan.md",
    "pull-requests.md",
    "sign.md",
    "stability.md",
    "verify.md",
];

const FIX: &str = include_str!("../../../docs/fix.md");

/// Runs a line in a shell that finds the command as `kubectl harden`.
fn run(folder: &Path, line: &str) -> Ended {
    let tools = folder.join(".tools");
    fs::create_dir_all(&tools).unwrap();
    let kubectl = tools.join("kubectl");
    let program = env!("CARGO_BIN_EXE_kubectl-harden");
    fs::write(&kubectl, format!("#!/bin/sh\nshift\nexec '{program}' \"$@\"\n")).unwrap();
    fs::set_permissions(&kubectl, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("/bin/sh");
    shell.envs(command().get_envs().filter_map(|(name, it)| Some((name, it?))));
    shell.env("PATH", path).args(["-ec", line]).current_dir(folder);
    finish(&mut shell, "")
}

/// Developers deploy where an operator may do everything.
const SHOP: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer, namespace: shop}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: developers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: operator, namespace: shop}]
";

fn with_log() -> Folder {
    Folder::with(&[
        ("manifests/pod.yaml", POD),
        ("images.lock", crate::lock::LOCK),
        ("shop/app.yaml", crate::network_policy::APP),
        ("shop/outside.yaml", crate::network_policy::OUTSIDE),
        ("shop/tenants.yaml", crate::network_policy::TENANTS),
        ("shop/flows.csv", crate::network_policy::FLOWS),
        ("audit.log", &log()),
        ("rbac/shop.yaml", SHOP),
        ("network/shop.yaml", crate::network::SHOP),
        ("network-before/shop.yaml", crate::network::SHOP),
        ("denied.csv", crate::network::DENIED),
        ("chart.yaml", crate::role::CHART),
        ("roles.yaml", crate::role::ROLES),
    ])
}

#[test]
fn every_command_of_a_page_without_a_cluster_works() {
    for (name, page) in PAGES.into_iter().filter(|it| it.1 != FIX) {
        let folder = with_log();
        for line in commands(page) {
            if line.starts_with("cargo ") {
                continue;
            }
            let Ended { code, stdout, stderr } = run(folder.path(), line);
            assert_eq!(code, expected_code(line), "{name}: {line}: {stdout}{stderr}");
        }
    }
}

#[test]
fn every_command_of_the_page_on_fixes_works() {
    let lines = commands(FIX);
    assert!(lines.len() > 6, "{lines:?}");
    for line in lines {
        let folder = Folder::with(&[("manifests/web.yaml", POD)]);
        let Ended { code, stdout, stderr } = run(folder.path(), line);
        // What is left undone keeps the pod from its level, and the exit code says so.
        assert_eq!(code, expected_code(line), "{line}: {stdout}{stderr}");
        let changes = line.contains("git apply") || line.contains("--write");
        let now = fs::read_to_string(folder.path().join("manifests/web.yaml")).unwrap();
        assert_eq!(now != POD, changes, "{line}");
        assert_eq!(now.contains("privileged: false"), changes, "{line}: {now}");
    }
}

#[test]
fn every_command_of_the_page_on_pull_requests_works() {
    let lines = commands(PULL_REQUESTS);
    assert!(lines.len() > 5, "{lines:?}");
    for line in lines {
        let both = format!("{POD}---\n{}", POD.replace("name: web", "name: api"));
        let folder = repository(&[("manifests/web.yaml", POD), ("rendered-before/all.yaml", POD)]);
        git(folder.path(), &["update-ref", "refs/remotes/origin/main", "HEAD"]);
        fs::write(folder.path().join("manifests/web.yaml"), &both).unwrap();
        fs::create_dir(folder.path().join("rendered")).unwrap();
        fs::write(folder.path().join("rendered/all.yaml"), &both).unwrap();
        let Ended { code, stdout, stderr } = run(folder.path(), line);
        let said = stdout + &stderr;
        // What is new fails, and of what was saved a moment ago nothing is.
        assert_eq!(code, i32::from(!line.contains("before.json")), "{line}: {said}");
        assert!(line.contains("-o github") || said.contains(" new, "), "{line}: {said}");
    }
}

#[test]
fn what_a_page_shows_is_what_is_printed() {
    let mut seen = 0;
    for (name, page) in PAGES.into_iter().chain(ON_A_CLUSTER) {
        let folder = with_log();
        run(folder.path(), "kubectl harden audit-policy --output-file audit-policy.yaml");
        for transcript in transcripts(page) {
            let Ended { code, stdout, stderr } = run(folder.path(), transcript.command);
            assert_eq!(code, expected_code(transcript.command), "{name}: {stdout}{stderr}");
            let is_shown = transcript.shows(&stdout);
            assert!(is_shown, "{name}: {}\n{stdout}{stderr}", transcript.command);
            seen += 1;
        }
    }
    assert!(seen > 5, "only {seen} commands are shown with what they print");
}

/// What shows no command to run, or is made from what the tests know.
const NOTHING_TO_RUN: [&str; 6] =
    ["README.md", "corrections.md", "escalation.md", "exit-codes.md", "flags.md", "settings.md"];

#[test]
fn every_page_with_commands_is_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let run: BTreeSet<&str> =
        PAGES.iter().chain(&ON_A_CLUSTER).map(|it| it.0).chain(ELSEWHERE).collect();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !path.is_file() || run.contains(name) && name != "README.md" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let shown = commands(&text).len() + transcripts(&text).len();
        assert!(NOTHING_TO_RUN.contains(&name) && shown == 0, "no test runs what {name} shows");
    }
}
