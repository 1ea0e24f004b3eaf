//! Policies that let everything out.

use crate::network::{Direction, NetworkPolicy, TrafficRule};
use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "allow-all-egress",
    category: Category::Network,
    severity: Severity::Low,
    level: None,
    summary: "a policy lets pods connect to everywhere",
    why: "Policies only add to each other: whoever gets into these pods may reach the metadata \
          service of the cloud, the API server and the internet, whatever other policies deny.",
    remedy: "name the peers and ports that the pods need",
    breaks: "Connections to peers that are not named are dropped.",
    references: &[
        Reference::Cis("5.3.2"),
        Reference::NsaCisa("Network separation and hardening: network policies"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Owasp("K05"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Egress]
  egress:
  - {}
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Egress]
  egress:
  - to:
    - podSelector:
        matchLabels:
          app: db
    ports:
    - port: 5432
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = NetworkPolicy::read(object) else { return };
    let rules: Vec<_> = policy.rules(Direction::Egress).filter(TrafficRule::allows_all).collect();
    if rules.is_empty() {
        return;
    }
    let pods = if policy.selects_all() {
        "every pod of the namespace"
    } else {
        "the pods that it selects"
    };
    reporter.flag_all(
        format!("lets {pods} connect to every address and port"),
        rules.iter().map(|rule| (rule.place, String::new(), None)),
    );
}
