//! Labels, annotations and selectors that are none.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-label",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a label, an annotation or a selector is not what the API server takes",
    why: "The API server refuses the object, and a deployment that contains it stops there. Keys \
          and values of labels are held to a form, and so is what selects by them; all \
          annotations of an object together have a size.",
    remedy: "write the key, the value or the selector as the message says",
    breaks: "",
    mend: Mend::ByHand("what the label or the selector is to say"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    owner: Team A
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
  labels:
    owner: team-a
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Label, reporter);
}
