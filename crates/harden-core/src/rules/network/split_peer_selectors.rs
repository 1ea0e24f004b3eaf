//! Peers that were meant as one.

use std::cell::OnceCell;

use harden_yaml::{Action, Kind, Place};
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::labelled_pods::LabelledPods;
use super::policies;
use crate::kubernetes::Selector;
use crate::network::{self, Direction, Peer, TrafficRule};
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "split-peer-selectors",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "two selectors stand in two list items where they were probably meant as one",
    why: "Items of a list add up: one lets in every pod of the selected namespaces, the other \
          the pods of this namespace with these labels. Only selectors in one item must both \
          match.",
    remedy: "remove the `-` before podSelector, so that both selectors are in one item",
    breaks: "Pods that only one of the selectors matches are no longer let through.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Owasp("K05"),
    ],
    reads: network::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: db
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: monitoring
    - podSelector:
        matchLabels:
          app: prometheus
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
      app: db
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: monitoring
      podSelector:
        matchLabels:
          app: prometheus
",
};

/// Whether two items are one mistake cannot be known. They are taken for one where the first selects
/// some namespaces only, the second follows it at once and is the last, and the input has no pod of
/// the policy's own namespace that the second would match.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let pods = OnceCell::new();
    let mut labelled: FxHashMap<&str, LabelledPods<'_>> = FxHashMap::default();
    for (object, policy) in policies(world) {
        let mut has_pod = |peer: &Peer<'_>| {
            let Ok(Some(selector)) = Selector::read(peer.pod_selector()) else { return false };
            let all = pods.get_or_init(|| world.pods_by_namespace());
            let own = labelled.entry(policy.namespace).or_insert_with(|| {
                LabelledPods::of(all.get(policy.namespace).map_or(&[], Vec::as_slice))
            });
            own.has_any(&selector)
        };
        for direction in Direction::ALL {
            let second = policy.rules(direction).filter_map(|rule| split(&rule));
            let split = second.filter(|(_, second)| !has_pod(second));
            let places: Vec<_> =
                split.map(|(first, second)| (second.place, joined(first, second))).collect();
            if !places.is_empty() {
                let message = format!(
                    "`{}` means every pod of the selected namespaces or these pods of the policy's \
                     own; one item with both selectors would mean these pods of those namespaces",
                    direction.peers()
                );
                reporter.flag_all_in_with(object, message, places);
            }
        }
    }
}

/// The peers of a rule with `- namespaceSelector` and `- podSelector`, both for some only.
fn split<'d>(rule: &TrafficRule<'d>) -> Option<(Peer<'d>, Peer<'d>)> {
    let mut peers = rule.peers();
    let (first, second) = (peers.next()?, peers.next()?);
    let selects = |selector: Place<'_>, other: Place<'_>| {
        let is_for_some =
            !selector.at("matchLabels").is_empty() || !selector.at("matchExpressions").is_empty();
        is_for_some && !other.exists()
    };
    let is_split = peers.next().is_none()
        && selects(first.namespace_selector(), first.pod_selector())
        && selects(second.pod_selector(), second.namespace_selector());
    is_split.then_some((first, second))
}

/// What makes one peer of two.
fn joined<'d>(first: Peer<'d>, second: Peer<'d>) -> Edits<'d> {
    let selector = value(second.pod_selector());
    let edits = selector
        .map(|it| [(second.place, Action::Remove), (first.pod_selector(), Action::Set(it))].into());
    edits.unwrap_or_default()
}

/// A selector as a value; `None` where something in it is no text.
fn value(place: Place<'_>) -> Option<Value> {
    match place.kind() {
        Kind::String => place.as_str().map(Value::from),
        Kind::List => place.items().map(value).collect(),
        Kind::Map => place.entries().map(|(key, it)| Some((key.to_owned(), value(it)?))).collect(),
        _ => None,
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

    fn from(peers: &str) -> usize {
        policy(&format!("ingress: [{{from: [{peers}]}}]")).len()
    }

    #[test]
    fn only_a_pair_that_is_alone_is_suspicious() {
        let namespaces = "{namespaceSelector: {matchLabels: {a: b}}}";
        let pods = "{podSelector: {matchLabels: {c: d}}}";
        assert_eq!(from(&format!("{namespaces}, {pods}")), 1);
        assert_eq!(from(&format!("{pods}, {namespaces}")), 0);
        assert_eq!(from(&format!("{namespaces}, {pods}, {pods}")), 0);
        assert_eq!(from(&format!("{{ipBlock: {{cidr: 10.0.0.0/8}}}}, {namespaces}, {pods}")), 0);
    }

    #[test]
    fn a_selector_for_everything_is_meant() {
        let namespaces = "{namespaceSelector: {matchLabels: {a: b}}}";
        assert_eq!(from(&format!("{namespaces}, {{podSelector: {{}}}}")), 0);
        assert_eq!(from("{namespaceSelector: {}}, {podSelector: {matchLabels: {c: d}}}"), 0);
    }

    #[test]
    fn pods_of_the_own_namespace_may_well_be_meant() {
        let text = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, namespace: b}, \
                    spec: {ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}, \
                    {podSelector: {matchLabels: {c: d}}}]}]}}\n---\n";
        let pod = |namespace: &str| {
            format!(
                "{text}{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: {namespace}, labels: \
                 {{c: d}}}}, spec: {{containers: []}}}}"
            )
        };
        assert!(messages(&RULE, &pod("b")).is_empty());
        assert_eq!(messages(&RULE, &pod("other")).len(), 1);
    }
}
