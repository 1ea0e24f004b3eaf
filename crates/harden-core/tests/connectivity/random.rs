//! Random clusters: namespaces, pods and policies of every API of Kubernetes.

use serde_json::{Value, json};

use crate::random_pods::Random;

pub(crate) const NAMESPACES: [&str; 3] = ["shop", "data", "ops"];
const KEYS: [&str; 3] = ["app", "tier", "team"];
const VALUES: [&str; 3] = ["web", "db", "job"];
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const NAMES: [&str; 3] = ["http", "dns", "admin"];
const NUMBERS: [u16; 6] = [1, 53, 80, 443, 8080, 65_535];
pub(crate) const RANGES: [&str; 8] = [
    "0.0.0.0/0",
    "10.1.0.0/16",
    "10.1.0.2/32",
    "192.168.0.0/17",
    "203.0.113.0/24",
    "203.0.113.128/25",
    "::/0",
    "2001:db8::/32",
];

/// The objects of a cluster.
pub(crate) fn cluster(random: &mut Random) -> Vec<Value> {
    let mut objects = Vec::new();
    for name in NAMESPACES {
        // What only its objects are known of, has the label of its name.
        if random.chance(80) {
            let labels = labels(random);
            objects.push(json!({"apiVersion": "v1", "kind": "Namespace",
                "metadata": {"name": name, "labels": labels}}));
        }
    }
    for number in 0..3 + random.below(5) {
        objects.push(pod(random, number));
    }
    for number in 0..random.below(4) {
        objects.push(network_policy(random, number));
    }
    for number in 0..random.below(3) {
        let kind = random.below(3);
        objects.push(match kind {
            0 => admin(random, number),
            _ => cluster_policy(random, number),
        });
    }
    if random.chance(20) {
        objects.push(baseline(random));
    }
    random.shuffle(&mut objects);
    objects
}

fn labels(random: &mut Random) -> Value {
    let mut labels = json!({});
    for key in KEYS {
        if random.chance(60) {
            labels[key] = json!(random.pick(&VALUES));
        }
    }
    labels
}

fn pod(random: &mut Random, number: u64) -> Value {
    let is_on_host = random.chance(12);
    let address =
        if is_on_host { format!("192.168.0.{}", 10 + number) } else { format!("10.1.0.{number}") };
    let mut ports = Vec::new();
    for name in NAMES {
        if random.chance(50) {
            let mut port = json!({"name": name, "containerPort": random.pick(&NUMBERS)});
            if random.chance(50) {
                port["protocol"] = json!(random.pick(&PROTOCOLS));
            }
            ports.push(port);
        }
    }
    let mut addresses = vec![json!({"ip": address})];
    if random.chance(30) && !is_on_host {
        addresses.push(json!({"ip": format!("2001:db8::{number}")}));
    }
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("pod-{number}"), "namespace": random.pick(&NAMESPACES),
            "labels": labels(random)},
        "spec": {"hostNetwork": is_on_host, "containers": [{"name": "a", "image": "a", "ports": ports}]},
        "status": {"podIP": address, "podIPs": addresses, "phase": "Running"}})
}

fn selector(random: &mut Random) -> Value {
    let mut selector = json!({});
    if random.chance(50) {
        let key = *random.pick(&KEYS);
        selector["matchLabels"] = json!({key: random.pick(&VALUES)});
    }
    if random.chance(30) {
        let operator = *random.pick(&["In", "NotIn", "Exists", "DoesNotExist"]);
        let mut expression = json!({"key": random.pick(&KEYS), "operator": operator});
        if operator.ends_with("In") {
            expression["values"] = json!([random.pick(&VALUES), random.pick(&VALUES)]);
        }
        selector["matchExpressions"] = json!([expression]);
    }
    selector
}

fn namespaces(random: &mut Random) -> Value {
    if random.chance(30) {
        let key = "kubernetes.io/metadata.name";
        return json!({"matchLabels": {key: random.pick(&NAMESPACES)}});
    }
    selector(random)
}

fn some<T>(random: &mut Random, most: u64, make: impl Fn(&mut Random) -> T) -> Vec<T> {
    let count = random.below(most + 1);
    (0..count).map(|_| make(random)).collect()
}

fn network_policy(random: &mut Random, number: u64) -> Value {
    let mut spec = json!({"podSelector": selector(random)});
    for (field, peers) in [("ingress", "from"), ("egress", "to")] {
        if random.chance(60) {
            spec[field] = json!(some(random, 2, |random| {
                let mut rule = json!({});
                if random.chance(70) {
                    rule[peers] = json!(some(random, 2, network_policy_peer));
                }
                if random.chance(60) {
                    rule["ports"] = json!(some(random, 2, network_policy_port));
                }
                rule
            }));
        }
    }
    if random.chance(50) {
        let types: [&[&str]; 3] = [&["Ingress"], &["Egress"], &["Ingress", "Egress"]];
        spec["policyTypes"] = json!(random.pick(&types));
    }
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": format!("np-{number}"), "namespace": random.pick(&NAMESPACES)}, "spec": spec})
}

