//! Volumes and mounts that are refused.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-volume",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a volume or where it is mounted is not what the API server takes",
    why: "The API server refuses the object, and a deployment that contains it stops there. A \
          volume is of one kind, and paths of files stay below it.",
    remedy: "change the volume or the mount as the message says",
    breaks: "",
    mend: Mend::ByHand("what is mounted, and where"),
    references: &[Reference::Page("https://kubernetes.io/docs/concepts/storage/volumes/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    volumeMounts:
    - name: data
      mountPath: /data
      subPath: ../other
  volumes:
  - name: data
    emptyDir: {}
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
    volumeMounts:
    - name: data
      mountPath: /data
      subPath: other
  volumes:
  - name: data
    emptyDir: {}
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Volume, reporter);
}
