//! What an answer was made of, and what it could not see.

use std::collections::BTreeSet;

use crate::answers::coverage::{counted, listing, unread};
use crate::check::{Incomplete, Listed};
use crate::network::connectivity::{Network, Policy};

/// What no reading of policies shows.
pub const UNSEEN: [&str; 3] = [
    "whether the network plugin enforces policies",
    "what firewalls, nodes and service meshes refuse",
    "policies of network plugins whose kinds are not read",
];

/// What was read, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// How many namespaces are known.
    pub namespaces: usize,
    /// How many workloads were read.
    pub workloads: usize,
    /// How many policies were read.
    pub policies: usize,
    /// What was listed of a cluster.
    pub listed: Vec<Listed>,
    /// What was not read, or is not known.
    pub incomplete: Vec<Incomplete>,
    /// What else is to be known, in sentences.
    pub notes: Vec<String>,
}

impl Coverage {
    /// What was read of a network, and what of it could not be.
    pub fn of(network: &Network, listed: Vec<Listed>, mut incomplete: Vec<Incomplete>) -> Self {
        incomplete.extend(unread(network.broken(), network.skipped()));
        let refused = network.policies().filter_map(|it| Some((it, it.refused()?)));
        incomplete.extend(refused.map(|(policy, why)| {
            let for_whom = counted(policy.workloads().count(), "workload", "workloads");
            Incomplete {
                what: format!("{policy}{}", place(policy)),
                why: format!("the API server refuses it ({why}), so that nobody knows what holds for {for_whom}"),
            }
        }));
        Self {
            namespaces: network.namespaces().len(),
            workloads: network.workloads().len(),
            policies: network.policies().len(),
            listed,
            incomplete,
            notes: notes(network),
        }
    }

    /// Whether something was not read, or is not known.
    pub fn is_incomplete(&self) -> bool {
        !self.incomplete.is_empty()
    }

    /// What was read, in a sentence.
    pub(super) fn sentence(&self) -> String {
        let Self { namespaces, workloads, policies, .. } = self;
        format!(
            "Read: {} in {}, and {}",
            counted(*workloads, "workload", "workloads"),
            counted(*namespaces, "namespace", "namespaces"),
            counted(*policies, "policy", "policies")
        )
    }

    /// What an answer ends with: what it is made of, and what it could not see.
    pub(in crate::answers) fn closing(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.notes.iter().map(|it| format!("Note: {it}.")).collect();
        lines.push(format!("{}.", self.sentence()));
        lines.push(format!("Not seen: {}.", UNSEEN.join("; ")));
        let lacks = self.incomplete.iter();
        lines.extend(lacks.map(|it| format!("Not known: {}: {}", it.what, it.why)));
        lines
    }
}

fn place(policy: Policy<'_>) -> String {
    policy.spot().map(|it| format!(" ({it})")).unwrap_or_default()
}

fn notes(network: &Network) -> Vec<String> {
    let mut notes = Vec::new();
    let doubles: Vec<_> = network.doubles().map(str::to_owned).collect();
    if !doubles.is_empty() {
        notes.push(format!("this is not one cluster: there are several of {}", listing(&doubles)));
    }
    let beyond: BTreeSet<String> = network
        .beyond()
        .map(|it| {
            let place =
                it.rule.map_or_else(|| place(it.policy), |rule| format!(" ({})", rule.spot()));
            format!("{} of {}{place}", it.what, it.policy)
        })
        .collect();
    notes.extend(beyond.into_iter().map(|it| format!("not judged: {it}")));
    let on_host: Vec<_> =
        network.workloads().filter(|it| it.is_on_host()).map(|it| it.to_string()).collect();
    if !on_host.is_empty() {
        notes.push(format!(
            "no policy is for pods on the network of their node: {}",
            listing(&on_host)
        ));
    }
    notes
}
