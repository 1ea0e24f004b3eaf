//! Values that cannot be decoded into their fields.

use super::report;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "wrong-type",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a value has a type that the API does not take",
    why: "The API server rejects the whole object, so nothing of it is applied. Unquoted \
          yes, on, 1.0 and 08 are the usual cause: YAML reads them as something else \
          than the text they look like.",
    remedy: "write the value as the type that the field takes",
    breaks: "",
    mend: Mend::Safe,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
        ),
        Reference::Page("https://kubernetes.io/docs/reference/using-api/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    shared: yes
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    shared: \"yes\"
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    report(FlawKind::WrongType, reporter);
}
