//! Containers that are added to pods that run, to debug them.

use crate::finding::Severity;
use crate::intents::target::Resources;
use crate::intents::{Demand, Intent, Own, Target, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "ephemeral-container",
    constraint: Kind::constraint("HardenEphemeralContainer", "hardenephemeralcontainer"),
    words: Words::Own(Own {
        category: Category::Rbac,
        severity: Severity::Medium,
        summary: "a debugging container is added to a pod that runs",
        why: "kubectl debug puts an image of anybody's choice beside the containers that were reviewed, with the pod's network \
              and, by its target, their processes and files. It stays for as long as the pod does.",
        remedy: "debug a copy of the pod with kubectl debug --copy-to, and keep a way in for emergencies with --break-glass",
        references: &[
            Reference::Mitre("T1609"),
            Reference::Page(
                "https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/",
            ),
        ],
        bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: team-a
spec:
  containers:
  - name: web
    image: registry.example.com/web:1.0
  ephemeralContainers:
  - name: debugger
    image: busybox:1.37
    stdin: true
    tty: true
",
        good: "",
    }),
    parameters: &[],
    target: Target::Objects { resources: ADDITIONS, parts: &[] },
    demand: Demand::Never(
        "no container is added to pods that run: debug a copy with kubectl debug --copy-to",
    ),
};

const ADDITIONS: &[Resources] = &[Resources {
    group: "",
    version: "v1",
    names: &[("pods/ephemeralcontainers", "Pod")],
    operations: &["UPDATE"],
}];
