//! Random policies of Cilium, held against a reading of its documentation that knows single packets only.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cluster::{End, Kind, NAMESPACES, Pod, RANGES, cluster, word};
use super::clusters;
use super::random::Random;

#[test]
fn every_packet_goes_as_the_documentation_of_cilium_says() {
    let mut counts = [0; 2];
    for seed in 1..=clusters() {
        let mut random = Random::new(seed);
        let cluster = cluster(&mut random);
        let policies = policies(&mut random);
        let own = cluster.hold(&policies, |from, to, protocol, port| {
            passes(&policies, from, to, protocol, port)
        });
        counts = [counts[0] + own[0], counts[1] + own[1]];
    }
    assert!(counts.iter().all(|it| *it > 1_000), "{counts:?}");
    println!("{counts:?} packets are refused and go through");
}

/// Random policies of Cilium, and some of Kubernetes.
pub(crate) fn policies(random: &mut Random) -> Vec<Value> {
    (0..=random.below(4)).map(|it| policy(random, it)).collect()
}

fn policy(random: &mut Random, number: u64) -> Value {
    if random.chance(15) {
        let mut spec = json!({"podSelector": {"matchLabels": {"k": word(random, &["x", "y"])}}});
        if random.chance(50) {
            spec["ingress"] = json!([{"from": [{"podSelector": {}}]}]);
        }
        return json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": format!("k{number}"), "namespace": word(random, &NAMESPACES)}, "spec": spec});
    }
    let specs: Vec<_> = (0..=random.below(2)).map(|_| specification(random)).collect();
    let mut policy = json!({"apiVersion": "cilium.io/v2", "kind": "CiliumClusterwideNetworkPolicy",
        "metadata": {"name": format!("p{number}")}});
    if random.chance(60) {
        policy["kind"] = json!("CiliumNetworkPolicy");
        policy["metadata"]["namespace"] = json!(word(random, &NAMESPACES));
    }
    if specs.len() == 1 {
        policy["spec"] = specs[0].clone();
    } else {
        policy["specs"] = json!(specs);
    }
    policy
}

fn specification(random: &mut Random) -> Value {
    let mut spec = json!({"endpointSelector": selector(random, false)});
    for (section, chance) in
        [("ingress", 60), ("ingressDeny", 25), ("egress", 50), ("egressDeny", 20)]
    {
        if random.chance(chance) {
            let rules: Vec<_> = (0..random.below(3)).map(|_| rule(random, section)).collect();
            spec[section] = json!(rules);
        }
    }
    if spec.as_object().unwrap().len() == 1 {
        spec["ingress"] = json!([]);
    }
    if random.chance(20) {
        spec["enableDefaultDeny"] =
            json!({word(random, &["ingress", "egress"]): random.chance(50)});
    }
    spec
}

/// What a selector asks; those of peers may name namespaces.
fn selector(random: &mut Random, is_peer: bool) -> Value {
    let mut selector = json!({});
    if random.chance(50) {
        let key = word(random, &["k", "l", "k8s:k", "any:l"]);
        selector["matchLabels"] = json!({key: word(random, &["x", "y", "xy"])});
    }
    if is_peer && random.chance(30) {
        let key = word(random, &["io.kubernetes.pod.namespace", "k8s:io.kubernetes.pod.namespace"]);
        selector["matchLabels"][key] = json!(word(random, &NAMESPACES));
    }
    if random.chance(35) {
        let keys = [
            "k",
            "l",
            "k8s:io.cilium.k8s.namespace.labels.team",
            "io.cilium.k8s.policy.serviceaccount",
            "io.kubernetes.pod.namespace",
            "reserved:host",
        ];
        let end = if is_peer { 5 } else { 6 };
        let key = word(random, &keys[..end]);
        let mut expression = match random.below(4) {
            0 => json!({"operator": "In", "values": ["x", "a", "robot"]}),
            1 => json!({"operator": "NotIn", "values": ["x", "b", "robot"]}),
            2 => json!({"operator": "Exists"}),
            _ => json!({"operator": "DoesNotExist"}),
        };
        expression["key"] = json!(key);
        selector["matchExpressions"] = json!([expression]);
    }
    selector
}

