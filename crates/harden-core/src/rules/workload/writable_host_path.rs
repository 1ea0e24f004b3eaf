//! Containers that may write to files of their node without a word on why.

use harden_yaml::Action;

use super::containers::quoted;
use super::host_paths::{self, Danger};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "writable-host-path",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "a container may write to files of the node",
    why: "What is written there outlives the pod, is seen by whatever else reads it on the node, \
          can fill the node's disk past any limit of the pod, and through a symbolic link can lead \
          other programs of the node to files that were not meant.",
    remedy: "set readOnly to true on the volume mount",
    breaks: "A container that has to write there; give it a volume of its own instead.",
    mend: Mend::WithThought,
    references: &[
        Reference::Cis("5.2.11"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/concepts/storage/volumes/#hostpath"),
    ],
    reads: &[],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    volumeMounts:
    - name: host
      mountPath: /host
  volumes:
  - name: host
    hostPath:
      path: /srv/data
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    volumeMounts:
    - name: host
      mountPath: /host
      readOnly: true
  volumes:
  - name: host
    hostPath:
      path: /srv/data
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut paths = Vec::new();
    let mut mounts = Vec::new();
    host_paths::visit(workload, |it| {
        if it.danger == Danger::Writable {
            paths.push(it.path);
            mounts.push((it.container, it.mount.at("readOnly"), Some(Action::set(true))));
        }
    });
    if !paths.is_empty() {
        let flaw = format!("may write to {} of the node", quoted(paths.iter().map(AsRef::as_ref)));
        reporter.flag_containers(&flaw, mounts);
    }
}
