//! CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.

use serde_json::{Value, json};

use super::packets::{beyond, expect, network};

/// A policy of the namespace `a` for the pods of `app: db`.
pub(crate) fn for_db(spec: &Value) -> Value {
    let mut spec = spec.clone();
    if spec.get("endpointSelector").is_none() {
        spec["endpointSelector"] = json!({"matchLabels": {"app": "db"}});
    }
    json!({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy",
        "metadata": {"namespace": "a", "name": "db"}, "spec": spec})
}

pub(crate) fn clusterwide(spec: &Value) -> Value {
    json!({"apiVersion": "cilium.io/v2", "kind": "CiliumClusterwideNetworkPolicy",
        "metadata": {"name": "all"}, "spec": spec})
}

pub(crate) fn ingress(rule: &Value) -> Value {
    for_db(&json!({"ingress": [rule]}))
}

pub(crate) fn egress(rule: &Value) -> Value {
    for_db(&json!({"egress": [rule]}))
}

#[test]
fn a_section_without_rules_does_not_isolate_and_an_empty_rule_does_without_letting_through() {
    let open = network(&[for_db(&json!({"ingress": []}))]);
    expect(&open, &["+a/web > a/db TCP 80", "+a/db > a/web TCP 80"]);
    let closed = network(&[for_db(&json!({"ingress": [{}]}))]);
    expect(
        &closed,
        &[
            "-a/web > a/db TCP 80",
            "+a/db > a/web TCP 80",
            "+a/web > a/job TCP 80",
            "-8.8.8.8 > a/db TCP 80",
        ],
    );
    let closed = network(&[for_db(&json!({"egress": [{}]}))]);
    expect(&closed, &["+a/web > a/db TCP 80", "-a/db > a/web TCP 80", "-a/db > 8.8.8.8 TCP 80"]);
}

#[test]
fn peers_of_a_namespaced_policy_are_those_of_its_namespace_unless_it_says_otherwise() {
    let own = network(&[ingress(&json!({"fromEndpoints": [{}]}))]);
    expect(
        &own,
        &[
            "+a/web > a/db TCP 80",
            "-b/web > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
            "-n1 > a/db TCP 80",
        ],
    );
    let web = json!({"matchLabels": {"app": "web"}});
    let own = network(&[ingress(&json!({"fromEndpoints": [web]}))]);
    expect(&own, &["+a/web > a/db TCP 80", "-a/job > a/db TCP 80", "-b/web > a/db TCP 80"]);
    for key in [
        "k8s:io.kubernetes.pod.namespace",
        "io.kubernetes.pod.namespace",
        "any:io.kubernetes.pod.namespace",
    ] {
        let named = json!({"matchLabels": {"app": "web", key: "b"}});
        let other = network(&[ingress(&json!({"fromEndpoints": [named]}))]);
        expect(&other, &["-a/web > a/db TCP 80", "+b/web > a/db TCP 80", "-b/tool > a/db TCP 80"]);
    }
    let everywhere = json!({"matchExpressions": [{"key": "k8s:io.kubernetes.pod.namespace", "operator": "Exists"}]});
    let all = network(&[ingress(&json!({"fromEndpoints": [everywhere]}))]);
    expect(
        &all,
        &[
            "+a/web > a/db TCP 80",
            "+b/tool > a/db TCP 80",
            "-n1 > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
        ],
    );
}

#[test]
fn labels_of_namespaces_and_names_of_accounts_select_pods() {
    let team = json!({"matchLabels": {"k8s:io.cilium.k8s.namespace.labels.team": "two"}});
    let teams = network(&[ingress(&json!({"fromEndpoints": [team]}))]);
    expect(&teams, &["+c/web > a/db TCP 80", "-a/web > a/db TCP 80", "-b/web > a/db TCP 80"]);
    let keeper = json!({"matchLabels": {"io.cilium.k8s.policy.serviceaccount": "keeper"}});
    let own = network(&[egress(&json!({"toEndpoints": [keeper]}))]);
    expect(&own, &["-a/db > b/web TCP 80", "-a/db > a/web TCP 80"]);
    let wide = json!({"matchLabels": {"io.cilium.k8s.policy.serviceaccount": "keeper"},
        "matchExpressions": [{"key": "io.kubernetes.pod.namespace", "operator": "NotIn", "values": ["c"]}]});
    let all = network(&[egress(&json!({"toEndpoints": [wide]}))]);
    expect(&all, &["+a/db > b/web TCP 80", "-a/db > a/web TCP 80", "-a/db > b/tool TCP 80"]);
    let subject = json!({"endpointSelector": {"matchLabels": {"io.cilium.k8s.policy.serviceaccount": "keeper"}},
        "ingress": [{}]});
    let kept = network(&[clusterwide(&subject)]);
    expect(&kept, &["-a/web > a/db TCP 80", "-a/web > b/web TCP 80", "+a/web > b/tool TCP 80"]);
}

