//! NetworkPolicy and GlobalNetworkPolicy of Calico, with its tiers and sets of addresses.

use serde_json::{Value, json};

use super::packets::{beyond, expect, network};

pub(crate) fn of_namespace(name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy",
        "metadata": {"namespace": "a", "name": name}, "spec": spec})
}

pub(crate) fn global(name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy",
        "metadata": {"name": name}, "spec": spec})
}

/// A policy of the namespace `a` for its database with one rule of ingress.
pub(crate) fn ingress(rule: &Value) -> Value {
    of_namespace("db", &json!({"selector": "app == 'db'", "ingress": [rule]}))
}

pub(crate) fn egress(rule: &Value) -> Value {
    of_namespace("db", &json!({"selector": "app == 'db'", "egress": [rule]}))
}

#[test]
fn a_policy_is_for_ingress_unless_it_has_rules_of_egress_only() {
    let closed = ["-a/web > a/db TCP 80", "+a/db > a/web TCP 80"];
    expect(&network(&[of_namespace("p", &json!({"selector": "app == 'db'"}))]), &closed);
    let allow = json!([{"action": "Allow"}]);
    let only =
        of_namespace("p", &json!({"selector": "app == 'db'", "egress": [{"action": "Deny"}]}));
    expect(&network(&[only]), &["+a/web > a/db TCP 80", "-a/db > a/web TCP 80"]);
    let both = of_namespace(
        "p",
        &json!({"selector": "app == 'db'", "egress": [{"action": "Deny"}], "ingress": allow}),
    );
    expect(&network(&[both]), &["+a/web > a/db TCP 80", "-a/db > a/web TCP 80"]);
    let told = of_namespace(
        "p",
        &json!({"selector": "app == 'db'", "types": ["Egress"], "ingress": allow}),
    );
    expect(&network(&[told]), &["+a/web > a/db TCP 80", "-a/db > a/web TCP 80"]);
    let told =
        of_namespace("p", &json!({"selector": "app == 'db'", "types": ["Ingress", "Egress"]}));
    expect(
        &network(&[told]),
        &["-a/web > a/db TCP 80", "-a/db > a/web TCP 80", "+a/web > a/job TCP 80"],
    );
}

#[test]
fn peers_are_of_the_namespace_of_the_policy_as_soon_as_they_are_selected() {
    let of = |source: Value| network(&[ingress(&json!({"action": "Allow", "source": source}))]);
    expect(
        &of(json!({})),
        &[
            "+a/web > a/db TCP 80",
            "+b/web > a/db TCP 80",
            "+8.8.8.8 > a/db TCP 80",
            "+n1 > a/db TCP 80",
        ],
    );
    expect(
        &of(json!({"selector": "app == 'web'"})),
        &[
            "+a/web > a/db TCP 80",
            "-a/job > a/db TCP 80",
            "-b/web > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
        ],
    );
    expect(
        &of(json!({"selector": "app == 'web'", "namespaceSelector": "team == 'two'"})),
        &["-a/web > a/db TCP 80", "+c/web > a/db TCP 80"],
    );
    expect(
        &of(json!({"namespaceSelector": "all()"})),
        &[
            "+a/web > a/db TCP 80",
            "+b/tool > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
            "-n1 > a/db TCP 80",
        ],
    );
    expect(
        &of(json!({"namespaceSelector": "global()"})),
        &["-a/web > a/db TCP 80", "-8.8.8.8 > a/db TCP 80"],
    );
    expect(
        &of(json!({"notSelector": "app == 'web'"})),
        &[
            "-a/web > a/db TCP 80",
            "+a/job > a/db TCP 80",
            "-b/tool > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
        ],
    );
    expect(
        &of(json!({"serviceAccounts": {"names": ["default"]}})),
        &["+a/web > a/db TCP 80", "-b/tool > a/db TCP 80"],
    );
    expect(
        &of(
            json!({"serviceAccounts": {"names": ["default", "keeper"]}, "namespaceSelector": "all()"}),
        ),
        &["+b/web > a/db TCP 80", "+b/tool > a/db TCP 80"],
    );
    expect(
        &of(json!({"serviceAccounts": {"selector": "has(keeps)"}, "namespaceSelector": "all()"})),
        &["-b/web > a/db TCP 80", "-a/web > a/db TCP 80"],
    );
    let everywhere = global(
        "p",
        &json!({"selector": "app == 'db'", "ingress": [{"action": "Allow", "source": {"notSelector": "app == 'web'"}}]}),
    );
    expect(
        &network(&[everywhere]),
        &[
            "-a/web > a/db TCP 80",
            "-b/web > a/db TCP 80",
            "+b/tool > a/db TCP 80",
            "+8.8.8.8 > a/db TCP 80",
            "+n1 > a/db TCP 80",
        ],
    );
}

