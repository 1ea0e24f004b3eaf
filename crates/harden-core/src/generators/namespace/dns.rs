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
use crate::platform::{Platform, Pods, Resolver};

/// Where nodes answer for DNS: 169.254.20.10 (NodeLocal DNSCache), 169.254.25.10 (kubespray),
/// 169.254.10.10 and .11 (LocalDNS of AKS), 169.254.169.254 (Cloud DNS of GKE). The last is the metadata
/// service, too, so the range is never opened on another port than that of DNS.
const LINK_LOCAL: &str = "169.254.0.0/16";

/// The port of DNS.
const DNS: u16 = 53;

/// A way of resolving names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Dns {
    /// CoreDNS or kube-dns in kube-system
    KubeDns,
    /// DNS on each node, by pods k8s-app=node-local-dns or at a link-local address: NodeLocal DNSCache,
    /// Cloud DNS of GKE, LocalDNS of AKS; always port 53
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
pub(in crate::generators) struct DnsPeers {
    pub(in crate::generators) peers: Vec<Value>,
    pub(in crate::generators) ports: Vec<PolicyPort>,
}

/// Who may be asked for names, and on which ports.
pub(in crate::generators) fn peers(
    options: &Options,
    of: Option<&Platform>,
    facts: &Facts,
) -> Result<Vec<DnsPeers>, OptionError> {
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
    let mut chosen = options.dns.as_slice();
    match of {
        Some(platform) if chosen.is_empty() => {
            for resolver in platform.dns.value {
                match resolver {
                    Resolver::Pods(it, number) => add(pods(it), ports(options, *number)),
                    // The metadata service may be at the same address, on another port.
                    Resolver::Addresses(range) => add(address(range), port(DNS)),
                }
            }
        }
        None if chosen.is_empty() => chosen = &[Dns::KubeDns, Dns::Nodelocal],
        _ => {}
    }
    for dns in chosen {
        match dns {
            Dns::KubeDns => add(kube_system("kube-dns"), ports(options, DNS)),
            Dns::Nodelocal => {
                add(kube_system("node-local-dns"), port(DNS));
                add(address(LINK_LOCAL), port(DNS));
            }
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
        add(peer(selector.namespace.as_str(), &labels), ports(options, DNS));
    }
    for cidr in &options.dns_cidr {
        add(address(&cidr.to_string()), ports(options, DNS));
    }
    Ok(groups)
}

pub(super) fn policy(namespace: &str, groups: &[DnsPeers]) -> Manifest {
    let mut why = "Lets every pod resolve names, over UDP and TCP; the ports are those of the DNS pods themselves,\n\
         because policies see traffic after the Service has been resolved."
        .to_owned();
    let is_link_local = |it: &Value| {
        let cidr = it.pointer("/ipBlock/cidr").and_then(Value::as_str);
        cidr.is_some_and(|it| it.starts_with("169.254."))
    };
    if groups.iter().any(|group| group.peers.iter().any(is_link_local)) {
        why.push_str(
            "\nCaches on the nodes are at link-local addresses. So is the metadata service, on another port.",
        );
    }
    let egress: Vec<Value> = groups
        .iter()
        .map(|group| json!({"to": group.peers, "ports": port_values(&group.ports)}))
        .collect();
    Manifest::new(
        Kind::NETWORK_POLICY,
        Some(namespace),
        "allow-dns",
        &why,
        json!({"spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress}}),
    )
}

/// The peer that selects pods of a platform; all of a namespace include those in the network of its nodes
/// where the platform can tell them.
pub(super) fn pods(pods: &Pods) -> Value {
    let labels = |list: &[(&str, &str)]| -> Value {
        list.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect()
    };
    let is_named = pods.namespace.iter().any(|(key, _)| *key == "kubernetes.io/metadata.name");
    let namespaces = json!({"matchLabels": labels(pods.namespace)});
    if !pods.labels.is_empty() {
        let selector = json!({"matchLabels": labels(pods.labels)});
        return json!({"namespaceSelector": namespaces, "podSelector": selector});
    }
    if is_named {
        return json!({"namespaceSelector": namespaces});
    }
    json!({"namespaceSelector": namespaces, "podSelector": {}})
}

fn kube_system(app: &str) -> Value {
    peer("kube-system", &[("k8s-app".to_owned(), app.to_owned())])
}

fn address(cidr: &str) -> Value {
    json!({"ipBlock": {"cidr": cidr}})
}

fn service_peers(service: &DnsService) -> Vec<Value> {
    let pods = (!service.selector.is_empty()).then(|| peer(&service.namespace, &service.selector));
    pods.into_iter().chain(service.addresses.iter().map(|it| address(&it.to_string()))).collect()
}

/// The ports of `--dns-port`, or else this one.
fn ports(options: &Options, default: u16) -> Vec<PolicyPort> {
    match options.dns_port.as_slice() {
        [] => port(default),
        chosen => over_udp_and_tcp(chosen.iter().copied()),
    }
}

fn port(number: u16) -> Vec<PolicyPort> {
    over_udp_and_tcp(PortNumber::new(number))
}

fn over_udp_and_tcp(ports: impl IntoIterator<Item = PortNumber>) -> Vec<PolicyPort> {
    ports
        .into_iter()
        .flat_map(|port| {
            [Protocol::Udp, Protocol::Tcp].map(|protocol| PolicyPort::number(port, protocol))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_local_addresses_are_open_on_the_port_of_dns_alone() {
        let dns_port = ["80", "1053"].map(|it| it.parse().expect(it)).to_vec();
        let options = Options { dns_port, ..Options::default() };
        let groups = peers(&options, None, &Facts::default()).expect("valid");
        let open: Vec<_> =
            groups.iter().filter(|it| it.peers.contains(&address(LINK_LOCAL))).collect();
        assert_eq!(open.len(), 1);
        assert!(open.iter().all(|it| it.ports == port(DNS)));
    }
}
