//! Services that open a port on every node.

use harden_yaml::{Action, Place};

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "node-port-service",
    category: Category::Network,
    severity: Severity::Low,
    level: None,
    summary: "a Service opens a port on every node",
    why: "Whoever reaches any node reaches the Service, past the load balancer and its rules; \
          with a node in a public network that is everyone.",
    remedy: "use type ClusterIP with an Ingress or Gateway, or a load balancer with source ranges",
    breaks: "Clients that use the port of the nodes need the new address.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
        ),
        Reference::Mitre("T1133"),
        Reference::Owasp("K06"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  type: NodePort
  selector:
    app: web
  ports:
  - port: 80
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  type: ClusterIP
  selector:
    app: web
  ports:
  - port: 80
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "Service") {
        return;
    }
    let spec = object.place.at("spec");
    let kind = spec.at("type");
    if kind.as_str() == Some("NodePort") {
        let written = spec.at("ports").items().filter_map(|it| it.at("nodePort").number());
        let ports: Vec<_> = written.map(|it| it.to_string()).collect();
        let message = match ports.as_slice() {
            [] => "every node opens a port for it".to_owned(),
            [port] => format!("every node opens port {port} for it"),
            ports => format!("every node opens ports {} for it", ports.join(", ")),
        };
        let of_nodes = ["externalTrafficPolicy", "healthCheckNodePort"].map(|it| spec.at(it));
        let of_nodes = spec.at("ports").items().map(|it| it.at("nodePort")).chain(of_nodes);
        let removed = of_nodes.filter(Place::exists).map(|it| (it, Action::Remove));
        let edits = [(kind, Action::set("ClusterIP"))].into_iter().chain(removed).collect();
        reporter.flag_with(kind, message, edits);
    }
}
