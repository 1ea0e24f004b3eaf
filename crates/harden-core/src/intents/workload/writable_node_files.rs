//! Containers that may write to files of their node.

use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "writable-node-files",
    constraint: Kind::constraint("HardenWritableNodeFiles", "hardenwritablenodefiles"),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Medium,
        summary: "a container may write to files of the node",
        why: "What is written there outlives the pod, is seen by whatever else reads it on the node, can fill its disk, and \
              among the files of the node are some that it runs or obeys.",
        remedy: "set readOnly to true on the volume mount, or use a volume of another kind",
        references: &[Reference::Cis("5.2.11"), Reference::Mitre("T1611"), Reference::Owasp("K01")],
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
    }),
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = "!c.?volumeMounts.orValue([]).exists(m, m.?readOnly.orValue(false) == false && \
                     variables.spec.?volumes.orValue([]).exists(v, v.name == m.name && has(v.hostPath)))";
    vec![Validation::of_containers(condition, "files of the node must be mounted with readOnly")]
}