#[test]
fn ranges_are_those_of_pods_and_nodes_too() {
    let of = |source: Value| network(&[ingress(&json!({"action": "Allow", "source": source}))]);
    expect(
        &of(json!({"nets": ["10.0.0.0/24", "192.168.0.1/32"]})),
        &[
            "+a/web > a/db TCP 80",
            "-b/web > a/db TCP 80",
            "+n1 > a/db TCP 80",
            "-n2 > a/db TCP 80",
            "+10.0.0.77 > a/db TCP 80",
        ],
    );
    expect(
        &of(json!({"notNets": ["10.0.0.0/24"]})),
        &["-a/web > a/db TCP 80", "+b/web > a/db TCP 80", "+8.8.8.8 > a/db TCP 80"],
    );
    expect(
        &of(
            json!({"nets": ["10.0.0.0/16"], "notNets": ["10.0.1.0/24"], "selector": "has(app)", "namespaceSelector": "all()"}),
        ),
        &[
            "+a/web > a/db TCP 80",
            "-b/web > a/db TCP 80",
            "+c/web > a/db TCP 80",
            "-10.0.0.77 > a/db TCP 80",
        ],
    );
    expect(&of(json!({"nets": ["10.0.0.9/24"]})), &["+a/web > a/db TCP 80"]);
    expect(
        &network(&[ingress(&json!({"action": "Allow", "ipVersion": 6}))]),
        &["-a/web > a/db TCP 80"],
    );
    expect(
        &network(&[ingress(&json!({"action": "Allow", "ipVersion": 4}))]),
        &["+a/web > a/db TCP 80", "+8.8.8.8 > a/db TCP 80"],
    );
}

#[test]
fn sets_of_addresses_are_selected_by_their_labels() {
    let set = |kind: &str, metadata: Value, nets: Value| json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": {"nets": nets}});
    let partner = set(
        "GlobalNetworkSet",
        json!({"name": "g", "labels": {"of": "partner"}}),
        json!(["30.0.0.0/8", "31.0.0.1"]),
    );
    let own = set(
        "NetworkSet",
        json!({"namespace": "a", "name": "n", "labels": {"of": "partner"}}),
        json!(["40.0.0.0/8"]),
    );
    let other = set(
        "NetworkSet",
        json!({"namespace": "c", "name": "n", "labels": {"of": "partner"}}),
        json!(["50.0.0.0/8", "10.0.1.1/32"]),
    );
    let sets = [partner, own, other];
    let of = |policy: Value| network(&sets.iter().cloned().chain([policy]).collect::<Vec<_>>());
    let packets = |signs: &str| {
        let to = ["30.1.2.3", "31.0.0.1", "40.0.0.1", "50.0.0.1", "b/web"];
        signs
            .chars()
            .zip(to)
            .map(|(sign, to)| format!("{sign}a/db > {to} TCP 80"))
            .collect::<Vec<_>>()
    };
    let hold = |destination: Value, is_global: bool, signs: &str| {
        let rule = json!([{"action": "Allow", "destination": destination}]);
        let spec = json!({"selector": "app == 'db'", "egress": rule});
        let policy = if is_global { global("p", &spec) } else { of_namespace("p", &spec) };
        let lines = packets(signs);
        expect(&of(policy), &lines.iter().map(String::as_str).collect::<Vec<_>>());
    };
    hold(json!({"selector": "of == 'partner'"}), true, "+++++");
    hold(json!({"selector": "of == 'partner'"}), false, "--+--");
    hold(json!({"selector": "of == 'partner'", "namespaceSelector": "global()"}), true, "++---");
    hold(json!({"selector": "of == 'partner'", "namespaceSelector": "global()"}), false, "++---");
    hold(json!({"selector": "of == 'partner'", "namespaceSelector": "all()"}), true, "--+++");
    hold(
        json!({"selector": "of == 'partner'", "namespaceSelector": "team == 'two'"}),
        true,
        "---++",
    );
    hold(json!({"notSelector": "of == 'partner'"}), true, "-----");
    hold(json!({"selector": "of == 'partner'", "notNets": ["30.1.0.0/16"]}), true, "-++++");
}

