//! Services that are refused.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-service",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "fields of a Service contradict each other",
    why: "The API server refuses the object, and a deployment that contains it stops there. The \
          fields are right each by itself, but not together, or not for a Service of this type.",
    remedy: "change one of the fields as the message says",
    breaks: "",
    mend: Mend::ByHand(
        "what the ports are called, or which of the fields that contradict each other is meant",
    ),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/services-networking/service/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - port: 80
  - name: https
    port: 443
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - name: http
    port: 80
  - name: https
    port: 443
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Service, reporter);
}
