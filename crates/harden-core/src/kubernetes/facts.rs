//! What a cluster says of itself, read from the objects that the caller fetched, and what else
//! only the caller can know.

use std::fmt;
use std::net::IpAddr;

use serde_json::Value;
use zeroize::Zeroizing;

use super::port::PortRange;
use super::{Cidr, EncryptionState, MinorVersion, PolicyPort, Protocol, SecretShape};

/// A fact that some options depend on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// The version of the API server.
    Version,
    /// How pods resolve names.
    Dns,
    /// What a Secret is like: its type and the names of its keys.
    Secret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// What the Secrets are like that the pods of a Deployment refer to.
    SecretsOfDeployment {
        /// The namespace of both.
        namespace: String,
        /// The name of the Deployment.
        name: String,
    },
    /// Which file encrypts what is stored, since when, and what was written again.
    Encryption,
    /// The date.
    Today,
    /// That many bytes nobody can guess.
    Random(usize),
}

impl Need {
    /// Whether a cluster must be asked; the rest the machine knows by itself.
    pub fn is_of_cluster(&self) -> bool {
        !matches!(self, Self::Today | Self::Random(_))
    }
}

/// What is known of the cluster and the machine; nothing, when neither was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The version of the API server.
    pub version: Option<MinorVersion>,
    /// How pods resolve names.
    pub dns: Option<DnsService>,
    /// What Secrets are like, without what they hold.
    pub secrets: Vec<SecretShape>,
    /// How the API server that answered encrypts.
    pub encryption: Option<EncryptionState>,
    /// The date in UTC.
    pub today: Option<Date>,
    /// Bytes nobody can guess, from the generator of the operating system or the browser.
    pub random: Random,
}

/// A day of the Gregorian calendar; written as in `2026-11-23`, ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Bytes for keys: wiped when dropped, never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Random(Zeroizing<Vec<u8>>);

impl Random {
    /// Takes bytes over.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Random({} bytes)", self.0.len())
    }
}

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
    /// Reads the DNS Service, its EndpointSlices, and the DaemonSet of NodeLocal DNSCache if there
    /// is one. `None` when the Service leads nowhere.
    pub fn read(service: &Value, slices: &[Value], node_local: Option<&Value>) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut dns =
            Self { namespace: text(service.pointer("/metadata/namespace")?)?, ..Self::default() };
        if let Some(selector) = service.pointer("/spec/selector").and_then(Value::as_object) {
            dns.selector =
                selector.iter().filter_map(|(k, v)| Some((k.clone(), text(v)?))).collect();
        }
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

/// The items of a list in a fetched object; none if there is no list.
pub(super) fn list<'a>(object: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    object.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// Only the ports that resolve names; the DNS Service also serves metrics.
fn is_dns(port: &Value) -> bool {
    let name = port.get("name").and_then(Value::as_str).unwrap_or_default();
    let number = port.get("port").and_then(Value::as_u64);
    name.starts_with("dns") || matches!(number, Some(53 | 5353))
}

fn protocol(port: &Value) -> Protocol {
    port.get("protocol").and_then(Value::as_str).and_then(Protocol::read).unwrap_or_default()
}

fn slice_ports(slice: &Value) -> Vec<PolicyPort> {
    list(slice, "/ports")
        .filter(|port| is_dns(port))
        .filter_map(|port| Some(PolicyPort::number(number(port.get("port")?)?, protocol(port))))
        .collect()
}

fn service_ports(service: &Value) -> Vec<PolicyPort> {
    list(service, "/spec/ports")
        .filter(|port| is_dns(port))
        .filter_map(|port| {
            let target = port.get("targetPort").or_else(|| port.get("port"))?;
            let port_range = match target.as_str() {
                Some(name) => PortRange::Name(name.to_owned()),
                None => PortRange::Number(number(target)?),
            };
            Some(PolicyPort { port: port_range, protocol: protocol(port) })
        })
        .collect()
}

fn number(value: &Value) -> Option<super::PortNumber> {
    super::PortNumber::new(u16::try_from(value.as_u64()?).ok()?)
}

fn slice_addresses(slice: &Value) -> Vec<Cidr> {
    list(slice, "/endpoints")
        .flat_map(|endpoint| list(endpoint, "/addresses"))
        .filter_map(|address| address.as_str()?.parse::<IpAddr>().ok())
        .map(Cidr::single)
        .collect()
}

/// The addresses after `-localip`, which it listens on in every node's own network.
fn node_local_addresses(daemon_set: &Value) -> Vec<Cidr> {
    list(daemon_set, "/spec/template/spec/containers")
        .flat_map(|container| {
            let words: Vec<&str> = ["/command", "/args"]
                .into_iter()
                .flat_map(|field| list(container, field))
                .filter_map(Value::as_str)
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
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
        let slice = json!({"ports": [
            {"name": "dns", "port": 1053, "protocol": "UDP"},
            {"name": "dns-tcp", "port": 1053, "protocol": "TCP"},
            {"name": "metrics", "port": 9153, "protocol": "TCP"},
        ]});
        let dns = DnsService::read(&service(), &[slice], None).expect("found");
        assert_eq!(shown(&dns), (vec!["1053".into(), "1053/udp".into()], vec![]));
    }

    #[test]
    fn target_ports_serve_when_there_are_no_endpoints_yet() {
        let dns = DnsService::read(&service(), &[], None).expect("found");
        assert_eq!(shown(&dns).0, ["53/udp", "dns-tcp"]);
    }

    #[test]
    fn node_local_dns_cache_is_reached_by_address() {
        let daemon_set = json!({"spec": {"template": {"spec": {"containers": [
            {"args": ["-localip", "169.254.20.10,10.96.0.10", "-conf", "/etc/Corefile"]},
        ]}}}});
        let dns = DnsService::read(&service(), &[], Some(&daemon_set)).expect("found");
        assert_eq!(shown(&dns).1, ["10.96.0.10/32", "169.254.20.10/32"]);
    }

    #[test]
    fn a_service_without_selector_is_reached_by_its_endpoints() {
        let service = json!({
            "metadata": {"namespace": "kube-system"},
            "spec": {"ports": [{"name": "dns", "port": 53, "protocol": "UDP"}]},
        });
        let slice = json!({"endpoints": [{"addresses": ["10.0.0.7"]}]});
        let dns = DnsService::read(&service, &[slice], None).expect("found");
        assert_eq!(shown(&dns), (vec!["53/udp".into()], vec!["10.0.0.7/32".into()]));
        assert_eq!(DnsService::read(&service, &[], None), None);
    }
}
