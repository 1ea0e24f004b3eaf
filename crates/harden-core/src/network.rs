//! Who may talk to whom, as NetworkPolicies say it once the API server has defaulted them.
//!
//! [`Policies`] are all policies together: they decide what holds for the pods of a namespace.

mod backend;
mod connections;
pub mod connectivity;
mod direction;
mod dns;
mod flow;
mod peer;
mod policies;
mod policy;
mod port;
pub mod seen;
mod traffic_rule;
mod validation;
pub mod wanted;

pub use backend::{Backend, NamedPort};
pub use connections::{Connections, InvalidConnections, PROTOCOLS, Ports};
pub use direction::Direction;
pub use flow::{End, Fate, Flow};
pub use peer::{IpBlock, Peer};
pub use policies::{Isolation, Policies};
pub use policy::NetworkPolicy;
pub use port::Port;
pub use traffic_rule::TrafficRule;
pub use validation::PolicyProblem;

use crate::kubernetes::GroupKind;

/// The kinds that say who may talk to whom.
pub const KINDS: &[GroupKind] = &[
    GroupKind::NAMESPACE,
    GroupKind::new("networking.k8s.io", "NetworkPolicy"),
    GroupKind::new("cilium.io", "CiliumClusterwideNetworkPolicy"),
    GroupKind::new("cilium.io", "CiliumNetworkPolicy"),
    GroupKind::new("crd.projectcalico.org", "GlobalNetworkPolicy"),
    GroupKind::new("crd.projectcalico.org", "NetworkPolicy"),
    GroupKind::new("policy.networking.k8s.io", "AdminNetworkPolicy"),
    GroupKind::new("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    GroupKind::new("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    GroupKind::new("projectcalico.org", "GlobalNetworkPolicy"),
    GroupKind::new("projectcalico.org", "NetworkPolicy"),
];

/// The kinds that say who reaches whom: those of [`KINDS`], and what leads to pods.
pub const REACHABILITY: &[GroupKind] = &[
    GroupKind::NAMESPACE,
    GroupKind::new("", "Service"),
    GroupKind::new("networking.k8s.io", "Ingress"),
    GroupKind::new("networking.k8s.io", "NetworkPolicy"),
    GroupKind::new("cilium.io", "CiliumClusterwideNetworkPolicy"),
    GroupKind::new("cilium.io", "CiliumNetworkPolicy"),
    GroupKind::new("crd.projectcalico.org", "GlobalNetworkPolicy"),
    GroupKind::new("crd.projectcalico.org", "NetworkPolicy"),
    GroupKind::new("gateway.networking.k8s.io", "GRPCRoute"),
    GroupKind::new("gateway.networking.k8s.io", "HTTPRoute"),
    GroupKind::new("policy.networking.k8s.io", "AdminNetworkPolicy"),
    GroupKind::new("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    GroupKind::new("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    GroupKind::new("projectcalico.org", "GlobalNetworkPolicy"),
    GroupKind::new("projectcalico.org", "NetworkPolicy"),
];
