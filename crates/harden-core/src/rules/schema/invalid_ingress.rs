//! Ingresses that are refused.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::validation::ProblemKind;

pub(super) static RULE: Rule = Rule {
    id: "invalid-ingress",
    category: Category::Schema,
    severity: Severity::High,
    level: None,
    summary: "a host, a path or a backend of an Ingress is not what the API server takes",
    why: "The API server refuses the object, and a deployment that contains it stops there. Hosts \
          are names, paths are absolute, and a backend is one port of one Service or one other \
          object.",
    remedy: "change the Ingress as the message says",
    breaks: "",
    mend: Mend::Safe,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/services-networking/ingress/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
  - host: web.example.com
    http:
      paths:
      - path: app
        pathType: Prefix
        backend:
          service:
            name: web
            port:
              number: 80
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
  - host: web.example.com
    http:
      paths:
      - path: /app
        pathType: Prefix
        backend:
          service:
            name: web
            port:
              number: 80
",
};

fn check<'d>(_: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::report_problems(ProblemKind::Ingress, reporter);
}