#[test]
fn a_policy_of_a_namespace_is_never_for_pods_of_another() {
    let elsewhere = json!({"endpointSelector": {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "b"}}, "ingress": [{}]});
    let own = network(&[for_db(&elsewhere)]);
    expect(&own, &["-b/web > a/web TCP 80", "-b/web > a/db TCP 80", "+a/web > b/web TCP 80"]);
}

#[test]
fn a_policy_of_the_cluster_is_for_every_pod_and_none_of_a_node() {
    let closed = network(&[clusterwide(
        &json!({"endpointSelector": {}, "ingress": [{"fromEndpoints": [{}]}]}),
    )]);
    expect(
        &closed,
        &[
            "+a/web > b/web TCP 80",
            "+c/web > a/db UDP 9",
            "-8.8.8.8 > a/db TCP 80",
            "-n1 > a/db TCP 80",
            "+a/web > n2 TCP 80",
        ],
    );
    let kept = json!({"endpointSelector": {"matchExpressions": [
        {"key": "io.kubernetes.pod.namespace", "operator": "NotIn", "values": ["c"]},
        {"key": "reserved:ingress", "operator": "DoesNotExist"}]}, "ingress": [{}]});
    let most = network(&[clusterwide(&kept)]);
    expect(&most, &["-a/web > b/web TCP 80", "+a/web > c/web TCP 80"]);
}

#[test]
fn labels_that_cilium_leaves_out_are_those_of_nobody() {
    let left_out = json!({"matchLabels": {"kubernetes.io/left-out": "yes"}});
    let nobody = network(&[for_db(&json!({"endpointSelector": left_out, "ingress": [{}]}))]);
    expect(&nobody, &["+a/web > a/db TCP 80"]);
}

#[test]
fn what_is_refused_goes_before_whatever_lets_through() {
    let all = json!({"ingress": [{"fromEntities": ["all"]}], "ingressDeny": [{"fromEndpoints": [{"matchLabels": {"app": "web"}}]}]});
    let most = network(&[for_db(&all)]);
    expect(
        &most,
        &[
            "-a/web > a/db TCP 80",
            "+a/job > a/db TCP 80",
            "+b/web > a/db TCP 80",
            "+8.8.8.8 > a/db TCP 80",
        ],
    );
    let only = network(&[for_db(
        &json!({"ingressDeny": [{"fromEndpoints": [{"matchLabels": {"app": "web"}}]}]}),
    )]);
    expect(&only, &["-a/web > a/db TCP 80", "-a/job > a/db TCP 80"]);
    let kubernetes = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"namespace": "a", "name": "open"},
        "spec": {"podSelector": {}, "ingress": [{}]}});
    let deny = clusterwide(
        &json!({"endpointSelector": {}, "enableDefaultDeny": {"ingress": false, "egress": false},
        "ingressDeny": [{"fromEntities": ["world"], "toPorts": [{"ports": [{"port": "22", "protocol": "TCP"}]}]}]}),
    );
    let both = network(&[kubernetes, deny]);
    expect(
        &both,
        &[
            "-8.8.8.8 > a/db TCP 22",
            "+8.8.8.8 > a/db TCP 23",
            "+8.8.8.8 > a/db UDP 22",
            "+a/web > a/db TCP 22",
            "-8.8.8.8 > b/web TCP 22",
            "+8.8.8.8 > b/web TCP 23",
        ],
    );
}

#[test]
fn default_deny_can_be_turned_off_and_on() {
    let rule = json!([{"fromEndpoints": [{"matchLabels": {"app": "web"}}]}]);
    let off = for_db(&json!({"enableDefaultDeny": {"ingress": false}, "ingress": rule}));
    expect(&network(std::slice::from_ref(&off)), &["+a/job > a/db TCP 80"]);
    let other = for_db(&json!({"ingress": [{}]}));
    expect(&network(&[off, other]), &["-a/job > a/db TCP 80", "+a/web > a/db TCP 80"]);
    let on = for_db(&json!({"enableDefaultDeny": {"egress": true}, "ingress": rule}));
    expect(
        &network(&[on]),
        &["-a/db > a/job TCP 80", "+a/web > a/db TCP 80", "-a/job > a/db TCP 80"],
    );
}

