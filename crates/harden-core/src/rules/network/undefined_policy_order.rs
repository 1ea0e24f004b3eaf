//! Policies of the cluster of which nobody knows the first.

use std::collections::BTreeMap;

use crate::kubernetes::{GroupKind, Selector};
use crate::network::Direction;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::source::{folder, is_one_tree};

const GROUP: &str = "policy.networking.k8s.io";
const KINDS: &[GroupKind] =
    &[GroupKind::new(GROUP, "AdminNetworkPolicy"), GroupKind::new(GROUP, "ClusterNetworkPolicy")];

pub(super) static RULE: Rule = Rule {
    id: "undefined-policy-order",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "two policies of the cluster contradict each other at the same priority",
    why: "Of policies of one tier and priority the API does not say which is asked first. One lets \
          through what the other denies, and which of them holds is up to the network plugin.",
    remedy: "give one of them another priority: the lower number is asked first",
    breaks: "",
    mend: Mend::ByHand("which of the policies is to be asked first"),
    references: &[Reference::Page("https://network-policy-api.sigs.k8s.io/")],
    reads: KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: allow-monitoring
spec:
  tier: Admin
  priority: 10
  subject:
    namespaces: {}
  ingress:
  - name: allow-monitoring
    action: Accept
    from:
    - namespaces:
        matchLabels:
          kubernetes.io/metadata.name: monitoring
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: isolate
spec:
  tier: Admin
  priority: 10
  subject:
    namespaces: {}
  ingress:
  - name: deny-all
    action: Deny
    from:
    - namespaces: {}
",
    good: "\
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: allow-monitoring
spec:
  tier: Admin
  priority: 10
  subject:
    namespaces: {}
  ingress:
  - name: allow-monitoring
    action: Accept
    from:
    - namespaces:
        matchLabels:
          kubernetes.io/metadata.name: monitoring
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: isolate
spec:
  tier: Admin
  priority: 20
  subject:
    namespaces: {}
  ingress:
  - name: deny-all
    action: Deny
    from:
    - namespaces: {}
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut places: BTreeMap<_, Vec<Candidate<'_, 'd>>> = BTreeMap::new();
    for policy in world.of_kinds(KINDS).filter(|it| !it.is_removal() && !it.is_patch()) {
        let spec = policy.place.at("spec");
        if let Some(priority) = spec.at("priority").as_i64() {
            let key = (policy.kind, spec.at("tier").as_str(), priority);
            places
                .entry(key)
                .or_default()
                .push(Candidate::read(policy, folder(world.file(policy))));
        }
    }
    for ((_, _, priority), policies) in places {
        for (at, own) in policies.iter().enumerate() {
            let Candidate { policy, .. } = own;
            if let Some(other) = policies.iter().take(at).find(|it| it.may_contradict(own)) {
                let message = format!(
                    "has priority {priority} as {} `{}`, which says the opposite; the order of the two is not \
                     defined",
                    other.policy.kind,
                    other.policy.name()
                );
                reporter.flag_in(policy, policy.place.follow("spec.priority"), message, None);
            }
        }
    }
}

/// A policy, with what another one at its place is held against.
struct Candidate<'w, 'd> {
    policy: &'w Object<'d>,
    folder: &'d str,
    /// By direction, whether it denies something, and whether it lets something be.
    actions: [[bool; 2]; 2],
    /// The labels that its namespaces must have, and its pods.
    subject: [Vec<(&'d str, &'d str)>; 2],
}

impl<'w, 'd> Candidate<'w, 'd> {
    fn read(policy: &'w Object<'d>, folder: &'d str) -> Self {
        let actions = Direction::ALL.map(|direction| {
            let rules = policy.place.at("spec").at(direction.field()).items();
            rules.fold([false; 2], |[denies, lets], rule| match rule.at("action").as_str() {
                Some("Deny") => [true, lets],
                Some(_) => [denies, true],
                None => [denies, lets],
            })
        });
        let subject = policy.place.follow("spec.subject");
        let labels = |place| {
            let selector = Selector::read(place).ok().flatten().unwrap_or_default();
            selector.values().collect::<Vec<_>>()
        };
        let pods = subject.at("pods");
        let mut namespaces = labels(subject.at("namespaces"));
        namespaces.extend(labels(pods.at("namespaceSelector")));
        let subject = [namespaces, labels(pods.at("podSelector"))];
        Self { policy, folder, actions, subject }
    }

    /// Whether both may be for the same pods, and one denies what the other does not. Files of two clusters may have
    /// two policies of one name.
    fn may_contradict(&self, other: &Self) -> bool {
        let contradict = self.actions.iter().zip(other.actions).any(|(own, other)| {
            let ([denies, lets], [also_denies, also_lets]) = (*own, other);
            denies && also_lets || lets && also_denies
        });
        contradict
            && self.policy.name() != other.policy.name()
            && is_one_tree(self.folder, other.folder)
            && !self.is_for_others(other)
    }

    /// Whether one label tells the subjects apart.
    fn is_for_others(&self, other: &Self) -> bool {
        self.subject.iter().zip(&other.subject).any(|(own, others)| {
            let differs = |(key, value): &(&str, &str)| {
                others.iter().any(|it| it.0 == *key && it.1 != *value)
            };
            own.iter().any(differs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(name: &str, at: &str, subject: &str, rules: &str) -> String {
        format!(
            "{{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {{name: \
             {name}}}, spec: {{{at}, subject: {{namespaces: {{{subject}}}}}, {rules}}}}}\n---\n"
        )
    }

    const DENY: &str = "egress: [{action: Deny, to: [{namespaces: {}}]}]";
    const ACCEPT: &str = "egress: [{action: Accept, to: [{namespaces: {}}]}]";
    const AT: &str = "tier: Admin, priority: 5";

    fn says(one: &str, other: &str) -> Vec<String> {
        messages(&RULE, &format!("{one}{other}"))
    }

    #[test]
    fn one_place_and_opposite_actions_are_undefined() {
        let first = policy("a", AT, "", DENY);
        assert_eq!(
            says(&first, &policy("b", AT, "", ACCEPT)),
            [
                "has priority 5 as ClusterNetworkPolicy `a`, which says the opposite; the order of the two is not \
              defined"
            ]
        );
        for other in [
            policy("b", AT, "", DENY),
            policy("a", AT, "", ACCEPT),
            policy("b", "tier: Baseline, priority: 5", "", ACCEPT),
            policy("b", "tier: Admin, priority: 6", "", ACCEPT),
            policy("b", AT, "", &ACCEPT.replace("egress", "ingress")),
            policy("b", "tier: Admin, priority: null", "", ACCEPT),
        ] {
            assert!(says(&first, &other).is_empty(), "{other}");
        }
    }

    #[test]
    fn policies_for_other_pods_never_meet() {
        let of = |value: &str| format!("matchLabels: {{team: {value}}}");
        let first = policy("a", AT, &of("a"), DENY);
        assert!(says(&first, &policy("b", AT, &of("b"), ACCEPT)).is_empty());
        assert_eq!(says(&first, &policy("b", AT, &of("a"), ACCEPT)).len(), 1);
        assert_eq!(says(&first, &policy("b", AT, "matchLabels: {app: b}", ACCEPT)).len(), 1);
    }
}
