//! Probes and handlers that are refused.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-probe",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a probe or a lifecycle handler is not what the API server takes",
    why: "The API server refuses the object, and a deployment that contains it stops there. A \
          probe does one thing, and init containers that come to an end have none.",
    remedy: "change the probe as the message says",
    breaks: "",
    mend: Mend::ByHand("what the probe is to ask, and by which one way"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
    )],
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
    livenessProbe:
      tcpSocket:
        port: 8080
      exec:
        command: [web, live]
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
    livenessProbe:
      tcpSocket:
        port: 8080
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Probe, reporter);
}
