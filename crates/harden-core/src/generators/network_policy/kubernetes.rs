//! `networking.k8s.io/v1` NetworkPolicies.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::policy::{Peer, Place, Pods, Policy, Rule};
use crate::Manifest;
use crate::generators::namespace::port_values;
use crate::kubernetes::{Kind, PolicyPort};

/// The policy that closes a namespace.
pub(super) fn default_deny(namespace: &str, why: &str) -> Manifest {
    let spec = json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]});
    Manifest::new(
        Kind::NETWORK_POLICY,
        Some(namespace),
        super::DEFAULT_DENY,
        why,
        json!({"spec": spec}),
    )
}

/// A policy of a workload.
pub(super) fn write(policy: &Policy, why: &str) -> Manifest {
    let mut spec = Map::new();
    spec.insert("podSelector".to_owned(), selector(&policy.pods));
    let types = [("Ingress", &policy.ingress), ("Egress", &policy.egress)];
    let types: Vec<&str> =
        types.iter().filter(|(_, rules)| !rules.is_empty()).map(|(name, _)| *name).collect();
    spec.insert("policyTypes".to_owned(), types.into());
    for (field, side, rules) in
        [("ingress", "from", &policy.ingress), ("egress", "to", &policy.egress)]
    {
        if !rules.is_empty() {
            let rules: Vec<Value> = rules.iter().filter_map(|it| rule(side, it)).collect();
            spec.insert(field.to_owned(), rules.into());
        }
    }
    let body = json!({"spec": spec});
    Manifest::new(Kind::NETWORK_POLICY, Some(&policy.namespace), &policy.name, why, body)
}

/// Labels that are asked for, as LabelSelectors say it.
pub(super) fn selector(pods: &Pods) -> Value {
    let mut selector = Map::new();
    if !pods.labels.is_empty() {
        selector.insert("matchLabels".to_owned(), json!(pods.labels));
    }
    let exists = |key: &String, operator: &str| json!({"key": key, "operator": operator});
    let keys = pods.keys.iter().map(|it| exists(it, "Exists"));
    let without = pods.without.iter().map(|it| exists(it, "DoesNotExist"));
    let expressions: Vec<Value> = keys.chain(without).collect();
    if !expressions.is_empty() {
        selector.insert("matchExpressions".to_owned(), expressions.into());
    }
    selector.into()
}

/// A rule; none where a NetworkPolicy has no word for any of its peers, because without peers it is for everybody.
fn rule(side: &str, rule: &Rule) -> Option<Value> {
    let mut made = Map::new();
    if !rule.peers.contains(&Peer::Anyone) {
        let peers: Vec<Value> = rule.peers.iter().filter_map(peer).collect();
        if peers.is_empty() {
            return None;
        }
        made.insert(side.to_owned(), peers.into());
    }
    if !rule.ports.is_empty() {
        made.insert("ports".to_owned(), ports(&rule.ports));
    }
    Some(made.into())
}

fn ports(all: &BTreeSet<PolicyPort>) -> Value {
    port_values(&all.iter().cloned().collect::<Vec<_>>())
}

/// A peer; none for what a NetworkPolicy has no word for.
pub(super) fn peer(of: &Peer) -> Option<Value> {
    Some(match of {
        Peer::Pods { place: Place::Own, pods } => json!({"podSelector": selector(pods)}),
        Peer::Pods { place, pods } => {
            let namespaces = match place {
                Place::Labelled(labels) => json!({"matchLabels": labels}),
                _ => json!({}),
            };
            match *pods == Pods::default() {
                true => json!({"namespaceSelector": namespaces}),
                false => json!({"namespaceSelector": namespaces, "podSelector": selector(pods)}),
            }
        }
        Peer::Block(cidr, except) if except.is_empty() => {
            json!({"ipBlock": {"cidr": cidr.to_string()}})
        }
        Peer::Block(cidr, except) => {
            json!({"ipBlock": {"cidr": cidr.to_string(), "except": except}})
        }
        Peer::Anyone | Peer::ApiServer | Peer::Name(_) => return None,
    })
}
