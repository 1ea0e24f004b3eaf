//! Ports of containers that are refused.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-port",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a port of a container is not what the API server takes",
    why: "The API server refuses the object, and a deployment that contains it stops there. Names \
          of ports have at most 15 characters, and two containers of a pod cannot share a port of \
          the host.",
    remedy: "change the port as the message says",
    breaks: "",
    mend: Mend::ByHand("what the port is called, and who else calls it so"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports",
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
    ports:
    - name: https-of-the-front
      containerPort: 8443
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
    ports:
    - name: https
      containerPort: 8443
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Port, reporter);
}
