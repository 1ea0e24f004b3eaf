//! Containers that nothing keeps from running as root.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "root-allowed",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Restricted),
    summary: "nothing keeps a container from running as root",
    why: "Images run as root unless they say otherwise. Root in the container is root to the \
          node's kernel: it uses the capabilities that are left, owns whatever it reaches on \
          shared volumes, and after an escape owns the node.",
    remedy: "set runAsNonRoot to true",
    breaks: "The kubelet rejects to start an image that runs as root, or whose user is a name and \
          not a number. Set runAsUser to the number of a user that may read the program's files, \
          fsGroup for its volumes, and let it listen on a port from 1024 up.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("runAsNonRoot"),
        Reference::Cis("5.2.7"),
        Reference::NsaCisa("Pod security: Non-root containers and rootless container engines"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
    ],
    reads: &[],
    check: Check::PodSecurity("runAsNonRoot"),
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
  securityContext:
    runAsNonRoot: true
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};
