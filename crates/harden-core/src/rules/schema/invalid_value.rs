//! Values that the API server refuses though their type is right.

use super::report;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-value",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a value is none that the API server accepts",
    why: "The API server rejects the whole object, so nothing of it is applied, its \
          defences included. Values are compared letter by letter: `always` is not \
          `Always`.",
    remedy: "write a value that the field takes",
    breaks: "",
    mend: Mend::Safe,
    references: &[Reference::Page("https://kubernetes.io/docs/reference/kubernetes-api/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  restartPolicy: always
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
  restartPolicy: Always
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    report(FlawKind::InvalidValue, reporter);
}
