//! Fields that only other versions of the API have.

use super::report;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "field-not-in-version",
    category: Category::Schema,
    severity: Severity::Medium,
    level: None,
    summary: "a field does not exist in the Kubernetes version that the object is meant for",
    why: "An API server drops fields that came after it or that were removed before it, \
          so what they say does not happen, and only strict validation tells.",
    remedy: "remove the field, or say the same with one that the version has",
    breaks: "",
    mend: Mend::ByHand(
        "whether the field is needed, and which other one says the same in this version",
    ),
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
        ),
        Reference::Page("https://kubernetes.io/docs/reference/using-api/deprecation-guide/"),
    ],
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
  resourceClaims:
  - name: gpu
    source:
      resourceClaimTemplateName: gpu
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
  resourceClaims:
  - name: gpu
    resourceClaimTemplateName: gpu
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    report(FlawKind::FieldNotInVersion, reporter);
}
