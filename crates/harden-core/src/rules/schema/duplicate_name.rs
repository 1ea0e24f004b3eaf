//! Names that are there twice.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "duplicate-name",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "something is there twice that must be unique",
    why: "The API server refuses the object, and a deployment that contains it stops there. \
          Containers of all lists of a pod share their names, and so do volumes, ports and what \
          is mounted at a path.",
    remedy: "give each its own name",
    breaks: "",
    mend: Mend::ByHand("which of the two is meant, or what the other is called"),
    references: &[Reference::Page("https://kubernetes.io/docs/concepts/workloads/pods/")],
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
  - name: app
    image: registry.example.com/proxy:2.0.1
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
  - name: proxy
    image: registry.example.com/proxy:2.0.1
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Duplicate, reporter);
}