#[test]
fn protocols_and_ports_are_by_name_number_and_range() {
    let of = |rule: Value| {
        let mut whole = json!({"action": "Allow"});
        whole.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
        network(&[ingress(&whole)])
    };
    let ports = |protocol: Value, ports: Value| {
        of(json!({"protocol": protocol, "destination": {"ports": ports}}))
    };
    expect(
        &of(json!({"protocol": "TCP"})),
        &["+a/web > a/db TCP 1", "+a/web > a/db TCP 65535", "-a/web > a/db UDP 1"],
    );
    expect(&of(json!({"protocol": 17})), &["+a/web > a/db UDP 1", "-a/web > a/db TCP 1"]);
    expect(&of(json!({"protocol": "132"})), &["+a/web > a/db SCTP 1", "-a/web > a/db TCP 1"]);
    expect(
        &of(json!({"notProtocol": "TCP"})),
        &["-a/web > a/db TCP 1", "+a/web > a/db UDP 1", "+a/web > a/db SCTP 1"],
    );
    expect(&of(json!({"protocol": "ICMP"})), &["-a/web > a/db TCP 1", "-a/web > a/db UDP 1"]);
    expect(&of(json!({"protocol": "UDPLite"})), &["-a/web > a/db UDP 1"]);
    expect(
        &ports(json!("TCP"), json!([80, "443", "1000:2000"])),
        &[
            "+a/web > a/db TCP 80",
            "+a/web > a/db TCP 443",
            "+a/web > a/db TCP 1000",
            "+a/web > a/db TCP 2000",
            "-a/web > a/db TCP 2001",
            "-a/web > a/db UDP 80",
        ],
    );
    expect(
        &ports(json!("TCP"), json!(["http"])),
        &["+a/web > a/db TCP 80", "-a/web > a/db TCP 81"],
    );
    expect(
        &ports(json!("UDP"), json!(["http"])),
        &["-a/web > a/db UDP 80", "-a/web > a/db TCP 80"],
    );
    expect(
        &of(json!({"protocol": "TCP", "destination": {"notPorts": [22, "http"]}})),
        &[
            "-a/web > a/db TCP 22",
            "-a/web > a/db TCP 80",
            "+a/web > a/db TCP 23",
            "-a/web > a/db UDP 23",
        ],
    );
    expect(
        &of(json!({"protocol": "TCP", "destination": {"ports": ["1:100"], "notPorts": [22]}})),
        &["-a/web > a/db TCP 22", "+a/web > a/db TCP 21", "-a/web > a/db TCP 101"],
    );
}

#[test]
fn rules_may_be_for_some_of_the_pods_of_the_policy() {
    let rules = json!([
        {"action": "Allow", "source": {"selector": "app == 'web'"}, "destination": {"selector": "app == 'db'"}},
        {"action": "Deny", "source": {"selector": "app == 'web'"}},
        {"action": "Allow"}]);
    let network = network(&[of_namespace("p", &json!({"ingress": rules}))]);
    expect(
        &network,
        &[
            "+a/web > a/db TCP 80",
            "-a/web > a/job TCP 80",
            "+a/job > a/db TCP 80",
            "+a/db > a/job TCP 80",
            "+b/web > a/job TCP 80",
        ],
    );
    let rules = json!([{"action": "Deny", "source": {"notSelector": "app == 'db'"}, "destination": {"nets": ["8.0.0.0/8"]}}, {"action": "Allow"}]);
    let network = super::packets::network(&[global("p", &json!({"egress": rules}))]);
    expect(
        &network,
        &[
            "+a/db > 8.8.8.8 TCP 80",
            "-a/web > 8.8.8.8 TCP 80",
            "-b/web > 8.8.8.8 TCP 80",
            "+a/web > 9.9.9.9 TCP 80",
        ],
    );
}