fn rule(random: &mut Random, section: &str) -> Value {
    let way = if section.starts_with("ingress") { "from" } else { "to" };
    let mut rule = json!({});
    let field = |name: &str| format!("{way}{name}");
    match random.below(6) {
        0 | 1 => {
            let all: Vec<_> = (0..random.below(3)).map(|_| selector(random, true)).collect();
            rule[field("Endpoints")] = json!(all);
        }
        2 => rule[field("CIDR")] = json!([word(random, &RANGES)]),
        3 => {
            let except = if random.chance(50) { json!(["30.1.0.0/16"]) } else { json!([]) };
            rule[field("CIDRSet")] =
                json!([{"cidr": word(random, &["0.0.0.0/0", "30.0.0.0/8"]), "except": except}]);
        }
        4 => {
            let entities = [
                json!(["all"]),
                json!(["world"]),
                json!(["cluster"]),
                json!(["host", "remote-node"]),
                json!(["none"]),
                json!(["world", "cluster"]),
            ];
            rule[field("Entities")] = random.pick(&entities).clone();
        }
        _ => {}
    }
    if random.chance(45) {
        let lists: Vec<_> =
            (0..=random.below(2)).map(|_| json!({"ports": [port(random, way)]})).collect();
        rule["toPorts"] = json!(lists);
    }
    rule
}

fn port(random: &mut Random, way: &str) -> Value {
    let mut port = json!({"port": word(random, &["80", "53", "443", "0", "8080"])});
    if way == "from" && random.chance(20) {
        port["port"] = json!("http");
    } else if port["port"] != "0" && random.chance(25) {
        port["endPort"] = json!(8080);
    }
    if random.chance(70) {
        port["protocol"] = json!(word(random, &["TCP", "UDP", "SCTP", "ANY", "GRE"]));
    }
    port
}

/// Both ends must let a packet through; those that are no pods do.
fn passes(policies: &[Value], from: &End, to: &End, protocol: &str, port: u16) -> bool {
    let http = to.pod().and_then(|it| it.http);
    let asked = (protocol, port, http);
    lets(policies, from, to, "egress", asked) && lets(policies, to, from, "ingress", asked)
}

type Asked<'a> = (&'a str, u16, Option<u16>);

fn lets(policies: &[Value], own: &End, peer: &End, way: &str, asked: Asked<'_>) -> bool {
    let Some(pod) = own.pod() else { return true };
    let (mut is_denied, mut is_allowed, mut is_isolated) = (false, false, false);
    for policy in policies {
        let namespace = policy["metadata"]["namespace"].as_str();
        if policy["kind"] == "NetworkPolicy" {
            let wanted = policy["spec"]["podSelector"]["matchLabels"]["k"].as_str().unwrap();
            let is_for = namespace == Some(&pod.namespace)
                && pod.labels.get("k").is_some_and(|it| it == wanted);
            if is_for && way == "ingress" {
                is_isolated = true;
                let has_rule = policy["spec"]["ingress"].is_array();
                is_allowed |=
                    has_rule && peer.pod().is_some_and(|it| Some(&*it.namespace) == namespace);
            }
            continue;
        }
        let specs =
            policy["specs"].as_array().cloned().unwrap_or_else(|| vec![policy["spec"].clone()]);
        for spec in specs {
            let is_of_namespace = namespace.is_none_or(|it| it == pod.namespace);
            if !is_of_namespace || !selects(&spec["endpointSelector"], &labels(pod)) {
                continue;
            }
            let rules = |section: &str| spec[section].as_array().cloned().unwrap_or_default();
            let (allow, deny) = (rules(way), rules(&format!("{way}Deny")));
            let has_rules = !allow.is_empty() || !deny.is_empty();
            is_isolated |= spec["enableDefaultDeny"][way].as_bool().unwrap_or(has_rules);
            is_allowed |= allow.iter().any(|it| matches(it, namespace, peer, asked));
            is_denied |= deny.iter().any(|it| matches(it, namespace, peer, asked));
        }
    }
    !is_denied && (is_allowed || !is_isolated)
}

