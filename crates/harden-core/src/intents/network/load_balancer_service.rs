//! Services with a load balancer of their own.

use super::SERVICES;
use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "load-balancer-service",
    constraint: Kind::constraint("HardenLoadBalancerService", "hardenloadbalancerservice"),
    words: Words::Own(Own {
        category: Category::Network,
        severity: Severity::Low,
        summary: "a Service has a load balancer of its own",
        why: "Most clouds give it a public address, past the Ingress or Gateway at which TLS ends and requests are looked \
              at, and each one costs money.",
        remedy: "use type ClusterIP with an Ingress or Gateway",
        references: &[
            Reference::Page(
                "https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer",
            ),
            Reference::Mitre("T1133"),
            Reference::Owasp("K06"),
        ],
        bad: "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  type: LoadBalancer
  selector:
    app: web
  ports:
  - port: 443
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
  - port: 443
",
    }),
    parameters: &[],
    target: Target::Objects { resources: SERVICES, parts: &[".spec"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = "dyn(object).spec.?type.orValue('') != 'LoadBalancer'";
    vec![Validation::new(condition, "the Service must not be of type LoadBalancer")]
}
