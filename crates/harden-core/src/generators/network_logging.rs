//! The objects and settings by which network plugins log what policies refuse, one file each.
//!
//! What comes of it is read back by [`network::seen`](crate::network::seen).

mod antrea;
mod aws_vpc_cni;
mod calico;
mod cilium;
mod gke;
mod ovn;

use serde_json::{Value, json};

use super::OptionError;
use crate::Manifest;
use crate::kubernetes::{Kind, NamespaceName};

/// How a network plugin is made to log.
struct Way {
    /// What it takes, for some namespaces, or for all where none is named.
    make: fn(&[NamespaceName]) -> Logging,
    /// What it takes to let through what would be refused, and log it all the same; none where it cannot.
    audit: Option<fn(&[NamespaceName]) -> Logging>,
    /// Whether it has to be told the namespaces.
    by_namespace: bool,
}

macro_rules! plugins {
    ($($(#[$doc:meta])* $name:ident($module:ident),)+) => {
        /// What enforces policies in a cluster, and logs what they refuse.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
        pub enum NetworkPlugin {
            $($(#[$doc])* $name,)+
        }

        impl NetworkPlugin {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it is typed.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $module::NAME,)+ }
            }

            fn way(self) -> &'static Way {
                match self { $(Self::$name => &$module::WAY,)+ }
            }
        }
    };
}

plugins! {
    /// Cilium, by Hubble
    Cilium(cilium),
    /// Calico, by Goldmane and rules that log
    Calico(calico),
    /// OVN-Kubernetes, that of OpenShift included
    Ovn(ovn),
    /// Dataplane V2 of GKE
    Gke(gke),
    /// Antrea
    Antrea(antrea),
    /// The network policy agent of the AWS VPC CNI
    AwsVpcCni(aws_vpc_cni),
}

/// What makes a network plugin log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Logging {
    /// Objects to apply.
    pub manifests: Vec<Manifest>,
    /// What no object can say: settings of the plugin, with the commands, one paragraph each.
    pub settings: Vec<String>,
    /// How the log is fetched, in a form that is read back.
    pub reading: String,
}

/// Makes a plugin log what policies refuse in some namespaces, or in all where none is named. With `audit`, it lets
/// that through.
///
/// # Errors
///
/// The plugin has no audit mode, or has to be told the namespaces.
pub fn logging(
    plugin: NetworkPlugin,
    namespaces: &[NamespaceName],
    audit: bool,
) -> Result<Logging, OptionError> {
    let way = plugin.way();
    let refuse = |rule: &str| Err(OptionError::new("--log-with", plugin.name(), rule));
    if way.by_namespace && namespaces.is_empty() {
        return refuse("it logs namespace by namespace: name them with -n");
    }
    match (audit, way.audit) {
        (false, _) => Ok((way.make)(namespaces)),
        (true, Some(audit)) => Ok(audit(namespaces)),
        (true, None) => refuse(
            "it cannot let through what it would refuse: log without audit, in a namespace where that breaks nothing",
        ),
    }
}

/// The policies of Kubernetes as Calico only watches them: what they would refuse goes through, and is logged.
pub fn staged(policies: &[Manifest]) -> Vec<Manifest> {
    policies.iter().map(calico::staged).collect()
}

/// A namespace that is there, with an annotation more.
fn annotated(namespace: &NamespaceName, why: &str, key: &str, value: &str) -> Manifest {
    let mut manifest =
        Manifest::new(Kind::NAMESPACE, None, &namespace.to_string(), why, Value::Null);
    if let Some(metadata) = manifest.object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("annotations".to_owned(), json!({key: value}));
    }
    manifest
}

/// A kind of a group of its own, of which there is one object for a cluster.
const fn of_cluster(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
) -> Kind {
    Kind { group, version, kind, plural, namespaced: false }
}
