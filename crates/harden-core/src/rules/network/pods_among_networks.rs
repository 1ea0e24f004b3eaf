//! Policies of the cluster whose networks are pods, too.

use harden_yaml::Place;

use crate::kubernetes::{Addresses, Selector, range};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "pods-among-networks",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a policy of the cluster means the internet, and is for connections between pods, too",
    why: "A network of a ClusterNetworkPolicy is every address of it, those of pods included. A rule for \
          all addresses denies, or lets through, what pods send to each other, before any NetworkPolicy \
          of a namespace is asked.",
    remedy: "put a rule with action Pass for `namespaces: {}` before it, or name the networks that are meant",
    breaks: "What pods send to each other is decided by the policies that come after this one.",
    mend: Mend::ByHand("whether what pods send to each other is meant"),
    references: &[Reference::Page("https://network-policy-api.sigs.k8s.io/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: no-internet
spec:
  tier: Admin
  priority: 20
  subject:
    namespaces: {}
  egress:
  - name: deny-internet
    action: Deny
    to:
    - networks:
      - 0.0.0.0/0
",
    good: "\
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: no-internet
spec:
  tier: Admin
  priority: 20
  subject:
    namespaces: {}
  egress:
  - name: leave-pods
    action: Pass
    to:
    - namespaces: {}
  - name: deny-internet
    action: Deny
    to:
    - networks:
      - 0.0.0.0/0
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let group = "policy.networking.k8s.io";
    if !object.is(group, "ClusterNetworkPolicy") && !object.is(group, "AdminNetworkPolicy") {
        return;
    }
    let rules = object.place.follow("spec.egress").items();
    let open = rules.take_while(|it| !decides_for_pods(*it));
    for rule in open {
        let verb = match rule.at("action").as_str() {
            // A port that nobody is to be asked at is meant for pods, too.
            Some("Deny") if !is_for_some_ports(rule) => "denies",
            Some("Accept" | "Allow") => "lets through",
            _ => continue,
        };
        let mut peers = rule.at("to").items();
        let Some(networks) = peers.find_map(|it| Some(it.at("networks")).filter(|it| are_all(*it)))
        else {
            continue;
        };
        let message = format!(
            "{verb} what pods send to each other, too: their addresses are in these networks"
        );
        reporter.flag(networks, message, None);
    }
}

/// Whether networks together are every address of a family.
fn are_all(networks: Place<'_>) -> bool {
    let mut addresses = Addresses::default();
    networks.items().filter_map(|it| range(it.as_str()?)).for_each(|it| addresses.add(it));
    let families = [[0_u8; 4].into(), [0_u8; 16].into()];
    families.into_iter().any(|it| addresses.hold_all_of(it))
}

/// Whether a rule leaves nothing between pods to those after it.
fn decides_for_pods(rule: Place<'_>) -> bool {
    let is_empty =
        |place: Place<'_>| Selector::read(place).is_ok_and(|it| it.is_some_and(|it| it.is_empty()));
    let is_every_pod = |peer: Place<'_>| {
        is_empty(peer.at("namespaces"))
            || is_empty(peer.follow("pods.namespaceSelector"))
                && is_empty(peer.follow("pods.podSelector"))
    };
    !is_for_some_ports(rule) && rule.at("to").items().any(is_every_pod)
}

fn is_for_some_ports(rule: Place<'_>) -> bool {
    ["protocols", "ports"].into_iter().any(|it| !rule.at(it).is_empty())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(egress: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {{name: a}}, \
             spec: {{tier: Admin, priority: 1, subject: {{namespaces: {{}}}}, egress: [{egress}]}}}}"
        );
        messages(&RULE, &text)
    }

    const ALL: &str = "{action: Deny, to: [{networks: [0.0.0.0/0]}]}";

    #[test]
    fn every_address_of_a_family_however_written_is_every_pod() {
        assert_eq!(
            says(ALL),
            ["denies what pods send to each other, too: their addresses are in these networks"]
        );
        assert_eq!(says("{action: Accept, to: [{networks: ['::/0']}]}").len(), 1);
        assert_eq!(says("{action: Deny, to: [{networks: [0.0.0.0/1, 128.0.0.0/1]}]}").len(), 1);
        assert!(says("{action: Deny, to: [{networks: [169.254.169.254/32]}]}").is_empty());
        assert!(says("{action: Pass, to: [{networks: [0.0.0.0/0]}]}").is_empty());
        let mail =
            "to: [{networks: [0.0.0.0/0]}], protocols: [{tcp: {destinationPort: {number: 25}}}]";
        assert!(says(&format!("{{action: Deny, {mail}}}")).is_empty());
        assert_eq!(says(&format!("{{action: Accept, {mail}}}")).len(), 1);
        assert!(says("{action: Deny, to: [{networks: [nonsense, 5, null]}]}").is_empty());
    }

    #[test]
    fn what_decides_for_pods_before_leaves_the_internet() {
        let before = |rule: &str| says(&format!("{rule}, {ALL}")).len();
        assert_eq!(before("{action: Pass, to: [{namespaces: {}}]}"), 0);
        assert_eq!(
            before("{action: Accept, to: [{pods: {namespaceSelector: {}, podSelector: {}}}]}"),
            0
        );
        assert_eq!(before("{action: Pass, to: [{namespaces: {matchLabels: {a: b}}}]}"), 1);
        assert_eq!(
            before("{action: Pass, to: [{namespaces: {}}], protocols: [{tcp: {}}]}"),
            1,
            "only some ports"
        );
        assert_eq!(says(&format!("{ALL}, {{action: Pass, to: [{{namespaces: {{}}}}]}}")).len(), 1);
    }
}