#[test]
fn services_are_their_pods() {
    let named = egress(
        &json!({"action": "Allow", "destination": {"services": {"namespace": "b", "name": "web"}}}),
    );
    expect(
        &network(std::slice::from_ref(&named)),
        &["+a/db > b/web TCP 80", "-a/db > b/tool TCP 80", "-a/db > a/web TCP 80"],
    );
    assert_eq!(beyond(&[named]), ["the ports of a Service"]);
    let from = ingress(
        &json!({"action": "Allow", "source": {"services": {"namespace": "b", "name": "web"}}}),
    );
    expect(
        &network(std::slice::from_ref(&from)),
        &["+b/web > a/db TCP 80", "-a/web > a/db TCP 80"],
    );
    assert_eq!(beyond(&[from]), [""; 0]);
}

#[test]
fn what_is_not_judged_is_named() {
    let http = ingress(&json!({"action": "Allow", "http": {"methods": ["GET"]}}));
    expect(&network(std::slice::from_ref(&http)), &["+a/web > a/db TCP 80"]);
    assert_eq!(beyond(&[http]), ["http: what is asked by HTTP"]);
    let from = |action: &str| {
        of_namespace(
            "p",
            &json!({"selector": "app == 'db'", "ingress": [
        {"action": action, "protocol": "TCP", "source": {"ports": [5000]}}, {"action": "Allow", "protocol": "UDP"}]}),
        )
    };
    expect(&network(&[from("Allow")]), &["+a/web > a/db TCP 80"]);
    assert_eq!(beyond(&[from("Deny")]), ["the ports that traffic comes from"]);
    expect(&network(&[from("Deny")]), &["-a/web > a/db TCP 80", "+a/web > a/db UDP 80"]);
    let own = ingress(&json!({"action": "Allow", "destination": {"nets": ["10.0.0.0/8"]}}));
    assert_eq!(beyond(&[own]), ["the addresses of the pods that the policy is for"]);
    for kind in
        ["StagedNetworkPolicy", "StagedKubernetesNetworkPolicy", "StagedGlobalNetworkPolicy"]
    {
        let mut staged = of_namespace("s", &json!({"types": ["Ingress"]}));
        staged["kind"] = json!(kind);
        expect(&network(std::slice::from_ref(&staged)), &["+a/web > a/db TCP 80"]);
        assert_eq!(beyond(&[staged]), ["what is staged"]);
    }
    let node = global(
        "n",
        &json!({"preDNAT": true, "applyOnForward": true, "ingress": [{"action": "Deny"}]}),
    );
    expect(&network(std::slice::from_ref(&node)), &["+a/web > a/db TCP 80"]);
    assert_eq!(beyond(&[node]), ["preDNAT: it is for nodes"]);
    let untracked = global(
        "n",
        &json!({"doNotTrack": true, "applyOnForward": true, "ingress": [{"action": "Deny"}]}),
    );
    assert_eq!(beyond(&[untracked]), ["doNotTrack: it is for nodes"]);
    let forwarded = global("n", &json!({"applyOnForward": true, "ingress": [{"action": "Deny"}]}));
    expect(&network(std::slice::from_ref(&forwarded)), &["-a/web > a/db TCP 80"]);
    assert_eq!(beyond(&[forwarded]), ["applyOnForward: what nodes forward"]);
}

#[test]
fn stored_policies_are_read_as_those_of_the_api() {
    let mut stored = of_namespace("default.p", &json!({"selector": "app == 'db'"}));
    stored["apiVersion"] = json!("crd.projectcalico.org/v1");
    expect(&network(&[stored]), &["-a/web > a/db TCP 80", "+a/web > a/job TCP 80"]);
}
