//! Subjects and peers of the policies of administrators, which all are written alike.

use std::net::IpAddr;

use harden_yaml::{Kind, Place};
use ipnet::IpNet;

use super::test;
use crate::kubernetes::Addresses;
use crate::network::Direction;
use crate::network::connectivity::labels::Test;
use crate::network::connectivity::reader::Reader;
use crate::network::connectivity::records::{
    Action, Order, PeerRecord, Pods, PolicyRecord, RuleRecord, Within,
};

/// Why the API server refuses a policy: what is wrong where.
pub(super) type Refusal = String;

pub(super) fn refuse(place: Place<'_>, why: &str) -> Refusal {
    format!("{}: {why}", place.path())
}

/// How many entries a list may have.
pub(super) fn bounded(place: Place<'_>, most: usize) -> Result<Place<'_>, Refusal> {
    match place.kind() {
        Kind::Missing | Kind::Null | Kind::List if place.len() <= most => Ok(place),
        Kind::List => Err(refuse(place, &format!("Too many: must have at most {most} items"))),
        Kind::Missing | Kind::Null => Ok(place),
        _ => Err(refuse(place, "must be a list")),
    }
}

/// The only field of a map that must have exactly one.
pub(super) fn only_field(place: Place<'_>) -> Result<(&str, Place<'_>), Refusal> {
    let mut fields = place.entries().filter(|(_, it)| !it.is_null());
    match (fields.next(), fields.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(refuse(place, "must have a field")),
        (Some(_), Some(_)) => Err(refuse(place, "must have exactly one field")),
    }
}

/// The pods that a policy is for.
pub(super) fn subject(reader: &mut Reader, spec: Place<'_>) -> Result<Vec<u32>, Refusal> {
    let place = spec.at("subject");
    if !place.is_map() {
        return Err(refuse(place, "Required value"));
    }
    let (field, value) = only_field(place)?;
    let pods = match field {
        "namespaces" => namespaces(value)?,
        "pods" => pods(value)?,
        _ => return Err(refuse(value, "unknown subject")),
    };
    Ok(vec![reader.tables.keep_pods(pods)])
}

/// The peers of a rule, which must name at least one. What is no peer that is known here matches nothing where a rule
/// lets through, and everything where it does not.
pub(super) fn peers(
    reader: &mut Reader,
    list: Place<'_>,
    most: usize,
    action: Action,
) -> Result<(Vec<PeerRecord>, Option<&'static str>), Refusal> {
    if bounded(list, most)?.is_empty() {
        return Err(refuse(list, "Required value: must name at least one peer"));
    }
    let (mut peers, mut beyond) = (Vec::new(), None);
    for item in list.items() {
        let (field, value) = only_field(item)?;
        match field {
            "namespaces" => {
                peers.push(PeerRecord::Pods(reader.tables.keep_pods(namespaces(value)?)));
            }
            "pods" => peers.push(PeerRecord::Pods(reader.tables.keep_pods(pods(value)?))),
            "networks" => {
                let mut set = Addresses::default();
                for range in bounded(value, most)?.items() {
                    set.add(network(range)?);
                }
                let set = reader.tables.keep_set(set);
                peers.push(PeerRecord::Addresses { set, counts_pods: true, counts_nodes: true });
            }
            "nodes" => peers.push(PeerRecord::Nodes(reader.tables.keep_nodes(test(value)?))),
            "domainNames" if action == Action::Allow => {
                beyond = Some("domainNames");
                peers.push(PeerRecord::Unknown);
            }
            _ if action == Action::Allow => peers.push(PeerRecord::Unknown),
            _ => peers.push(PeerRecord::Everybody),
        }
    }
    Ok((peers, beyond))
}

fn namespaces(place: Place<'_>) -> Result<Pods, Refusal> {
    Ok(Pods::of(Within::Labelled(test(place)?), Test::Always))
}

fn pods(place: Place<'_>) -> Result<Pods, Refusal> {
    let within = place.at("namespaceSelector");
    let selected = place.at("podSelector");
    for required in [within, selected] {
        if !required.is_map() {
            return Err(refuse(required, "Required value"));
        }
    }
    Ok(Pods::of(Within::Labelled(test(within)?), test(selected)?))
}

/// A range as it must be written: without bits beyond its length.
fn network(place: Place<'_>) -> Result<IpNet, Refusal> {
    let range: Option<IpNet> = place.as_str().and_then(|it| it.parse().ok());
    let range =
        range.ok_or_else(|| refuse(place, "must be a range of addresses, as 10.0.0.0/8"))?;
    let is_mapped = matches!(range.addr(), IpAddr::V6(it) if it.to_ipv4_mapped().is_some());
    if is_mapped {
        return Err(refuse(place, "must not be an IPv4 address written as IPv6"));
    }
    Ok(range)
}

/// The number of a field that must be within bounds.
pub(super) fn number(place: Place<'_>, least: i64, most: i64) -> Result<i64, Refusal> {
    let value = place.as_i64().ok_or_else(|| refuse(place, "must be a number"))?;
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(refuse(place, &format!("must be from {least} to {most}")))
    }
}

