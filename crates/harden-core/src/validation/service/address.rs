//! What the API server refuses of the addresses of Services.

use std::net::IpAddr;

use harden_yaml::Place;

use super::KIND;
use crate::validation::names::{self, Flaw};
use crate::validation::problem::Problems;

/// Whether a Service has no address of its own.
pub(super) fn is_headless(spec: Place<'_>) -> bool {
    let first = spec.at("clusterIPs").items().next().and_then(|it| it.as_str());
    spec.at("clusterIP").as_str().or(first) == Some("None")
}

/// The addresses of a Service.
pub(super) fn check<'d>(spec: Place<'d>, problems: &mut Problems<'d>) {
    let is_strict = problems.since(36);
    let (one, all) = (spec.at("clusterIP"), spec.at("clusterIPs"));
    if one.as_str() != Some("None") {
        problems.optional_text(KIND, one, |it| names::address(it, is_strict));
    }
    let first = all.items().next().and_then(|it| it.as_str());
    if let (Some(one), Some(first)) = (one.as_str().filter(|it| !it.is_empty()), first)
        && one != first
    {
        problems.add(KIND, all, "the first of `clusterIPs` must be `clusterIP`");
    }
    if all.len() > 2 {
        problems.add(KIND, all, "`clusterIPs` may have at most 2 items");
    }
    if all.len() > 1 && first == Some("None") {
        problems.add(KIND, all, "`None` must be the only one of `clusterIPs`");
    }
    for address in all.items().filter(|it| it.as_str() != Some("None")) {
        problems.text(KIND, address, |it| names::address(it, is_strict));
    }
}

/// The addresses outside of the cluster that lead to a Service, or to it only.
pub(super) fn check_external<'d>(spec: Place<'d>, problems: &mut Problems<'d>) {
    let is_strict = problems.since(36);
    for address in spec.at("externalIPs").items() {
        problems.text(KIND, address, |it| names::address(it, is_strict).or_else(|| outside(it)));
    }
    for range in spec.at("loadBalancerSourceRanges").items() {
        problems.text(KIND, range, |it| cidr(it.trim(), is_strict));
    }
}

/// An address that traffic from outside can have as its destination.
fn outside(text: &str) -> Flaw {
    let address: IpAddr = text.parse().ok()?;
    let is_local_link = match address {
        IpAddr::V4(it) => it.is_link_local(),
        IpAddr::V6(it) => it.is_unicast_link_local(),
    };
    let is_local_group = match address {
        IpAddr::V4(it) => it.octets().starts_with(&[224, 0, 0]),
        IpAddr::V6(it) => it.segments().first().is_some_and(|it| it & 0xff0f == 0xff02),
    };
    if address.is_unspecified() {
        Some("may not be unspecified")
    } else if address.is_loopback() {
        Some("may not be in the loopback range")
    } else if is_local_link || is_local_group {
        Some("may not be in a link-local range")
    } else {
        None
    }
}

/// A range of addresses, not held to how it is written.
fn cidr(text: &str, is_strict: bool) -> Flaw {
    let rule = Some("must be an address range, such as 10.0.0.0/16");
    let Some((address, length)) = text.split_once('/') else { return rule };
    if names::address(address, is_strict).is_some() {
        return rule;
    }
    let most = if address.contains(':') { 128 } else { 32 };
    let is_good = length.bytes().all(|it| it.is_ascii_digit())
        && length.parse::<u8>().is_ok_and(|it| it <= most);
    if is_good { None } else { rule }
}
