//! Pods that ask for every system call.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unconfined-seccomp",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Baseline),
    summary: "seccomp is switched off",
    why: "Unconfined allows every system call of the node's kernel, even where the kubelet is set \
          to give containers the runtime's profile: those included whose bugs have let containers \
          out.",
    remedy: "set seccompProfile.type to RuntimeDefault, or to Localhost with a profile of its own",
    breaks: "Debuggers, sandboxes and programs that use io_uring or create namespaces may get \
          EPERM; give those a Localhost profile that adds the calls they need.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("seccompProfile_baseline"),
        Reference::Cis("5.6.2"),
        Reference::NsaCisa("Pod security: Hardening container environments"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/tutorials/security/seccomp/"),
    ],
    reads: &[],
    check: Check::PodSecurity("seccompProfile_baseline"),
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
      seccompProfile:
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
      seccompProfile:
        type: RuntimeDefault
",
};
