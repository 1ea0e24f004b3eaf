//! What the API server refuses of how a pod finds names and is found.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::Pod;
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};

const KIND: ProblemKind = ProblemKind::Pod;

/// Names of hosts, and who is asked for them.
pub(super) fn check<'d>(pod: &Pod<'d>, problems: &mut Problems<'d>) {
    let is_strict = problems.since(36);
    let (policy, config) = (pod.spec.at("dnsPolicy"), pod.spec.at("dnsConfig"));
    let servers = config.at("nameservers");
    if policy.as_str() == Some("None") && servers.is_empty() {
        let message =
            "`dnsConfig` must have at least one of `nameservers` when `dnsPolicy` is `None`";
        problems.add(KIND, servers, message);
    }
    if servers.len() > 3 {
        problems.add(KIND, servers, "`nameservers` may have at most 3 items");
    }
    for server in servers.items() {
        problems.text(KIND, server, |it| names::address(it, is_strict));
    }
    let searches = config.at("searches");
    if searches.len() > 32 {
        problems.add(KIND, searches, "`searches` may have at most 32 items");
    }
    let lengths = searches.items().filter_map(|it| it.as_str()).map(|it| it.len() + 1);
    if lengths.sum::<usize>() > 2049 {
        problems.add(
            KIND,
            searches,
            "`searches` may have at most 2048 characters, blanks included",
        );
    }
    for search in searches.items() {
        let is_relaxed = problems.since(33);
        problems.text(KIND, search, |it| {
            if is_relaxed {
                names::search_domain(it)
            } else {
                names::subdomain(it.strip_suffix('.').unwrap_or(it))
            }
        });
    }
    for option in config.at("options").items().filter(Place::is_map) {
        problems.required(KIND, option.at("name"), "");
    }
    for alias in pod.spec.at("hostAliases").items() {
        if alias.is_map() && !problems.required(KIND, alias.at("ip"), "") {
            problems.text(KIND, alias.at("ip"), |it| names::address(it, is_strict));
        }
        for name in alias.at("hostnames").items() {
            problems.text(KIND, name, names::subdomain);
        }
    }
    let mut seen = FxHashSet::default();
    for gate in pod.spec.at("schedulingGates").items() {
        super::unique(gate.at("name"), &mut seen, problems);
        problems.text(KIND, gate.at("name"), names::qualified_name);
    }
    for gate in pod.spec.at("readinessGates").items() {
        problems.text(KIND, gate.at("conditionType"), names::qualified_name);
    }
    if problems.since(35) {
        host_name(pod, problems);
    }
}

/// The name that a pod has instead of its own.
fn host_name<'d>(pod: &Pod<'d>, problems: &mut Problems<'d>) {
    let name = pod.spec.at("hostnameOverride");
    for field in ["setHostnameAsFQDN", "hostNetwork"] {
        if pod.spec.at(field).as_bool() == Some(true) {
            problems.forbidden(KIND, name, &format!("when `{field}` is true"));
        }
    }
    problems.text(KIND, name, |it| match it.len() {
        0..=64 => names::subdomain(it),
        _ => Some("must be no more than 64 characters"),
    });
}
