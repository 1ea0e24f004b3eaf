//! The ports of Cilium's rules, and what of layer 7 stands beside them.

use harden_yaml::Place;

use super::super::peers::{Refusal, bounded, known_fields, list, number, refuse, text};
use crate::kubernetes::Protocol;
use crate::network::connectivity::records::{Action, PortRecord};
use crate::network::{Direction, PROTOCOLS};

/// How many ports a list may have.
const MOST: usize = 40;

/// Ports, and what of them is not judged.
pub(super) struct Listed {
    pub(super) ports: Vec<PortRecord>,
    pub(super) beyond: Option<&'static str>,
}

/// The ports of a rule that has some.
pub(super) fn read(
    rules: &[Place<'_>],
    direction: Direction,
    action: Action,
) -> Result<Listed, Refusal> {
    let mut all = Listed { ports: Vec::new(), beyond: None };
    for rule in rules {
        let fields: &[&str] = match action {
            Action::Deny => &["ports"],
            _ => &["listener", "originatingTLS", "ports", "rules", "serverNames", "terminatingTLS"],
        };
        known_fields(*rule, fields)?;
        let beyond = layer_7(*rule, direction)?;
        all.beyond = all.beyond.or(beyond);
        let ports = list(bounded(rule.at("ports"), MOST)?)?;
        if ports.is_empty() {
            return Err(refuse(*rule, "what a list without ports is for is not written down"));
        }
        for port in ports {
            let (records, is_named) = read_port(port)?;
            if is_named && direction == Direction::Egress {
                all.beyond = all.beyond.or(Some("which number the name of a port stands for"));
            }
            all.ports.extend(records);
        }
    }
    Ok(all)
}

fn read_port(item: Place<'_>) -> Result<(Vec<PortRecord>, bool), Refusal> {
    known_fields(item, &["endPort", "port", "protocol"])?;
    let place = item.at("port");
    let word = text(place)?;
    let last = item.at("endPort");
    let last = if last.exists() && !last.is_null() { number(last, 0, 65_535)? } else { 0 };
    let protocols = protocols(item.at("protocol"))?;
    if is_service_name(word) {
        let name = word.to_ascii_lowercase();
        let protocol = if protocols.len() == PROTOCOLS.len() {
            vec![None]
        } else {
            protocols.into_iter().map(Some).collect()
        };
        let records = protocol.into_iter().map(|it| PortRecord::Name(it, name.as_str().into()));
        return Ok((records.collect(), true));
    }
    let first =
        port_number(word).ok_or_else(|| refuse(place, "must be a port or the name of one"))?;
    let last = u16::try_from(last).unwrap_or(0);
    let (first, last) = match (first, last) {
        (0, 0) => (1, u16::MAX),
        (first, 0) => (first, first),
        (first, last) if 0 < first && first <= last => (first, last),
        _ => return Err(refuse(item, "what such a range of ports is for is not written down")),
    };
    let records = protocols.into_iter().map(|it| PortRecord::Range(it, first, last));
    Ok((records.collect(), false))
}

/// The protocols with ports that a word stands for.
fn protocols(place: Place<'_>) -> Result<Vec<Protocol>, Refusal> {
    if !place.exists() || place.is_null() {
        return Ok(PROTOCOLS.to_vec());
    }
    match place.as_str() {
        Some("ANY") => Ok(PROTOCOLS.to_vec()),
        Some("TCP") => Ok(vec![Protocol::Tcp]),
        Some("UDP") => Ok(vec![Protocol::Udp]),
        Some("SCTP") => Ok(vec![Protocol::Sctp]),
        Some("AH" | "ESP" | "GRE" | "ICMP" | "ICMPv6" | "IGMP" | "IPIP" | "IPV6" | "VRRP") => {
            Ok(Vec::new())
        }
        _ => Err(refuse(place, "Unsupported value")),
    }
}

/// A port as Go reads numbers: those that begin with a zero are octal.
fn port_number(word: &str) -> Option<u16> {
    let is_number = !word.is_empty() && word.bytes().all(|it| it.is_ascii_digit());
    match word.strip_prefix('0') {
        _ if !is_number => None,
        Some(octal) if !octal.is_empty() => u16::from_str_radix(octal, 8).ok(),
        _ => word.parse().ok(),
    }
}

/// Whether a text is a name of a service as IANA has them.
fn is_service_name(word: &str) -> bool {
    word.len() <= 15
        && word.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        && word.bytes().any(|it| it.is_ascii_alphabetic())
        && !word.starts_with('-')
        && !word.ends_with('-')
        && !word.contains("--")
}

/// What of layer 7 a list of ports is bound to, as `Sanitize` takes it.
fn layer_7(rule: Place<'_>, direction: Direction) -> Result<Option<&'static str>, Refusal> {
    let rules = rule.at("rules");
    known_fields(rules, &["dns", "http", "kafka", "l7", "l7proto"])?;
    let of = |field| list(rules.at(field)).map(|it| it.len());
    let (dns, http, kafka, other) = (of("dns")?, of("http")?, of("kafka")?, of("l7")?);
    let kinds = [dns, http, kafka, other].iter().filter(|it| **it > 0).count();
    if kinds > 1 {
        return Err(refuse(rules, "multiple L7 protocol rule types specified in single rule"));
    }
    let has_rules = kinds > 0 || rules.at("l7proto").as_str().is_some_and(|it| !it.is_empty());
    if direction == Direction::Ingress && dns > 0 {
        return Err(refuse(rules, "DNS rules are not allowed on ingress"));
    }
    for port in rule.at("ports").items().filter(|_| has_rules) {
        let first = port.at("port").as_str().and_then(port_number);
        if first == Some(0) {
            return Err(refuse(port, "L7 rules can not be used when a port is 0"));
        }
        if dns == 0 && port.at("protocol").as_str() != Some("TCP") {
            return Err(refuse(port, "L7 rules can only apply to TCP except for DNS rules"));
        }
        let last = port.at("endPort").as_i64().unwrap_or(0);
        if dns > 0 && first.is_some_and(|first| last > i64::from(first)) {
            return Err(refuse(port, "DNS rules do not support port ranges"));
        }
    }
    let names = list(rule.at("serverNames"))?;
    let is_there = |field| rule.at(field).exists() && !rule.at(field).is_null();
    if !names.is_empty() && has_rules && !is_there("terminatingTLS") {
        let why = "ServerNames are not allowed with L7 rules without TLS termination";
        return Err(refuse(rule, why));
    }
    if is_there("listener") && (direction == Direction::Ingress || has_rules) {
        return Err(refuse(
            rule.at("listener"),
            "Listener is not allowed on ingress or with L7 rules",
        ));
    }
    let found = [
        (dns > 0, "rules.dns: what is asked of DNS"),
        (http > 0, "rules.http: what is asked by HTTP"),
        (has_rules, "rules: what is asked on layer 7"),
        (!names.is_empty(), "serverNames: what TLS names"),
        (is_there("listener"), "listener: what a proxy makes of it"),
        (is_there("terminatingTLS") || is_there("originatingTLS"), "what a proxy makes of TLS"),
    ];
    Ok(found.into_iter().find(|(is, _)| *is).map(|(_, what)| what))
}
