//! Policies that let everything in.

use crate::network::{Direction, NetworkPolicy, TrafficRule};
use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "allow-all-ingress",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a policy lets everyone connect to every port",
    why: "Policies only add to each other: this one opens the pods that it selects to the \
          whole cluster and beyond, whatever others deny, ports for debugging and metrics \
          included.",
    remedy: "name the ports that are meant to be open, and the peers where they are known",
    breaks: "Connections to ports that are not named are dropped.",
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
  policyTypes: [Ingress]
  ingress:
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
  policyTypes: [Ingress]
  ingress:
  - ports:
    - port: 8080
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = NetworkPolicy::read(object) else { return };
    let rules: Vec<_> = policy.rules(Direction::Ingress).filter(TrafficRule::allows_all).collect();
    if rules.is_empty() {
        return;
    }
    let pods = if policy.selects_all() {
        "every pod of the namespace"
    } else {
        "the pods that it selects"
    };
    reporter.flag_all(
        format!("lets everyone connect to every port of {pods}"),
        rules.iter().map(|rule| (rule.place, String::new(), None)),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(spec: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, \
                 spec: {{{spec}}}}}"
            ),
        )
    }

    #[test]
    fn no_peers_and_an_empty_list_of_them_are_the_same() {
        assert_eq!(
            policy("ingress: [{}]"),
            ["lets everyone connect to every port of every pod of the namespace"]
        );
        assert_eq!(policy("ingress: [{from: [], ports: null}]").len(), 1);
        assert!(policy("ingress: [{from: [{podSelector: {}}]}]").is_empty());
        assert!(policy("ingress: [{ports: [{port: 80}]}]").is_empty());
        assert!(policy("ingress: []").is_empty());
    }

    #[test]
    fn rules_without_effect_let_nothing_in() {
        assert!(policy("policyTypes: [Egress], ingress: [{}]").is_empty());
    }
}
