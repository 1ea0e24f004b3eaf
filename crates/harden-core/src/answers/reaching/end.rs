//! An end of a connection, as answers name it.

use std::fmt;
use std::net::IpAddr;

use serde::{Serialize, Serializer};

/// Who opens a connection, or to whom it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End<'n> {
    /// What lets the requests of Ingresses and Gateways in.
    IngressController,
    /// Addresses outside of the cluster, the first and the last.
    Outside(IpAddr, IpAddr),
    /// Pods that are not there, in the words of what a rule asks of them.
    Newcomers(&'n str),
    /// Pods of one owner.
    Workload {
        /// Their namespace.
        namespace: &'n str,
        /// What `namespace/name[Kind]` says of them.
        name: &'n str,
    },
}

/// `namespace/name[Kind]`, a range of addresses, or `{ingress-controller}`.
impl fmt::Display for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IngressController => f.write_str("{ingress-controller}"),
            Self::Outside(first, last) => write!(f, "{first}-{last}"),
            Self::Newcomers(words) => f.write_str(words),
            Self::Workload { name, .. } => f.write_str(name),
        }
    }
}

impl Serialize for End<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
