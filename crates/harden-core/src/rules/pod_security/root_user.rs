//! Pods that ask to run as root.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "root-user",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Restricted),
    summary: "runAsUser asks for root",
    why: "The container runs as root whatever its image says. Root in the container is root to the \
          node's kernel: it uses the capabilities that are left, owns whatever it reaches on \
          shared volumes, and after an escape owns the node.",
    remedy: "remove runAsUser, or set it to the number of a user other than 0",
    breaks: "Files and volumes that belong to root can no longer be written; give them to the new \
          user, volumes by fsGroup. Ports below 1024 may need NET_BIND_SERVICE.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("runAsUser"),
        Reference::Cis("5.2.7"),
        Reference::NsaCisa("Pod security: Non-root containers and rootless container engines"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
    ],
    reads: &[],
    check: Check::PodSecurity("runAsUser"),
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
      runAsUser: 0
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
      runAsUser: 10001
",
};
