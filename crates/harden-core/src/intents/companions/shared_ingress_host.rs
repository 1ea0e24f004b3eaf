//! Ingresses for what another Ingress serves already.

use serde_json::{Value, json};

use crate::finding::Severity;
use crate::intents::{Across, Demand, Intent, Own, Resources, Target, Within, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "shared-ingress-host",
    constraint: Kind::constraint("HardenSharedIngressHost", "hardensharedingresshost"),
    words: Words::Own(Own {
        category: Category::Network,
        severity: Severity::High,
        summary: "an Ingress is for a host and path that another Ingress has already",
        why: "The controller sends the traffic of both to one of them, and which one it is no standard says. Whoever \
              may make Ingresses in any namespace can take over the traffic of another team's host, with its cookies \
              and passwords. Classes do not matter here. Two that are sent at the same moment may both be let in.",
        remedy: "use another host or path, or change the Ingress that has it",
        references: &[Reference::Mitre("T1557"), Reference::Owasp("K05")],
        bad: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: team-b
spec:
  rules:
  - host: shop.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: shop
            port:
              number: 80
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: team-a
spec:
  rules:
  - host: shop.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: shop
            port:
              number: 80
",
        good: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: team-b
spec:
  rules:
  - host: shop.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: shop
            port:
              number: 80
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: team-a
spec:
  rules:
  - host: shop.team-a.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: shop
            port:
              number: 80
",
    }),
    parameters: &[],
    target: Target::Objects {
        resources: &[Resources {
            group: "networking.k8s.io",
            version: "v1",
            names: &[("ingresses", "Ingress")],
            operations: &["CREATE", "UPDATE"],
        }],
        parts: &[".spec"],
    },
    demand: Demand::Across(&Across {
        reads: Kind::INGRESS,
        within: Within::Cluster,
        message: "another Ingress has the same host and path",
        expression: "!object.spec.?rules.orValue([]).exists(r, r.?http.?paths.orValue([{}]).exists(p, \
                     variables.others.exists(o, o.spec.?rules.orValue([]).exists(t, \
                     t.?host.orValue('') == r.?host.orValue('') && t.?http.?paths.orValue([{}]).exists(q, \
                     q.?path.orValue('/') == p.?path.orValue('/'))))))",
        validate,
        rego: REGO,
    }),
};

const REGO: &str = "\
is_at_fault if {
	some route in routes(input.review.object)
	some other in others
	route in routes(other)
}

routes(ingress) := {[host, path] |
	some rule in object.get(ingress.spec, \"rules\", [])
	host := object.get(rule, \"host\", \"\")
	some place in object.get(object.get(rule, \"http\", {}), \"paths\", [{}])
	path := object.get(place, \"path\", \"/\")
}
";

fn validate() -> Value {
    let taken = "others[].spec.rules[] | [?(host || '') == '{{ element.host || '' }}'].[http.paths || \
                 `[{}]`][][].[path || '/'][]";
    let own = "{{ [element.http.paths || `[{}]`][].[path || '/'][] }}";
    json!({"foreach": [{
        "list": "request.object.spec.rules || `[]`",
        "context": [{"name": "taken", "variable": {"jmesPath": taken, "default": []}}],
        "deny": {"conditions": {"any": [
            {"key": own, "operator": "AnyIn", "value": "{{ taken }}"},
        ]}},
    }]})
}
