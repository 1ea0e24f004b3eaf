//! Namespaces that are selected by a label that they do not have.

use harden_yaml::{Action, Place};

use super::policies;
use crate::kubernetes::{GroupKind, is_label_name};
use crate::network::{self, Direction};
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "namespace-name-label",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a namespaceSelector uses a label that no namespace gets by itself",
    why: "Namespaces carry the label kubernetes.io/metadata.name with their name, and no label \
          `name`: the selector matches nothing, or whatever somebody who may label namespaces \
          wants it to match.",
    remedy: "select by kubernetes.io/metadata.name, which nobody can change",
    breaks: "The rule is for the namespace of that name from then on, and no longer for those that have the \
          label.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Page(
            "https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name",
        ),
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
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          name: monitoring
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: monitoring
",
};

/// Labels that people take for the one with the name.
const MISTAKEN: [&str; 4] = ["name", "namespace", "metadata.name", "kubernetes.io/name"];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    for (object, policy) in policies(world) {
        let rules = Direction::ALL.into_iter().flat_map(|it| policy.rules(it));
        let peers = rules.flat_map(|rule| rule.peers());
        let selectors = peers.map(|it| it.namespace_selector().at("matchLabels"));
        let labels = selectors.flat_map(|all| all.entries().map(move |it| (all, it)));
        let (mut words, mut places) = (Vec::new(), Vec::new());
        for (labels, (key, place)) in labels.filter(|(_, (key, _))| MISTAKEN.contains(key)) {
            let value = place.as_str().unwrap_or("");
            let is_there = world.of_kind(GroupKind::NAMESPACE).iter().any(|namespace| {
                let labels = namespace.place.at("metadata").at("labels");
                labels.at(key).as_str() == Some(value)
            });
            if !is_there {
                words.push(format!("`{key}: {value}`"));
                places.push((place, by_name(labels, place)));
            }
        }
        if places.is_empty() {
            continue;
        }
        words.dedup();
        let message = format!(
            "no namespace gets the label {} by itself; `kubernetes.io/metadata.name` is the one with its name",
            words.join(", ")
        );
        reporter.flag_all_in_with(object, message, places);
    }
}

/// What selects the namespace by the label that it has; nothing where several labels may mean its name.
fn by_name<'d>(labels: Place<'d>, place: Place<'d>) -> Edits<'d> {
    const NAME: &str = "kubernetes.io/metadata.name";
    let mistaken = labels.entries().filter(|(key, _)| MISTAKEN.contains(key)).count();
    let value = place.as_str().filter(|it| is_label_name(it));
    match value.filter(|_| mistaken == 1 && labels.get(NAME).is_none()) {
        Some(name) => vec![(place, Action::Remove), (labels.at(NAME), Action::set(name))],
        None => Vec::new(),
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

    const PEER: &str = "ingress: [{from: [{namespaceSelector: {matchLabels: {name: web}}}]}]";

    #[test]
    fn a_namespace_of_the_input_may_carry_the_label() {
        assert_eq!(
            policy(PEER),
            [
                "no namespace gets the label `name: web` by itself; `kubernetes.io/metadata.name` is the one with its name"
            ]
        );
        let text = format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a}}, spec: {{{PEER}}}}}\n\
             ---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: b, labels: {{name: web}}}}}}"
        );
        assert!(messages(&RULE, &text).is_empty());
        assert_eq!(messages(&RULE, &text.replace("labels: {name: web}", "labels: {}")).len(), 1);
    }

    #[test]
    fn labels_of_your_own_are_your_own() {
        assert!(policy(&PEER.replace("name: web", "team: web")).is_empty());
        assert!(policy(&PEER.replace("namespaceSelector", "podSelector")).is_empty());
    }
}
