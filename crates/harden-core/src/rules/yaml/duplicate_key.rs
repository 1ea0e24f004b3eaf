//! Keys that the same map already has.

use harden_yaml::{Document, ProblemKind};

use super::report;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "duplicate-key",
    category: Category::Yaml,
    severity: Severity::High,
    level: None,
    summary: "a map has the same key twice",
    why: "Strict readers reject the document; all others silently take the last value, \
          while a reviewer tends to see the first. A whole securityContext can be lost \
          to a second one further down.",
    remedy: "remove one of the two",
    breaks: "What the last value said no longer holds if that is the one to go.",
    mend: Mend::ByHand("which of the two values is meant"),
    references: &[
        Reference::Page("https://yaml.org/spec/1.2.2/"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
        ),
    ],
    reads: &[],
    check: Check::Document(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  automountServiceAccountToken: false
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
  automountServiceAccountToken: true
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  automountServiceAccountToken: false
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    report(document, reporter, |it| matches!(it, ProblemKind::DuplicateKey { .. }));
}
