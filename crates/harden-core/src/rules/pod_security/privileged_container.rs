//! Containers that run privileged.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "privileged-container",
    category: Category::PodSecurity,
    severity: Severity::Critical,
    level: Some(Level::Baseline),
    summary: "a container runs privileged",
    why: "A privileged container is root on its node: it has every capability, sees every device, \
          is under no seccomp or AppArmor profile, and can mount the node's disk to read what any \
          other pod there holds.",
    remedy: "set privileged to false, and add the single capability that is needed if one is",
    breaks: "Programs that manage the node itself (drivers, storage and network plugins) need it; \
          keep those in a namespace of their own.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("privileged"),
        Reference::Cis("5.2.2"),
        Reference::NsaCisa("Pod security: Pod security enforcement"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
    ],
    reads: &[],
    check: Check::PodSecurity("privileged"),
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
      privileged: true
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
      privileged: false
",
};
