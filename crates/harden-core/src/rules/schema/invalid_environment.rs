//! Environment variables that are refused.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-environment",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "an environment variable is not what the API server takes",
    why: "The API server refuses the object, and a deployment that contains it stops there. A \
          variable has its value from one place, and of the pod it can have some fields only.",
    remedy: "change the variable as the message says",
    breaks: "",
    mend: Mend::ByHand("which of its sources the variable has its value from"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/tasks/inject-data-application/environment-variable-expose-pod-information/",
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
    env:
    - name: NODE
      value: unknown
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
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
    env:
    - name: NODE
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Environment, reporter);
}
