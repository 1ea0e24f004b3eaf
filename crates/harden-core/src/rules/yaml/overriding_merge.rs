//! Merges that set a key again.

use harden_yaml::{Document, ProblemKind};

use super::report;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "overriding-merge",
    category: Category::Yaml,
    severity: Severity::Medium,
    level: None,
    summary: "a merged map sets a key that is also written beside it",
    why: "Strict readers reject the document, and the others need not agree on which of \
          the two values counts.",
    remedy: "write out the map, or leave the key to the merge",
    breaks: "",
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
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    securityContext: &hardened
      runAsNonRoot: true
      allowPrivilegeEscalation: false
  - name: proxy
    image: registry.example.com/proxy:2.0.1
    securityContext:
      <<: *hardened
      runAsNonRoot: false
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
    securityContext: &hardened
      runAsNonRoot: true
      allowPrivilegeEscalation: false
  - name: proxy
    image: registry.example.com/proxy:2.0.1
    securityContext:
      <<: *hardened
      runAsUser: 10001
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    report(document, reporter, |it| matches!(it, ProblemKind::OverridingMerge { .. }));
}
