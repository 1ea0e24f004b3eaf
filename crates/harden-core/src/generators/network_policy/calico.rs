//! `projectcalico.org/v3` NetworkPolicies.
#![expect(clippy::indexing_slicing, reason = "an object of JSON takes every key")]

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::policy::{Peer, Place, Pods, Policy, Rule};
use crate::Manifest;
use crate::kubernetes::{Kind, PolicyPort, PortRange, Protocol};

/// The policy that closes a namespace: what no policy of a tier lets through is denied at its end.
pub(super) fn default_deny(namespace: &str, why: &str) -> Manifest {
    let body = json!({"spec": {"selector": "all()", "types": ["Ingress", "Egress"]}});
    Manifest::new(Kind::CALICO_NETWORK_POLICY, Some(namespace), super::DEFAULT_DENY, why, body)
}

/// A policy of a workload.
pub(super) fn write(policy: &Policy, why: &str) -> Manifest {
    let mut spec = Map::new();
    spec.insert("selector".to_owned(), expression(&policy.pods).into());
    let types = [("Ingress", &policy.ingress), ("Egress", &policy.egress)];
    let types: Vec<&str> =
        types.iter().filter(|(_, rules)| !rules.is_empty()).map(|(name, _)| *name).collect();
    spec.insert("types".to_owned(), types.into());
    for (field, side, rules) in
        [("ingress", "source", &policy.ingress), ("egress", "destination", &policy.egress)]
    {
        let rules: Vec<Value> = rules.iter().flat_map(|it| written(side, it)).collect();
        if !rules.is_empty() {
            spec.insert(field.to_owned(), rules.into());
        }
    }
    let body = json!({"spec": spec});
    Manifest::new(Kind::CALICO_NETWORK_POLICY, Some(&policy.namespace), &policy.name, why, body)
}

/// A rule for each peer and protocol.
fn written(side: &str, rule: &Rule) -> Vec<Value> {
    let mut by_protocol: BTreeMap<Protocol, Vec<Value>> = BTreeMap::new();
    for port in &rule.ports {
        by_protocol.entry(port.protocol).or_default().push(number(port));
    }
    rule.peers
        .iter()
        .flat_map(|it| {
            let peer = entity(it);
            let mut all = Vec::new();
            if rule.ports.is_empty() {
                all.push(rule_of(side, &peer, None));
            }
            all.extend(by_protocol.iter().map(|it| rule_of(side, &peer, Some(it))));
            all
        })
        .collect()
}

fn rule_of(side: &str, peer: &Value, ports: Option<(&Protocol, &Vec<Value>)>) -> Value {
    let mut made = json!({"action": "Allow"});
    if let Some((protocol, _)) = ports {
        made["protocol"] = protocol.to_string().into();
    }
    if !peer.as_object().is_none_or(Map::is_empty) {
        made[side] = peer.clone();
    }
    if let Some((_, ports)) = ports {
        made["destination"]["ports"] = ports.clone().into();
    }
    made
}

fn number(port: &PolicyPort) -> Value {
    match &port.port {
        PortRange::Number(number) => json!(number),
        PortRange::Range(first, last) => format!("{first}:{last}").into(),
        PortRange::Name(name) => name.as_str().into(),
    }
}

fn entity(peer: &Peer) -> Value {
    match peer {
        Peer::Anyone | Peer::Name(_) => json!({}),
        Peer::ApiServer => json!({"services": {"name": "kubernetes", "namespace": "default"}}),
        Peer::Block(cidr, except) if except.is_empty() => json!({"nets": [cidr.to_string()]}),
        Peer::Block(cidr, except) => json!({"nets": [cidr.to_string()], "notNets": except}),
        Peer::Pods { place, pods } => {
            let pods = expression(pods);
            match place {
                Place::Own => json!({"selector": pods}),
                Place::All => json!({"selector": pods, "namespaceSelector": "all()"}),
                Place::Labelled(labels) => {
                    let place = Pods::labelled(labels.clone());
                    json!({"selector": pods, "namespaceSelector": expression(&place)})
                }
            }
        }
    }
}

/// Labels that are asked for, in Calico's words.
fn expression(pods: &Pods) -> String {
    let values = pods.labels.iter().map(|(key, value)| format!("{key} == '{value}'"));
    let keys = pods.keys.iter().map(|it| format!("has({it})"));
    let without = pods.without.iter().map(|it| format!("!has({it})"));
    let parts: Vec<String> = values.chain(keys).chain(without).collect();
    if parts.is_empty() { "all()".to_owned() } else { parts.join(" && ") }
}
