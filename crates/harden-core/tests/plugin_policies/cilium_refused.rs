//! What Cilium refuses of its policies, and what of them is not judged.

use serde_json::{Value, json};

use super::cilium::{clusterwide, egress, for_db, ingress};
use super::packets::{beyond, expect, network, refusal};

#[test]
fn what_cilium_refuses_makes_the_answer_unknown() {
    for (policy, why) in bad() {
        let reason = refusal(&policy);
        assert!(reason.as_ref().is_some_and(|it| it.contains(why)), "{why}: {reason:?}: {policy}");
    }
}

/// Policies that are refused.
pub(crate) fn refused() -> Vec<Value> {
    bad().into_iter().map(|(policy, _)| policy).collect()
}

/// Policies that are refused, each with a part of the reason.
#[allow(clippy::too_many_lines, reason = "it is a table")]
fn bad() -> Vec<(Value, &'static str)> {
    vec![
        (for_db(&json!({})), "must have ingress"),
        (
            for_db(&json!({"ingress": [{"fromEndpoints": [{}], "fromEntities": ["all"]}]})),
            "Combining fromEndpoints and fromEntities",
        ),
        (
            egress(&json!({"toEndpoints": [{}], "toCIDR": ["1.0.0.0/8"]})),
            "Combining toEndpoints and toCIDR",
        ),
        (
            egress(
                &json!({"toFQDNs": [{"matchName": "a.b"}], "toCIDRSet": [{"cidr": "1.0.0.0/8"}]}),
            ),
            "Combining",
        ),
        (
            egress(
                &json!({"toServices": [{"k8sService": {"serviceName": "x"}}], "toPorts": [{"ports": [{"port": "80"}]}]}),
            ),
            "Combining toServices and toPorts",
        ),
        (ingress(&json!({"fromEntities": ["everything"]})), "unsupported entity"),
        (ingress(&json!({"fromCIDR": ["1.2.3.4"]})), "range of addresses"),
        (
            ingress(&json!({"fromCIDRSet": [{"cidr": "1.0.0.0/8", "except": ["2.0.0.0/16"]}]})),
            "within cidr",
        ),
        (ingress(&json!({"fromCIDRSet": [{"except": ["2.0.0.0/16"]}]})), "must have one of"),
        (ingress(&json!({"toPorts": [{"ports": [{"protocol": "TCP"}]}]})), "must be a string"),
        (ingress(&json!({"toPorts": [{"ports": [{"port": 80}]}]})), "must be a string"),
        (ingress(&json!({"toPorts": [{"ports": [{"port": "70000"}]}]})), "must be a port"),
        (ingress(&json!({"toPorts": [{"ports": [{"port": "08"}]}]})), "must be a port"),
        (ingress(&json!({"toPorts": [{"ports": [{"port": "a--b"}]}]})), "must be a port"),
        (
            ingress(&json!({"toPorts": [{"ports": [{"port": "80", "protocol": "tcp"}]}]})),
            "Unsupported value",
        ),
        (
            ingress(&json!({"toPorts": [{"ports": [{"port": "80", "endPort": 79}]}]})),
            "not written down",
        ),
        (ingress(&json!({"toPorts": [{}]})), "not written down"),
        (
            ingress(
                &json!({"toPorts": [{"ports": [{"port": "80", "protocol": "TCP"}]}], "icmps": [{"fields": []}]}),
            ),
            "ICMPs",
        ),
        (
            ingress(&json!({"toPorts": [{"ports": [{"port": "53"}], "rules": {"dns": [{}]}}]})),
            "not allowed on ingress",
        ),
        (
            egress(&json!({"toPorts": [{"ports": [{"port": "80"}], "rules": {"http": [{}]}}]})),
            "only apply to TCP",
        ),
        (
            egress(
                &json!({"toPorts": [{"ports": [{"port": "0", "protocol": "TCP"}], "rules": {"http": [{}]}}]}),
            ),
            "port is 0",
        ),
        (
            egress(
                &json!({"toPorts": [{"ports": [{"port": "80", "protocol": "TCP"}], "rules": {"http": [{}], "dns": [{}]}}]}),
            ),
            "multiple L7",
        ),
        (ingress(&json!({"fromEndpoint": [{}]})), "unknown field"),
        (ingress(&json!({"fromRequires": [{}]})), "no longer part"),
        (ingress(&json!({"fromEndpoints": {}})), "must be a list"),
        (ingress(&json!({"fromEndpoints": [{"matchLabels": {"a b": "c"}}]})), "no name of a label"),
        (
            ingress(
                &json!({"fromEndpoints": [{"matchExpressions": [{"key": "a", "operator": "In"}]}]}),
            ),
            "In needs values",
        ),
        (
            ingress(
                &json!({"fromEndpoints": [{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}]}),
            ),
            "Exists has no values",
        ),
        (
            ingress(
                &json!({"fromEndpoints": [{"matchExpressions": [{"key": "a", "operator": "Is", "values": ["b"]}]}]}),
            ),
            "Unsupported value",
        ),
        (for_db(&json!({"ingress": [{}], "nodeSelector": {}})), "cannot have both"),
        (
            for_db(
                &json!({"ingressDeny": [{"toPorts": [{"ports": [{"port": "80"}], "rules": {}}]}]}),
            ),
            "unknown field",
        ),
        (for_db(&json!({"egressDeny": [{"toFQDNs": [{"matchName": "a.b"}]}]})), "unknown field"),
        (
            for_db(&json!({"ingress": [{}], "enableDefaultDeny": {"ingress": "yes"}})),
            "true or false",
        ),
        (
            json!({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"namespace": "a", "name": "x"}}),
            "must be provided",
        ),
        (
            json!({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"namespace": "a", "name": "x"},
            "spec": {"nodeSelector": {}, "ingress": [{}]}}),
            "only a clusterwide",
        ),
        (clusterwide(&json!({"ingress": [{}]})), "must have one of"),
    ]
}

