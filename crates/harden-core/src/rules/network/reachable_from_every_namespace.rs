//! Pods that every namespace reaches although they have policies.

use std::collections::BTreeMap;

use crate::kubernetes::{Condition, Protocol, Reach, Selector};
use crate::network::connectivity::{Party, Stranger};
use crate::network::{self, Direction, NetworkPolicy, TrafficRule};
use crate::object::Object;
use crate::rule::{
    Category, Check, Mend, Reachability, Reference, Reporter, Rule, Severity, World,
};

pub(super) static RULE: Rule = Rule {
    id: "reachable-from-every-namespace",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a policy lets the pods of every namespace connect to every port",
    why: "A namespaceSelector without labels is for all namespaces, those of others and those to come \
          included. Whoever gets into any pod of the cluster reaches every port of these, those for \
          debugging and metrics included.",
    remedy: "name the namespaces by a label, or the ports that all of them may ask",
    breaks: "Connections from namespaces, or to ports, that are not named are dropped.",
    mend: Mend::ByHand("which namespaces and ports are meant"),
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::NsaCisa("Network separation and hardening: network policies"),
        Reference::Owasp("K05"),
    ],
    reads: network::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: db
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector: {}
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: db
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: team-b
",
};

/// The label of its name, which the API server gives every namespace.
const NAME: &str = "kubernetes.io/metadata.name";

/// What lets everybody in, from outside of the cluster as well, is another rule's business.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let candidates = super::policies(world).filter_map(|(object, policy)| {
        let rules: Vec<_> = policy.rules(Direction::Ingress).filter(is_for_every_pod).collect();
        (!rules.is_empty()).then_some((object, policy, rules))
    });
    for (object, policy, rules) in candidates {
        let reachability = world.reachability(reporter);
        if !lets_in(reachability, object, &policy) {
            continue;
        }
        let pods = if policy.selects_all() {
            "every pod of the namespace"
        } else {
            "the pods that it selects"
        };
        let message = format!("lets the pods of every namespace connect to every port of {pods}");
        let places = rules.iter().map(|it| (it.peer_list(), None));
        reporter.flag_all_in(object, message, places);
    }
}

fn is_for_every_pod(rule: &TrafficRule<'_>) -> bool {
    let is_every = |place, given: &[&str]| match Selector::read(place) {
        Ok(Some(selector)) => selector
            .conditions()
            .all(|(key, condition)| given.contains(&key) && *condition == Condition::Exists),
        _ => false,
    };
    rule.is_for_every_tcp_port()
        && !rule.is_for_every_peer()
        && rule.reach() == Reach::Some
        && rule.peers().any(|it| {
            let pods = it.pod_selector();
            is_every(it.namespace_selector(), &[NAME]) && (!pods.exists() || is_every(pods, &[]))
        })
}

/// Whether policies of the cluster leave that as it is: for one of the pods, or one that may come.
fn lets_in<'d>(
    reachability: &Reachability<'d>,
    object: &Object<'d>,
    policy: &NetworkPolicy<'d>,
) -> bool {
    let anybody = Stranger {
        namespace: BTreeMap::from([(NAME.to_owned(), String::new())]),
        labels: BTreeMap::new(),
    };
    let reaches = |to: Party<'_>| {
        let through = reachability.network().connections(Party::Stranger(&anybody), to);
        !through.ports(Protocol::Tcp).is_empty()
    };
    reachability.any_of(object, policy, reaches)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(spec: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, spec: \
             {{{spec}}}}}\n---\n"
        )
    }

    fn from(rule: &str) -> usize {
        messages(&RULE, &policy(&format!("ingress: [{{{rule}}}]"))).len()
    }

    #[test]
    fn every_namespace_may_be_written_in_several_ways() {
        assert_eq!(from("from: [{namespaceSelector: {}}]"), 1);
        assert_eq!(from("from: [{namespaceSelector: {}, podSelector: {}}]"), 1);
        assert_eq!(from("from: [{podSelector: {}}, {namespaceSelector: {}}]"), 1);
        let named =
            "from: [{namespaceSelector: {matchExpressions: [{key: KEY, operator: Exists}]}}]";
        assert_eq!(from(&named.replace("KEY", "kubernetes.io/metadata.name")), 1);
        assert_eq!(from(&named.replace("KEY", "team")), 0);
    }

    #[test]
    fn some_pods_namespaces_or_ports_are_meant() {
        for rule in [
            "from: [{podSelector: {}}]",
            "from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]",
            "from: [{namespaceSelector: {matchLabels: {team: a}}}]",
            "from: [{namespaceSelector: {}}], ports: [{port: 80}]",
            "from: [{namespaceSelector: null}]",
        ] {
            assert_eq!(from(rule), 0, "{rule}");
        }
    }

    #[test]
    fn what_lets_everybody_in_is_said_by_another_rule() {
        assert_eq!(from("from: []"), 0);
        assert_eq!(from("from: [{namespaceSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0}}]"), 0);
    }

    #[test]
    fn policies_of_the_cluster_may_deny_it() {
        let open = policy(
            "podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {}}]}]",
        );
        let deny = |subject: &str, from: &str| {
            format!(
                "{{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {{name: c}}, \
                 spec: {{tier: Admin, priority: 1, subject: {{namespaces: {{{subject}}}}}, ingress: [{{action: Deny, \
                 from: [{{namespaces: {{{from}}}}}]}}]}}}}\n---\n"
            )
        };
        let count = |text: &str| messages(&RULE, &(open.clone() + text)).len();
        assert_eq!(count(&deny("", "")), 0);
        assert_eq!(count(&deny("matchLabels: {kubernetes.io/metadata.name: other}", "")), 1);
        assert_eq!(count(&deny("", "matchLabels: {team: a}")), 1);
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: b, labels: {app: db}}, spec: {containers: \
                   [{name: c, image: i}]}}\n---\n";
        assert_eq!(count(&(deny("", "") + pod)), 0);
        assert_eq!(count(pod), 1);
    }
}
