//! Namespaces whose pods connect to everywhere.

use super::default_deny::flag_open;
use crate::network::{self, Direction};
use crate::rule::Companion;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "missing-default-deny-egress",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a namespace does not deny outgoing traffic by default",
    why: "Whoever gets into a pod may reach the API server, the metadata service of the cloud, \
          every other pod and the internet: to look around, to load tools and to send data \
          out.",
    remedy: "add a NetworkPolicy with podSelector {} and policyTypes [Egress], one that allows \
          DNS, and policies for what must go out",
    breaks: "Connections that no policy lets out are dropped, name resolution included.",
    mend: Mend::Objects(&[Companion::DefaultDeny, Companion::AllowDns]),
    references: &[
        Reference::Cis("5.3.2"),
        Reference::NsaCisa("Network separation and hardening: network policies"),
        Reference::Mitre("T1552.005"),
        Reference::Owasp("K05"),
    ],
    reads: network::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
    ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_open(world, reporter, Direction::Egress);
}
#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    const NAMESPACE: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: team}}\n---\n";

    fn with(policy: &str) -> usize {
        messages(&RULE, &format!("{NAMESPACE}{policy}")).len()
    }

    fn policy(namespace: &str, spec: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: \
             {namespace}}}, spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn an_empty_list_without_policy_types_denies_nothing() {
        assert_eq!(with(&policy("team", "podSelector: {}, egress: []")), 1);
        assert_eq!(with(&policy("team", "podSelector: {}, policyTypes: [Ingress, Egress]")), 0);
        assert_eq!(with(&policy("team", "podSelector: {}, policyTypes: [Egress], egress: []")), 0);
    }
}
