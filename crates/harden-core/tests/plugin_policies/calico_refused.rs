//! What Calico refuses of its policies.

use serde_json::{Value, json};

use super::calico::{egress, global, ingress, of_namespace};
use super::packets::refusal;

#[test]
fn what_calico_refuses_makes_the_answer_unknown() {
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
