//! Containers that see all of /proc.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unmasked-proc",
    category: Category::PodSecurity,
    severity: Severity::High,
    level: Some(Level::Baseline),
    summary: "the parts of /proc that runtimes hide are visible to a container",
    why: "Runtimes hide or write-protect what in /proc belongs to the node, such as kcore, \
          sysrq-trigger and /proc/sys. Unmasked, root in the container changes the node's kernel \
          settings, of which one names a program that the node runs as root.",
    remedy: "remove procMount",
    breaks: "Container builders that nest containers need it; run those with hostUsers: false, or \
          on another runtime.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("procMount"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        ),
    ],
    reads: &[],
    check: Check::PodSecurity("procMount"),
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
      procMount: Unmasked
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
      procMount: Default
",
};
