//! Requests that nobody investigates.

use super::rule::PolicyRule;
use crate::configuration::audit::AuditLevel;
use crate::kubernetes::MinorVersion;

/// Requests that the cluster makes by itself, by the thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Noise {
    /// All of these
    All,
    /// None of these
    None,
    /// Probes of the API server, and questions for its version
    Health,
    /// Questions of clients for what the API server serves
    Discovery,
    /// Events that are written down and read; their deletion stays in the log
    Events,
    /// Leases that nodes and the control plane renew; those of others stay in the log
    Leases,
    /// Reading by the control plane and kube-proxy; reading of Secrets stays in the log
    Components,
    /// Kubelets that read their node and report its status and that of its pods; their changes of nodes
    /// stay in the log
    Nodes,
}

/// Who runs a control plane.
const COMPONENTS: [&str; 4] = [
    "system:apiserver",
    "system:kube-controller-manager",
    "system:kube-proxy",
    "system:kube-scheduler",
];

impl Noise {
    /// Those that make rules, in the order of a policy.
    pub(super) const EACH: [Self; 6] =
        [Self::Health, Self::Discovery, Self::Events, Self::Leases, Self::Components, Self::Nodes];

    /// The rules that drop it on an API server of this version.
    pub(super) fn rules(self, version: MinorVersion) -> Vec<PolicyRule> {
        let none = |why| PolicyRule::new(AuditLevel::None, why);
        match self {
            Self::All | Self::None => Vec::new(),
            Self::Health => vec![
                none("Probes of the API server, and questions for its version.")
                    .verbs(&["get"])
                    .urls(&["/healthz*", "/livez*", "/readyz*", "/version"]),
            ],
            Self::Discovery => vec![
                none("Clients that ask what the API server serves.")
                    .verbs(&["get"])
                    .urls(&["/api*", "/openapi/*"]),
            ],
            Self::Events => vec![
                none("Events are a log of their own. Whoever deletes them stays in this one.")
                    .verbs(&["get", "list", "watch", "create", "update", "patch"])
                    .resources("", &["events"])
                    .resources("events.k8s.io", &["events"]),
            ],
            Self::Leases => vec![
                none("Leases that nodes renew every few seconds.")
                    .groups(&["system:nodes"])
                    .verbs(&["get", "update"])
                    .resources("coordination.k8s.io", &["leases"])
                    .namespaces(&["kube-node-lease"], false),
                none("Leases that the control plane renews. Whoever else takes one stays in the log.")
                    .users(&COMPONENTS)
                    .verbs(&["get", "update"])
                    .resources("coordination.k8s.io", &["leases"])
                    .namespaces(&["kube-system"], false),
            ],
            Self::Components => {
                none("The control plane reads all the time. What it changes is logged, and so is its\nreading of Secrets, by the rule above.")
                    .users(&COMPONENTS)
                    .verbs(&["get", "list", "watch"])
                    .every_resource(version)
            }
            Self::Nodes => vec![
                none("Kubelets that read their node.")
                    .groups(&["system:nodes"])
                    .verbs(&["get"])
                    .resources("", &["nodes"]),
                none("Kubelets that report the status of their node and its pods. Changes of a node itself stay in\nthe log.")
                    .groups(&["system:nodes"])
                    .verbs(&["update", "patch"])
                    .resources("", &["nodes/status", "pods/status"]),
            ],
        }
    }
}
