//! Quantities of which only the unit is written.

use super::report;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "quantity-without-number",
    category: Category::Schema,
    severity: Severity::Medium,
    level: None,
    summary: "a quantity has a unit and no number",
    why: "The API server accepts `Gi` and `m` as 0 and says nothing. A request of 0 reserves \
          nothing, a limit of 0 limits nothing, and a quota of 0 lets nothing in. A template \
          that filled in an empty value is the usual cause.",
    remedy: "write the number",
    breaks: "The amount takes effect.",
    mend: Mend::ByHand("the number"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: compute
spec:
  hard:
    requests.memory: Gi
",
    good: "\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: compute
spec:
  hard:
    requests.memory: 8Gi
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    report(FlawKind::QuantityWithoutNumber, reporter);
}
