//! Mounts of volumes that are not there.

use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "missing-volume",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a container mounts a volume that the pod does not have",
    why: "The API server refuses the object, and a deployment that contains it stops there. \
          Volumes are named by the pod, and what a container mounts is looked for among them.",
    remedy: "mount a volume of the pod, or add the volume",
    breaks: "",
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
    - name: configg
      mountPath: /etc/app
  volumes:
  - name: config
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
    - name: config
      mountPath: /etc/app
  volumes:
  - name: config
    emptyDir: {}
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::MissingVolume, reporter);
}
