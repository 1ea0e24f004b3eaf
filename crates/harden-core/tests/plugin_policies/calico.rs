//! NetworkPolicy and GlobalNetworkPolicy of Calico, with its tiers and sets of addresses.

use serde_json::{Value, json};

use super::packets::{beyond, expect, network, refusal};

fn of_namespace(name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy",
        "metadata": {"namespace": "a", "name": name}, "spec": spec})
}

fn global(name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy",
        "metadata": {"name": name}, "spec": spec})
}

fn tier(name: &str, order: &Value, action: &str) -> Value {
    let mut spec = json!({"defaultAction": action});
    if !order.is_null() {
        spec["order"] = order.clone();
    }
    json!({"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": name}, "spec": spec})
}

/// A policy of the namespace `a` for its database with one rule of ingress.
fn ingress(rule: &Value) -> Value {
    of_namespace("db", &json!({"selector": "app == 'db'", "ingress": [rule]}))
}

fn egress(rule: &Value) -> Value {
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
fn pods_are_selected_by_labels_namespaces_and_accounts() {
    let deny = |selectors: Value| {
        let mut spec = json!({"types": ["Ingress"]});
        spec.as_object_mut().unwrap().extend(selectors.as_object().unwrap().clone());
        network(&[global("p", &spec)])
    };
    expect(
        &deny(json!({})),
        &["-a/job > a/web TCP 80", "-a/job > c/web TCP 80", "+a/job > n1 TCP 80"],
    );
    expect(&deny(json!({"selector": "all()"})), &["-a/job > c/web TCP 80"]);
    expect(
        &deny(json!({"namespaceSelector": "team == 'one'"})),
        &["-a/job > a/web TCP 80", "-a/job > b/web TCP 80", "+a/job > c/web TCP 80"],
    );
    expect(
        &deny(json!({"namespaceSelector": "projectcalico.org/name == 'c'"})),
        &["+a/job > a/web TCP 80", "-a/job > c/web TCP 80"],
    );
    expect(
        &deny(json!({"namespaceSelector": "kubernetes.io/metadata.name not in {'c', \"x\"}"})),
        &["-a/job > a/web TCP 80", "+a/job > c/web TCP 80"],
    );
    expect(
        &deny(json!({"selector": "projectcalico.org/namespace == 'b' && has(tool)"})),
        &["-a/job > b/tool TCP 80", "+a/job > b/web TCP 80"],
    );
    expect(
        &deny(json!({"selector": "projectcalico.org/serviceaccount == 'keeper'"})),
        &["-a/job > b/web TCP 80", "-a/job > a/db TCP 80", "+a/job > a/web TCP 80"],
    );
    expect(
        &deny(json!({"serviceAccountSelector": "keeps == 'data'"})),
        &["-a/job > a/db TCP 80", "+a/job > b/web TCP 80"],
    );
    expect(
        &deny(json!({"selector": "pcns.team == 'two' || projectcalico.org/orchestrator != 'k8s'"})),
        &["-a/job > c/web TCP 80", "+a/job > a/web TCP 80"],
    );
}

#[test]
fn selectors_are_read_as_calico_reads_them() {
    let matching = |selector: &str| {
        let network = network(&[global("p", &json!({"selector": selector, "types": ["Ingress"]}))]);
        let pods = ["a/web", "a/db", "b/web", "b/tool", "c/web"];
        let is_closed =
            |it: &&&str| !super::packets::passes(&network, &format!("a/job > {it} TCP 80"));
        pods.iter().filter(|it| is_closed(it)).copied().collect::<Vec<_>>().join(" ")
    };
    for (selector, pods) in [
        ("app == 'web'", "a/web b/web c/web"),
        ("app != 'web'", "a/db b/tool"),
        ("app in {'db','job'}", "a/db"),
        ("app in {}", ""),
        ("app in {'db',}", "a/db"),
        ("app not in {'db', 'web'}", "b/tool"),
        ("has(tier)", "a/web c/web"),
        ("!has(tier)", "a/db b/web b/tool"),
        ("!!has(tier)", "a/web c/web"),
        ("app contains 'e'", "a/web b/web c/web"),
        ("app starts with 'd'", "a/db"),
        ("app ends  with \"b\"", "a/web a/db b/web c/web"),
        ("app startswith 'w'", "a/web b/web c/web"),
        ("app == 'web' && tier == 'back' || has(tool)", "b/tool c/web"),
        ("app == 'web' && (tier == 'back' || has(tool))", "c/web"),
        ("!(app == 'web' && has(tier))", "a/db b/web b/tool"),
        ("!app == 'web'", "a/db b/tool"),
        ("all() && has( tier )", "a/web c/web"),
        ("\tapp=='web'&&has(tier)\t", "a/web c/web"),
        ("app in {'web'} && tier not in {'front'}", "b/web c/web"),
    ] {
        assert_eq!(matching(selector), pods, "{selector}");
    }
    for selector in [
        "app",
        "app ==",
        "app == web",
        "app = 'web'",
        "app == 'web",
        "(has(a)",
        "has(a))",
        "has(a) &&",
        "&& has(a)",
        "has()",
        "has (a)",
        "all",
        "a in 'b'",
        "a not 'b'",
        "a starts 'b'",
        "a in {'b' 'c'}",
        "has(a) has(b)",
        "global()",
        "a == 'b' | c == 'd'",
        "\n",
        "has(é)",
    ] {
        let policy = global("p", &json!({"selector": selector, "types": ["Ingress"]}));
        assert!(refusal(&policy).is_some(), "{selector}");
    }
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
fn rules_go_in_order_and_policies_by_their_orders() {
    let rules = json!([
        {"action": "Deny", "source": {"selector": "app == 'web'"}},
        {"action": "Allow", "source": {"namespaceSelector": "all()"}},
        {"action": "Deny", "source": {"selector": "app == 'job'"}}]);
    let one = of_namespace("p", &json!({"selector": "app == 'db'", "ingress": rules}));
    expect(
        &network(&[one]),
        &[
            "-a/web > a/db TCP 80",
            "+a/job > a/db TCP 80",
            "+b/web > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
        ],
    );
    let policy = |name: &str, order: Value, action: &str| {
        let mut spec = json!({"selector": "app == 'db'", "ingress": [{"action": action}]});
        if !order.is_null() {
            spec["order"] = order;
        }
        of_namespace(name, &spec)
    };
    let allow = ["+a/web > a/db TCP 80"];
    let deny = ["-a/web > a/db TCP 80"];
    expect(&network(&[policy("a", json!(20), "Allow"), policy("b", json!(10.5), "Deny")]), &deny);
    expect(&network(&[policy("a", json!(10), "Allow"), policy("b", json!(10.5), "Deny")]), &allow);
    expect(&network(&[policy("a", json!(null), "Deny"), policy("b", json!(1e9), "Allow")]), &allow);
    expect(&network(&[policy("a", json!(-5), "Deny"), policy("b", json!(0), "Allow")]), &deny);
    expect(&network(&[policy("b", json!(1), "Deny"), policy("a", json!(1), "Allow")]), &allow);
    let kubernetes = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"namespace": "a", "name": "k"}, "spec": {"podSelector": {}, "ingress": [{}]}});
    expect(&network(&[kubernetes.clone(), policy("a", json!(999), "Deny")]), &deny);
    expect(&network(&[kubernetes, policy("a", json!(1001), "Deny")]), &allow);
}

