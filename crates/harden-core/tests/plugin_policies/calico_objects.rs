//! Random policies of Calico as they are written.

use serde_json::{Value, json};

use super::calico_at_random::{Rule, Side, World};

impl Side {
    fn json(&self) -> Value {
        let mut side = json!({});
        let texts = [
            ("selector", &self.selector),
            ("namespaceSelector", &self.namespaces),
            ("notSelector", &self.not),
        ];
        for (field, tree) in texts {
            if let Some(tree) = tree {
                side[field] = json!(tree.text());
            }
        }
        if self.is_global {
            side["namespaceSelector"] = json!("global()");
        }
        if !self.accounts.is_empty() {
            side["serviceAccounts"] = json!({"names": self.accounts});
        }
        for (field, nets) in [("nets", &self.nets), ("notNets", &self.not_nets)] {
            if !nets.is_empty() {
                side[field] = json!(nets);
            }
        }
        side
    }
}

impl World {
    pub(crate) fn objects(&self) -> Vec<Value> {
        let api = "projectcalico.org/v3";
        let mut all = Vec::new();
        for (name, order, passes) in self.tiers.iter().skip(1) {
            let action = if *passes { "Pass" } else { "Deny" };
            let mut spec = json!({"defaultAction": action});
            if let Some(order) = order {
                spec["order"] = json!(order);
            }
            all.push(json!({"apiVersion": api, "kind": "Tier", "metadata": {"name": name}, "spec": spec}));
        }
        for (number, set) in self.sets.iter().enumerate() {
            let kind = if set.namespace.is_some() { "NetworkSet" } else { "GlobalNetworkSet" };
            all.push(json!({"apiVersion": api, "kind": kind,
                "metadata": {"name": format!("s{number}"), "namespace": set.namespace, "labels": set.labels},
                "spec": {"nets": set.nets}}));
        }
        for policy in &self.policies {
            let tier = &self.tiers[policy.tier].0;
            let kind =
                if policy.namespace.is_some() { "NetworkPolicy" } else { "GlobalNetworkPolicy" };
            let mut spec = json!({"tier": tier});
            if let Some(order) = policy.order {
                spec["order"] = json!(order);
            }
            if let Some(tree) = &policy.selector {
                spec["selector"] = json!(tree.text());
            }
            if let Some(tree) = &policy.namespaces {
                spec["namespaceSelector"] = json!(tree.text());
            }
            if !policy.types.is_empty() {
                spec["types"] = json!(policy.types);
            }
            for (direction, rules) in ["ingress", "egress"].into_iter().zip(&policy.rules) {
                let rules: Vec<_> = rules.iter().map(|it| rule_json(it, direction)).collect();
                if !rules.is_empty() {
                    spec[direction] = json!(rules);
                }
            }
            all.push(json!({"apiVersion": api, "kind": kind,
                "metadata": {"name": format!("{tier}.{}", policy.name), "namespace": policy.namespace}, "spec": spec}));
        }
        all
    }
}

/// A rule is kept by who the other end is; in its text that is the source of ingress, and the destination of egress.
fn rule_json(rule: &Rule, direction: &str) -> Value {
    let mut whole = json!({"action": rule.action});
    if let Some(protocol) = &rule.protocol {
        whole["protocol"] = json!(protocol);
    }
    if let Some(protocol) = &rule.not_protocol {
        whole["notProtocol"] = json!(protocol);
    }
    let (other, own) = (rule.source.json(), rule.destination.json());
    let (mut source, mut destination) =
        if direction == "ingress" { (other, own) } else { (own, other) };
    for (field, ports) in [("ports", &rule.ports), ("notPorts", &rule.not_ports)] {
        if !ports.is_empty() {
            destination[field] = json!(ports);
        }
    }
    for (field, side) in [("source", &mut source), ("destination", &mut destination)] {
        if side.as_object().is_some_and(|it| !it.is_empty()) {
            whole[field] = side.take();
        }
    }
    whole
}
