//! The rules of Calico.

use harden_yaml::Place;

use super::super::peers::{Refusal, known_fields, refuse};
use super::is_given;
use super::ports::{self, Named};
use super::side::Side;
use crate::network::Direction;
use crate::network::connectivity::labels::Test;
use crate::network::connectivity::reader::Reader;
use crate::network::connectivity::records::{Action, RuleRecord};
use crate::source::Positions;

const FIELDS: [&str; 10] = [
    "action",
    "destination",
    "http",
    "icmp",
    "ipVersion",
    "metadata",
    "notICMP",
    "notProtocol",
    "protocol",
    "source",
];

/// For what rules are read.
pub(super) struct Read {
    pub(super) namespace: Option<u32>,
    pub(super) direction: Direction,
}

impl Read {
    /// A rule, and what it asks of the pods of the policy themselves.
    pub(super) fn rule(
        &self,
        reader: &mut Reader,
        rule: Place<'_>,
        text: &dyn Positions,
    ) -> Result<(RuleRecord, Option<Test>), Refusal> {
        known_fields(rule, &FIELDS)?;
        let action = match rule.at("action").as_str() {
            Some("Allow") => Action::Allow,
            Some("Deny") => Action::Deny,
            Some("Pass") => Action::Pass,
            Some("Log") => Action::Log,
            _ => return Err(refuse(rule.at("action"), "Unsupported value")),
        };
        let [source, destination] =
            ["source", "destination"].map(|it| Side::read(reader, rule.at(it), self.namespace));
        let (source, destination) = (source?, destination?);
        let version = version(rule, &source, &destination)?;
        let (ports, except) = ports::read(rule)?;
        icmp(rule)?;
        self.http(rule, action)?;
        if destination.has_service()
            && !(rule.at("destination").at("ports").is_empty()
                && rule.at("destination").at("notPorts").is_empty())
        {
            return Err(refuse(rule, "cannot specify ports with a service selector"));
        }
        let (own, other) = match self.direction {
            Direction::Ingress => (destination, source),
            Direction::Egress => (source, destination),
        };
        if own.has_service() {
            return Err(refuse(rule, "services are only of the other end"));
        }
        let beyond = self.beyond(rule, &own, &other);
        let subject = own.own();
        // What is not judged is not counted where it refuses, so that the answer is at most what goes through.
        let matches = action != Action::Log && (beyond.is_none() || action != Action::Deny);
        let peer = other.peer(reader, version);
        let peers = if matches { vec![peer] } else { Vec::new() };
        Ok((
            RuleRecord { action, peers, ports, except, mark: reader.mark(text, rule), beyond },
            subject,
        ))
    }

    fn beyond(&self, rule: Place<'_>, own: &Side, other: &Side) -> Option<&'static str> {
        let source = rule.at("source");
        let found = [
            (is_given(rule.at("http")), "http: what is asked by HTTP"),
            (is_given(rule.at("icmp")) || is_given(rule.at("notICMP")), "icmp"),
            (
                !source.at("ports").is_empty() || !source.at("notPorts").is_empty(),
                "the ports that traffic comes from",
            ),
            (own.has_addresses(), "the addresses of the pods that the policy is for"),
            (other.has_service() && self.direction == Direction::Egress, "the ports of a Service"),
        ];
        found.into_iter().find(|(is, _)| *is).map(|(_, what)| what)
    }

    fn http(&self, rule: Place<'_>, action: Action) -> Result<(), Refusal> {
        let http = rule.at("http");
        if !is_given(http) {
            return Ok(());
        }
        if action != Action::Allow {
            return Err(refuse(http, "only valid for Allow rules"));
        }
        if self.direction == Direction::Egress {
            return Err(refuse(http, "not allowed in egress rules"));
        }
        let is_tcp = Some(Named::Ports(crate::kubernetes::Protocol::Tcp));
        match ports::protocol(rule.at("protocol"))? {
            None => Ok(()),
            protocol if protocol == is_tcp => Ok(()),
            Some(_) => Err(refuse(http, "rules with HTTP must have protocol TCP or none")),
        }
    }
}

/// The family that a rule is for: whether it is IPv4. All ranges of it must be of one.
fn version(rule: Place<'_>, source: &Side, destination: &Side) -> Result<Option<bool>, Refusal> {
    let place = rule.at("ipVersion");
    let asked = match place.as_i64() {
        Some(4) => Some(true),
        Some(6) => Some(false),
        None if !is_given(place) => None,
        _ => return Err(refuse(place, "must be 4 or 6")),
    };
    let [one, other] = [source.families(), destination.families()];
    let [v4, v6] = [one[0] || other[0], one[1] || other[1]];
    if v4 && v6 {
        return Err(refuse(rule, "rule contains both IPv4 and IPv6 CIDRs"));
    }
    if asked.is_some_and(|is_v4| (v4 && !is_v4) || (v6 && is_v4)) {
        return Err(refuse(place, "rule IP version doesn't match CIDR version"));
    }
    for field in ["protocol", "notProtocol"] {
        let named = ports::protocol(rule.at(field))?;
        let is_wrong = match named {
            Some(Named::Icmp) => asked == Some(false),
            Some(Named::Icmpv6) => asked == Some(true),
            _ => false,
        };
        if is_wrong {
            return Err(refuse(place, "must be that of the protocol"));
        }
    }
    Ok(asked)
}

fn icmp(rule: Place<'_>) -> Result<(), Refusal> {
    for field in ["icmp", "notICMP"] {
        let place = rule.at(field);
        known_fields(place, &["code", "type"])?;
        if is_given(place.at("code")) && !is_given(place.at("type")) {
            return Err(refuse(place, "ICMP code specified without an ICMP type"));
        }
    }
    let protocol = ports::protocol(rule.at("protocol"))?;
    if is_given(rule.at("icmp")) && !matches!(protocol, Some(Named::Icmp | Named::Icmpv6)) {
        return Err(refuse(rule, "rules that specify ICMP fields must set protocol to ICMP"));
    }
    Ok(())
}
