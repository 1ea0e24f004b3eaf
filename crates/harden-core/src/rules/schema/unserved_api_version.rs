//! API versions that are gone or not there yet.

use super::report;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "unserved-api-version",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "the API server does not serve this API version",
    why: "The object cannot be applied to the Kubernetes version that it is meant for. \
          After an upgrade a policy or budget that cannot be applied any more is easily \
          missed.",
    remedy: "use an API version that is served",
    breaks: "Fields may be called otherwise or mean something else in the other API \
          version; compare them.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 1
  selector:
    matchLabels:
      app: web
",
    good: "\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 1
  selector:
    matchLabels:
      app: web
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    report(FlawKind::UnservedVersion, reporter);
}
