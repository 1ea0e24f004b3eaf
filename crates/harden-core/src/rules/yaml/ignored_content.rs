//! Text that is never read.

use harden_yaml::{Document, ProblemKind};

use super::report;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "ignored-content",
    category: Category::Yaml,
    severity: Severity::High,
    level: None,
    summary: "text after the end of a document is never read",
    why: "The reader stops where the first value ends and does not say so: every object \
          further down is silently missing from the cluster.",
    remedy: "separate documents with --- on a line of its own",
    breaks: "Objects that were never applied will be.",
    mend: Mend::ByHand("whether what was never applied is to be applied, or to go"),
    references: &[Reference::Page("https://yaml.org/spec/1.2.2/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
...
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
    good: "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    report(document, reporter, |it| matches!(it, ProblemKind::IgnoredContent));
}
