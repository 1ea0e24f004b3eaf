//! Addresses and ranges of them.

mod flaw;

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Budget, Failure, Result, Value};
use flaw::flaw;

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
        ("containsIP", [Value::Cidr(it), Value::String(text)]) => match address(text) {
            Ok(other) => Ok(Value::Bool(it.contains(&other))),
            Err(_) => Failure::no_overload(),
        },
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
        let why = flaw(text);
        return Failure::error(format!(
            "IP Address {text:?} parse error during conversion from string: {why}"
        ));
    };
    if is_mapped(address) {
        return Failure::error(format!("IPv4-mapped IPv6 address {text:?} is not allowed"));
    }
    Ok(address)
}

fn range(text: &str) -> Result<IpNet> {
    let read = || {
        let (address, prefix) = text.rsplit_once('/').ok_or_else(|| "no '/'".to_owned())?;
        let address: IpAddr = address.parse().map_err(|_| flaw(address))?;
        let bad = || format!("bad bits after slash: {prefix:?}");
        let is_plain = prefix.bytes().all(|it| it.is_ascii_digit())
            && (prefix.len() == 1 || !prefix.starts_with('0'));
        let prefix: u64 = prefix.parse().ok().filter(|_| is_plain).ok_or_else(bad)?;
        let prefix = u8::try_from(prefix).map_err(|_| "prefix length out of range".to_owned())?;
        IpNet::new(address, prefix).map_err(|_| "prefix length out of range".to_owned())
    };
    let range = match read() {
        Ok(range) => range,
        Err(why) => {
            let prefix = "network address parse error during conversion from string";
            return Failure::error(format!(
                "{prefix}: {prefix}: netip.ParsePrefix({text:?}): {why}"
            ));
        }
    };
    if is_mapped(range.addr()) {
        return Failure::error(format!("IPv4-mapped IPv6 address {text:?} is not allowed"));
    }
    Ok(range)
}
