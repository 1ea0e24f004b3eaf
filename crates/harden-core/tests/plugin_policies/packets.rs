//! Clusters that are written in a few words, and single packets in them.

use harden_core::kubernetes::{MinorVersion, Protocol};
use harden_core::network::connectivity::{Network, Origin, Reader, Settings};
use harden_core::source::Source;
use serde_json::{Value, json};

type PodWords = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);

/// A pod of these, by `namespace/name`, with its address, its labels and its ServiceAccount.
const PODS: [PodWords; 6] = [
    ("a/web", "10.0.0.1", &[("app", "web"), ("tier", "front")], "default"),
    ("a/db", "10.0.0.2", &[("app", "db"), ("kubernetes.io/left-out", "yes")], "keeper"),
    ("a/job", "10.0.0.3", &[("app", "job")], "default"),
    ("b/web", "10.0.1.1", &[("app", "web")], "keeper"),
    ("b/tool", "10.0.1.2", &[("tool", "yes")], "default"),
    ("c/web", "10.0.2.1", &[("app", "web"), ("tier", "back")], "default"),
];

/// What is always there: three namespaces, two nodes, six pods with the ports `http` (TCP 80) and `dns` (UDP 53), one
/// on the network of a node, Services, ServiceAccounts.
pub(crate) fn base() -> Vec<Value> {
    let namespaces = [("a", "one"), ("b", "one"), ("c", "two")].map(|(name, team)| {
        json!({"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": {"team": team, "kubernetes.io/metadata.name": name}}})
    });
    let nodes = [("n1", "192.168.0.1"), ("n2", "192.168.0.2")].map(|(name, address)| {
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"node": name}},
            "status": {"addresses": [{"type": "InternalIP", "address": address}]}})
    });
    let pods = PODS.map(|(name, address, labels, account)| {
        let (namespace, name) = name.split_once('/').unwrap();
        let labels: serde_json::Map<_, _> =
            labels.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"namespace": namespace, "name": name, "labels": labels},
            "spec": {"serviceAccountName": account, "nodeName": "n1", "containers": [{"name": "c", "image": "i",
                "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"},
                    {"name": "dns", "containerPort": 53, "protocol": "UDP"}]}]},
            "status": {"podIP": address, "podIPs": [{"ip": address}]}})
    });
    let host = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"namespace": "b", "name": "host", "labels": {"app": "web"}},
        "spec": {"hostNetwork": true, "nodeName": "n2", "containers": [{"name": "c", "image": "i"}]},
        "status": {"podIP": "192.168.0.2"}});
    let services = json!([
        {"apiVersion": "v1", "kind": "Service",
            "metadata": {"namespace": "b", "name": "web", "labels": {"open": "yes"}},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 8080, "targetPort": "http"}]}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "b", "name": "far"},
            "spec": {"ports": [{"port": 443}]}},
        {"apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"namespace": "a", "name": "keeper", "labels": {"keeps": "data"}}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": "b", "name": "keeper"}},
    ]);
    let mut all = Vec::new();
    all.extend(namespaces);
    all.extend(nodes);
    all.extend(pods);
    all.push(host);
    all.extend(services.as_array().unwrap().clone());
    all
}

/// The address of a pod or node; anything else is an address itself.
pub(crate) fn address(word: &str) -> std::net::IpAddr {
    let pod = PODS.iter().find(|(name, ..)| *name == word).map(|it| it.1);
    let node = [("n1", "192.168.0.1"), ("n2", "192.168.0.2")];
    let node = node.into_iter().find(|it| it.0 == word).map(|it| it.1);
    pod.or(node).unwrap_or(word).parse().unwrap()
}

pub(crate) fn read(objects: &[Value], origin: Origin) -> Network {
    let namespace = "default".to_owned();
    let mut reader = Reader::new(Settings { origin, namespace, ip_blocks_include_pods: false });
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    reader.learn(&Source::new("objects.json", list.to_string()));
    reader.finish()
}

/// The cluster with some policies, none of which is refused.
pub(crate) fn network(policies: &[Value]) -> Network {
    let network = all_of(policies);
    let refused: Vec<_> = network
        .policies()
        .filter_map(|it| Some((it.to_string(), it.refused()?.to_owned())))
        .collect();
    assert_eq!(refused, [], "{policies:?}");
    network
}

fn all_of(policies: &[Value]) -> Network {
    // Policies may stand before what they refer to.
    let objects: Vec<_> = policies.iter().cloned().chain(base()).collect();
    read(&objects, Origin::Files(MinorVersion(37)))
}

/// Why a policy is refused.
pub(crate) fn refusal(policy: &Value) -> Option<String> {
    let network = all_of(std::slice::from_ref(policy));
    let all: Vec<_> = network.policies().map(|it| it.refused().map(ToOwned::to_owned)).collect();
    assert!(!all.is_empty(), "the policy was not read: {policy}");
    assert!(all.iter().all(|it| *it == all[0]), "all records of an object are refused alike");
    all[0].clone()
}

/// What is not judged.
pub(crate) fn beyond(policies: &[Value]) -> Vec<&'static str> {
    network(policies).beyond().map(|it| it.what).collect()
}

/// Whether a packet goes through: `a/web > b/web TCP 80`.
pub(crate) fn passes(network: &Network, packet: &str) -> bool {
    let words: Vec<_> = packet.split_whitespace().collect();
    let [from, ">", to, protocol, port] = words.as_slice() else { panic!("no packet: {packet}") };
    let [from, to] = [from, to].map(|it| network.party_at(address(it)));
    let protocol = Protocol::read(protocol).unwrap();
    network.connections(from, to).contains(protocol, port.parse().unwrap())
}

/// Holds packets, each with a `+` or `-` before it, against what the engine says, by addresses and by whole rows.
pub(crate) fn expect(network: &Network, packets: &[&str]) {
    for line in packets {
        let (sign, packet) = line.split_at(1);
        assert_eq!(passes(network, packet), sign == "+", "{line}");
    }
}
