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
    let mut places: BTreeMap<_, Vec<&Object<'d>>> = BTreeMap::new();
    for policy in world.of_kinds(KINDS).filter(|it| !it.is_removal() && !it.is_patch()) {
        let spec = policy.place.at("spec");
        if let Some(priority) = spec.at("priority").as_i64() {
            let key = (policy.kind, spec.at("tier").as_str(), priority);
            places.entry(key).or_default().push(policy);
        }
    }
    for ((_, _, priority), policies) in places {
        for (at, policy) in policies.iter().enumerate() {
            let own = folder(world.file(policy));
            let mut earlier = policies.iter().take(at);
            // Files of two clusters may have two policies of one name.
            let contradicted = earlier.find(|it| {
                it.name() != policy.name()
                    && is_one_tree(folder(world.file(it)), own)
                    && may_contradict(it, policy)
            });
            if let Some(other) = contradicted {
                let message = format!(
                    "has priority {priority} as {} `{}`, which says the opposite; the order of the two is not \
                     defined",
                    other.kind,
                    other.name()
                );
                reporter.flag_in(policy, policy.place.follow("spec.priority"), message, None);
            }
        }
    }
}

/// Whether two policies may be for the same pods, and one denies what the other does not.
fn may_contradict(one: &Object<'_>, other: &Object<'_>) -> bool {
    let actions = |policy: &Object<'_>, direction: Direction| {
        let rules = policy.place.at("spec").at(direction.field()).items();
        rules.fold([false; 2], |[denies, lets], rule| match rule.at("action").as_str() {
            Some("Deny") => [true, lets],
            Some(_) => [denies, true],
            None => [denies, lets],
        })
    };
    let contradict = Direction::ALL.into_iter().any(|it| {
        let ([denies, lets], [also_denies, also_lets]) = (actions(one, it), actions(other, it));
        denies && also_lets || lets && also_denies
    });
    contradict && !have_other_subjects(one, other)
}

/// Whether the subjects are namespaces, or pods, that one label tells apart.
fn have_other_subjects(one: &Object<'_>, other: &Object<'_>) -> bool {
    let paths = [
        ["spec.subject.namespaces", "spec.subject.pods.namespaceSelector"].as_slice(),
        ["spec.subject.pods.podSelector"].as_slice(),
    ];
    paths.into_iter().any(|paths| {
        let read = |of: &Object<'_>| -> Vec<(String, String)> {
            let selectors =
                paths.iter().filter_map(|it| Selector::read(of.place.follow(it)).ok()?);
            let values = selectors.flat_map(|it| {
                let values = it.values().map(|(key, value)| (key.to_owned(), value.to_owned()));
                values.collect::<Vec<_>>()
            });
            values.collect()
        };
        let (own, others) = (read(one), read(other));
        own.iter().any(|(key, value)| others.iter().any(|it| it.0 == *key && it.1 != *value))
    })
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
