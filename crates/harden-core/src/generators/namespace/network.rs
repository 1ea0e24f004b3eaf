//! The NetworkPolicies that deny everything, and those that let named traffic through.

use serde_json::{Value, json};

use super::flow::peer;
use super::{Flow, Options, Part};
use crate::Manifest;
use crate::kubernetes::{Kind, PolicyPort, PortRange, is_subdomain};

/// What is not the internet: private ranges, and the addresses at which clouds hand credentials to
/// any pod that asks. RFC 1918, 6598 and 3927, and Azure's platform address; for IPv6, unique
/// local (AWS metadata is `fd00:ec2::254`) and link-local.
const NOT_INTERNET_4: [&str; 6] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
];
const NOT_INTERNET_6: [&str; 2] = ["fc00::/7", "fe80::/10"];

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
pub(super) fn flows(options: &Options, namespace: &str) -> Vec<Manifest> {
    let mut policies = Vec::new();
    if options.allow_same_namespace {
        policies.push(same_namespace(namespace));
    }
    for (index, flow) in distinct(&options.allow_from).enumerate() {
        let why = format!("Lets {} connect to {}.", pods(flow), target(flow, "every pod"));
        let rule = rule("from", flow);
        let name = name("allow-from", flow, index, &policies);
        policies.push(policy(namespace, &name, &why, &["Ingress"], &json!({"ingress": [rule]})));
    }
    for (index, flow) in distinct(&options.allow_to).enumerate() {
        let why = format!(
            "Lets every pod connect to {}{}.\nPolicies over there must let the traffic in as well.",
            pods(flow),
            ports_in_words(&flow.ports)
        );
        let rule = rule("to", flow);
        let name = name("allow-to", flow, index, &policies);
        policies.push(policy(namespace, &name, &why, &["Egress"], &json!({"egress": [rule]})));
    }
    if !options.allow_apiserver.is_empty() {
        policies.push(apiserver(options, namespace));
    }
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

fn apiserver(options: &Options, namespace: &str) -> Manifest {
    let mut endpoints = options.allow_apiserver.clone();
    endpoints.sort();
    endpoints.dedup();
    let egress: Vec<Value> = endpoints
        .iter()
        .map(|it| {
            json!({
                "to": [{"ipBlock": {"cidr": it.cidr.to_string()}}],
                "ports": [{"protocol": "TCP", "port": it.port}],
            })
        })
        .collect();
    policy(
        namespace,
        "allow-apiserver",
        "Lets every pod connect to the Kubernetes API server, by the addresses of its endpoints:\n\
         no selector can match it, and its Service address is translated before policies look.",
        &["Egress"],
        &json!({"egress": egress}),
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
    let labels: Vec<_> = flow.labels.iter().map(|it| (it.key.clone(), it.value.clone())).collect();
    let peers = [peer(flow.namespace.as_str(), &labels)];
    if flow.ports.is_empty() {
        return json!({ direction: peers });
    }
    json!({ direction: peers, "ports": port_values(&flow.ports) })
}

/// A name that says what the policy is for, and that no policy before it has.
fn name(prefix: &str, flow: &Flow, index: usize, before: &[Manifest]) -> String {
    let mut words = vec![prefix.to_owned(), flow.namespace.to_string()];
    words.extend(flow.labels.iter().map(|label| label.value.clone()));
    words.extend(flow.ports.iter().map(|port| port.to_string().replace('/', "-")));
    let name = words.join("-").to_lowercase().replace(['_', '.'], "-");
    let taken = |name: &str| before.iter().any(|it| it.name == name);
    if is_subdomain(&name) && !taken(&name) {
        return name;
    }
    format!("{prefix}-{}-{}", flow.namespace, index + 1)
}

fn pods(flow: &Flow) -> String {
    if flow.labels.is_empty() {
        return format!("all pods of namespace {}", flow.namespace);
    }
    let labels: Vec<_> = flow.labels.iter().map(|it| format!("{}={}", it.key, it.value)).collect();
    format!("pods {} of namespace {}", labels.join(","), flow.namespace)
}

fn target(flow: &Flow, whom: &str) -> String {
    format!("{whom}{}", ports_in_words(&flow.ports))
}

fn ports_in_words(ports: &[PolicyPort]) -> String {
    let names: Vec<_> = ports.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => " on any port".to_owned(),
        [one] => format!(" on port {one}"),
        several => format!(" on ports {}", several.join(", ")),
    }
}

/// Ports as a policy's rule lists them.
pub(super) fn port_values(ports: &[PolicyPort]) -> Value {
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
