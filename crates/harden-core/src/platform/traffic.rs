//! Whom the pods of a namespace talk to, as network policies see it.

use crate::kubernetes::PortNumber;

/// Pods by their namespace and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pods {
    /// The labels that select the namespace.
    pub namespace: &'static [(&'static str, &'static str)],
    /// The labels of the pods; all, when empty.
    pub labels: &'static [(&'static str, &'static str)],
}

/// What is asked for names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    /// Pods, by the port that they listen on themselves.
    Pods(Pods, u16),
    /// A range of addresses, which no selector matches; always the port of DNS.
    Addresses(&'static str),
}

/// Where policies see the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiServer {
    /// The port of its endpoints, not that of its Service.
    pub port: u16,
    /// Whether its endpoints are nodes of the cluster.
    pub on_nodes: bool,
}

impl ApiServer {
    /// The port of its endpoints.
    pub fn port(self) -> Option<PortNumber> {
        PortNumber::new(self.port)
    }
}

/// Where the API server calls webhooks from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// By pods, or by what a selector stands for.
    Pods(Pods),
    /// From addresses that differ from cluster to cluster.
    Addresses,
}

pub(super) const KUBE_SYSTEM: &[(&str, &str)] = &[("kubernetes.io/metadata.name", "kube-system")];

/// The pods that answer for DNS in most clusters.
pub(super) const KUBE_DNS: Resolver =
    Resolver::Pods(Pods { namespace: KUBE_SYSTEM, labels: &[("k8s-app", "kube-dns")] }, 53);
/// NodeLocal DNSCache where its pods have addresses of their own.
pub(super) const NODE_LOCAL_DNS: Resolver =
    Resolver::Pods(Pods { namespace: KUBE_SYSTEM, labels: &[("k8s-app", "node-local-dns")] }, 53);
/// NodeLocal DNSCache where it is in the network of its node.
pub(super) const NODE_LOCAL_ADDRESS: Resolver = Resolver::Addresses("169.254.20.10/32");
