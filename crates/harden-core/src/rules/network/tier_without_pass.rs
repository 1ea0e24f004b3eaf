//! Policies of Calico that deny what they do not speak of.

use std::collections::BTreeMap;

use harden_yaml::{Kind, Place};

use crate::kubernetes::GroupKind;
use crate::network::Direction;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::source::{folder, is_one_tree};

const GROUPS: [&str; 2] = ["projectcalico.org", "crd.projectcalico.org"];

const KINDS: &[GroupKind] = &[
    GroupKind::new(GROUPS[0], "GlobalNetworkPolicy"),
    GroupKind::new(GROUPS[0], "NetworkPolicy"),
    GroupKind::new(GROUPS[0], "Tier"),
    GroupKind::new(GROUPS[1], "GlobalNetworkPolicy"),
    GroupKind::new(GROUPS[1], "NetworkPolicy"),
    GroupKind::new(GROUPS[1], "Tier"),
];

pub(super) static RULE: Rule = Rule {
    id: "tier-without-pass",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a policy of Calico only denies, and its tier denies all the rest",
    why: "At the end of a tier Calico denies what no rule of it decided, for every endpoint that one of \
          its policies selects. A policy that was to block one address cuts its pods off, and those \
          after it are never asked.",
    remedy: "end the policy with a rule whose action is Pass",
    breaks: "",
    mend: Mend::ByHand("whether the tier is to deny everything else"),
    references: &[
        Reference::Page("https://docs.tigera.io/calico/latest/reference/resources/tier"),
        Reference::Page(
            "https://docs.tigera.io/calico/latest/network-policy/policy-tiers/tiered-policy",
        ),
    ],
    reads: KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: security.block-metadata
spec:
  tier: security
  order: 10
  selector: all()
  types: [Egress]
  egress:
  - action: Deny
    destination:
      nets: [169.254.169.254/32]
",
    good: "\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: security.block-metadata
spec:
  tier: security
  order: 10
  selector: all()
  types: [Egress]
  egress:
  - action: Deny
    destination:
      nets: [169.254.169.254/32]
  - action: Pass
",
};

/// Tiers that pass on what they do not decide, or after which nothing comes.
const LAST: [&str; 4] = ["", "default", "baselineadminnetworkpolicy", "kube-baseline"];

/// A rule of the tier that goes on may be in another policy of it, which is not asked whom it is for.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let all: Vec<_> = world.of_kinds(KINDS).filter(|it| !it.is_removal()).collect();
    // By tier and folder, whether something goes on by direction.
    let mut goes_on: BTreeMap<&str, BTreeMap<&str, [bool; 2]>> = BTreeMap::new();
    for it in &all {
        let passes = it.place.follow("spec.defaultAction").as_str() == Some("Pass");
        let (tier, goes) = match it.kind {
            "Tier" => (it.name(), [passes; 2]),
            _ => (tier_of(it), rules(it).map(|it| !only_denies(it))),
        };
        let own = goes_on.entry(tier).or_default().entry(folder(world.file(it))).or_default();
        own.iter_mut().zip(goes).for_each(|(own, goes)| *own |= goes);
    }
    for policy in all.iter().filter(|it| it.kind != "Tier") {
        let tier = tier_of(policy);
        if LAST.contains(&tier) {
            continue;
        }
        let own = folder(world.file(policy));
        let near = || goes_on.get(tier).into_iter().flatten().filter(|it| is_one_tree(it.0, own));
        let directions = rules(policy).into_iter().zip(Direction::ALL).enumerate();
        for (index, (rules, direction)) in directions {
            let is_cut = !rules.is_empty() && only_denies(rules);
            if is_cut && !near().any(|(_, goes)| goes.get(index) == Some(&true)) {
                let message = format!(
                    "denies all other {} traffic of the pods that it selects, as tier `{tier}` does at its end",
                    direction.field()
                );
                reporter.flag_in(policy, rules, message, None);
            }
        }
    }
}

/// By direction.
fn rules<'d>(policy: &Object<'d>) -> [Place<'d>; 2] {
    Direction::ALL.map(|it| policy.place.at("spec").at(it.field()))
}

fn tier_of<'d>(policy: &Object<'d>) -> &'d str {
    policy.place.follow("spec.tier").as_str().unwrap_or("")
}

/// Whether rules deny something in particular and let nothing go on. One that denies everything is meant so.
fn only_denies(rules: Place<'_>) -> bool {
    rules.items().all(|rule| {
        let is_for_some = rule
            .entries()
            .any(|(key, value)| !matches!(key, "action" | "metadata") && says_something(value));
        match rule.at("action").as_str() {
            Some("Deny") => is_for_some,
            Some("Log") => true,
            _ => false,
        }
    })
}

fn says_something(value: Place<'_>) -> bool {
    match value.kind() {
        Kind::Missing | Kind::Null => false,
        Kind::List | Kind::Map => !value.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(name: &str, spec: &str) -> String {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: {name}}}, spec: \
             {{{spec}}}}}\n---\n"
        )
    }

    const BLOCK: &str = "egress: [{action: Deny, destination: {nets: [10.0.0.1/32]}}]";

    fn says(text: &str) -> usize {
        messages(&RULE, text).len()
    }

    #[test]
    fn only_tiers_of_ones_own_deny_the_rest() {
        for (tier, count) in [("security", 1), ("default", 0), ("''", 0)] {
            assert_eq!(says(&policy("a", &format!("tier: {tier}, {BLOCK}"))), count, "{tier}");
        }
        assert_eq!(says(&policy("a", BLOCK)), 0);
        let tier = |action: &str| {
            let spec = format!("spec: {{defaultAction: {action}}}");
            let tier = "apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: security}";
            policy("a", &format!("tier: security, {BLOCK}")) + &format!("{{{tier}, {spec}}}\n")
        };
        assert_eq!([says(&tier("Pass")), says(&tier("Deny"))], [0, 1]);
    }

    #[test]
    fn what_goes_on_or_denies_everything_is_meant() {
        let with = |rules: &str| says(&policy("a", &format!("tier: security, ingress: [{rules}]")));
        assert_eq!(with("{action: Deny, protocol: TCP}"), 1);
        assert_eq!(with("{action: Log}, {action: Deny, protocol: TCP}"), 1);
        assert_eq!(with("{action: Deny, protocol: TCP}, {action: Pass}"), 0);
        assert_eq!(with("{action: Deny, protocol: TCP}, {action: Allow, protocol: TCP}"), 0);
        assert_eq!(with("{action: Deny}"), 0);
        assert_eq!(with("{action: Deny, source: {}}"), 0);
        assert_eq!(with(""), 0);
        let other = policy("b", "tier: security, egress: [{action: Pass}]");
        assert_eq!(says(&(policy("a", &format!("tier: security, {BLOCK}")) + &other)), 0);
    }
}
