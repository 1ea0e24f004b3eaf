//! Where pods may reach the API server, as users name it.

use std::str::FromStr;

use serde_json::{Value, json};

use super::Options;
use crate::Manifest;
use crate::cluster::Facts;
use crate::generators::OptionError;
use crate::kubernetes::{Cidr, Endpoint, Kind};
use crate::platform::Platform;

const OPTION: &str = "--allow-apiserver";

/// Endpoints of the API server: `CIDR:PORT`, `CIDR` where the platform tells the port, or `cluster`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiServer {
    /// Addresses and a port.
    Endpoint(Endpoint),
    /// Addresses, by the port of the platform.
    Addresses(Cidr),
    /// Those of the cluster.
    Cluster,
}

impl FromStr for ApiServer {
    type Err = <Endpoint as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "cluster" {
            return Ok(Self::Cluster);
        }
        match (text.parse(), text.parse()) {
            (Ok(endpoint), _) => Ok(Self::Endpoint(endpoint)),
            (_, Ok(cidr)) => Ok(Self::Addresses(cidr)),
            // What is wrong with a range without a port is said as with one.
            (Err(error), _) if text.contains('/') && !text.contains(':') => {
                Err(format!("{text}:1").parse::<Endpoint>().err().unwrap_or(error))
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// The endpoints that are meant, in order.
pub(in crate::generators) fn endpoints(
    options: &Options,
    of: Option<&Platform>,
    facts: &Facts,
) -> Result<Vec<Endpoint>, OptionError> {
    let mut endpoints = Vec::new();
    for meant in &options.allow_apiserver {
        match meant {
            ApiServer::Endpoint(endpoint) => endpoints.push(*endpoint),
            ApiServer::Addresses(cidr) => {
                let missing = || {
                    let rule =
                        "needs a port, such as 10.0.0.10/32:6443, or --platform, which tells it";
                    OptionError::new(OPTION, cidr, rule)
                };
                let port = of.and_then(|it| it.api_server.value.port()).ok_or_else(missing)?;
                endpoints.push(Endpoint { cidr: *cidr, port });
            }
            ApiServer::Cluster => {
                let servers = facts.api_servers.as_ref().ok_or_else(|| {
                    OptionError::new(OPTION, "cluster", "no cluster could be asked")
                })?;
                endpoints.extend(servers);
            }
        }
    }
    endpoints.sort();
    endpoints.dedup();
    Ok(endpoints)
}

/// The policy that lets pods reach these.
pub(super) fn policy(endpoints: &[Endpoint], namespace: &str) -> Manifest {
    let egress: Vec<Value> = endpoints
        .iter()
        .map(|it| {
            json!({
                "to": [{"ipBlock": {"cidr": it.cidr.to_string()}}],
                "ports": [{"protocol": "TCP", "port": it.port}],
            })
        })
        .collect();
    Manifest::new(
        Kind::NETWORK_POLICY,
        Some(namespace),
        "allow-apiserver",
        "Lets every pod connect to the Kubernetes API server, by the addresses of its endpoints:\n\
         no selector can match it, and its Service address is translated before policies look.",
        json!({"spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress}}),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_may_be_left_to_the_platform() {
        let kind = |text: &str| {
            text.parse::<ApiServer>().map(|it| match it {
                ApiServer::Endpoint(it) => format!("{}:{}", it.cidr, it.port),
                ApiServer::Addresses(it) => it.to_string(),
                ApiServer::Cluster => "cluster".to_owned(),
            })
        };
        for (text, shown) in [
            ("cluster", "cluster"),
            ("10.0.0.10/32:6443", "10.0.0.10/32:6443"),
            ("10.0.0.0/24", "10.0.0.0/24"),
            ("fd00::10", "fd00::10/128"),
            ("[fd00::10]:6443", "fd00::10/128:6443"),
        ] {
            assert_eq!(kind(text).as_deref(), Ok(shown), "{text}");
        }
        for bad in ["", "clusters", "10.0.0.10/32:0", "10.0.0.1/8", "10.0.0.1/8:443"] {
            assert!(kind(bad).is_err(), "{bad}");
        }
    }
}
