//! The NetworkPolicy that lets pods resolve names, whatever resolves them.

use std::str::FromStr;

use serde_json::{Value, json};

use super::flow::{InvalidFlow, parse_pods, peer};
use super::network::port_values;
use super::{Options, Part};
use crate::Manifest;
use crate::cluster::{DnsService, Facts};
use crate::generators::OptionError;
use crate::kubernetes::{Kind, Label, NamespaceName, PolicyPort, PortNumber, Protocol};

/// A way of resolving names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Dns {
    /// CoreDNS or kube-dns in kube-system
    KubeDns,
    /// NodeLocal DNSCache at 169.254.20.10, in the network of each node
    Nodelocal,
    /// OpenShift's DNS pods, which listen on port 5353
    Openshift,
    /// What --dns-selector and --dns-cidr say
    Custom,
    /// What the cluster's DNS Service leads to
    Cluster,
}

/// DNS pods: `NAMESPACE[/KEY=VALUE,...]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsSelector {
    /// Where they are.
    pub namespace: NamespaceName,
    /// Their labels; all pods, when empty.
    pub labels: Vec<Label>,
}

impl FromStr for DnsSelector {
    type Err = InvalidFlow;

    fn from_str(text: &str) -> Result<Self, InvalidFlow> {
        let (namespace, labels) = parse_pods(text)?;
        Ok(Self { namespace, labels })
    }
}

/// Peers that resolve names on the same ports.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DnsPeers {
    peers: Vec<Value>,
    ports: Vec<PolicyPort>,
}

/// Who may be asked for names, and on which ports.
pub(super) fn peers(options: &Options, facts: &Facts) -> Result<Vec<DnsPeers>, OptionError> {
    if !options.makes(Part::Dns) {
        return Ok(Vec::new());
    }
    let custom = !options.dns_selector.is_empty() || !options.dns_cidr.is_empty();
    if options.dns.contains(&Dns::Custom) && !custom {
        return Err(OptionError::new("--dns", "custom", "needs --dns-selector or --dns-cidr"));
    }
    let mut groups: Vec<DnsPeers> = Vec::new();
    let mut add = |peer: Value, ports: Vec<PolicyPort>| match groups
        .iter_mut()
        .find(|it| it.ports == ports)
    {
        Some(group) if group.peers.contains(&peer) => {}
        Some(group) => group.peers.push(peer),
        None => groups.push(DnsPeers { peers: vec![peer], ports }),
    };
    for dns in &options.dns {
        match dns {
            Dns::KubeDns => add(kube_dns(), ports(options, 53)),
            Dns::Nodelocal => add(address("169.254.20.10/32"), ports(options, 53)),
            Dns::Openshift => add(peer("openshift-dns", &[]), ports(options, 5353)),
            Dns::Custom => {}
            Dns::Cluster => {
                let service = facts.dns.as_ref().ok_or_else(|| {
                    OptionError::new("--dns", "cluster", "no cluster could be asked")
                })?;
                for peer in service_peers(service) {
                    add(peer, service.ports.clone());
                }
            }
        }
    }
    for selector in &options.dns_selector {
        let labels: Vec<_> =
            selector.labels.iter().map(|it| (it.key.clone(), it.value.clone())).collect();
        add(peer(selector.namespace.as_str(), &labels), ports(options, 53));
    }
    for cidr in &options.dns_cidr {
        add(address(&cidr.to_string()), ports(options, 53));
    }
    Ok(groups)
}

pub(super) fn policy(namespace: &str, groups: &[DnsPeers]) -> Manifest {
    let egress: Vec<Value> = groups
        .iter()
        .map(|group| json!({"to": group.peers, "ports": port_values(&group.ports)}))
        .collect();
    Manifest::new(
        Kind::NETWORK_POLICY,
        Some(namespace),
        "allow-dns",
        "Lets every pod resolve names, over UDP and TCP; the ports are those of the DNS pods themselves,\n\
         because policies see traffic after the Service has been resolved.",
        json!({"spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress}}),
    )
}

fn kube_dns() -> Value {
    peer("kube-system", &[("k8s-app".to_owned(), "kube-dns".to_owned())])
}

fn address(cidr: &str) -> Value {
    json!({"ipBlock": {"cidr": cidr}})
}

fn service_peers(service: &DnsService) -> Vec<Value> {
    let pods = (!service.selector.is_empty()).then(|| peer(&service.namespace, &service.selector));
    pods.into_iter().chain(service.addresses.iter().map(|it| address(&it.to_string()))).collect()
}

fn ports(options: &Options, default: u16) -> Vec<PolicyPort> {
    let chosen: Vec<PortNumber> = match options.dns_port.as_slice() {
        [] => PortNumber::new(default).into_iter().collect(),
        chosen => chosen.to_vec(),
    };
    chosen
        .iter()
        .flat_map(|port| {
            [Protocol::Udp, Protocol::Tcp].map(|protocol| PolicyPort::number(*port, protocol))
        })
        .collect()
}
