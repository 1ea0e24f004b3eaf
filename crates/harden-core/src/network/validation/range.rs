//! What the API server rejects in a range of addresses.

use std::net::{IpAddr, Ipv6Addr};

use harden_yaml::Place;
use ipnet::IpNet;

use super::{PolicyProblem, invalid};

/// The range that is written, if it can be read at all.
pub(super) fn range<'d>(
    place: Place<'d>,
    is_strict: bool,
    problems: &mut Vec<PolicyProblem<'d>>,
) -> Option<IpNet> {
    const SYNTAX: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    let text = place.as_str()?;
    let Some(range) = text.split_once('/').and_then(|(address, prefix)| {
        // Go reads leading zeros; the standard library does not.
        let address = without_leading_zeros(address).parse::<IpAddr>().ok()?;
        let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
        IpNet::new(address, prefix.parse().ok().filter(|_| digits)?).ok()
    }) else {
        invalid(problems, place, SYNTAX);
        return None;
    };
    let rule = if has_leading_zeros(text) {
        "must not have leading 0s in IP or prefix length"
    } else if matches!(range.addr(), IpAddr::V6(it) if Ipv6Addr::to_ipv4_mapped(&it).is_some()) {
        "must not have an IPv4-mapped IPv6 address"
    } else if range.addr() != range.network() {
        "must not have bits set beyond the prefix length"
    } else {
        return Some(range);
    };
    if is_strict {
        invalid(problems, place, rule);
    }
    Some(range)
}

fn without_leading_zeros(address: &str) -> String {
    if address.contains(':') {
        return address.to_owned();
    }
    let parts = address.split('.').map(|it| match it.trim_start_matches('0') {
        "" if !it.is_empty() => "0",
        part => part,
    });
    parts.collect::<Vec<_>>().join(".")
}

fn has_leading_zeros(text: &str) -> bool {
    let is_padded = |it: &str| it.len() > 1 && it.starts_with('0');
    match text.split_once('/') {
        Some((address, prefix)) => {
            is_padded(prefix) || !address.contains(':') && address.split('.').any(is_padded)
        }
        None => false,
    }
}