#[test]
fn entities_are_those_outside_nodes_pods_or_all() {
    let of = |entity: &str| network(&[ingress(&json!({"fromEntities": [entity]}))]);
    expect(&of("all"), &["+a/web > a/db TCP 80", "+n1 > a/db TCP 80", "+8.8.8.8 > a/db TCP 80"]);
    expect(&of("world"), &["-a/web > a/db TCP 80", "-n1 > a/db TCP 80", "+8.8.8.8 > a/db TCP 80"]);
    expect(
        &of("cluster"),
        &["+b/web > a/db TCP 80", "+n1 > a/db TCP 80", "-8.8.8.8 > a/db TCP 80"],
    );
    for entity in ["none", "health", "init", "unmanaged", "ingress"] {
        expect(
            &of(entity),
            &["-a/web > a/db TCP 80", "-n1 > a/db TCP 80", "-8.8.8.8 > a/db TCP 80"],
        );
    }
    let nodes = ingress(&json!({"fromEntities": ["host", "remote-node"]}));
    expect(
        &network(std::slice::from_ref(&nodes)),
        &[
            "+n1 > a/db TCP 80",
            "+n2 > a/db TCP 80",
            "-a/web > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
        ],
    );
    assert_eq!(beyond(&[nodes]), [""; 0]);
    let one = ingress(&json!({"fromEntities": ["host"]}));
    expect(&network(std::slice::from_ref(&one)), &["+n1 > a/db TCP 80", "-8.8.8.8 > a/db TCP 80"]);
    assert_eq!(beyond(&[one]), ["which node a pod is on"]);
    let api = egress(&json!({"toEntities": ["kube-apiserver"]}));
    expect(
        &network(std::slice::from_ref(&api)),
        &["-a/db > a/web TCP 80", "+a/db > 8.8.8.8 TCP 80"],
    );
    assert_eq!(beyond(&[api]), ["which addresses the API server has"]);
    let world = ingress(&json!({"fromEndpoints": [{"matchLabels": {"reserved:world": ""}}]}));
    expect(&network(&[world]), &["+8.8.8.8 > a/db TCP 80", "-a/web > a/db TCP 80"]);
}

#[test]
fn ranges_are_never_those_of_pods_or_nodes() {
    let all = network(&[ingress(&json!({"fromCIDR": ["0.0.0.0/0", "::/0"]}))]);
    expect(
        &all,
        &[
            "-a/web > a/db TCP 80",
            "-n1 > a/db TCP 80",
            "+8.8.8.8 > a/db TCP 80",
            "+10.9.9.9 > a/db TCP 80",
        ],
    );
    let some = json!({"toCIDRSet": [{"cidr": "20.0.0.0/8", "except": ["20.1.0.0/16"]}, {"cidr": "20.1.2.0/24"}]});
    let some = network(&[egress(&some)]);
    expect(
        &some,
        &[
            "+a/db > 20.0.0.1 TCP 1",
            "-a/db > 20.1.0.1 TCP 1",
            "+a/db > 20.1.2.1 TCP 1",
            "-a/db > 21.0.0.0 TCP 1",
            "+a/db > 20.255.255.255 SCTP 65535",
        ],
    );
    let group = json!({"apiVersion": "cilium.io/v2", "kind": "CiliumCIDRGroup", "metadata": {"name": "g", "labels": {"of": "partner"}},
        "spec": {"externalCIDRs": ["30.0.0.0/8"]}});
    for which in [
        json!({"cidrGroupRef": "g", "except": ["30.1.0.0/16"]}),
        json!({"cidrGroupSelector": {"matchLabels": {"of": "partner"}}, "except": ["30.1.0.0/16"]}),
    ] {
        let named = network(&[egress(&json!({"toCIDRSet": [which]})), group.clone()]);
        expect(
            &named,
            &["+a/db > 30.0.0.1 TCP 1", "-a/db > 30.1.0.1 TCP 1", "-a/db > 31.0.0.1 TCP 1"],
        );
    }
    let unread = egress(&json!({"toCIDRSet": [{"cidrGroupRef": "nowhere"}]}));
    assert_eq!(beyond(&[unread]), ["it refers to an object that was not read"]);
}

#[test]
fn services_are_their_pods() {
    for service in [
        json!({"k8sService": {"namespace": "b", "serviceName": "web"}}),
        json!({"k8sServiceSelector": {"namespace": "b", "selector": {"matchLabels": {"open": "yes"}}}}),
    ] {
        let named = network(&[egress(&json!({"toServices": [service]}))]);
        expect(
            &named,
            &[
                "+a/db > b/web TCP 80",
                "+a/db > b/web TCP 81",
                "-a/db > a/web TCP 80",
                "-a/db > b/tool TCP 80",
                "-a/db > 8.8.8.8 TCP 80",
            ],
        );
    }
    let far =
        egress(&json!({"toServices": [{"k8sService": {"namespace": "b", "serviceName": "far"}}]}));
    assert_eq!(beyond(&[far]), ["it refers to an object that was not read"]);
}

