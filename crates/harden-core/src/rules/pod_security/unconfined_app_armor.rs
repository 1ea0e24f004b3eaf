//! Pods without the AppArmor profile that they would have had.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unconfined-app-armor",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Baseline),
    summary: "the AppArmor profile that runtimes apply by default is switched off",
    why: "On nodes with AppArmor the runtime's profile keeps containers from mounting file \
          systems, from writing to the kernel's files in /proc and /sys and from tracing processes \
          outside. Unconfined gives all of that back to whoever gets in.",
    remedy: "set appArmorProfile.type to RuntimeDefault, or to Localhost with a profile of its own",
    breaks: "A container that mounts file systems or traces processes needs a Localhost profile \
          that allows just that.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("appArmorProfile"),
        Reference::NsaCisa("Pod security: Hardening container environments"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/tutorials/security/apparmor/"),
    ],
    reads: &[],
    check: Check::PodSecurity("appArmorProfile"),
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
      appArmorProfile:
        type: Unconfined
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
      appArmorProfile:
        type: RuntimeDefault
",
};
