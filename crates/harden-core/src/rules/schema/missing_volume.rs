//! Mounts of volumes that are not there.

use harden_yaml::{Action, Place};

use super::by_message;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::rules::similar::is_misspelt;
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
    mend: Mend::Safe,
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

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let problems = reporter.problems().iter().filter(|it| it.kind == ProblemKind::MissingVolume);
    for (message, alike) in by_message(problems.map(|it| (it.message.as_str(), it.place))) {
        let spots = alike.into_iter().map(|it| (it, "", meant(object, it).map(Action::set)));
        reporter.flag_all(message, spots);
    }
}

/// The only volume of a pod that can be meant by a name in it.
fn meant<'d>(object: &Object<'d>, name: Place<'d>) -> Option<&'d str> {
    let extent = name.extent();
    let pods = object.pods().into_iter().map(|it| it.spec);
    let pod = pods.into_iter().find(|it| {
        let around = it.extent();
        around.start <= extent.start && extent.end <= around.end
    })?;
    let volumes = pod.at("volumes").items().filter_map(|it| it.at("name").as_str());
    let mut near = volumes.filter(|it| is_misspelt(name.as_str().unwrap_or_default(), it));
    near.next().filter(|_| near.next().is_none())
}
