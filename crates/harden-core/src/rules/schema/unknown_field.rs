//! Fields that no version of the API has.

use super::report;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "unknown-field",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a field does not exist in the API",
    why: "The API server drops fields that it does not know, and only kubectl's strict \
          validation says so. A mistyped securityContext is no securityContext, and \
          nothing in the cluster tells.",
    remedy: "correct the name or the place of the field, or remove it",
    breaks: "What was without effect takes effect.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
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
      runAsNonRot: true
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
      runAsNonRoot: true
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    report(FlawKind::UnknownField, reporter);
}
