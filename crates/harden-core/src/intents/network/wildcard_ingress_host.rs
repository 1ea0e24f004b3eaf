//! Ingresses that take the requests of more hosts than they name.

use super::{HOSTS, INGRESSES, NAMES_ALL};
use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "wildcard-ingress-host",
    constraint: Kind::constraint("HardenWildcardIngressHost", "hardenwildcardingresshost"),
    words: Words::Own(Own {
        category: Category::Network,
        severity: Severity::Medium,
        summary: "an Ingress takes requests of hosts that it does not name",
        why: "A wildcard, a rule without a host and a default backend take the requests of every host that nobody else has, \
              of other teams and of names that are yet to come: passwords and cookies among them.",
        remedy: "name each host in full, and remove defaultBackend",
        references: &[
            Reference::Page(
                "https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards",
            ),
            Reference::Mitre("T1557"),
        ],
        bad: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: team-a
spec:
  rules:
  - host: '*.example.com'
    http:
      paths:
      - path: /
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
  namespace: team-a
spec:
  rules:
  - host: 'shop.example.com'
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: web
            port:
              number: 80
",
    }),
    parameters: &[],
    target: Target::Objects { resources: INGRESSES, parts: &[".spec"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = format!("{NAMES_ALL} && {HOSTS}.all(h, h != '' && !h.startsWith('*'))");
    vec![Validation::new(
        condition,
        "every rule of the Ingress must name one host, and there must be no default backend",
    )]
}
