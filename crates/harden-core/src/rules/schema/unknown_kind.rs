//! Kinds that Kubernetes does not have.

use super::report;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "unknown-kind",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "an API group of Kubernetes does not have this kind",
    why: "The API server rejects the object, and what it was to defend stays open.",
    remedy: "correct kind or apiVersion",
    breaks: "The object is applied.",
    mend: Mend::WithThought,
    references: &[Reference::Page("https://kubernetes.io/docs/reference/using-api/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicies
metadata:
  name: default-deny
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    report(FlawKind::UnknownKind, reporter);
}