#[test]
fn a_refused_policy_is_in_doubt_for_the_pods_that_it_may_be_for() {
    let bad = for_db(&json!({"ingress": [{"fromEntities": ["everything"]}]}));
    let unknown = super::packets::read(
        &[bad].into_iter().chain(super::packets::base()).collect::<Vec<_>>(),
        harden_core::network::connectivity::Origin::Files(harden_core::kubernetes::MinorVersion(
            37,
        )),
    );
    let doubts = unknown
        .workloads()
        .filter(|it| it.doubts(harden_core::network::Direction::Ingress).next().is_some());
    assert_eq!(doubts.map(|it| it.to_string()).collect::<Vec<_>>(), ["a/db[Pod]"]);
}

#[test]
fn what_is_not_judged_is_named() {
    let ports = |more: Value| {
        let mut list = json!({"ports": [{"port": "80", "protocol": "TCP"}]});
        list.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        beyond(&[egress(&json!({"toPorts": [list]}))])
    };
    assert_eq!(
        ports(json!({"rules": {"http": [{"method": "GET"}]}})),
        ["rules.http: what is asked by HTTP"]
    );
    assert_eq!(
        ports(json!({"rules": {"dns": [{"matchPattern": "*"}]}})),
        ["rules.dns: what is asked of DNS"]
    );
    assert_eq!(ports(json!({"serverNames": ["example.com"]})), ["serverNames: what TLS names"]);
    assert_eq!(ports(json!({})), [""; 0]);
    let named = egress(
        &json!({"toFQDNs": [{"matchName": "example.com"}], "toPorts": [{"ports": [{"port": "443", "protocol": "TCP"}]}]}),
    );
    expect(
        &network(std::slice::from_ref(&named)),
        &["+a/db > 8.8.8.8 TCP 443", "-a/db > 8.8.8.8 TCP 80", "-a/db > a/web TCP 443"],
    );
    assert_eq!(beyond(&[named]), ["toFQDNs: which addresses a name has"]);
    assert_eq!(
        beyond(&[ingress(&json!({"fromEndpoints": [{}], "authentication": {"mode": "required"}}))]),
        ["authentication"]
    );
    assert_eq!(
        beyond(&[ingress(&json!({"fromEndpoints": [{}], "authentication": {"mode": "disabled"}}))]),
        [""; 0]
    );
    let nodes = clusterwide(&json!({"nodeSelector": {}, "ingress": [{}]}));
    expect(&network(std::slice::from_ref(&nodes)), &["+a/web > a/db TCP 80", "+a/web > n1 TCP 80"]);
    assert_eq!(beyond(&[nodes]), ["nodeSelector: it is for nodes"]);
    // What is refused of what is not judged is not counted, so that answers are at most what goes through.
    let deny = for_db(
        &json!({"egressDeny": [{"toEntities": ["kube-apiserver"]}], "egress": [{"toEntities": ["all"]}]}),
    );
    expect(&network(&[deny]), &["+a/db > 8.8.8.8 TCP 443"]);
}