fn network_policy_peer(random: &mut Random) -> Value {
    match random.below(4) {
        0 => {
            let range = *random.pick(&RANGES);
            let except = match range {
                "0.0.0.0/0" => Some("203.0.113.0/24"),
                "10.1.0.0/16" => Some("10.1.0.2/32"),
                _ => None,
            };
            let except = except.filter(|_| random.chance(50));
            except.map_or_else(
                || json!({"ipBlock": {"cidr": range}}),
                |except| json!({"ipBlock": {"cidr": range, "except": [except]}}),
            )
        }
        1 => json!({"podSelector": selector(random)}),
        2 => json!({"namespaceSelector": namespaces(random)}),
        _ => json!({"podSelector": selector(random), "namespaceSelector": namespaces(random)}),
    }
}

fn network_policy_port(random: &mut Random) -> Value {
    let mut port = json!({});
    if random.chance(60) {
        port["protocol"] = json!(random.pick(&PROTOCOLS));
    }
    match random.below(4) {
        0 => {}
        1 => port["port"] = json!(random.pick(&NAMES)),
        2 => port["port"] = json!(random.pick(&NUMBERS)),
        _ => {
            let first = *random.pick(&NUMBERS);
            port["port"] = json!(first);
            port["endPort"] = json!(first.saturating_add(400));
        }
    }
    port
}

fn subject(random: &mut Random) -> Value {
    if random.chance(50) {
        json!({"namespaces": namespaces(random)})
    } else {
        json!({"pods": {"namespaceSelector": namespaces(random), "podSelector": selector(random)}})
    }
}

fn admin(random: &mut Random, number: u64) -> Value {
    let mut spec = json!({"priority": number * 7, "subject": subject(random)});
    admin_rules(random, &mut spec, &["Allow", "Deny", "Pass"]);
    json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy",
        "metadata": {"name": format!("anp-{number}")}, "spec": spec})
}

fn baseline(random: &mut Random) -> Value {
    let mut spec = json!({"subject": subject(random)});
    admin_rules(random, &mut spec, &["Allow", "Deny"]);
    json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "BaselineAdminNetworkPolicy",
        "metadata": {"name": "default"}, "spec": spec})
}

fn admin_rules(random: &mut Random, spec: &mut Value, actions: &[&str]) {
    for (field, peers) in [("ingress", "from"), ("egress", "to")] {
        spec[field] = json!(some(random, 3, |random| {
            let list = peers_of_admins(random, field == "egress");
            let mut rule = json!({"action": random.pick(actions), peers: list});
            if random.chance(60) {
                let count = 1 + random.below(2);
                let ports: Vec<_> = (0..count).map(|_| admin_port(random)).collect();
                rule["ports"] = json!(ports);
            }
            rule
        }));
    }
}

fn peers_of_admins(random: &mut Random, is_egress: bool) -> Vec<Value> {
    let count = 1 + random.below(2);
    let make = |random: &mut Random| match random.below(if is_egress { 3 } else { 2 }) {
        0 => json!({"namespaces": namespaces(random)}),
        1 => {
            json!({"pods": {"namespaceSelector": namespaces(random), "podSelector": selector(random)}})
        }
        _ => json!({"networks": [random.pick(&RANGES)]}),
    };
    (0..count).map(|_| make(random)).collect()
}

fn admin_port(random: &mut Random) -> Value {
    let protocol = *random.pick(&PROTOCOLS);
    let number = *random.pick(&NUMBERS);
    match random.below(3) {
        0 => json!({"namedPort": random.pick(&NAMES)}),
        1 => json!({"portNumber": {"protocol": protocol, "port": number}}),
        _ => json!({"portRange": {"protocol": protocol, "start": number,
            "end": number.saturating_add(400)}}),
    }
}

fn cluster_policy(random: &mut Random, number: u64) -> Value {
    let version = *random.pick(&["v1alpha2", "v1beta1"]);
    let tier = *random.pick(&["Admin", "Baseline"]);
    let mut spec = json!({"tier": tier, "priority": 500 + number, "subject": subject(random)});
    for (field, peers) in [("ingress", "from"), ("egress", "to")] {
        spec[field] = json!(some(random, 3, |random| {
            let list = peers_of_admins(random, field == "egress");
            let action = *random.pick(&["Accept", "Deny", "Pass"]);
            let has_ranges = list.iter().any(|it| !it["networks"].is_null());
            let mut rule = json!({"action": action, peers: list});
            if random.chance(60) {
                let count = 1 + random.below(2);
                let list: Vec<_> =
                    (0..count).map(|_| cluster_policy_port(random, !has_ranges)).collect();
                rule["protocols"] = json!(list);
            }
            rule
        }));
    }
    json!({"apiVersion": format!("policy.networking.k8s.io/{version}"), "kind": "ClusterNetworkPolicy",
        "metadata": {"name": format!("cnp-{number}")}, "spec": spec})
}

fn cluster_policy_port(random: &mut Random, may_name: bool) -> Value {
    let protocol = random.pick(&PROTOCOLS).to_lowercase();
    let number = (*random.pick(&NUMBERS)).min(65_000);
    match random.below(if may_name { 4 } else { 3 }) {
        0 => json!({protocol: {}}),
        1 => json!({protocol: {"destinationPort": {"number": number}}}),
        2 => {
            json!({protocol: {"destinationPort": {"range": {"start": number, "end": number + 400}}}})
        }
        _ => json!({"destinationNamedPort": random.pick(&NAMES)}),
    }
}
