//! Policies that add nothing beside others.

use crate::network;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::source::folder;

pub(super) static RULE: Rule = Rule {
    id: "redundant-network-policy",
    category: Category::Network,
    severity: Severity::Low,
    level: None,
    summary: "a policy adds nothing beside the others of its namespace",
    why: "Policies only add to each other. One whose pods are all isolated and let through by others in \
          the same way changes nothing, but whoever tightens it, or removes what it seems to allow, \
          believes that it does.",
    remedy: "remove the policy, or what the other ones say too widely",
    breaks: "",
    mend: Mend::ByHand("which of the policies is meant"),
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation",
        ),
        Reference::Owasp("K05"),
    ],
    reads: network::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-metrics
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
          kubernetes.io/metadata.name: monitoring
    ports:
    - port: 9187
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-cluster
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector: {}
    ports:
    - port: 9000
      endPort: 9999
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-metrics
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
          kubernetes.io/metadata.name: monitoring
    ports:
    - port: 9187
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-cluster
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector: {}
    ports:
    - port: 8080
",
};

/// Only files of one folder are taken for what is applied together, and what names no namespace may end up in any.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let reachability = world.reachability(reporter);
    let redundant = reachability.network().redundant(|own, other| {
        let file = |it| reachability.object(it).map(|it| folder(world.file(it)));
        let has_place = own.namespace().is_some_and(|it| !it.name().is_empty());
        has_place && own.name() != other.name() && file(own) == file(other)
    });
    for (policy, by) in redundant {
        let Some(object) = reachability.object(policy) else { continue };
        let names: Vec<_> = by.iter().map(|it| format!("`{}`", it.name())).collect();
        let verb = if names.len() == 1 { "says" } else { "say" };
        let message =
            format!("adds nothing: {} {verb} all of it for the same pods", names.join(" and "));
        reporter.flag_in(object, object.place.follow("metadata.name"), message, None);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(name: &str, spec: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: b}}, \
             spec: {{{spec}}}}}\n---\n"
        )
    }

    fn says(specs: &[&str]) -> Vec<String> {
        let all = specs.iter().zip('a'..).map(|(it, name)| policy(&name.to_string(), it));
        messages(&RULE, &all.collect::<String>())
    }

    const WEB: &str = "podSelector: {matchLabels: {app: web}}";

    #[test]
    fn of_two_that_say_the_same_one_is_enough() {
        let one = format!("{WEB}, ingress: [{{ports: [{{port: 80}}]}}]");
        assert_eq!(says(&[&one, &one]), ["adds nothing: `a` says all of it for the same pods"]);
        assert_eq!(says(&[&one, &one, &one]).len(), 2);
        assert_eq!(messages(&RULE, &(policy("a", &one) + &policy("a", &one))), [] as [&str; 0]);
    }

    #[test]
    fn several_others_may_say_all_of_it_together() {
        let both =
            format!("{WEB}, ingress: [{{ports: [{{port: 80}}]}}, {{ports: [{{port: 443}}]}}]");
        let one = "podSelector: {}, ingress: [{ports: [{port: 80}]}]";
        let other = "podSelector: {}, ingress: [{ports: [{port: 400, endPort: 500}]}]";
        assert_eq!(
            says(&[&both, one, other]),
            ["adds nothing: `b` and `c` say all of it for the same pods"]
        );
        assert!(says(&[&both, one]).is_empty());
    }

    #[test]
    fn a_denial_is_redundant_only_where_all_of_its_pods_are_isolated_the_same_way() {
        let deny = "podSelector: {}, policyTypes: [Ingress]";
        assert_eq!(says(&[deny, "podSelector: {}, policyTypes: [Ingress, Egress]"]).len(), 1);
        assert!(says(&[deny, "podSelector: {}, policyTypes: [Egress]"]).is_empty());
        assert!(says(&[deny, &format!("{WEB}, policyTypes: [Ingress]")]).len() == 1);
        assert!(says(&[deny, &format!("{WEB}, ingress: [{{ports: [{{port: 80}}]}}]")]).is_empty());
        let expression =
            "podSelector: {matchExpressions: [{key: app, operator: In, values: [web, db]}]}";
        assert_eq!(
            says(&[expression, WEB]),
            ["adds nothing: `a` says all of it for the same pods"]
        );
    }

    #[test]
    fn peers_and_ranges_are_compared_by_what_they_hold() {
        let from = |peers: &str| format!("{WEB}, ingress: [{{from: [{peers}]}}]");
        let count = |narrow: &str, wide: &str| says(&[&from(narrow), &from(wide)]).len();
        let cidr = |it: &str| format!("{{ipBlock: {{cidr: {it}}}}}");
        assert_eq!(count(&cidr("10.1.0.0/16"), &cidr("10.0.0.0/8")), 1);
        assert_eq!(count(&cidr("10.1.0.0/16"), &cidr("10.0.0.0/8, except: [10.1.2.0/24]")), 0);
        assert_eq!(count("{podSelector: {}}", "{namespaceSelector: {}}"), 1);
        assert_eq!(count("{podSelector: {}}", "{namespaceSelector: {matchLabels: {a: b}}}"), 0);
        assert_eq!(count(&cidr("10.0.0.0/8"), "{namespaceSelector: {}}"), 0);
    }

    #[test]
    fn what_the_server_refuses_covers_nothing() {
        let one = format!("{WEB}, ingress: [{{ports: [{{port: 80}}]}}]");
        let refused = "podSelector: {}, ingress: [{ports: [{port: 80}], from: [{}]}]";
        assert!(says(&[&one, refused]).is_empty());
    }
}
