//! Ingresses for hosts that the team does not list.

use super::{HOSTS, INGRESSES, NAMES_ALL};
use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Parameter, Shape, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

const LISTED: Parameter = Parameter {
    name: "host",
    variable: "hosts",
    summary: "a host that Ingresses may be for, or '*.' and a domain for all that have one label more",
    shape: Shape::Hosts,
    default: &[],
    example: &["*.example.com"],
};

pub(super) static INTENT: Intent = Intent {
    id: "unlisted-ingress-host",
    constraint: Kind::constraint("HardenUnlistedIngressHost", "hardenunlistedingresshost"),
    words: Words::Own(Own {
        category: Category::Network,
        severity: Severity::Medium,
        summary: "an Ingress is for a host that is not listed",
        why: "Most controllers give a host to whoever asks for it: a team can take the requests of another, or of a name \
              that the company uses elsewhere, with passwords and cookies.",
        remedy: "use a listed host in each rule, and remove defaultBackend",
        references: &[
            Reference::Page("https://kubernetes.io/docs/concepts/services-networking/ingress/"),
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
  - host: 'shop.example.org'
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
    parameters: &[LISTED],
    target: Target::Objects { resources: INGRESSES, parts: &[".spec"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = format!(
        "{NAMES_ALL} && {HOSTS}.all(h, h in variables.hosts || h.indexOf('.') > 0 && '*' + \
         h.substring(h.indexOf('.')) in variables.hosts)"
    );
    vec![Validation::new(
        condition,
        "every rule of the Ingress must name a listed host, and there must be no default backend",
    )]
}
