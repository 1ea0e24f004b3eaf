//! Requests and limits that are refused.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-resources",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "requests and limits are not what the API server takes",
    why: "The API server refuses the object, and a deployment that contains it stops there. A \
          request may not be above the limit, and of hugepages and of what only some nodes have \
          it must equal the limit.",
    remedy: "request at most the limit",
    breaks: "",
    mend: Mend::ByHand("which of the request and the limit is meant"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
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
    resources:
      requests:
        memory: 1Gi
      limits:
        memory: 512Mi
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
    resources:
      requests:
        memory: 256Mi
      limits:
        memory: 512Mi
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Resources, reporter);
}
