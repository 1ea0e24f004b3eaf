//! Every command of the README works as it stands there.

use harness::ControlPlane;

use crate::harden::finish;
use crate::kubectl::Kubectl;

/// The lines of the README's shell blocks that call kubectl.
fn commands() -> Vec<&'static str> {
    let readme = include_str!("../../README.md");
    let blocks = readme.split("```sh\n").skip(1).filter_map(|it| it.split("```").next());
    blocks.flat_map(str::lines).filter(|it| it.starts_with("kubectl ")).collect()
}

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
fn every_command_of_the_readme_works() {
    let Some(plane) = ControlPlane::for_test(&harness::Options::default()) else { return };
    let kubectl = Kubectl::new(&plane);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("manifests")).unwrap();
    std::fs::write(folder.path().join("manifests/pod.yaml"), POD).unwrap();
    let commands = commands();
    assert!(commands.len() > 12, "{commands:?}");
    for line in commands {
        let mut shell = kubectl.environment("/bin/bash");
        shell.args(["-o", "pipefail", "-c", line]).current_dir(folder.path());
        let ended = finish(&mut shell, "");
        // What is checked is not hardened, and exit codes say so.
        let is_flawed = (line.contains(" check -f manifests/")
            || line.contains(" check manifests/"))
            && !line.contains("--fail-on-new");
        // What a platform takes no file for, and what it does itself, is answered by no.
        let is_no =
            line.contains(" encryption --platform eks") || line.contains(" rotate --platform ");
        let is_no = is_no || line.contains(" simulate pod-security ");
        let expected = i32::from(is_flawed || is_no);
        assert_eq!(ended.code, expected, "{line}: {}{}", ended.stdout, ended.stderr);
    }
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = include_str!("../../README.md");
    let shown = readme
        .split("$ kubectl harden namespace team-a\n")
        .nth(1)
        .and_then(|it| it.split("…\n").next());
    let shown = shown.expect("the README shows the output");
    assert!(crate::harden::line("namespace team-a").ok().starts_with(shown));
}
