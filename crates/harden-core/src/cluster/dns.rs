//! How pods resolve names, as far as a NetworkPolicy must know it.

use std::net::IpAddr;

use harden_yaml::Place;

use super::Endpoints;
use crate::kubernetes::{Cidr, PolicyPort, PortNumber, PortRange, Protocol};

/// The cluster's DNS, as far as a NetworkPolicy must know it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DnsService {
    /// Namespace of the DNS pods.
    pub namespace: String,
    /// Labels that select the DNS pods; empty when the Service selects none.
    pub selector: Vec<(String, String)>,
    /// The ports the pods listen on. Policies are evaluated after the Service's own port was
    /// translated to these.
    pub ports: Vec<PolicyPort>,
    /// Addresses that no selector can match: NodeLocal DNSCache, which runs in the host's network,
    /// and endpoints without a pod.
    pub addresses: Vec<Cidr>,
}

impl DnsService {
    /// Where distributions keep their DNS Service, as namespace and name, most common first.
    pub const PLACES: [(&str, &str); 4] = [
        ("kube-system", "kube-dns"),
        ("kube-system", "coredns"),
        ("kube-system", "rke2-coredns-rke2-coredns"),
        ("openshift-dns", "dns-default"),
    ];

    /// Reads the DNS Service, its EndpointSlices, and the DaemonSet of NodeLocal DNSCache
    /// if there is one. `None` when the Service leads nowhere.
    pub fn read(
        service: Place<'_>,
        slices: &[Endpoints],
        node_local: Option<Place<'_>>,
    ) -> Option<Self> {
        let text = |place: Place<'_>| place.as_str().map(str::to_owned);
        let mut dns =
            Self { namespace: text(service.follow("metadata.namespace"))?, ..Self::default() };
        let selector = service.follow("spec.selector").entries();
        dns.selector =
            selector.filter_map(|(key, value)| Some((key.to_owned(), text(value)?))).collect();
        dns.ports = slices.iter().flat_map(slice_ports).collect();
        if dns.ports.is_empty() {
            dns.ports = service_ports(service);
        }
        dns.ports.sort();
        dns.ports.dedup();
        if dns.selector.is_empty() {
            dns.addresses = slices.iter().flat_map(slice_addresses).collect();
        }
        dns.addresses.extend(node_local.into_iter().flat_map(node_local_addresses));
        dns.addresses.sort();
        dns.addresses.dedup();
        let leads_somewhere = !dns.selector.is_empty() || !dns.addresses.is_empty();
        (leads_somewhere && !dns.ports.is_empty()).then_some(dns)
    }
}

/// Only the ports that resolve names; the DNS Service also serves metrics.
fn is_dns(name: &str, number: Option<i64>) -> bool {
    name.starts_with("dns") || matches!(number, Some(53 | 5353))
}

fn protocol(port: Place<'_>) -> Protocol {
    port.at("protocol").as_str().and_then(Protocol::read).unwrap_or_default()
}

fn slice_ports(slice: &Endpoints) -> impl Iterator<Item = PolicyPort> {
    let ports = slice.ports.iter().filter(|it| is_dns(&it.name, it.number.map(i64::from)));
    ports.filter_map(|it| {
        let protocol = Protocol::read(&it.protocol).unwrap_or_default();
        Some(PolicyPort::number(PortNumber::new(it.number?)?, protocol))
    })
}

fn service_ports(service: Place<'_>) -> Vec<PolicyPort> {
    let ports = service
        .follow("spec.ports")
        .items()
        .filter(|it| is_dns(it.at("name").as_str().unwrap_or_default(), it.at("port").as_i64()));
    let ports = ports.filter_map(|port| {
        let target = Some(port.at("targetPort")).filter(Place::exists);
        let target = target.unwrap_or_else(|| port.at("port"));
        let port_range = match target.as_str() {
            Some(name) => PortRange::Name(name.to_owned()),
            None => PortRange::Number(number(target)?),
        };
        Some(PolicyPort { port: port_range, protocol: protocol(port) })
    });
    ports.collect()
}

fn number(place: Place<'_>) -> Option<PortNumber> {
    PortNumber::new(u16::try_from(place.as_i64()?).ok()?)
}