#[test]
fn tiers_go_by_their_orders_and_end_with_what_they_say() {
    let in_tier = |name: &str, tier: &str, rules: Value| {
        global(
            &format!("{tier}.{name}"),
            &json!({"tier": tier, "selector": "app == 'db'", "ingress": rules}),
        )
    };
    let some = || {
        in_tier(
            "s",
            "security",
            json!([
        {"action": "Deny", "source": {"selector": "app == 'job'"}},
        {"action": "Pass", "source": {"selector": "app == 'web'"}},
        {"action": "Log"}]),
        )
    };
    let security = tier("security", &json!(100), "Deny");
    expect(
        &network(&[some(), security.clone()]),
        &[
            "-a/job > a/db TCP 80",
            "+a/web > a/db TCP 80",
            "-b/tool > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
            "+8.8.8.8 > a/web TCP 80",
        ],
    );
    let passing = tier("security", &json!(100), "Pass");
    expect(
        &network(&[some(), passing]),
        &["-a/job > a/db TCP 80", "+b/tool > a/db TCP 80", "+8.8.8.8 > a/db TCP 80"],
    );
    let own = of_namespace(
        "db",
        &json!({"selector": "app == 'db'", "ingress": [{"action": "Allow", "source": {"selector": "app == 'web'", "namespaceSelector": "all()"}, "protocol": "TCP"}]}),
    );
    expect(
        &network(&[own.clone(), some(), security.clone()]),
        &["-a/job > a/db TCP 80", "+a/web > a/db TCP 80", "-a/web > a/db UDP 80"],
    );
    let first = in_tier(
        "f",
        "first",
        json!([{"action": "Allow", "source": {"selector": "app == 'job'"}}, {"action": "Pass"}]),
    );
    let order = |order: Value| tier("first", &order, "Deny");
    expect(
        &network(&[first.clone(), some(), security.clone(), order(json!(50))]),
        &["+a/job > a/db TCP 80", "+a/web > a/db TCP 80"],
    );
    expect(
        &network(&[first.clone(), some(), security.clone(), order(json!(200))]),
        &["-a/job > a/db TCP 80"],
    );
    // A tier without an order is the last one.
    let deny = in_tier("f", "first", json!([{"action": "Deny"}]));
    expect(&network(&[deny.clone(), own, order(json!(null))]), &["+a/web > a/db TCP 80"]);
    assert!(refusal(&deny).is_some_and(|it| it.contains("Tier first was not read")));
    let admin = in_tier(
        "x",
        "kube-admin",
        json!([{"action": "Deny", "source": {"selector": "app == 'job'"}}]),
    );
    expect(&network(&[admin]), &["-a/job > a/db TCP 80", "+a/web > a/db TCP 80"]);
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
        assert_eq!(beyond(&[staged]), ["it is staged, so that nothing is refused by it"]);
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

#[test]
fn what_calico_refuses_makes_the_answer_unknown() {
    for (policy, why) in bad() {
        let reason = refusal(&policy);
        assert!(reason.as_ref().is_some_and(|it| it.contains(why)), "{why}: {reason:?}: {policy}");
    }
}

/// Policies that are refused.
pub fn refused() -> Vec<Value> {
    bad().into_iter().map(|(policy, _)| policy).collect()
}

/// Policies that are refused, each with a part of the reason.
fn bad() -> Vec<(Value, &'static str)> {
    let rule = |more: Value| {
        let mut whole = json!({"action": "Allow"});
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ingress(&whole)
    };
    vec![
        (ingress(&json!({})), "Unsupported value"),
        (ingress(&json!({"action": "allow"})), "Unsupported value"),
        (rule(json!({"destination": {"ports": [80]}})), "must set protocol"),
        (rule(json!({"protocol": "ICMP", "destination": {"ports": [80]}})), "must set protocol"),
        (rule(json!({"source": {"notPorts": [80]}})), "must set protocol"),
        (rule(json!({"protocol": "tcp"})), "no protocol"),
        (rule(json!({"protocol": 0})), "no protocol"),
        (rule(json!({"protocol": 256})), "no protocol"),
        (rule(json!({"protocol": "TCP", "destination": {"ports": [0]}})), "must be a port"),
        (rule(json!({"protocol": "TCP", "destination": {"ports": ["0:5"]}})), "must be a port"),
        (rule(json!({"protocol": "TCP", "destination": {"ports": ["5:1"]}})), "must be a port"),
        (rule(json!({"protocol": "TCP", "destination": {"ports": [65536]}})), "must be a port"),
        (rule(json!({"protocol": "TCP", "destination": {"ports": ["a b"]}})), "must be a port"),
        (rule(json!({"protocol": "TCP", "destination": {"ports": 80}})), "must be a list"),
        (rule(json!({"source": {"nets": ["10.0.0.0"]}})), "invalid CIDR"),
        (rule(json!({"source": {"nets": ["10.0.0.0/8", "fd00::/8"]}})), "both IPv4 and IPv6"),
        (
            rule(
                json!({"source": {"nets": ["10.0.0.0/8"]}, "destination": {"notNets": ["fd00::/8"]}}),
            ),
            "both IPv4 and IPv6",
        ),
        (rule(json!({"ipVersion": 6, "source": {"nets": ["10.0.0.0/8"]}})), "doesn't match"),
        (rule(json!({"ipVersion": 5})), "must be 4 or 6"),
        (rule(json!({"ipVersion": 6, "protocol": "ICMP"})), "that of the protocol"),
        (rule(json!({"icmp": {"type": 8}})), "must set protocol to ICMP"),
        (rule(json!({"protocol": "ICMP", "icmp": {"code": 8}})), "without an ICMP type"),
        (rule(json!({"protocol": "UDP", "http": {}})), "must have protocol TCP"),
        (ingress(&json!({"action": "Deny", "http": {}})), "only valid for Allow"),
        (egress(&json!({"action": "Allow", "http": {}})), "not allowed in egress"),
        (rule(json!({"destination": {"services": {"name": "web"}}})), "only of the other end"),
        (
            rule(json!({"source": {"services": {"name": "web"}, "selector": "all()"}})),
            "cannot specify selector",
        ),
        (rule(json!({"source": {"services": {"namespace": "b"}}})), "must specify a service name"),
        (
            egress(
                &json!({"action": "Allow", "protocol": "TCP", "destination": {"services": {"name": "web"}, "ports": [80]}}),
            ),
            "cannot specify ports",
        ),
        (
            global(
                "p",
                &json!({"egress": [{"action": "Allow", "destination": {"services": {"name": "web"}}}]}),
            ),
            "must specify a namespace",
        ),
        (rule(json!({"source": {"selectors": "all()"}})), "unknown field"),
        (rule(json!({"source": {"namespaceSelector": "global() && has(a)"}})), "global()"),
        (of_namespace("p", &json!({"types": ["Ingress", "Ingress"]})), "more than once"),
        (of_namespace("p", &json!({"types": []})), "must name a direction"),
        (of_namespace("p", &json!({"types": ["ingress"]})), "Unsupported value"),
        (of_namespace("p", &json!({"order": "first"})), "must be a number"),
        (of_namespace("p", &json!({"namespaceSelector": "all()"})), "unknown field"),
        (of_namespace("p", &json!(null)), "Required value"),
        (
            global("p", &json!({"preDNAT": true, "doNotTrack": true, "applyOnForward": true})),
            "cannot both be true",
        ),
        (
            global(
                "p",
                &json!({"preDNAT": true, "applyOnForward": true, "egress": [{"action": "Allow"}]}),
            ),
            "cannot have egress",
        ),
        (global("p", &json!({"doNotTrack": true})), "need applyOnForward"),
    ]
}
