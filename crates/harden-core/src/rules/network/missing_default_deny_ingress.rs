//! Namespaces whose pods take connections from everywhere.

use super::default_deny::flag_open;
use crate::network::{self, Direction};
use crate::rule::Companion;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "missing-default-deny-ingress",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a namespace does not deny incoming traffic by default",
    why: "Every pod of the cluster may connect to every port of the pods that no policy \
          selects, also to ports that were never meant for others.",
    remedy: "add a NetworkPolicy with podSelector {} and policyTypes [Ingress], and policies for \
          what must come in",
    breaks: "Connections that no policy lets in are dropped, those of ingress controllers and \
          monitoring included.",
    mend: Mend::Objects(&[Companion::DefaultDeny, Companion::AllowDns]),
    references: &[
        Reference::Cis("5.3.2"),
        Reference::NsaCisa("Network separation and hardening: network policies"),
        Reference::Mitre("T1046"),
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
  policyTypes: [Ingress]
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_open(world, reporter, Direction::Ingress);
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
    fn only_a_policy_for_every_pod_of_the_namespace_denies_by_default() {
        assert_eq!(with(&policy("team", "podSelector: {}")), 0);
        assert_eq!(with(&policy("team", "ingress: [{}]")), 0);
        assert_eq!(with(&policy("team", "podSelector: {matchLabels: {a: b}}")), 1);
        assert_eq!(with(&policy("team", "policyTypes: [Egress]")), 1);
        assert_eq!(with(&policy("other", "podSelector: {}")), 1);
    }

    #[test]
    fn policies_of_network_plugins_may_deny_as_well() {
        let head = "apiVersion: cilium.io/v2, kind";
        assert_eq!(
            with(&format!("{{{head}: CiliumClusterwideNetworkPolicy, metadata: {{name: a}}}}")),
            0
        );
        let own = "metadata: {name: a, namespace: team}";
        assert_eq!(with(&format!("{{{head}: CiliumNetworkPolicy, {own}}}")), 0);
        let other = "metadata: {name: a, namespace: other}";
        assert_eq!(with(&format!("{{{head}: CiliumNetworkPolicy, {other}}}")), 1);
    }

    #[test]
    fn a_namespace_that_is_not_in_the_input_is_not_judged() {
        assert!(messages(&RULE, &policy("other", "podSelector: {matchLabels: {a: b}}")).is_empty());
        let system = "{apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}";
        assert!(messages(&RULE, system).is_empty());
    }
}