fn slice_addresses(slice: &Endpoints) -> impl Iterator<Item = Cidr> {
    slice.addresses.iter().filter_map(|it| it.parse::<IpAddr>().ok()).map(Cidr::single)
}

/// The addresses after `-localip`, which it listens on in every node's own network.
fn node_local_addresses(daemon_set: Place<'_>) -> impl Iterator<Item = Cidr> {
    daemon_set
        .follow("spec.template.spec.containers")
        .items()
        .flat_map(|container| {
            let words: Vec<&str> = ["command", "args"]
                .into_iter()
                .flat_map(|field| container.at(field).items())
                .filter_map(|word| word.as_str())
                .collect();
            let after = words.windows(2).filter_map(|pair| match pair {
                ["-localip" | "--localip", addresses] => Some(*addresses),
                _ => None,
            });
            let joined = words
                .iter()
                .filter_map(|word| word.trim_start_matches('-').strip_prefix("localip="));
            after.chain(joined).collect::<Vec<_>>()
        })
        .flat_map(|addresses| addresses.split(','))
        .filter_map(|address| address.parse::<IpAddr>().ok())
        .map(Cidr::single)
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;
    use serde_json::{Value, json};

    use super::super::EndpointPort;
    use super::*;

    fn read(
        service: &Value,
        slices: &[Endpoints],
        node_local: Option<&Value>,
    ) -> Option<DnsService> {
        let service = service.to_string();
        let node_local = node_local.map(Value::to_string);
        let service = Document::parse_json(&service);
        let node_local = node_local.as_ref().map(|it| Document::parse_json(it));
        let node_local = node_local.as_ref().map(Document::root);
        DnsService::read(service.root(), slices, node_local)
    }

    fn shown(dns: &DnsService) -> (Vec<String>, Vec<String>) {
        (
            dns.ports.iter().map(ToString::to_string).collect(),
            dns.addresses.iter().map(ToString::to_string).collect(),
        )
    }

    fn service() -> Value {
        json!({
            "metadata": {"name": "kube-dns", "namespace": "kube-system"},
            "spec": {
                "selector": {"k8s-app": "kube-dns"},
                "ports": [
                    {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
                    {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": "dns-tcp"},
                    {"name": "metrics", "port": 9153, "protocol": "TCP", "targetPort": 9153},
                ],
            },
        })
    }

    #[test]
    fn the_pods_own_ports_count_not_those_of_the_service() {
        let port = |name: &str, number, protocol: &str| EndpointPort {
            name: name.to_owned(),
            number: Some(number),
            protocol: protocol.to_owned(),
        };
        let ports = vec![
            port("dns", 1053, "UDP"),
            port("dns-tcp", 1053, "TCP"),
            port("metrics", 9153, "TCP"),
        ];
        let slice = Endpoints { ports, ..Endpoints::default() };
        let dns = read(&service(), &[slice], None).expect("found");
        assert_eq!(shown(&dns), (vec!["1053".into(), "1053/udp".into()], vec![]));
    }

    #[test]
    fn target_ports_serve_when_there_are_no_endpoints_yet() {
        let dns = read(&service(), &[], None).expect("found");
        assert_eq!(shown(&dns).0, ["53/udp", "dns-tcp"]);
    }

    #[test]
    fn node_local_dns_cache_is_reached_by_address() {
        let daemon_set = json!({"spec": {"template": {"spec": {"containers": [
            {"args": ["-localip", "169.254.20.10,10.96.0.10", "-conf", "/etc/Corefile"]},
        ]}}}});
        let dns = read(&service(), &[], Some(&daemon_set)).expect("found");
        assert_eq!(shown(&dns).1, ["10.96.0.10/32", "169.254.20.10/32"]);
    }

    #[test]
    fn a_service_without_selector_is_reached_by_its_endpoints() {
        let service = json!({
            "metadata": {"namespace": "kube-system"},
            "spec": {"ports": [{"name": "dns", "port": 53, "protocol": "UDP"}]},
        });
        let slice = Endpoints { addresses: vec!["10.0.0.7".to_owned()], ..Endpoints::default() };
        let dns = read(&service, &[slice], None).expect("found");
        assert_eq!(shown(&dns), (vec!["53/udp".into()], vec!["10.0.0.7/32".into()]));
        assert_eq!(read(&service, &[], None), None);
    }
}