/// Whether a rule is for a packet. A rule with ports only is for everybody, one without anything for nobody.
fn matches(rule: &Value, namespace: Option<&str>, peer: &End, asked: Asked<'_>) -> bool {
    let list = |names: [&str; 2]| names.iter().find_map(|it| rule[*it].as_array());
    let lists = [
        list(["fromEndpoints", "toEndpoints"]),
        list(["fromCIDR", "toCIDR"]),
        list(["fromCIDRSet", "toCIDRSet"]),
        list(["fromEntities", "toEntities"]),
    ];
    let [endpoints, ranges, sets, entities] = lists;
    let all = |it: Option<&Vec<Value>>| it.cloned().unwrap_or_default();
    let is_outside = matches!(peer.kind, Kind::Outside);
    let is_peer = if lists.iter().all(Option::is_none) {
        rule["toPorts"].is_array()
    } else {
        all(endpoints).iter().any(|it| is_endpoint(it, namespace, peer))
            || all(ranges).iter().any(|it| is_outside && peer.is_in(it.as_str().unwrap()))
            || all(sets).iter().any(|it| {
                let except = it["except"].as_array().unwrap();
                is_outside
                    && peer.is_in(it["cidr"].as_str().unwrap())
                    && !except.iter().any(|it| peer.is_in(it.as_str().unwrap()))
            })
            || all(entities).iter().any(|it| match (it.as_str().unwrap(), &peer.kind) {
                ("all", _) | ("world", Kind::Outside) | ("cluster", Kind::Pod(_) | Kind::Node) => {
                    true
                }
                (word, Kind::Node) => word == "host",
                _ => false,
            })
    };
    is_peer && is_port(&rule["toPorts"], asked)
}

fn is_port(lists: &Value, (protocol, port, http): Asked<'_>) -> bool {
    let Some(lists) = lists.as_array() else { return true };
    lists.iter().flat_map(|it| it["ports"].as_array().unwrap()).any(|it| {
        let is_protocol = it["protocol"].as_str().is_none_or(|it| it == "ANY" || it == protocol);
        let is_number = match it["port"].as_str().unwrap() {
            "http" => protocol == "TCP" && http == Some(port),
            "0" => true,
            number => {
                let first: u16 = number.parse().unwrap();
                let last = it["endPort"].as_u64().unwrap_or(u64::from(first));
                first <= port && u64::from(port) <= last
            }
        };
        is_protocol && is_number
    })
}

/// The labels that Cilium knows a pod by, with where they come from.
fn labels(pod: &Pod) -> BTreeMap<String, String> {
    let mut labels: BTreeMap<_, _> =
        pod.labels.iter().map(|(key, value)| (format!("k8s:{key}"), value.clone())).collect();
    labels.insert("k8s:io.kubernetes.pod.namespace".to_owned(), pod.namespace.clone());
    labels.insert("k8s:io.cilium.k8s.policy.serviceaccount".to_owned(), pod.account.clone());
    if let Some(team) = &pod.team {
        labels.insert("k8s:io.cilium.k8s.namespace.labels.team".to_owned(), team.clone());
    }
    labels
}

/// Peers of a policy of a namespace are in it, unless they are asked for namespaces.
fn is_endpoint(selector: &Value, namespace: Option<&str>, peer: &End) -> bool {
    let Some(pod) = peer.pod() else { return false };
    let text = selector.to_string();
    let names = text.contains("io.kubernetes.pod.namespace")
        || text.contains("io.cilium.k8s.namespace.labels");
    let is_near = names || namespace.is_none_or(|it| it == pod.namespace);
    is_near && selects(selector, &labels(pod))
}

fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let value = |key: &str| {
        let key = key.strip_prefix("any:").unwrap_or(key);
        if key.contains(':') { labels.get(key) } else { labels.get(&format!("k8s:{key}")) }
    };
    let wanted = selector["matchLabels"].as_object().cloned().unwrap_or_default();
    let expressions = selector["matchExpressions"].as_array().cloned().unwrap_or_default();
    wanted.iter().all(|(key, wanted)| value(key).map(String::as_str) == wanted.as_str())
        && expressions.iter().all(|it| {
            let own = value(it["key"].as_str().unwrap());
            let listed = it["values"].as_array().cloned().unwrap_or_default();
            let is_in = own.is_some_and(|own| listed.iter().any(|it| it == own));
            match it["operator"].as_str().unwrap() {
                "In" => is_in,
                "NotIn" => !is_in,
                "Exists" => own.is_some(),
                _ => own.is_none(),
            }
        })
}
