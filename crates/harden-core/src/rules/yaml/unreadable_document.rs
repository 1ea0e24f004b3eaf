//! Documents that kubectl cannot read.

use harden_yaml::{Document, Rejected};

use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unreadable-document",
    category: Category::Yaml,
    severity: Severity::High,
    level: None,
    summary: "kubectl cannot read the document",
    why: "Nothing in it is applied and nothing in it is checked, whatever it was to \
          defend.",
    remedy: "correct the text as the message says",
    breaks: "",
    references: &[Reference::Page("https://yaml.org/spec/1.2.2/")],
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
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    if document.has_template() {
        return;
    }
    // What follows the first is mostly its echo.
    let first = document.problems().iter().find(|it| it.rejected() == Rejected::Always);
    if let Some(problem) = first {
        reporter.flag_text(problem.span, problem.message());
    }
}
