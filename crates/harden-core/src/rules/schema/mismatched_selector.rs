//! Selectors that do not select the template beside them.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "mismatched-selector",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a workload does not select the pods of its own template",
    why: "The API server refuses the object, and a deployment that contains it stops there. The \
          pods that the template makes would not count as those of the workload, which would make \
          more and more of them.",
    remedy: "give the template the labels of the selector",
    breaks: "Services and policies that select the pods by the labels that they had select them no more.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: site
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
    super::report_problems(ProblemKind::Selector, reporter);
}
