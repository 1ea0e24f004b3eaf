//! Containers that nothing keeps from rare system calls.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "missing-seccomp-profile",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Restricted),
    summary: "no seccomp profile limits the system calls of a container",
    why: "Unless its kubelet is set to default it, a container without a profile may make every \
          system call of the node's kernel, those included whose bugs have let containers out. The \
          runtime's own profile leaves out what hardly any program uses.",
    remedy: "set seccompProfile.type to RuntimeDefault in the pod's securityContext",
    breaks: "Debuggers, sandboxes and programs that use io_uring or create namespaces may get \
          EPERM; give those a Localhost profile that adds the calls they need.",
    mend: Mend::Safe,
    references: &[
        Reference::PodSecurity("seccompProfile_restricted"),
        Reference::Cis("5.6.2"),
        Reference::NsaCisa("Pod security: Hardening container environments"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/tutorials/security/seccomp/"),
    ],
    reads: &[],
    check: Check::PodSecurity("seccompProfile_restricted"),
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
    seccompProfile:
      type: RuntimeDefault
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};
