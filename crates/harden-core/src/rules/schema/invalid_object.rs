//! Objects of other kinds whose fields contradict each other.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-object",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "fields of an object contradict each other",
    why: "The API server refuses the object, and a deployment that contains it stops there. The \
          fields are right each by itself, but not together: a quota for some pods that bounds \
          Services, a budget that says two things, a volume of two kinds.",
    remedy: "change one of the fields as the message says",
    breaks: "",
    mend: Mend::ByHand("which of the fields that contradict each other is meant"),
    references: &[Reference::Page("https://kubernetes.io/docs/reference/kubernetes-api/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 1
  maxUnavailable: 1
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
    super::report_problems(ProblemKind::Object, reporter);
}
