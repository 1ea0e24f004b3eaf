//! Every command of the README, and of the how-tos that need a cluster, works as it stands there.

use std::path::Path;
use std::process::Command;

use harness::ControlPlane;

use crate::harden::finish;
use crate::kubectl::Kubectl;
use crate::page::{commands, expected_code};

/// In an order in which each finds what those before it made.
const PAGES: [(&str, &str, usize); 6] = [
    ("README.md", include_str!("../../README.md"), 12),
    ("namespaces.md", include_str!("../../docs/namespaces.md"), 15),
    ("external-secrets.md", include_str!("../../docs/external-secrets.md"), 5),
    ("cluster.md", include_str!("../../docs/cluster.md"), 7),
    ("pod-security.md", include_str!("../../docs/pod-security.md"), 3),
    ("snapshot.md", include_str!("../../docs/snapshot.md"), 6),
];

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    securityContext:
      privileged: true
";

#[test]
fn every_command_of_the_pages_works() {
    let Some(plane) = ControlPlane::for_test(&harness::Options::default()) else { return };
    plane.apply(include_str!("../../crates/harden-core/tests/schemas/openreports.yaml"));
    let kubectl = Kubectl::new(&plane);
    for (name, page, at_least) in PAGES {
        let folder = tempfile::tempdir().unwrap();
        for name in ["manifests", "shop"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        make_repository(folder.path());
        let all = commands(page);
        // Others install the command, or build it. What goes on until somebody ends it is tested in `watch.rs`.
        let lines: Vec<_> = all
            .iter()
            .filter(|it| {
                it.starts_with("kubectl ")
                    && !it.ends_with(" playground")
                    && !it.contains(" --watch")
            })
            .collect();
        assert!(lines.len() >= at_least, "{name}: {lines:?}");
        for line in lines {
            // As it was before anything mended it.
            for name in ["manifests/pod.yaml", "shop/app.yaml"] {
                std::fs::write(folder.path().join(name), POD).unwrap();
            }
            let mut shell = kubectl.environment("/bin/bash");
            shell.args(["-o", "pipefail", "-c", line]).current_dir(folder.path());
            let ended = finish(&mut shell, "");
            let expected = expected_code(line);
            assert_eq!(ended.code, expected, "{name}: {line}: {}{}", ended.stdout, ended.stderr);
        }
    }
}

/// Makes a git repository whose `origin/main` holds nothing.
fn make_repository(folder: &Path) {
    let author = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"];
    let commit = ["commit", "--quiet", "--allow-empty", "--message", "Begin"];
    let steps: [&[&str]; 3] = [
        &["init", "--quiet"],
        &[&author[..], &commit].concat(),
        &["update-ref", "refs/remotes/origin/main", "HEAD"],
    ];
    for step in steps {
        let output = Command::new("git").args(step).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
