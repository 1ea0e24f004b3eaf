//! Pods in the network, process or IPC namespace of their node.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "host-namespaces",
    category: Category::PodSecurity,
    severity: Severity::High,
    level: Some(Level::Baseline),
    summary: "the pod shares its node's network, process or IPC namespace",
    why: "With hostNetwork the pod listens on the node's addresses, reaches what listens on its \
          loopback and escapes NetworkPolicies, which do not hold for it. With hostPID it sees \
          every process of the node and, as root, may read their environment or stop them. With \
          hostIPC it reaches their shared memory.",
    remedy: "remove hostNetwork, hostPID and hostIPC",
    breaks: "Agents that watch the node's processes or serve its network stop working; keep those \
          in a namespace of their own. A program that was reached at the node's address needs a \
          Service.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("hostNamespaces"),
        Reference::Cis("5.2.3"),
        Reference::Cis("5.2.4"),
        Reference::Cis("5.2.5"),
        Reference::NsaCisa("Pod security: Pod security enforcement"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
    ],
    reads: &[],
    check: Check::PodSecurity("hostNamespaces"),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostPID: true
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
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
",
};
