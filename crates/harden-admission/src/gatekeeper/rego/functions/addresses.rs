//! Addresses and ranges of them.

use std::net::IpAddr;

use ipnet::IpNet;
use regorus::Value;

use super::{Function, text};

pub(super) const FUNCTIONS: &[(&str, u8, Function)] =
    &[("net.cidr_contains", 2, contains), ("net.cidr_is_valid", 1, is_valid)];

/// Whether a range has an address, or all of another range.
fn contains(values: &[Value]) -> Option<Value> {
    let [range, of] = values else { return None };
    let (range, of): (IpNet, &str) = (text(range)?.parse().ok()?, text(of)?);
    let is_within = if let Ok(address) = of.parse::<IpAddr>() {
        range.contains(&address)
    } else {
        let of: IpNet = of.parse().ok()?;
        range.contains(&of.network()) && range.contains(&of.broadcast())
    };
    Some(Value::Bool(is_within))
}

fn is_valid(values: &[Value]) -> Option<Value> {
    let is_valid = text(values.first()?).is_some_and(|it| it.parse::<IpNet>().is_ok());
    Some(Value::Bool(is_valid))
}
