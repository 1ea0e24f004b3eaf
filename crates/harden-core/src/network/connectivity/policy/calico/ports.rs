//! The protocols and ports of Calico's rules.

use harden_yaml::Place;

use super::super::peers::{Refusal, bounded, list, refuse};
use super::is_given;
use crate::kubernetes::Protocol;
use crate::network::PROTOCOLS;
use crate::network::connectivity::records::PortRecord;

/// How many ports a list may have.
const MOST: usize = 50;

/// A protocol by name or number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// One that has ports.
    Ports(Protocol),
    Icmp,
    Icmpv6,
    Other,
}

pub(super) fn protocol(place: Place<'_>) -> Result<Option<Named>, Refusal> {
    if !is_given(place) {
        return Ok(None);
    }
    let number = place.as_i64().or_else(|| place.as_str()?.parse().ok());
    let named = match (number, place.as_str()) {
        (Some(6), _) | (_, Some("TCP")) => Named::Ports(Protocol::Tcp),
        (Some(17), _) | (_, Some("UDP")) => Named::Ports(Protocol::Udp),
        (Some(132), _) | (_, Some("SCTP")) => Named::Ports(Protocol::Sctp),
        (Some(1), _) | (_, Some("ICMP")) => Named::Icmp,
        (Some(58), _) | (_, Some("ICMPv6")) => Named::Icmpv6,
        (Some(1..=255), _) | (_, Some("UDPLite")) => Named::Other,
        _ => return Err(refuse(place, "no protocol")),
    };
    Ok(Some(named))
}

/// The ports that a rule is for, and those that it is not for; none for all ports of all protocols.
pub(super) fn read(rule: Place<'_>) -> Result<(Option<Vec<PortRecord>>, Vec<PortRecord>), Refusal> {
    let only = protocol(rule.at("protocol"))?;
    let not = protocol(rule.at("notProtocol"))?;
    let [source, destination] = ["source", "destination"].map(|it| rule.at(it));
    let has_ports = [source, destination]
        .iter()
        .any(|it| !it.at("ports").is_empty() || !it.at("notPorts").is_empty());
    let (Some(Named::Ports(_)) | None) = only else {
        return if has_ports {
            Err(lacks_protocol(rule))
        } else {
            Ok((Some(Vec::new()), Vec::new()))
        };
    };
    let is_meant = |it: &Protocol| {
        only.is_none_or(|only| only == Named::Ports(*it)) && not != Some(Named::Ports(*it))
    };
    let protocols: Vec<_> = PROTOCOLS.into_iter().filter(is_meant).collect();
    if only.is_none() && has_ports {
        return Err(lacks_protocol(rule));
    }
    ports(source.at("ports"), &protocols)?;
    ports(source.at("notPorts"), &protocols)?;
    let ports_of = ports(destination.at("ports"), &protocols)?;
    let except = ports(destination.at("notPorts"), &protocols)?;
    if !destination.at("ports").is_empty() {
        return Ok((Some(ports_of), except));
    }
    if protocols.len() == PROTOCOLS.len() {
        return Ok((None, except));
    }
    let all = protocols.into_iter().map(|it| PortRecord::Range(it, 1, u16::MAX));
    Ok((Some(all.collect()), except))
}

fn lacks_protocol(rule: Place<'_>) -> Refusal {
    refuse(rule, "rules that specify ports must set protocol to TCP or UDP or SCTP")
}

fn ports(place: Place<'_>, protocols: &[Protocol]) -> Result<Vec<PortRecord>, Refusal> {
    let mut all = Vec::new();
    for item in list(bounded(place, MOST)?)? {
        for protocol in protocols {
            all.push(port(item, *protocol)?);
        }
    }
    Ok(all)
}

/// A number, a range as `1000:2000`, or a name.
fn port(item: Place<'_>, protocol: Protocol) -> Result<PortRecord, Refusal> {
    let bad = || refuse(item, "must be a port, a range of ports as 1000:2000, or a name");
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        text.parse::<u16>().ok().filter(|it| is_number && *it > 0)
    };
    if let Some(value) = item.as_i64() {
        let value = u16::try_from(value).ok().filter(|it| *it > 0).ok_or_else(bad)?;
        return Ok(PortRecord::Range(protocol, value, value));
    }
    let text = item.as_str().ok_or_else(bad)?;
    if let Some((first, last)) = text.split_once(':') {
        let range = number(first).zip(number(last)).filter(|(first, last)| first <= last);
        return range.map(|(first, last)| PortRecord::Range(protocol, first, last)).ok_or_else(bad);
    }
    if text.bytes().all(|it| it.is_ascii_digit()) {
        let value = number(text).ok_or_else(bad)?;
        return Ok(PortRecord::Range(protocol, value, value));
    }
    let is_part = |it: u8| it.is_ascii_alphanumeric() || b"_.-".contains(&it);
    if text.len() <= 128 && text.bytes().all(is_part) {
        Ok(PortRecord::Name(Some(protocol), text.into()))
    } else {
        Err(bad())
    }
}
