//! What the policies are for, in words.

use std::collections::BTreeSet;

use super::policy::{Peer, Place, Pods, Policy};
use crate::kubernetes::PolicyPort;

/// Lines above a policy.
const MOST: usize = 12;

/// Why a policy is there.
pub(super) fn why(policy: &Policy) -> String {
    let mut text = format!("Lets {} talk", policy.title);
    let mut lines: Vec<String> = policy.reasons.clone();
    if policy.egress.iter().any(|it| it.is_dns) {
        lines.push("to the DNS of the cluster".to_owned());
    }
    let left_out = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if left_out > 0 {
        lines.push(format!("and {left_out} more"));
    }
    for line in lines {
        text.push_str("\n  ");
        text.push_str(&line);
    }
    text
}

/// A peer, as people call it.
pub(super) fn peer(of: &Peer) -> String {
    match of {
        Peer::Anyone => "whoever there is".to_owned(),
        Peer::ApiServer => "the API server".to_owned(),
        Peer::Name(name) => name.clone(),
        Peer::Block(cidr, except) if except.is_empty() => cidr.to_string(),
        Peer::Block(cidr, _) => format!("public addresses of {cidr}"),
        Peer::Pods { place, pods } => {
            let which = labels(pods);
            match (place, which.as_str()) {
                (Place::All, "") => "every pod of the cluster".to_owned(),
                (Place::All, which) => format!("pods {which}"),
                (Place::Own, "") => "every pod of the namespace".to_owned(),
                (Place::Own, which) => format!("pods {which} of the namespace"),
                (Place::Labelled(labels), which) => {
                    let named: Vec<_> = match place.name() {
                        Some(name) => vec![name.to_owned()],
                        None => {
                            labels.iter().map(|(key, value)| format!("{key}={value}")).collect()
                        }
                    };
                    let which = if which.is_empty() { "pods" } else { which };
                    format!("{which} of namespace {}", named.join(","))
                }
            }
        }
    }
}

fn labels(pods: &Pods) -> String {
    let values = pods.labels.iter().map(|(key, value)| format!("{key}={value}"));
    let keys = pods.keys.iter().cloned();
    let without = pods.without.iter().map(|it| format!("!{it}"));
    values.chain(keys).chain(without).collect::<Vec<_>>().join(",")
}

/// ` on port 80`.
pub(super) fn ports(of: &BTreeSet<PolicyPort>) -> String {
    let names: Vec<_> = of.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!(" on port {one}"),
        several => format!(" on ports {}", several.join(", ")),
    }
}
