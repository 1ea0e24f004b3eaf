//! The NetworkPolicies that deny everything, and those that let named traffic through.

use serde_json::{Value, json};

use super::flow::{Peer, peer};
use super::{Flow, Options, Part, addresses, api_server, webhook};
use crate::Manifest;
use crate::kubernetes::{Endpoint, Kind, PolicyPort, PortRange, is_subdomain};
use crate::platform::Platform;

/// What is not the internet: private ranges, and the addresses at which clouds hand credentials to
/// any pod that asks. RFC 1918, 6598 and 3927, and Azure's platform address; for IPv6, unique
/// local (AWS metadata is `fd00:ec2::254`) and link-local.
pub(in crate::generators) const NOT_INTERNET_4: [&str; 6] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
];
pub(in crate::generators) const NOT_INTERNET_6: [&str; 2] = ["fc00::/7", "fe80::/10"];

pub(super) fn default_deny(options: &Options, namespace: &str) -> Manifest {
    let why = if options.makes(Part::Dns) {
        "Denies all traffic to and from every pod of the namespace;\n\
         the policies after it let through what is named there."
    } else {
        "Denies all traffic to and from every pod of the namespace, name resolution included."
    };
    policy(namespace, "default-deny", why, &["Ingress", "Egress"], &json!({}))
}

/// The policies of the `--allow-…` options.
pub(super) fn flows(
    options: &Options,
    of: Option<&Platform>,
    api_servers: &[Endpoint],
    namespace: &str,
) -> Vec<Manifest> {
    let mut policies = Vec::new();
    if options.allow_same_namespace {
        policies.push(same_namespace(namespace));
    }
    for (index, flow) in distinct(&options.allow_from).enumerate() {
        let mut why = format!(
            "Lets {} connect to every pod{}.",
            who(&flow.peer),
            ports_in_words(&flow.ports)
        );
        if matches!(flow.peer, Peer::Addresses(_)) {
            why.push_str(
                "\nAddresses are those that reach the pod: a load balancer may put its own, or a node's, in their place.",
            );
        }
        let rule = rule("from", flow);
        let name = name("allow-from", flow, index, &policies);
        policies.push(policy(namespace, &name, &why, &["Ingress"], &json!({"ingress": [rule]})));
    }
    for (index, flow) in distinct(&options.allow_to).enumerate() {
        let mut why = format!(
            "Lets every pod connect to {}{}.\n",
            who(&flow.peer),
            ports_in_words(&flow.ports)
        );
        why.push_str(match flow.peer {
            Peer::Pods { .. } => "Policies over there must let the traffic in as well.",
            Peer::Addresses(_) => {
                "Addresses are for what is outside of the cluster: some network plugins match no pod or node by them."
            }
        });
        let rule = rule("to", flow);
        let name = name("allow-to", flow, index, &policies);
        policies.push(policy(namespace, &name, &why, &["Egress"], &json!({"egress": [rule]})));
    }
    if !api_servers.is_empty() {
        policies.push(api_server::policy(api_servers, namespace));
    }
    policies.extend(webhook::policies(options, of, namespace));
    if options.allow_internet {
        policies.push(internet(namespace));
    }
    policies
}

fn same_namespace(namespace: &str) -> Manifest {
    let every_pod = json!([{"podSelector": {}}]);
    policy(
        namespace,
        "allow-same-namespace",
        "Lets the pods of this namespace talk to each other.",
        &["Ingress", "Egress"],
        &json!({"ingress": [{"from": every_pod}], "egress": [{"to": every_pod}]}),
    )
}

fn internet(namespace: &str) -> Manifest {
    let to = json!([
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": NOT_INTERNET_4}},
        {"ipBlock": {"cidr": "::/0", "except": NOT_INTERNET_6}},
    ]);
    policy(
        namespace,
        "allow-internet",
        "Lets every pod connect to public addresses. Cloud metadata services, which hand out\n\
         credentials, and private ranges stay closed.",
        &["Egress"],
        &json!({"egress": [{"to": to}]}),
    )
}

