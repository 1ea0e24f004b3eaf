//! `policy.networking.k8s.io` ClusterNetworkPolicies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::ApiVersion;
use super::kubernetes::selector;
use super::policy::{NAME, Peer, Place, Pods, Policy, Rule};
use crate::Manifest;
use crate::kubernetes::{PolicyPort, PortRange, is_subdomain};

/// The priority of policies of workloads, and of those that close namespaces after them.
const OPEN: usize = 100;
const CLOSED: usize = 1000;

/// So many rules, peers and ports one list takes.
const MOST: usize = 25;

/// The policy that closes a namespace to pods, and to everything on the way out: no policy of the kind sees what comes
/// in from outside of the cluster.
pub(super) fn default_deny(namespace: &str, version: ApiVersion, why: &str) -> Manifest {
    let everybody = json!({"namespaces": {}});
    let spec = json!({
        "tier": "Baseline",
        "priority": CLOSED,
        "subject": {"namespaces": {"matchLabels": {NAME: namespace}}},
        "ingress": [{"name": "deny", "action": "Deny", "from": [everybody]}],
        "egress": [{
            "name": "deny",
            "action": "Deny",
            "to": [everybody, {"networks": ["0.0.0.0/0", "::/0"]}],
        }],
    });
    let name = format!("{namespace}-{}", super::DEFAULT_DENY);
    Manifest::new(version.kind(), None, &name, why, json!({"spec": spec}))
}

/// The policies of a workload: one, or more where one would be too long.
pub(super) fn write(policy: &Policy, version: ApiVersion, why: &str) -> Vec<Manifest> {
    let place = json!({"matchLabels": {NAME: policy.namespace}});
    let subject =
        json!({"pods": {"namespaceSelector": place, "podSelector": selector(&policy.pods)}});
    let rules = |rules: &[Rule], side| -> Vec<Value> {
        let (first, last): (Vec<Rule>, Vec<Rule>) = rules.iter().map(parted).unzip();
        let ordered = first.iter().chain(&last);
        ordered.flat_map(|it| written(it, side, &policy.namespace)).collect()
    };
    let (ingress, egress) = (rules(&policy.ingress, "from"), rules(&policy.egress, "to"));
    let parts = ingress.len().div_ceil(MOST).max(egress.len().div_ceil(MOST));
    let part = |rules: &[Value], index: usize| -> Vec<Value> {
        rules.iter().skip(index * MOST).take(MOST).cloned().collect()
    };
    (0..parts)
        .map(|index| {
            let mut spec = Map::new();
            spec.insert("tier".to_owned(), "Baseline".into());
            spec.insert("priority".to_owned(), (OPEN + index).into());
            spec.insert("subject".to_owned(), subject.clone());
            for (field, rules) in [("ingress", &ingress), ("egress", &egress)] {
                let rules = part(rules, index);
                if !rules.is_empty() {
                    spec.insert(field.to_owned(), rules.into());
                }
            }
            let full = format!("{}-{}", policy.namespace, policy.name);
            let name = if index == 0 { full } else { format!("{full}-{}", index + 1) };
            Manifest::new(version.kind(), None, &name, why, json!({"spec": spec}))
        })
        .filter(|it| is_subdomain(&it.name))
        .collect()
}

/// Keeps the namespaces of each tenant apart from those of others.
pub(super) fn isolation(
    key: &str,
    tenants: &BTreeMap<String, BTreeSet<String>>,
    version: ApiVersion,
) -> Vec<Manifest> {
    tenants
        .iter()
        .map(|(tenant, namespaces)| {
            let others = json!([{"namespaces": {"matchExpressions": [
                {"key": key, "operator": "Exists"},
                {"key": key, "operator": "NotIn", "values": [tenant]},
            ]}}]);
            let spec = json!({
                "tier": "Admin",
                "priority": OPEN,
                "subject": {"namespaces": {"matchLabels": {key: tenant}}},
                "ingress": [{"name": "deny-other-tenants", "action": "Deny", "from": others}],
                "egress": [{"name": "deny-other-tenants", "action": "Deny", "to": others}],
            });
            let names: Vec<String> = namespaces.iter().cloned().collect();
            let why = format!(
                "Keeps {key}={tenant} apart from every other tenant, whatever NetworkPolicies say: {}.",
                crate::generators::role::few(&names)
            );
            let name = format!("isolate-{}", tenant.to_lowercase().replace(['_', '.'], "-"));
            Manifest::new(version.kind(), None, &name, &why, json!({"spec": spec}))
        })
        .collect()
}

/// A rule without the ranges that leave some out, and these: ranges are those of pods, too, so that what is left out of
/// them comes after all that names pods.
fn parted(rule: &Rule) -> (Rule, Rule) {
    let leaves_out = |it: &Peer| matches!(it, Peer::Block(_, except) if !except.is_empty());
    let (last, first) = rule.peers.iter().cloned().partition(leaves_out);
    (Rule { peers: first, ..rule.clone() }, Rule { peers: last, ..rule.clone() })
}

fn written(rule: &Rule, side: &str, own: &str) -> Vec<Value> {
    let mut rules = Vec::new();
    let mut except: BTreeSet<&String> = BTreeSet::new();
    let mut peers: Vec<Value> = Vec::new();
    for it in &rule.peers {
        match it {
            Peer::Anyone => peers.push(json!({"namespaces": {}})),
            Peer::Pods { place, pods } => peers.push(of_pods(place, pods, own)),
            Peer::Block(cidr, but) if side == "to" => {
                except.extend(but);
                peers.push(json!({"networks": [cidr.to_string()]}));
            }
            Peer::Block(..) | Peer::ApiServer | Peer::Name(_) => {}
        }
    }
    if !except.is_empty() {
        rules.push(json!({"action": "Deny", "to": [{"networks": except}]}));
    }
    rules.extend(accepted(&peers, side, rule));
    rules
}

/// Peers on the ports of a rule, in as many rules as they take.
fn accepted(peers: &[Value], side: &str, rule: &Rule) -> Vec<Value> {
    let mut rules = Vec::new();
    let ports: Vec<Value> = rule.ports.iter().filter_map(port).collect();
    // A rule without ports is for all of them.
    if ports.len() < rule.ports.len() {
        return rules;
    }
    for peers in peers.chunks(MOST) {
        let mut add = |ports: &[Value]| {
            let mut made = json!({"action": "Accept", side: peers});
            if let (false, Some(made)) = (ports.is_empty(), made.as_object_mut()) {
                made.insert("protocols".to_owned(), ports.into());
            }
            rules.push(made);
        };
        if ports.is_empty() {
            add(&[]);
        }
        ports.chunks(MOST).for_each(add);
    }
    rules
}

fn of_pods(place: &Place, pods: &Pods, own: &str) -> Value {
    let place = match place {
        Place::Own => json!({"matchLabels": {NAME: own}}),
        Place::All => json!({}),
        Place::Labelled(labels) => json!({"matchLabels": labels}),
    };
    if *pods == Pods::default() {
        return json!({"namespaces": place});
    }
    json!({"pods": {"namespaceSelector": place, "podSelector": selector(pods)}})
}

/// A port; none where it has a name, which the standard channel does not take.
fn port(of: &PolicyPort) -> Option<Value> {
    let range = match &of.port {
        PortRange::Number(number) => json!({"number": number}),
        PortRange::Range(first, last) if first == last => json!({"number": first}),
        PortRange::Range(first, last) => json!({"range": {"start": first, "end": last}}),
        PortRange::Name(_) => return None,
    };
    Some(json!({of.protocol.to_string().to_lowercase(): {"destinationPort": range}}))
}
