//! Fields that the API server insists on.

use super::report;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "missing-required-field",
    category: Category::Schema,
    severity: Severity::Medium,
    level: None,
    summary: "a field that the API server insists on is missing or empty",
    why: "The API server rejects the whole object, so nothing of it is applied, its \
          defences included.",
    remedy: "add the field",
    breaks: "A selector cannot be changed afterwards: leave out labels that are to change, and let no other workload have the same.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
        ),
        Reference::Page("https://kubernetes.io/docs/reference/using-api/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
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
    report(FlawKind::MissingField, reporter);
}
