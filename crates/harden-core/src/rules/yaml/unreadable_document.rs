//! Documents that kubectl cannot read.

use harden_yaml::Document;

use super::holds_objects;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema;

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
    mend: Mend::ByHand("what the text was to say"),
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
    let is_object = if document.is_readable() {
        holds_objects(document, reporter.version())
    } else {
        schema::names_object(document.span().text(document.text()))
    };
    if is_object {
        super::report_unreadable(document, reporter);
    }
}
