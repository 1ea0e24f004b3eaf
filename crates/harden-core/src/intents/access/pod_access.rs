//! Connections into pods that run.

use crate::finding::Severity;
use crate::intents::target::{CONNECTS, Resources};
use crate::intents::{Demand, Intent, Own, Target, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "pod-access",
    constraint: Kind::constraint("HardenPodAccess", "hardenpodaccess"),
    words: Words::Own(Own {
        category: Category::Rbac,
        severity: Severity::Medium,
        summary: "somebody runs commands in a pod, attaches to it, or forwards a port to it",
        why: "What runs in a pod then is not what was reviewed and admitted: a shell has the pod's token, its Secrets and \
              its network, and a forwarded port goes past NetworkPolicies. RBAC cannot say it with exceptions: \
              whoever holds a wildcard, such as cluster-admin, may enter every pod. What goes to a kubelet by nodes/proxy is \
              not refused, for metrics are read by it: check finds who may, as cluster-wide-pod-access.",
        remedy: "read logs and metrics instead, change the workload by its manifest, and keep a way in for emergencies with \
                 --break-glass",
        references: &[
            Reference::Mitre("T1609"),
            Reference::Owasp("K02"),
            Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
        ],
        bad: "\
apiVersion: v1
kind: PodExecOptions
stdin: true
stdout: true
tty: true
container: web
command:
- sh
",
        good: "",
    }),
    parameters: &[],
    target: Target::Objects { resources: CONNECTIONS, parts: &[] },
    demand: Demand::Never(
        "nobody enters pods by exec, attach or port-forward: read logs, or change the workload",
    ),
};

const CONNECTIONS: &[Resources] = &[Resources {
    group: "",
    version: "v1",
    names: &[
        ("pods/attach", "PodAttachOptions"),
        ("pods/exec", "PodExecOptions"),
        ("pods/portforward", "PodPortForwardOptions"),
    ],
    operations: CONNECTS,
}];
