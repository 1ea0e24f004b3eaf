//! Policies that are said to add nothing are taken away together, and every answer of the engine stays the same.
#![cfg(feature = "admission")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::format_push_string, reason = "texts are made line by line")]

use harden_core::kubernetes::MinorVersion;
use harden_core::network::connectivity::{Network, Origin, Party, Reader, Settings};
use harden_core::source::Source;

/// Numbers that look random and are the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one_of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

const SELECTORS: [&str; 7] = [
    "{}",
    "{matchLabels: {app: a}}",
    "{matchLabels: {app: b}}",
    "{matchLabels: {app: a, tier: x}}",
    "{matchExpressions: [{key: app, operator: In, values: [a, b]}]}",
    "{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}",
    "{matchExpressions: [{key: tier, operator: Exists}]}",
];

const PEERS: [&str; 9] = [
    "podSelector: {}",
    "podSelector: {matchLabels: {app: a}}",
    "namespaceSelector: {}",
    "namespaceSelector: {matchLabels: {team: one}}",
    "namespaceSelector: {}, podSelector: {matchLabels: {app: a}}",
    "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: two}}",
    "ipBlock: {cidr: 10.0.0.0/8}",
    "ipBlock: {cidr: 10.1.0.0/16}",
    "ipBlock: {cidr: 0.0.0.0/0, except: [10.1.0.0/16]}",
];

const PORTS: [&str; 5] =
    ["", "{port: 80}", "{port: 1, endPort: 1000}", "{port: http}", "{protocol: UDP, port: 53}"];

const TYPES: [&str; 3] = ["Ingress", "Egress", "Ingress, Egress"];

fn policy(numbers: &mut Numbers, name: usize) -> String {
    let rules = |numbers: &mut Numbers, list: &str| {
        let rules = (0..numbers.below(3)).map(|_| {
            let peers: Vec<_> =
                (0..numbers.below(3)).map(|_| format!("{{{}}}", numbers.one_of(&PEERS))).collect();
            format!("{{{list}: [{}], ports: [{}]}}", peers.join(", "), numbers.one_of(&PORTS))
        });
        rules.collect::<Vec<_>>().join(", ")
    };
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p{name}, namespace: one}}, spec: \
         {{podSelector: {}, policyTypes: [{}], ingress: [{}], egress: [{}]}}}}\n---\n",
        numbers.one_of(&SELECTORS),
        numbers.one_of(&TYPES),
        rules(numbers, "from"),
        rules(numbers, "to"),
    )
}

fn pods() -> String {
    let mut text = String::new();
    for namespace in ["one", "two"] {
        text += &format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {namespace}, labels: {{team: {namespace}}}}}}}\n---\n"
        );
        for (name, labels) in [
            ("a", "app: a"),
            ("ax", "app: a, tier: x"),
            ("b", "app: b"),
            ("c", "app: c"),
            ("x", "tier: x"),
        ] {
            text += &format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {namespace}, labels: {{{labels}}}}}, \
                 spec: {{containers: [{{name: c, image: i, ports: [{{name: http, containerPort: 8080}}]}}]}}}}\n---\n"
            );
        }
    }
    text
}

fn network(text: &str) -> Network {
    let mut reader = Reader::new(Settings {
        origin: Origin::Files(MinorVersion::NEWEST_KNOWN),
        namespace: "one".to_owned(),
        ip_blocks_include_pods: true,
    });
    reader.learn(&Source::new("text", text.to_owned()));
    reader.finish()
}

/// What goes through between all pods, and some addresses.
fn answers(network: &Network) -> Vec<String> {
    let addresses = ["10.0.0.1", "10.1.2.3", "192.0.2.1"].map(|it| it.parse().unwrap());
    let outside = addresses.into_iter().map(Party::Address);
    let all: Vec<_> = network.workloads().map(Party::Workload).chain(outside).collect();
    let pairs = all.iter().flat_map(|from| all.iter().map(move |to| (*from, *to)));
    pairs.map(|(from, to)| network.connections(from, to).to_string()).collect()
}

#[test]
fn what_adds_nothing_may_be_taken_away() {
    let mut numbers = Numbers(7);
    let (pods, mut taken) = (pods(), 0);
    for round in 0..1_000 {
        let policies: Vec<_> =
            (0..2 + numbers.below(4)).map(|it| policy(&mut numbers, it)).collect();
        let whole = network(&(pods.clone() + &policies.concat()));
        let redundant: Vec<_> =
            whole.redundant(|_, _| true).iter().map(|(it, _)| it.name().to_owned()).collect();
        taken += redundant.len();
        let is_left =
            |it: &&String| !redundant.iter().any(|name| it.contains(&format!("name: {name},")));
        let left: String = policies.iter().filter(is_left).map(String::as_str).collect();
        assert_eq!(
            answers(&network(&(pods.clone() + &left))),
            answers(&whole),
            "round {round} without {redundant:?}:\n{}",
            policies.concat()
        );
    }
    assert!(taken > 100, "{taken} of them added nothing");
}
