//! Containers that keep capabilities that they hardly need.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "undropped-capabilities",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Restricted),
    summary: "a container keeps capabilities that it hardly needs",
    why: "A container that drops nothing has the runtime's default set, of which most programs \
          need none: NET_RAW forges packets to impersonate neighbours, DAC_OVERRIDE ignores file \
          permissions, SETUID, CHOWN and MKNOD turn a small hole into a larger one.",
    remedy: "set capabilities.drop to [ALL], and add back NET_BIND_SERVICE only",
    breaks: "An image that starts as root to change its user, to give files away or to bind a port \
          below 1024 fails; start it as its final user, on a port from 1024 up.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("capabilities_restricted"),
        Reference::Cis("5.2.8"),
        Reference::Cis("5.2.9"),
        Reference::NsaCisa("Pod security: Hardening container environments"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
    ],
    reads: &[],
    check: Check::PodSecurity("capabilities_restricted"),
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
      capabilities:
        drop: [ALL]
",
};
