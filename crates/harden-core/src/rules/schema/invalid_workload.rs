//! Fields of workloads that contradict each other.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-workload",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "fields of a workload contradict each other",
    why: "The API server refuses the object, and a deployment that contains it stops there. The \
          fields are right each by itself, but not together, or not in such a workload.",
    remedy: "change one of the fields as the message says",
    breaks: "",
    mend: Mend::ByHand("which of the fields that contradict each other is meant"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  strategy:
    type: Recreate
    rollingUpdate:
      maxSurge: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
",
    good: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Workload, reporter);
}
