//! Addresses and ranges of them.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Budget, Failure, Result, Value};

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    Some(match (name, args) {
        ("isIP", [Value::String(text)]) => Ok(Value::Bool(address(text).is_ok())),
        ("ip", [Value::String(text)]) => address(text).map(Value::Ip),
        ("ip.isCanonical", [Value::String(text)]) => {
            address(text).map(|it| Value::Bool(it.to_string() == **text))
        }
        ("isCIDR", [Value::String(text)]) => Ok(Value::Bool(range(text).is_ok())),
        ("cidr", [Value::String(text)]) => range(text).map(Value::Cidr),
        ("family", [Value::Ip(it)]) => Ok(Value::Int(if it.is_ipv4() { 4 } else { 6 })),
        (_, [Value::Ip(it)]) => Ok(Value::Bool(has(name, *it)?)),
        ("ip", [Value::Cidr(it)]) => Ok(Value::Ip(it.addr())),
        ("prefixLength", [Value::Cidr(it)]) => Ok(Value::Int(it.prefix_len().into())),
        ("masked", [Value::Cidr(it)]) => Ok(Value::Cidr(it.trunc())),
        ("containsIP", [Value::Cidr(it), Value::Ip(other)]) => Ok(Value::Bool(it.contains(other))),
        ("containsIP", [Value::Cidr(it), Value::String(text)]) => {
            address(text).map(|other| Value::Bool(it.contains(&other)))
        }
        ("containsCIDR", [Value::Cidr(it), Value::Cidr(other)]) => {
            Ok(Value::Bool(it.contains(other)))
        }
        ("containsCIDR", [Value::Cidr(it), Value::String(text)]) => {
            range(text).map(|other| Value::Bool(it.contains(&other)))
        }
        _ => return None,
    })
}

fn has(name: &str, it: IpAddr) -> Option<bool> {
    let is_link_local = match it {
        IpAddr::V4(it) => it.is_link_local(),
        IpAddr::V6(it) => it.is_unicast_link_local(),
    };
    let is_broadcast = matches!(it, IpAddr::V4(it) if it.is_broadcast());
    Some(match name {
        "isUnspecified" => it.is_unspecified(),
        "isLoopback" => it.is_loopback(),
        "isLinkLocalUnicast" => is_link_local,
        "isLinkLocalMulticast" => match it {
            IpAddr::V4(it) => matches!(it.octets(), [224, 0, 0, _]),
            IpAddr::V6(it) => matches!(it.octets(), [0xff, scope, ..] if scope & 0x0f == 2),
        },
        "isGlobalUnicast" => {
            !(it.is_unspecified()
                || is_broadcast
                || it.is_loopback()
                || it.is_multicast()
                || is_link_local)
        }
        _ => return None,
    })
}

fn is_mapped(it: IpAddr) -> bool {
    matches!(it, IpAddr::V6(it) if it.to_ipv4_mapped().is_some())
}

fn address(text: &str) -> Result<IpAddr> {
    let Ok(address) = text.parse() else {
        return Failure::error(format!(
            "IP Address {text:?} parse error during conversion from string"
        ));
    };
    if is_mapped(address) {
        return Failure::error(format!("IPv4-mapped IPv6 address {text:?} is not allowed"));
    }
    Ok(address)
}

fn range(text: &str) -> Result<IpNet> {
    let read = || {
        let (address, prefix) = text.split_once('/')?;
        let is_plain = prefix.bytes().all(|it| it.is_ascii_digit())
            && (prefix.len() == 1 || !prefix.starts_with('0'));
        let prefix = prefix.parse().ok().filter(|_| is_plain)?;
        IpNet::new(address.parse().ok()?, prefix).ok()
    };
    let Some(range) = read() else {
        return Failure::error("network address parse error during conversion from string");
    };
    if is_mapped(range.addr()) {
        return Failure::error(format!("IPv4-mapped IPv6 address {text:?} is not allowed"));
    }
    Ok(range)
}