#[test]
fn ports_are_numbers_ranges_and_names_of_any_protocol() {
    let of = |ports: Value| network(&[ingress(&json!({"toPorts": [{"ports": ports}]}))]);
    expect(
        &of(json!([{"port": "80"}])),
        &[
            "+a/web > a/db TCP 80",
            "+a/web > a/db UDP 80",
            "+n1 > a/db SCTP 80",
            "-a/web > a/db TCP 81",
            "+8.8.8.8 > a/db TCP 80",
        ],
    );
    expect(
        &of(json!([{"port": "80", "protocol": "ANY"}])),
        &["+a/web > a/db TCP 80", "+a/web > a/db UDP 80"],
    );
    expect(
        &of(json!([{"port": "80", "protocol": "TCP", "endPort": 90}])),
        &[
            "+a/web > a/db TCP 80",
            "+a/web > a/db TCP 90",
            "-a/web > a/db TCP 91",
            "-a/web > a/db UDP 80",
        ],
    );
    expect(
        &of(json!([{"port": "0", "protocol": "UDP"}])),
        &["+a/web > a/db UDP 1", "+a/web > a/db UDP 65535", "-a/web > a/db TCP 1"],
    );
    expect(&of(json!([{"port": "http"}])), &["+a/web > a/db TCP 80", "-a/web > a/db UDP 80"]);
    expect(
        &of(json!([{"port": "DNS", "protocol": "UDP"}])),
        &["+a/web > a/db UDP 53", "-a/web > a/db TCP 53"],
    );
    expect(
        &of(json!([{"port": "dns", "protocol": "TCP"}])),
        &["-a/web > a/db UDP 53", "-a/web > a/db TCP 53"],
    );
    expect(&of(json!([{"port": "80", "protocol": "IGMP"}])), &["-a/web > a/db TCP 80"]);
    expect(
        &of(json!([{"port": "010", "protocol": "TCP"}])),
        &["+a/web > a/db TCP 8", "-a/web > a/db TCP 10"],
    );
    let both = network(&[ingress(
        &json!({"fromEndpoints": [{"matchLabels": {"app": "web"}}], "toPorts": [
        {"ports": [{"port": "80", "protocol": "TCP"}]}, {"ports": [{"port": "53", "protocol": "UDP"}]}]}),
    )]);
    expect(
        &both,
        &[
            "+a/web > a/db TCP 80",
            "+a/web > a/db UDP 53",
            "-a/job > a/db TCP 80",
            "-a/web > a/db TCP 53",
        ],
    );
}

#[test]
fn a_list_of_peers_that_is_empty_is_nobody_and_one_that_is_not_there_is_everybody() {
    let ports = json!([{"ports": [{"port": "80", "protocol": "TCP"}]}]);
    let nobody = network(&[ingress(&json!({"fromEndpoints": [], "toPorts": ports}))]);
    expect(&nobody, &["-a/web > a/db TCP 80", "-8.8.8.8 > a/db TCP 80"]);
    let everybody = network(&[ingress(&json!({"toPorts": ports}))]);
    expect(&everybody, &["+b/web > a/db TCP 80", "+8.8.8.8 > a/db TCP 80", "+n2 > a/db TCP 80"]);
    let icmp = ingress(&json!({"icmps": [{"fields": [{"type": 8}]}]}));
    expect(&network(std::slice::from_ref(&icmp)), &["-a/web > a/db TCP 80"]);
    assert_eq!(beyond(&[icmp]), ["icmps"]);
}

#[test]
fn several_specifications_are_each_for_their_own_pods() {
    let policy = json!({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"namespace": "a", "name": "both"},
        "specs": [
            {"endpointSelector": {"matchLabels": {"app": "db"}}, "ingress": [{"fromEndpoints": [{"matchLabels": {"app": "web"}}]}]},
            {"endpointSelector": {"matchLabels": {"app": "job"}}, "egress": [{"toEntities": ["world"]}]}]});
    let both = network(&[policy]);
    expect(
        &both,
        &[
            "+a/web > a/db TCP 80",
            "-b/web > a/db TCP 80",
            "+a/db > a/web TCP 80",
            "-a/job > a/web TCP 80",
            "+a/job > 8.8.8.8 TCP 80",
            "+a/web > a/job TCP 80",
        ],
    );
}
