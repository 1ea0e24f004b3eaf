//! What NetworkPolicies say of one packet, as the words of their API have it.

use std::collections::BTreeMap;

use serde_json::Value;

/// A pod.
#[derive(Debug, Clone)]
pub(crate) struct Pod {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
}

/// A packet from one to another.
pub(crate) struct Packet<'p> {
    pub(crate) from: &'p Pod,
    pub(crate) to: &'p Pod,
    pub(crate) protocol: &'p str,
    pub(crate) port: u16,
}

/// Whether a packet passes.
pub(crate) fn passes(policies: &[Value], packet: &Packet<'_>) -> bool {
    let leaves = is_let(policies, "Egress", packet.from, packet.to, packet);
    leaves && is_let(policies, "Ingress", packet.to, packet.from, packet)
}

fn is_let(
    policies: &[Value],
    direction: &str,
    own: &Pod,
    other: &Pod,
    packet: &Packet<'_>,
) -> bool {
    let mut is_isolated = false;
    for policy in policies {
        let spec = &policy["spec"];
        let is_about = policy["metadata"]["namespace"] == *own.namespace
            && has(&spec["podSelector"], &own.labels)
            && spec["policyTypes"].as_array().unwrap().iter().any(|it| it == direction);
        if !is_about {
            continue;
        }
        is_isolated = true;
        let (rules, peers) = match direction {
            "Ingress" => ("ingress", "from"),
            _ => ("egress", "to"),
        };
        for rule in spec[rules].as_array().into_iter().flatten() {
            if is_peer(&rule[peers], &own.namespace, other) && is_port(&rule["ports"], packet) {
                return true;
            }
        }
    }
    !is_isolated
}

fn is_peer(peers: &Value, own: &str, other: &Pod) -> bool {
    let Some(peers) = peers.as_array().filter(|it| !it.is_empty()) else { return true };
    peers.iter().any(|peer| {
        if peer.get("ipBlock").is_some() {
            return false;
        }
        let name = ("kubernetes.io/metadata.name".to_owned(), other.namespace.clone());
        let is_there = match peer.get("namespaceSelector") {
            Some(selector) => has(selector, &BTreeMap::from([name])),
            None => other.namespace == own,
        };
        is_there && peer.get("podSelector").is_none_or(|it| has(it, &other.labels))
    })
}

fn is_port(ports: &Value, packet: &Packet<'_>) -> bool {
    let Some(ports) = ports.as_array().filter(|it| !it.is_empty()) else { return true };
    ports.iter().any(|it| it["protocol"] == packet.protocol && it["port"] == packet.port)
}

fn has(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let values = selector["matchLabels"].as_object().into_iter().flatten();
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    values.into_iter().all(|(key, value)| labels.get(key).is_some_and(|it| value == it))
        && expressions.into_iter().all(|it| {
            let is_there = labels.contains_key(it["key"].as_str().unwrap());
            match it["operator"].as_str().unwrap() {
                "Exists" => is_there,
                "DoesNotExist" => !is_there,
                other => panic!("{other}"),
            }
        })
}
