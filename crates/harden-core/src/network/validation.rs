//! What the API server rejects in a NetworkPolicy.

mod range;

use harden_yaml::Place;

use self::range::range;
use super::{Direction, NetworkPolicy};
use crate::kubernetes::{MinorVersion, Selector, port_name_flaw};

/// Since this version address ranges must be written as they are stored (StrictIPCIDRValidation).
const STRICT_SINCE: MinorVersion = MinorVersion(36);

/// A place of a NetworkPolicy that the API server rejects.
#[derive(Debug, Clone)]
pub struct PolicyProblem<'d> {
    /// What is rejected.
    pub place: Place<'d>,
    /// Why, in the words of the API server.
    pub reason: String,
}

impl<'d> NetworkPolicy<'d> {
    /// What an API server of this version rejects, as ValidateNetworkPolicySpec does. What the
    /// schema forbids is left to the schema.
    pub fn problems(&self, version: MinorVersion) -> Vec<PolicyProblem<'d>> {
        let mut problems = Vec::new();
        selector(self.spec.at("podSelector"), &mut problems);
        let is_strict = version >= STRICT_SINCE;
        for direction in Direction::ALL {
            for rule in self.spec.at(direction.field()).items() {
                rule.at("ports").items().for_each(|it| port(it, &mut problems));
                let peers = rule.at(direction.peers()).items();
                peers.for_each(|it| peer(it, is_strict, &mut problems));
            }
        }
        policy_types(self.spec.at("policyTypes"), &mut problems);
        problems
    }
}

fn add<'d>(problems: &mut Vec<PolicyProblem<'d>>, place: Place<'d>, reason: impl Into<String>) {
    problems.push(PolicyProblem { place, reason: reason.into() });
}

fn invalid<'d>(problems: &mut Vec<PolicyProblem<'d>>, place: Place<'d>, rule: &str) {
    let value = match place.as_str() {
        Some(text) => format!("\"{text}\""),
        None => place.source().to_owned(),
    };
    add(problems, place, format!("Invalid value: {value}: {rule}"));
}

fn policy_types<'d>(types: Place<'d>, problems: &mut Vec<PolicyProblem<'d>>) {
    for place in types.items() {
        if let Some(word) = place.as_str().filter(|it| !matches!(*it, "Ingress" | "Egress")) {
            let rule =
                format!("Unsupported value: \"{word}\": supported values: \"Ingress\", \"Egress\"");
            add(problems, place, rule);
        }
    }
    if types.len() > 2 {
        add(problems, types, "may not specify more than two policyTypes");
    }
}

fn selector<'d>(place: Place<'d>, problems: &mut Vec<PolicyProblem<'d>>) {
    if Selector::read(place).is_err() {
        add(problems, place, "no valid selector: see its keys, operators and values");
    }
}

fn peer<'d>(peer: Place<'d>, is_strict: bool, problems: &mut Vec<PolicyProblem<'d>>) {
    let [pods, namespaces, block] =
        ["podSelector", "namespaceSelector", "ipBlock"].map(|key| peer.at(key));
    let has_selector = pods.exists() || namespaces.exists();
    match (has_selector, block.exists()) {
        (false, false) => return add(problems, peer, "Required value: must specify a peer"),
        (true, true) => {
            return add(problems, peer, "Forbidden: may not specify both ipBlock and another peer");
        }
        (true, false) => {
            selector(pods, problems);
            selector(namespaces, problems);
            return;
        }
        (false, true) => {}
    }
    let cidr = block.at("cidr");
    if cidr.as_str().is_none_or(str::is_empty) {
        return add(problems, cidr, "Required value");
    }
    let Some(outer) = range(cidr, is_strict, problems) else { return };
    for except in block.at("except").items() {
        let Some(inner) = range(except, is_strict, problems) else { continue };
        if !(outer.contains(&inner.network()) && inner.prefix_len() > outer.prefix_len()) {
            invalid(problems, except, "must be a strict subset of `cidr`");
        }
    }
}

fn port<'d>(item: Place<'d>, problems: &mut Vec<PolicyProblem<'d>>) {
    let protocol = item.at("protocol");
    if let Some(word) = protocol.as_str().filter(|it| !matches!(*it, "TCP" | "UDP" | "SCTP")) {
        let rule =
            format!("Unsupported value: \"{word}\": supported values: \"TCP\", \"UDP\", \"SCTP\"");
        add(problems, protocol, rule);
    }
    let (port, end) = (item.at("port"), item.at("endPort"));
    match (port.as_i64(), port.as_str()) {
        (Some(number), _) => {
            if !(1..=65535).contains(&number) {
                invalid(problems, port, "must be between 1 and 65535, inclusive");
            }
            if end.as_i64().is_some_and(|last| last < number) {
                // The server names the first port here.
                let rule =
                    format!("Invalid value: {number}: must be greater than or equal to `port`");
                add(problems, end, rule);
            }
        }
        (None, Some(name)) => {
            if let Some(rule) = port_name_flaw(name) {
                invalid(problems, port, rule);
            }
            if end.exists() {
                invalid(problems, end, "may not be specified when `port` is non-numeric");
            }
        }
        (None, None) if end.exists() => {
            invalid(problems, end, "may not be specified when `port` is not specified");
        }
        (None, None) => {}
    }
    if end.as_i64().is_some_and(|it| !(1..=65535).contains(&it)) {
        invalid(problems, end, "must be between 1 and 65535, inclusive");
    }
}

#[cfg(test)]
mod tests;
