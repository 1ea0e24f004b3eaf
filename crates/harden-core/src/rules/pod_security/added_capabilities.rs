//! Containers with capabilities beyond the runtime's default set.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "added-capabilities",
    category: Category::PodSecurity,
    severity: Severity::High,
    level: Some(Level::Baseline),
    summary: "a container adds capabilities beyond the default set",
    why: "Capabilities are pieces of root that reach past the container. SYS_ADMIN mounts file \
          systems and is the usual way out, SYS_MODULE loads code into the node's kernel, \
          SYS_PTRACE reads and steers the processes it can see, and NET_ADMIN and NET_RAW redirect \
          and forge traffic.",
    remedy: "take the capabilities out of add, and drop ALL",
    breaks: "Network, storage and tracing agents may need one of them; grant that one, in a \
          namespace that is held to no less than it must be.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("capabilities_baseline"),
        Reference::Cis("5.2.8"),
        Reference::Cis("5.2.9"),
        Reference::NsaCisa("Pod security: Pod security enforcement"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        ),
    ],
    reads: &[],
    check: Check::PodSecurity("capabilities_baseline"),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    securityContext:
      capabilities:
        add: [SYS_ADMIN]
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
    securityContext:
      capabilities:
        drop: [ALL]
",
};