/// A policy over all pods of the namespace; `rules` holds `ingress` and `egress`.
fn policy(namespace: &str, name: &str, why: &str, types: &[&str], rules: &Value) -> Manifest {
    let mut spec = json!({"podSelector": {}, "policyTypes": types});
    if let (Some(spec), Some(rules)) = (spec.as_object_mut(), rules.as_object()) {
        spec.extend(rules.clone());
    }
    Manifest::new(Kind::NETWORK_POLICY, Some(namespace), name, why, json!({"spec": spec}))
}

fn distinct(flows: &[Flow]) -> impl Iterator<Item = &Flow> {
    flows
        .iter()
        .enumerate()
        .filter(|(index, flow)| !flows.iter().take(*index).any(|it| it == *flow))
        .map(|(_, flow)| flow)
}

fn rule(direction: &str, flow: &Flow) -> Value {
    let other = match &flow.peer {
        Peer::Pods { namespace, labels } => {
            let labels: Vec<_> =
                labels.iter().map(|it| (it.key.clone(), it.value.clone())).collect();
            peer(namespace.as_str(), &labels)
        }
        Peer::Addresses(cidr) if direction == "to" => addresses::reached(*cidr),
        Peer::Addresses(cidr) => addresses::reaching(*cidr),
    };
    let peers = [other];
    if flow.ports.is_empty() {
        return json!({ direction: peers });
    }
    json!({ direction: peers, "ports": port_values(&flow.ports) })
}

/// A name that says what the policy is for, and that no policy before it has.
fn name(prefix: &str, flow: &Flow, index: usize, before: &[Manifest]) -> String {
    let (other, labels) = match &flow.peer {
        Peer::Pods { namespace, labels } => (namespace.to_string(), labels.as_slice()),
        Peer::Addresses(cidr) => {
            let text = cidr.to_string();
            let parts: Vec<_> = text.split(['.', ':', '/']).filter(|it| !it.is_empty()).collect();
            (parts.join("-"), &[][..])
        }
    };
    let mut words = vec![prefix.to_owned(), other.clone()];
    words.extend(labels.iter().map(|label| label.value.clone()));
    words.extend(flow.ports.iter().map(|port| port.to_string().replace('/', "-")));
    let name = words.join("-").to_lowercase().replace(['_', '.'], "-");
    let taken = |name: &str| before.iter().any(|it| it.name == name);
    if is_subdomain(&name) && !taken(&name) {
        return name;
    }
    format!("{prefix}-{other}-{}", index + 1)
}

fn who(peer: &Peer) -> String {
    match peer {
        Peer::Pods { namespace, labels } if labels.is_empty() => {
            format!("all pods of namespace {namespace}")
        }
        Peer::Pods { namespace, labels } => {
            let labels: Vec<_> =
                labels.iter().map(|it| format!("{}={}", it.key, it.value)).collect();
            format!("pods {} of namespace {namespace}", labels.join(","))
        }
        Peer::Addresses(cidr) => format!("addresses {cidr}"),
    }
}

pub(super) fn ports_in_words(ports: &[PolicyPort]) -> String {
    let names: Vec<_> = ports.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => " on any port".to_owned(),
        [one] => format!(" on port {one}"),
        several => format!(" on ports {}", several.join(", ")),
    }
}

/// Ports as a policy's rule lists them.
pub(in crate::generators) fn port_values(ports: &[PolicyPort]) -> Value {
    ports
        .iter()
        .map(|it| {
            let protocol = it.protocol.to_string();
            match &it.port {
                PortRange::Number(number) => json!({"protocol": protocol, "port": number}),
                PortRange::Range(first, last) => {
                    json!({"protocol": protocol, "port": first, "endPort": last})
                }
                PortRange::Name(name) => json!({"protocol": protocol, "port": name}),
            }
        })
        .collect()
}
