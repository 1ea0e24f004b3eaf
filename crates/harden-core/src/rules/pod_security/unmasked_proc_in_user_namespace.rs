//! Containers in a user namespace of their own that see all of /proc.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unmasked-proc-in-user-namespace",
    category: Category::PodSecurity,
    severity: Severity::Low,
    level: Some(Level::Restricted),
    summary: "the parts of /proc that runtimes hide are visible, in a user namespace of the pod's own",
    why: "In a user namespace of its own the container's root is nobody on the node, so that most \
          of what is unmasked stays out of its reach; the kernel code behind those files does not, \
          and a bug there leads out.",
    remedy: "remove procMount",
    breaks: "Container builders that nest containers need it; keep those in a namespace that is \
          held to baseline.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("procMount_restricted"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/"),
    ],
    reads: &[],
    check: Check::PodSecurity("procMount_restricted"),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostUsers: false
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
  hostUsers: false
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    securityContext:
      procMount: Default
",
};
