//! `cilium.io/v2` CiliumNetworkPolicies.
#![expect(clippy::indexing_slicing, reason = "an object of JSON takes every key")]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::kubernetes::selector;
use super::policy::{Peer, Place, Pods, Policy, Rule};
use crate::Manifest;
use crate::kubernetes::{Kind, PolicyPort, PortRange};

/// The label by which Cilium knows the namespace of a pod.
const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace";

/// Before the labels of that namespace.
const OF_NAMESPACE: &str = "k8s:io.cilium.k8s.namespace.labels.";

/// The policy that closes a namespace: an empty rule lets nothing in, and closes the direction.
pub(super) fn default_deny(namespace: &str, why: &str) -> Manifest {
    let spec = json!({"endpointSelector": {}, "ingress": [{}], "egress": [{}]});
    let body = json!({"spec": spec});
    Manifest::new(Kind::CILIUM_NETWORK_POLICY, Some(namespace), super::DEFAULT_DENY, why, body)
}

/// A policy of a workload.
pub(super) fn write(policy: &Policy, why: &str) -> Manifest {
    let names_hosts = policy.egress.iter().any(|it| it.peers.iter().any(is_name));
    let mut spec = Map::new();
    spec.insert("endpointSelector".to_owned(), selector(&policy.pods));
    for (field, side, rules) in
        [("ingress", "from", &policy.ingress), ("egress", "to", &policy.egress)]
    {
        let rules: Vec<Value> =
            rules.iter().flat_map(|it| written(side, it, names_hosts && it.is_dns)).collect();
        if !rules.is_empty() {
            spec.insert(field.to_owned(), rules.into());
        }
    }
    let body = json!({"spec": spec});
    Manifest::new(Kind::CILIUM_NETWORK_POLICY, Some(&policy.namespace), &policy.name, why, body)
}

fn is_name(peer: &Peer) -> bool {
    matches!(peer, Peer::Name(_))
}

/// A rule for each way of naming peers, of which one rule takes one only. Names of hosts become known by the answers
/// of the DNS, which Cilium reads where a rule of its own says so.
fn written(side: &str, rule: &Rule, reads_answers: bool) -> Vec<Value> {
    let mut by_field: Vec<(String, Vec<Value>)> = Vec::new();
    for peer in &rule.peers {
        let (field, value) = match peer {
            Peer::Anyone => ("Entities", json!("all")),
            Peer::ApiServer => ("Entities", json!("kube-apiserver")),
            Peer::Pods { place, pods } => ("Endpoints", endpoints(place, pods)),
            Peer::Block(cidr, except) if except.is_empty() => {
                ("CIDRSet", json!({"cidr": cidr.to_string()}))
            }
            Peer::Block(cidr, except) => {
                ("CIDRSet", json!({"cidr": cidr.to_string(), "except": except}))
            }
            Peer::Name(name) => ("FQDNs", json!({"matchName": name})),
        };
        let field = format!("{side}{field}");
        match by_field.iter_mut().find(|it| it.0 == field) {
            Some((_, all)) => all.push(value),
            None => by_field.push((field, vec![value])),
        }
    }
    let ports = ports(&rule.ports, reads_answers);
    by_field
        .into_iter()
        .map(|(field, peers)| {
            let mut made = json!({field: peers});
            if !ports.is_empty() {
                made["toPorts"] = ports.clone().into();
            }
            made
        })
        .collect()
}

/// Pods of another namespace are named with it, and all pods by having one.
fn endpoints(place: &Place, pods: &Pods) -> Value {
    let mut made = selector(pods);
    match place {
        Place::Own => {}
        Place::All => {
            let exists = json!({"key": NAMESPACE, "operator": "Exists"});
            match made["matchExpressions"].as_array_mut() {
                Some(all) => all.push(exists),
                None => made["matchExpressions"] = json!([exists]),
            }
        }
        Place::Labelled(labels) => {
            if made["matchLabels"].is_null() {
                made["matchLabels"] = json!({});
            }
            match place.name() {
                Some(name) => made["matchLabels"][NAMESPACE] = name.into(),
                None => {
                    for (key, value) in labels {
                        made["matchLabels"][format!("{OF_NAMESPACE}{key}")] = value.as_str().into();
                    }
                }
            }
        }
    }
    if made["matchExpressions"].is_null() {
        made.as_object_mut().map(|it| it.remove("matchExpressions"));
    }
    made
}

/// So many ports one entry of a list takes.
const MOST_PORTS: usize = 40;

fn ports(all: &BTreeSet<PolicyPort>, reads_answers: bool) -> Vec<Value> {
    let written: Vec<Value> = all
        .iter()
        .map(|it| {
            let protocol = it.protocol.to_string();
            match &it.port {
                PortRange::Number(number) => {
                    json!({"port": number.to_string(), "protocol": protocol})
                }
                PortRange::Range(first, last) => {
                    json!({"port": first.to_string(), "endPort": last, "protocol": protocol})
                }
                PortRange::Name(name) => json!({"port": name, "protocol": protocol}),
            }
        })
        .collect();
    written
        .chunks(MOST_PORTS)
        .map(|ports| {
            let mut entry = json!({"ports": ports});
            if reads_answers {
                entry["rules"] = json!({"dns": [{"matchPattern": "*"}]});
            }
            entry
        })
        .collect()
}
