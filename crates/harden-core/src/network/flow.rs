//! Connections that were seen or are wanted: who, to whom, by which port, and what became of them.

use std::fmt;
use std::net::IpAddr;

use crate::kubernetes::{PortRange, Protocol};

/// An end of a connection, as far as what told of it knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// Pods of something that makes pods, or of a Service.
    Workload {
        /// Its namespace.
        namespace: String,
        /// `Deployment`, `Service`, and so on; empty where that is not known.
        kind: String,
        /// Its name.
        name: String,
    },
    /// A pod.
    Pod {
        /// Its namespace.
        namespace: String,
        /// Its name; empty where only its labels are known.
        name: String,
        /// Its labels, as far as they are known, in order.
        labels: Vec<(String, String)>,
    },
    /// An address that no pod is known to have.
    Address(IpAddr),
    /// A DNS name outside of the cluster.
    Name(String),
    /// What a network plugin has a word for: `world`, `host`, `kube-apiserver`, …
    Entity(String),
}

/// What became of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It went through.
    Forwarded,
    /// A policy refused it, or none allowed it.
    Denied,
    /// A policy that only watches would have refused it.
    Audited,
}

/// A connection that was seen or is wanted, each pair of ends and port once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    /// Who opened it.
    pub from: End,
    /// Whom it was opened to.
    pub to: End,
    /// The protocol of the port.
    pub protocol: Protocol,
    /// The port that it was opened to; `None` for all of them.
    pub port: Option<PortRange>,
    /// What became of it.
    pub fate: Fate,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workload { namespace, kind, name } if kind.is_empty() => {
                write!(f, "{namespace}/{name}")
            }
            Self::Workload { namespace, kind, name } => write!(f, "{namespace}/{name}[{kind}]"),
            Self::Pod { namespace, name, labels } if name.is_empty() => {
                let labels: Vec<_> =
                    labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(f, "{namespace}/[{}]", labels.join(","))
            }
            Self::Pod { namespace, name, .. } => write!(f, "{namespace}/{name}[Pod]"),
            Self::Address(address) => address.fmt(f),
            Self::Name(name) | Self::Entity(name) => f.write_str(name),
        }
    }
}
