//! Pods that choose their own SELinux type, user or role.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "custom-se-linux-context",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Baseline),
    summary: "SELinux options take the container out of the policy for containers",
    why: "On nodes with SELinux the label is what still holds a process that has broken out of \
          everything else. A type that is not one of those for containers (spc_t, say), or a user \
          or role of its own, puts the container under another policy, usually a laxer one.",
    remedy: "remove user and role, and leave the type to the container runtime",
    breaks: "A container that reads files labelled for the host is denied; have the files \
          relabelled, or run it with a type made for it in a privileged namespace.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("seLinuxOptions"),
        Reference::NsaCisa("Pod security: Hardening container environments"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        ),
    ],
    reads: &[],
    check: Check::PodSecurity("seLinuxOptions"),
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
      seLinuxOptions:
        type: spc_t
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
      seLinuxOptions:
        level: s0:c123,c456
",
};
