//! Policies that let everything in.

use crate::kubernetes::Reach;
use crate::network::{Direction, NetworkPolicy};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

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
    mend: Mend::ByHand("which ports are meant to be open, and for whom"),
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
    let pods = if policy.selects_all() {
        "every pod of the namespace"
    } else {
        "the pods that it selects"
    };
    for (reach, who) in [(Reach::All, "everyone"), (Reach::Most, "a large part of the internet")] {
        let rules = policy.rules(Direction::Ingress);
        reporter.flag_all(
            format!("lets {who} connect to every port of {pods}"),
            rules
                .filter(|it| it.is_for_every_tcp_port() && it.reach() == reach)
                .map(|rule| (rule.place, "", None)),
        );
    }
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
    fn everyone_may_be_written_in_parts() {
        let from = |blocks: &str| policy(&format!("ingress: [{{from: [{blocks}]}}]")).join("; ");
        let all = "lets everyone connect to every port of every pod of the namespace";
        for blocks in [
            "{ipBlock: {cidr: 0.0.0.0/0}}",
            "{ipBlock: {cidr: '::/0'}}",
            "{ipBlock: {cidr: 128.0.0.0/1}}, {podSelector: {}}, {ipBlock: {cidr: 0.0.0.0/1}}",
            "{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}",
        ] {
            assert_eq!(from(blocks), all, "{blocks}");
        }
        assert!(
            from("{ipBlock: {cidr: 0.0.0.0/1}}").starts_with("lets a large part of the internet")
        );
        for blocks in ["{ipBlock: {cidr: 10.0.0.0/8}}", "{ipBlock: {cidr: nonsense}}"] {
            assert_eq!(from(blocks), "", "{blocks}");
        }
        assert_eq!(policy("ingress: [{ports: [{port: 1, endPort: 65535}]}]"), [all]);
    }

    #[test]
    fn rules_without_effect_let_nothing_in() {
        assert!(policy("policyTypes: [Egress], ingress: [{}]").is_empty());
    }
}
