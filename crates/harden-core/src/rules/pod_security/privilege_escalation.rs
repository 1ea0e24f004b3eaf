//! Containers whose processes may gain privileges.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "privilege-escalation",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Restricted),
    summary: "a process may gain more privileges than the container was started with",
    why: "A set-user-ID program, or one with file capabilities, in the image turns an ordinary \
          user of the container into root. Kubernetes allows that unless the field is false; false \
          sets no_new_privs, which no child can undo.",
    remedy: "set allowPrivilegeEscalation to false",
    breaks: "sudo, su, ping in old images and other programs that rely on set-user-ID or file \
          capabilities fail; start the container as the user it needs. It cannot be set together \
          with privileged or with SYS_ADMIN.",
    mend: Mend::Safe,
    references: &[
        Reference::PodSecurity("allowPrivilegeEscalation"),
        Reference::Cis("5.2.6"),
        Reference::NsaCisa("Pod security: Pod security enforcement"),
        Reference::Mitre("T1548.001"),
        Reference::Owasp("K01"),
    ],
    reads: &[],
    check: Check::PodSecurity("allowPrivilegeEscalation"),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
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
    securityContext:
      allowPrivilegeEscalation: false
",
};
