//! What the API server refuses of Services.

mod address;
mod ports;

use harden_yaml::Place;

use super::metadata::map_of_labels;
use super::names;
use super::problem::{ProblemKind, Problems};
use crate::object::Object;

const KIND: ProblemKind = ProblemKind::Service;

pub(super) fn check<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    let form = spec.at("type").as_str().filter(|it| !it.is_empty()).unwrap_or("ClusterIP");
    let is_headless = address::is_headless(spec);
    map_of_labels(spec.at("selector"), problems);
    let is_balanced = form == "LoadBalancer";
    if is_headless && matches!(form, "LoadBalancer" | "NodePort") {
        let rule = format!("may not be `None` for a Service of type `{form}`");
        problems.add(KIND, spec.at("clusterIP"), format!("`clusterIP` {rule}"));
    }
    if form == "ExternalName" {
        external_name(spec, problems);
    } else {
        address::check(spec, problems);
        // A part of a Service names nothing that it leads to.
        let is_whole = !spec.at("selector").is_empty() || spec.at("externalName").exists();
        if spec.at("ports").is_empty() && !is_headless && is_whole {
            problems.add(KIND, spec.at("ports"), "`ports` must have at least one item");
        }
    }
    address::check_external(spec, problems);
    ports::check(spec, form, problems);
    let timeout = spec.at("sessionAffinityConfig").at("clientIP").at("timeoutSeconds");
    if spec.at("sessionAffinity").as_str() == Some("ClientIP") {
        let range = 1..=86_400;
        let rule = "must be greater than 0 and less than 86400";
        problems.number(KIND, timeout, |it| range.contains(&it), rule);
    }
    if !is_balanced {
        let rule = "unless `type` is `LoadBalancer`";
        for field in ["loadBalancerClass", "allocateLoadBalancerNodePorts"] {
            problems.forbidden(KIND, spec.at(field), rule);
        }
        if !spec.at("loadBalancerSourceRanges").is_empty() {
            problems.forbidden(KIND, spec.at("loadBalancerSourceRanges"), rule);
        }
    }
    let class = spec.at("loadBalancerClass");
    problems.text(KIND, class, names::qualified_name);
    traffic(spec, form, problems);
}

/// A Service that is another name only.
fn external_name<'d>(spec: Place<'d>, problems: &mut Problems<'d>) {
    let name = spec.at("externalName");
    if !problems.required(KIND, name, "for a Service of type `ExternalName`") {
        problems.text(KIND, name, |it| names::subdomain(it.strip_suffix('.').unwrap_or(it)));
    }
    let rule = "for a Service of type `ExternalName`";
    for field in ["ipFamilyPolicy", "clusterIP"] {
        if spec.at(field).as_str() != Some("") {
            problems.forbidden(KIND, spec.at(field), rule);
        }
    }
    for field in ["clusterIPs", "ipFamilies"] {
        if !spec.at(field).is_empty() {
            problems.forbidden(KIND, spec.at(field), rule);
        }
    }
}

/// How traffic from outside is led, where there is any.
fn traffic<'d>(spec: Place<'d>, form: &str, problems: &mut Problems<'d>) {
    let policy = spec.at("externalTrafficPolicy");
    let is_reached = matches!(form, "LoadBalancer" | "NodePort")
        || form == "ClusterIP" && !spec.at("externalIPs").is_empty();
    if !is_reached && policy.as_str() != Some("") {
        problems.forbidden(KIND, policy, "for a Service that is not reached from outside");
    }
    let is_checked = form == "LoadBalancer" && policy.as_str() == Some("Local");
    let port = spec.at("healthCheckNodePort");
    if !is_checked && port.as_i64() != Some(0) {
        let rule = "unless `type` is `LoadBalancer` and `externalTrafficPolicy` is `Local`";
        problems.forbidden(KIND, port, rule);
    }
}
