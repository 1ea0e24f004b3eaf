//! Names that are no names.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-name",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a name is not what the API server takes for one",
    why: "The API server refuses the object, and a deployment that contains it stops there. Names \
          become parts of host names, URLs and files, so that most of them are lower-case words \
          of RFC 1123.",
    remedy: "write the name as the message says",
    breaks: "",
    mend: Mend::ByHand("what the object is called, and who else calls it so"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: Web_1
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web-1
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Name, reporter);
}
