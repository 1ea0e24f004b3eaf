//! The runtime's own seccomp profile for pods that name none.

use serde_json::{Value, json};

use super::unless::{OF_WINDOWS, PODS};
use crate::finding::Severity;
use crate::intents::{Change, Demand, Intent, Own, Place, Words};
use crate::kubernetes::{Kind, MinorVersion};
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "default-seccomp",
    constraint: Kind::constraint("HardenDefaultSeccomp", "hardendefaultseccomp"),
    words: Words::Own(Own {
        category: Category::PodSecurity,
        severity: Severity::Medium,
        summary: "a pod names no seccomp profile",
        why: "Without a profile a container may make every system call of the node's kernel. The runtime's own profile \
              leaves out what hardly any program uses. It is set for the pod; a container that names another keeps it.",
        remedy: "set seccompProfile.type to RuntimeDefault in the pod's securityContext",
        references: &[
            Reference::PodSecurity("seccompProfile_restricted"),
            Reference::Cis("5.6.2"),
            Reference::Page("https://kubernetes.io/docs/tutorials/security/seccomp/"),
        ],
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
    seccompProfile:
      type: RuntimeDefault
",
    }),
    parameters: &[],
    target: PODS,
    demand: Demand::Change(&Change {
        breaks: "Debuggers, sandboxes and programs that use io_uring or create namespaces may get EPERM; give those a \
                 Localhost profile that adds the calls they need.",
        relieves: &["missing-seccomp-profile"],
        since: MinorVersion(19),
        named: None,
        place: Place::Object(&["spec", "securityContext", "seccompProfile"]),
        value,
        unless: &[OF_WINDOWS],
    }),
};

fn value() -> Value {
    json!({"type": "RuntimeDefault"})
}
