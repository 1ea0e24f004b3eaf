//! From audit to deny in a week, as the page says, on a real API server.

use std::path::Path;
use std::time::{Duration, Instant};

use harness::{ControlPlane, Options};

use crate::harden::finish;
use crate::kubectl::Kubectl;
use crate::page::{commands, expected_code};

const PAGE: &str = include_str!("../../docs/admission-policies.md");

const LEGACY: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: legacy, namespace: default}
spec:
  replicas: 1
  selector: {matchLabels: {app: legacy}}
  template:
    metadata: {labels: {app: legacy}}
    spec: {hostNetwork: true, containers: [{name: app, image: web}]}
";

fn flawed(name: &str, also: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: default}}, spec: {{hostNetwork: true, \
         {also} containers: [{{name: app, image: web}}]}}}}"
    )
}

/// What the server says to a pod: whether it would let it in, and in which words.
fn answer(plane: &ControlPlane, pod: &str) -> (bool, String) {
    let output = plane.try_apply(pod);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), words)
}

/// The same once the server has taken in a policy that was just written: until then it judges by those before.
fn settled(
    plane: &ControlPlane,
    name: &str,
    is_as: impl Fn(&(bool, String)) -> bool,
) -> (bool, String) {
    let begun = Instant::now();
    for count in 0.. {
        let answer = answer(plane, &flawed(&format!("{name}-{count}"), ""));
        if is_as(&answer) || begun.elapsed() > Duration::from_secs(30) {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    unreachable!("the loop ends by itself")
}

#[test]
fn a_week_goes_from_looking_to_refusing() {
    let options = Options { no_controllers: true, ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    let kubectl = Kubectl::new(&plane);
    let folder = tempfile::tempdir().unwrap();
    plane.apply(LEGACY);
    let is_warned = |it: &(bool, String)| it.1.contains("harden-host-namespaces");
    for line in commands(PAGE).into_iter().filter(|it| it.starts_with("kubectl ")) {
        run(&kubectl, folder.path(), line);
        if !line.contains("--apply") {
            continue;
        }
        let mode = line.split("--mode ").nth(1).and_then(|it| it.split(' ').next()).unwrap();
        match mode {
            "audit" => {
                let (is_in, words) = answer(&plane, &flawed("looked-at", ""));
                assert!(is_in && words.is_empty(), "{words}");
            }
            "warn" => {
                let (is_in, words) = settled(&plane, "warned", is_warned);
                assert!(is_in && words.contains("harden-host-namespaces"), "{words}");
            }
            _ => {
                let (is_in, words) = settled(&plane, "refused", |it| !it.0);
                assert!(!is_in && words.contains("harden-"), "{words}");
            }
        }
    }
    // What was there may stay and be changed, and so may what it makes; nothing like it may come.
    plane.apply(&LEGACY.replace("replicas: 1", "replicas: 2"));
    plane.apply(&LEGACY.replace("image: web", "image: web:2"));
    let (is_in, words) = answer(&plane, &LEGACY.replace("legacy", "other"));
    assert!(!is_in && words.contains("ValidatingAdmissionPolicy 'harden-"), "{words}");
    let other = flawed("by-a-node", "hostPID: true,");
    assert!(!answer(&plane, &other).0);
}

fn run(kubectl: &Kubectl<'_>, folder: &Path, line: &str) {
    let mut shell = kubectl.environment("/bin/bash");
    shell.args(["-o", "pipefail", "-c", line]).current_dir(folder);
    let ended = finish(&mut shell, "");
    assert_eq!(ended.code, expected_code(line), "{line}: {}{}", ended.stdout, ended.stderr);
}

/// The definition that Gatekeeper makes of the template of `host-port`.
const MADE: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: hardenhostport.constraints.gatekeeper.sh}
spec:
  group: constraints.gatekeeper.sh
  scope: Cluster
  names: {kind: HardenHostPort, plural: hardenhostport, singular: hardenhostport, listKind: HardenHostPortList}
  versions:
  - name: v1beta1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

#[test]
fn a_constraint_waits_for_the_kind_that_its_template_makes() {
    const DEFINITION: &str =
        "gatekeeper/config/crd/bases/constrainttemplate-customresourcedefinition.yaml";
    let Some(definition) = harness::Need::Definitions.at(DEFINITION) else { return };
    let options = Options { no_controllers: true, ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    plane.apply(&std::fs::read_to_string(definition).unwrap());
    let kubectl = Kubectl::new(&plane);
    let folder = tempfile::tempdir().unwrap();
    let words = "kubectl harden admission-policy host-port --engine gatekeeper";
    let ended = |line: &str| {
        let mut shell = kubectl.environment("/bin/bash");
        shell.args(["-c", line]).current_dir(folder.path());
        finish(&mut shell, "")
    };
    let tried = ended(&format!("{words} --apply --dry-run=server"));
    assert_eq!(tried.code, 3, "{}{}", tried.stdout, tried.stderr);
    assert!(
        tried.stderr.contains("HardenHostPort is not there before its template is"),
        "{}",
        tried.stderr
    );
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(3));
            plane.apply(MADE);
        });
        let applied = ended(&format!("{words} --apply"));
        assert_eq!(applied.code, 0, "{}{}", applied.stdout, applied.stderr);
        assert!(applied.stdout.contains("hardenhostport"), "{}", applied.stdout);
    });
    assert_eq!(ended(&format!("{words} --diff")).code, 0, "what was applied is as it is made");
}
