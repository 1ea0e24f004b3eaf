//! Whether one packet passes, read straight from the objects as the API describes them; knows nothing of the engine.

use std::net::IpAddr;

use serde_json::Value;

/// A packet: from one address to another.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    pub(crate) protocol: &'static str,
    pub(crate) port: u64,
}

pub(crate) struct World<'a> {
    pub(crate) objects: &'a [Value],
    /// Whether ranges of NetworkPolicies are for addresses of pods, too.
    pub(crate) ip_blocks_include_pods: bool,
}

const EMPTY: &Vec<Value> = &Vec::new();

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or(EMPTY)
}

fn names(object: &Value) -> [&str; 2] {
    ["namespace", "name"].map(|it| object["metadata"][it].as_str().unwrap_or(""))
}

impl World<'_> {
    pub(crate) fn passes(&self, packet: &Packet) -> bool {
        self.may_leave(packet) && self.may_enter(packet)
    }

    fn of_kind(&self, kind: &str) -> Vec<&Value> {
        self.objects.iter().filter(|it| it["kind"] == kind).collect()
    }

    /// The pod of the network of pods that has an address.
    fn pod(&self, address: IpAddr) -> Option<&Value> {
        self.of_kind("Pod").into_iter().find(|pod| {
            let all = list(&pod["status"]["podIPs"]);
            pod["spec"]["hostNetwork"] != true
                && all.iter().any(|it| it["ip"].as_str().unwrap().parse() == Ok(address))
        })
    }

    fn may_leave(&self, packet: &Packet) -> bool {
        self.side(packet.from, packet.to, packet, "egress", "to")
    }

    fn may_enter(&self, packet: &Packet) -> bool {
        self.side(packet.to, packet.from, packet, "ingress", "from")
    }

    fn side(&self, own: IpAddr, peer: IpAddr, packet: &Packet, field: &str, peers: &str) -> bool {
        let Some(pod) = self.pod(own) else { return true };
        let mut admin = self.of_kind("AdminNetworkPolicy");
        let tier = |name: &str| {
            self.of_kind("ClusterNetworkPolicy")
                .into_iter()
                .filter(|it| it["spec"]["tier"] == name)
                .collect::<Vec<_>>()
        };
        admin.extend(tier("Admin"));
        let mut baseline = tier("Baseline");
        baseline.extend(self.of_kind("BaselineAdminNetworkPolicy"));
        let decide = |mut policies: Vec<&Value>| {
            policies.sort_by_key(|it| {
                // The one that has no priority is asked with those of the lowest number first, by its order.
                let number = it["spec"]["priority"].as_u64().unwrap_or(1_000);
                (number, names(it)[1].to_owned())
            });
            self.tier(&policies, pod, peer, packet, field, peers)
        };
        match decide(admin) {
            Some(decision) => decision,
            None => match self.network_policies(pod, peer, packet, field, peers) {
                Some(decision) => decision,
                None => decide(baseline).unwrap_or(true),
            },
        }
    }

    /// The first rule that fits decides; one that passes ends the tier.
    fn tier(
        &self,
        policies: &[&Value],
        pod: &Value,
        peer: IpAddr,
        packet: &Packet,
        field: &str,
        peers: &str,
    ) -> Option<bool> {
        for policy in policies {
            let subject = &policy["spec"]["subject"];
            if !self.is_pod_of(subject, pod) {
                continue;
            }
            for rule in list(&policy["spec"][field]) {
                let is_peer = list(&rule[peers]).iter().any(|it| {
                    if let Some(ranges) = it["networks"].as_array() {
                        return ranges.iter().any(|range| holds(range.as_str().unwrap(), peer));
                    }
                    self.pod(peer).is_some_and(|pod| self.is_pod_of(it, pod))
                });
                let ports: Vec<_> =
                    list(&rule["ports"]).iter().chain(list(&rule["protocols"])).collect();
                let is_port = ports.is_empty() || ports.iter().any(|it| self.is_port(it, packet));
                if is_peer && is_port {
                    match rule["action"].as_str().unwrap() {
                        "Allow" | "Accept" => return Some(true),
                        "Deny" => return Some(false),
                        _ => return None,
                    }
                }
            }
        }
        None
    }

    fn is_pod_of(&self, peer: &Value, pod: &Value) -> bool {
        let namespace = self.namespace_labels(names(pod)[0]);
        if !peer["namespaces"].is_null() {
            return selects(&peer["namespaces"], &namespace);
        }
        let pods = &peer["pods"];
        !pods.is_null()
            && selects(&pods["namespaceSelector"], &namespace)
            && selects(&pods["podSelector"], &pod["metadata"]["labels"])
    }

    fn is_port(&self, port: &Value, packet: &Packet) -> bool {
        let named = port["namedPort"].as_str().or(port["destinationNamedPort"].as_str());
        if let Some(name) = named {
            return self.is_named(name, None, packet);
        }
        let one = &port["portNumber"];
        if !one.is_null() {
            return one["protocol"] == packet.protocol && one["port"] == packet.port;
        }
        let range = &port["portRange"];
        if !range.is_null() {
            let is_within = |range: &Value| {
                (range["start"].as_u64().unwrap()..=range["end"].as_u64().unwrap())
                    .contains(&packet.port)
            };
            return range["protocol"] == packet.protocol && is_within(range);
        }
        let (protocol, what) = port.as_object().unwrap().iter().next().unwrap();
        if protocol.to_uppercase() != packet.protocol {
            return false;
        }
        let what = &what["destinationPort"];
        if let Some(number) = what["number"].as_u64() {
            return number == packet.port;
        }
        what.is_null()
            || (what["range"]["start"].as_u64().unwrap()..=what["range"]["end"].as_u64().unwrap())
                .contains(&packet.port)
    }

    /// Whether a container of the destination calls the port so.
    fn is_named(&self, name: &str, protocol: Option<&str>, packet: &Packet) -> bool {
        let Some(pod) = self.pod(packet.to) else { return false };
        let containers = list(&pod["spec"]["containers"]).iter();
        containers.flat_map(|it| list(&it["ports"])).any(|it| {
            let own = it["protocol"].as_str().unwrap_or("TCP");
            it["name"] == name
                && own == packet.protocol
                && protocol.is_none_or(|it| it == own)
                && it["containerPort"] == packet.port
        })
    }

    fn network_policies(
        &self,
        pod: &Value,
        peer: IpAddr,
        packet: &Packet,
        field: &str,
        peers: &str,
    ) -> Option<bool> {
        let [namespace, _] = names(pod);
        let mut is_isolated = false;
        for policy in self.of_kind("NetworkPolicy") {
            let spec = &policy["spec"];
            if names(policy)[0] != namespace
                || !selects(&spec["podSelector"], &pod["metadata"]["labels"])
            {
                continue;
            }
            let types: Vec<String> = match spec["policyTypes"].as_array() {
                Some(types) => types.iter().map(|it| it.as_str().unwrap().to_lowercase()).collect(),
                None if list(&spec["egress"]).is_empty() => vec!["ingress".to_owned()],
                None => vec!["ingress".to_owned(), "egress".to_owned()],
            };
            if !types.iter().any(|it| it == field) {
                continue;
            }
            is_isolated = true;
            for rule in list(&spec[field]) {
                let is_peer = list(&rule[peers]).is_empty()
                    || list(&rule[peers]).iter().any(|it| self.is_peer(it, namespace, peer));
                let is_port = list(&rule["ports"]).is_empty()
                    || list(&rule["ports"]).iter().any(|it| self.is_policy_port(it, packet));
                if is_peer && is_port {
                    return Some(true);
                }
            }
        }
        is_isolated.then_some(false)
    }

    fn is_peer(&self, peer: &Value, namespace: &str, address: IpAddr) -> bool {
        let block = &peer["ipBlock"];
        let pod = self.pod(address);
        if !block.is_null() {
            let counts = self.ip_blocks_include_pods || pod.is_none();
            return counts
                && holds(block["cidr"].as_str().unwrap(), address)
                && !list(&block["except"]).iter().any(|it| holds(it.as_str().unwrap(), address));
        }
        let Some(pod) = pod else { return false };
        let [own, _] = names(pod);
        let is_namespace = match &peer["namespaceSelector"] {
            Value::Null => own == namespace,
            selector => selects(selector, &self.namespace_labels(own)),
        };
        is_namespace && selects(&peer["podSelector"], &pod["metadata"]["labels"])
    }

    fn is_policy_port(&self, port: &Value, packet: &Packet) -> bool {
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        if let Some(name) = port["port"].as_str() {
            return self.is_named(name, Some(protocol), packet);
        }
        let first = port["port"].as_u64();
        let last = port["endPort"].as_u64().or(first);
        protocol == packet.protocol
            && first.zip(last).is_none_or(|(first, last)| (first..=last).contains(&packet.port))
    }

    fn namespace_labels(&self, name: &str) -> Value {
        let namespaces = self.of_kind("Namespace");
        let object = namespaces.iter().find(|it| names(it)[1] == name);
        let mut labels =
            object.map_or(serde_json::json!({}), |it| it["metadata"]["labels"].clone());
        labels["kubernetes.io/metadata.name"] = name.into();
        labels
    }
}

fn selects(selector: &Value, labels: &Value) -> bool {
    let exact = selector["matchLabels"].as_object();
    let is_exact = exact.is_none_or(|it| it.iter().all(|(key, value)| labels[key] == *value));
    is_exact
        && list(&selector["matchExpressions"]).iter().all(|it| {
            let value = &labels[it["key"].as_str().unwrap()];
            match it["operator"].as_str().unwrap() {
                "In" => list(&it["values"]).contains(value),
                "NotIn" => !list(&it["values"]).contains(value),
                "Exists" => !value.is_null(),
                _ => value.is_null(),
            }
        })
}

/// Whether a range has an address: its first bits are the same.
fn holds(range: &str, address: IpAddr) -> bool {
    let (network, bits) = range.split_once('/').unwrap();
    let (network, bits): (IpAddr, u32) = (network.parse().unwrap(), bits.parse().unwrap());
    let leading = |it: IpAddr| match it {
        IpAddr::V4(it) => (u128::from(u32::from(it)) << 96, 4),
        IpAddr::V6(it) => (u128::from(it), 6),
    };
    let ((network, family), (address, other)) = (leading(network), leading(address));
    family == other && (bits == 0 || (network ^ address) >> (128 - bits) == 0)
}
