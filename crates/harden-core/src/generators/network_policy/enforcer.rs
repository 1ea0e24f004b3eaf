//! Who enforces policies, and what each writes them as.

use std::collections::BTreeSet;

use super::policy::Policy;
use super::{Options, calico, cilium, cluster, kubernetes, notes};
use crate::Manifest;
use crate::kubernetes::Kind;

/// What enforces policies in the cluster, and whose kinds they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Enforcer {
    /// NetworkPolicy, which most network plugins enforce
    #[default]
    Kubernetes,
    /// CiliumNetworkPolicy, which has words for the API server and for names of hosts
    Cilium,
    /// NetworkPolicy of Calico, which has a word for the API server
    Calico,
    /// ClusterNetworkPolicy in the tier Baseline, which holds where no NetworkPolicy does
    ClusterNetworkPolicy,
}

/// A version of ClusterNetworkPolicy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum ApiVersion {
    /// Served since release 0.2 of the Network Policy API
    #[default]
    V1alpha2,
    /// Served since release 0.3
    V1beta1,
}

impl ApiVersion {
    pub(super) fn kind(self) -> Kind {
        let version = match self {
            Self::V1alpha2 => "v1alpha2",
            Self::V1beta1 => "v1beta1",
        };
        Kind { version, ..Kind::CLUSTER_NETWORK_POLICY }
    }
}

/// What is written: what closes namespaces, and all of it in the order in which it is applied.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    pub(super) closing: Vec<Manifest>,
    pub(super) all: Vec<Manifest>,
}

impl Enforcer {
    /// Writes policies, by the namespaces that are closed.
    pub(super) fn write(
        self,
        options: &Options,
        namespaces: &BTreeSet<&str>,
        policies: &[Policy],
        is_closed: impl Fn(&str) -> bool,
    ) -> Written {
        let why = "Denies all traffic to and from every pod of the namespace;\n\
                   the policies after it let through what is needed.";
        let version = options.api_version;
        let mut written = Written::default();
        for namespace in namespaces {
            if !is_closed(namespace) {
                let closing = match self {
                    Self::Kubernetes => kubernetes::default_deny(namespace, why),
                    Self::Cilium => cilium::default_deny(namespace, why),
                    Self::Calico => calico::default_deny(namespace, why),
                    Self::ClusterNetworkPolicy => cluster::default_deny(namespace, version, why),
                };
                written.closing.push(closing.clone());
                written.all.push(closing);
            }
            for policy in policies.iter().filter(|it| it.namespace == **namespace) {
                let why = notes::why(policy);
                match self {
                    Self::Kubernetes => written.all.push(kubernetes::write(policy, &why)),
                    Self::Cilium => written.all.push(cilium::write(policy, &why)),
                    Self::Calico => written.all.push(calico::write(policy, &why)),
                    Self::ClusterNetworkPolicy => {
                        written.all.extend(cluster::write(policy, version, &why));
                    }
                }
            }
        }
        written
    }
}
