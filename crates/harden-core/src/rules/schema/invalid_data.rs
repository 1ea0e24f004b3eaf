//! Data of ConfigMaps and Secrets that is refused.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-data",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "the data of a ConfigMap or a Secret is not what the API server takes",
    why: "The API server refuses the object, and a deployment that contains it stops there. Keys \
          become names of files, all values together have at most 1 MiB, and types of Secrets ask \
          for keys of their own.",
    remedy: "change the data as the message says",
    breaks: "",
    mend: Mend::ByHand("what the keys and the values of the data are"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/configuration/secret/#secret-types",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Secret
metadata:
  name: web
type: kubernetes.io/tls
stringData:
  tls.crt: certificate of web
",
    good: "\
apiVersion: v1
kind: Secret
metadata:
  name: web
type: kubernetes.io/tls
stringData:
  tls.crt: certificate of web
  tls.key: key of web
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Data, reporter);
}
