//! Pods that set kernel parameters which reach further than the pod.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unsafe-sysctls",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Baseline),
    summary: "the pod sets kernel parameters beyond those known to be safe",
    why: "Sysctls outside the list are not known to stay within the pod: they can starve other \
          pods of the node of memory or connections, or weaken its network. A kubelet that was not \
          told to allow them rejects the pod.",
    remedy: "remove the sysctl, or set it on the nodes that are meant for this pod",
    breaks: "A program tuned by it, such as one that needs many connections, meets the kernel's \
          default again.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("sysctls"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/"),
    ],
    reads: &[],
    check: Check::PodSecurity("sysctls"),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext:
    sysctls:
    - name: kernel.msgmax
      value: \"65536\"
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
  securityContext:
    sysctls:
    - name: net.ipv4.tcp_syncookies
      value: \"1\"
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};
