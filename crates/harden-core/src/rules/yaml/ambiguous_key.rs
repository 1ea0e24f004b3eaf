//! Keys that YAML tells apart and JSON does not.

use harden_yaml::{Document, ProblemKind};

use super::report;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "ambiguous-key",
    category: Category::Yaml,
    severity: Severity::Medium,
    level: None,
    summary: "two keys of a map become the same in JSON",
    why: "Kubernetes turns YAML into JSON, where all keys are strings: which of the two \
          values stays is left to chance and may differ from one run to the next.",
    remedy: "remove one of the two",
    breaks: "",
    mend: Mend::ByHand("which of the two values is meant"),
    references: &[Reference::Page("https://yaml.org/spec/1.2.2/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: ports
data:
  8080: http
  \"8080\": metrics
",
    good: "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: ports
data:
  \"8080\": http
  \"9090\": metrics
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    report(document, reporter, |it| matches!(it, ProblemKind::AmbiguousKey { .. }));
}
