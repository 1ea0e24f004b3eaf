//! Fields of pods that contradict each other.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-pod",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "fields of a pod contradict each other",
    why: "The API server refuses the object, and a deployment that contains it stops there. The \
          fields are right each by itself, but not together, or not for such a pod.",
    remedy: "change one of the fields as the message says",
    breaks: "",
    mend: Mend::ByHand("which of the fields that contradict each other is meant"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/",
    )],
    reads: &[],
    check: Check::Object(check),
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
      allowPrivilegeEscalation: false
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
      allowPrivilegeEscalation: false
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Pod, reporter);
}
