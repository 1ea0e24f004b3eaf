//! Namespaces whose pods cannot resolve names.

use std::net::IpAddr;

use harden_yaml::Place;

use super::policy::{Direction, OtherPolicies, TrafficRule, block_includes, by_namespace};
use crate::check::{Reporter, World};
use crate::kubernetes::{Protocol, Selector};
use crate::rule::{Category, Check, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "denied-dns",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "outgoing traffic is denied and no policy lets pods resolve names",
    why: "Every connection begins with a look-up in the DNS of the cluster; without it, \
          policies that let connections out do not help, and pods fail in ways that do not \
          point here.",
    remedy: "add a NetworkPolicy that allows port 53 over UDP and TCP to the DNS pods of the cluster",
    breaks: "",
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Page("https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"),
    ],
    check: Check::World(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-dns
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
    ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let others = OtherPolicies::of(world);
    for (namespace, policies) in by_namespace(world) {
        let denies = policies
            .iter()
            .find(|(_, policy)| policy.isolates(Direction::Egress) && policy.selects_all());
        let Some((object, policy)) = denies else { continue };
        let mut rules = policies.iter().flat_map(|(_, policy)| policy.rules(Direction::Egress));
        if !rules.any(|rule| lets_dns_out(&rule)) && !others.may_apply(namespace) {
            let whose = if namespace.is_empty() {
                "its namespace".to_owned()
            } else {
                format!("namespace {namespace}")
            };
            let message = format!(
                "denies outgoing traffic of every pod of {whose}, and no policy there lets them reach DNS"
            );
            reporter.flag_in(object, policy.spec, message, None);
        }
    }
}

/// Whether names can be resolved through a rule. A rule that names the port of DNS is taken to know
/// where DNS is; one for every port must include the pods or the address of the cluster's DNS.
fn lets_dns_out(rule: &TrafficRule<'_>) -> bool {
    let allows = rule.allows(Protocol::Udp, 53) || rule.allows(Protocol::Udp, 5353);
    allows
        && (!rule.is_for_every_port()
            || rule.is_for_every_peer()
            || rule.peers().items().any(may_be_dns))
}

fn may_be_dns(peer: Place<'_>) -> bool {
    let block = peer.at("ipBlock");
    if block.exists() {
        // Services and pods of most clusters are in this range; the second is NodeLocal DNSCache.
        return ["10.96.0.10", "169.254.20.10"]
            .iter()
            .filter_map(|it| it.parse::<IpAddr>().ok())
            .any(|it| block_includes(block, it));
    }
    let Ok(Some(namespaces)) = Selector::read(peer.at("namespaceSelector")) else { return false };
    matches!(
        namespaces.wanted("kubernetes.io/metadata.name"),
        None | Some("kube-system" | "openshift-dns")
    )
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
    fn any_policy_of_the_namespace_may_allow_dns() {
        let deny = "podSelector: {}, policyTypes: [Egress]";
        assert_eq!(
            policy(deny),
            [
                "denies outgoing traffic of every pod of namespace b, and no policy there lets them reach DNS"
            ]
        );
        let with = |egress: &str| policy(&format!("{deny}, egress: [{egress}]")).len();
        assert_eq!(with("{}"), 0);
        assert_eq!(with("{ports: [{port: 53, protocol: UDP}]}"), 0);
        assert_eq!(with("{ports: [{port: 5353, protocol: UDP}]}"), 0);
        assert_eq!(with("{ports: [{port: 443}]}"), 1);
        assert_eq!(with("{ports: [{port: 53}]}"), 1);
    }

    #[test]
    fn every_port_helps_only_where_dns_is() {
        let with = |peer: &str| {
            policy(&format!("podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{peer}]}}]"))
                .len()
        };
        assert_eq!(with("{podSelector: {}}"), 1);
        assert_eq!(with("{namespaceSelector: {}}"), 0);
        let label = "matchLabels: {kubernetes.io/metadata.name:";
        assert_eq!(with(&format!("{{namespaceSelector: {{{label} db}}}}}}")), 1);
        assert_eq!(with(&format!("{{namespaceSelector: {{{label} kube-system}}}}}}")), 0);
        assert_eq!(with("{ipBlock: {cidr: 0.0.0.0/0}}"), 0);
        assert_eq!(with("{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 169.254.0.0/16]}}"), 1);
        assert_eq!(with("{ipBlock: {cidr: 169.254.20.10/32}}"), 0);
    }

    #[test]
    fn a_policy_for_some_pods_is_the_business_of_those() {
        assert!(policy("podSelector: {matchLabels: {a: b}}, policyTypes: [Egress]").is_empty());
        assert!(policy("podSelector: {}, egress: []").is_empty());
    }
}
