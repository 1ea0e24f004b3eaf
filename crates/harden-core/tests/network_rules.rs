//! What a validator of network policies must find: the list of the reference data, each item held to a rule by a
//! manifest that has the flaw and one that has not.
#![cfg(feature = "admission")]

use std::collections::BTreeSet;

use harden_core::check::{Settings, check};
use harden_core::rules::{find, usual};

/// An item of the list, as it is written there.
struct Item {
    words: &'static str,
    rule: &'static str,
    /// The spec of a policy that has the flaw, or whole objects.
    bad: &'static str,
    good: &'static str,
}

const ITEMS: &[Item] = &[
    Item {
        words: "default-deny without DNS allow",
        rule: "denied-dns",
        bad: "{podSelector: {}, policyTypes: [Ingress, Egress]}",
        good: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: \
               {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], \
               ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}]}",
    },
    Item {
        words: "DNS allow UDP only",
        rule: "dns-over-udp-only",
        bad: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{protocol: \
              UDP, port: 53}]}]}",
        good: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{protocol: \
               UDP, port: 53}, {protocol: TCP, port: 53}]}]}",
    },
    Item {
        words: "DNS allow to any destination (exfiltration)",
        rule: "dns-to-anywhere",
        bad: "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{protocol: UDP, port: 53}, {protocol: TCP, \
              port: 53}]}]}",
        good: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{protocol: \
               UDP, port: 53}, {protocol: TCP, port: 53}]}]}",
    },
    Item {
        words: "OR/AND confusion",
        rule: "split-peer-selectors",
        bad: "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}, {podSelector: \
              {matchLabels: {app: web}}}]}]}",
        good: "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}, podSelector: \
               {matchLabels: {app: web}}}]}]}",
    },
    Item {
        words: "egress to 0.0.0.0/0 without `except`",
        rule: "metadata-service-egress",
        bad: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}",
        good: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: \
               [169.254.0.0/16, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]}}]}]}",
    },
    Item {
        words: "OpenShift with 53",
        rule: "openshift-dns-port",
        bad: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: \
              {kubernetes.io/metadata.name: openshift-dns}}}], ports: [{protocol: UDP, port: 53}]}]}",
        good: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: \
               {kubernetes.io/metadata.name: openshift-dns}}}], ports: [{protocol: UDP, port: 5353}, {protocol: TCP, \
               port: 5353}]}]}",
    },
    Item { words: "NodeLocal not covered", rule: "node-local-dns-left-out", bad: "", good: "" },
    Item {
        words: "`podSelector: {}` plus `ingress: [{}]` (= allow all)",
        rule: "allow-all-ingress",
        bad: "{podSelector: {}, ingress: [{}]}",
        good: "{podSelector: {}, ingress: []}",
    },
    Item {
        words: "policies in a cluster whose CNI does not enforce (flannel)",
        rule: "unenforced-network-policies",
        bad: "",
        good: "",
    },
    Item { words: "ANP/BANP kinds", rule: "superseded-policy-kind", bad: "", good: "" },
    Item {
        words: "`ipBlock` of a ClusterIP",
        rule: "service-address-block",
        bad: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.96.0.1/32}}], ports: [{port: \
              443}]}]}",
        good: "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.10/32}}], ports: \
               [{port: 6443}]}]}",
    },
];

/// What other lines of the section say can be wrong, whose manifests are those of the rules themselves.
const FURTHER: [&str; 10] = [
    "ignored-policy-rules",
    "invalid-network-policy",
    "pods-among-networks",
    "policy-matches-nobody",
    "policy-on-host-network",
    "reachable-from-every-namespace",
    "redundant-network-policy",
    "tier-without-pass",
    "undefined-policy-order",
    "unreachable-backend",
];

/// The ids of what all rules together find.
fn found(text: &str) -> BTreeSet<String> {
    let findings = check(Settings::new(usual()), [text]).findings;
    findings.iter().map(|it| it.about.id.to_string()).collect()
}

fn text<'t>(spec: &'t str, own: &'t str) -> String {
    if spec.is_empty() {
        return own.to_owned();
    }
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: a, namespace: b}}\nspec: {spec}\n"
    )
}

#[test]
fn every_item_of_the_list_is_found_where_it_is_and_nowhere_else() {
    for item in ITEMS {
        let rule = find(item.rule).unwrap_or_else(|| panic!("no rule {}", item.rule));
        let (bad, good) = (text(item.bad, rule.bad), text(item.good, rule.good));
        assert!(found(&bad).contains(item.rule), "{}: nothing finds it in\n{bad}", item.words);
        assert!(!found(&good).contains(item.rule), "{}: found in\n{good}", item.words);
    }
}

#[test]
fn what_the_section_says_beside_the_list_is_found() {
    for id in FURTHER {
        let rule = find(id).unwrap_or_else(|| panic!("no rule {id}"));
        assert!(found(rule.bad).contains(id), "{id}");
        assert!(!found(rule.good).contains(id), "{id}");
    }
}