/// The place of a policy in its tier.
pub(super) fn priority(spec: Place<'_>) -> Result<Order, Refusal> {
    let priority = number(spec.at("priority"), 0, 1_000)?;
    #[allow(clippy::cast_precision_loss, reason = "it is 1000 at most")]
    let order = Order(priority as f64);
    Ok(order)
}

/// Reads the rules of both directions, of which each may have so many.
pub(super) fn fill_rules(
    record: &mut PolicyRecord,
    spec: Place<'_>,
    most: usize,
    mut read: impl FnMut(Place<'_>, Direction) -> Result<RuleRecord, Refusal>,
) -> Result<(), Refusal> {
    for (rules, direction) in record.rules.iter_mut().zip(Direction::ALL) {
        for rule in bounded(spec.at(direction.field()), most)?.items() {
            rules.push(read(rule, direction)?);
        }
    }
    Ok(())
}

/// A port that may be asked for.
pub(super) fn port(place: Place<'_>) -> Result<u16, Refusal> {
    let value = number(place, 1, 65_535)?;
    u16::try_from(value).map_err(|_| refuse(place, "must be a port"))
}

/// The name that a rule may have.
pub(super) fn rule_name(rule: Place<'_>) -> Result<(), Refusal> {
    let name = rule.at("name");
    let length = name.as_str().map_or(0, str::len);
    if name.exists() && !name.is_null() && name.as_str().is_none() {
        return Err(refuse(name, "must be a string"));
    }
    if length > 100 { Err(refuse(name, "may not be more than 100 bytes")) } else { Ok(()) }
}

/// A map that has no field but these; none is as good as an empty one. What the API server does not know is refused
/// where it is asked strictly, and dropped where it is not.
pub(super) fn known_fields(place: Place<'_>, fields: &[&str]) -> Result<(), Refusal> {
    match place.kind() {
        Kind::Missing | Kind::Null => return Ok(()),
        Kind::Map => {}
        _ => return Err(refuse(place, "must be a map")),
    }
    for (field, value) in place.entries() {
        if !fields.contains(&field) {
            return Err(refuse(value, "unknown field"));
        }
        if value.is_null() {
            return Err(refuse(value, "must not be null"));
        }
    }
    Ok(())
}

/// The entries of a list; none where there is none.
pub(super) fn list(place: Place<'_>) -> Result<Vec<Place<'_>>, Refusal> {
    match place.kind() {
        Kind::Missing | Kind::Null => Ok(Vec::new()),
        Kind::List => match place.items().find(Place::is_null) {
            Some(item) => Err(refuse(item, "must not be null")),
            None => Ok(place.items().collect()),
        },
        _ => Err(refuse(place, "must be a list")),
    }
}

/// A text that must be there.
pub(super) fn text(place: Place<'_>) -> Result<&str, Refusal> {
    place.as_str().ok_or_else(|| refuse(place, "must be a string"))
}
