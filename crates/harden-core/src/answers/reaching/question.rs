//! Whether one connection goes through: the policies and lines that decide it, and what almost would have.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::str::FromStr;

use serde_json::{Value, json};

use super::json::of_coverage;
use super::names::Names;
use super::{Coverage, Name};
use crate::kubernetes::{PolicyPort, PortRange, Protocol};
use crate::network::connectivity::{
    Explanation, Lack, Network, Party, Policy, Reason, Service, Side,
};
use crate::network::{Connections, Direction};
use crate::report::escape::plain;
use crate::source::Spot;

/// Who is on one end of the connection that is asked about: the name of a workload or Service, or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// A workload, or a Service of the name where there is no such workload.
    Name(Name),
    /// An address; the pod that has it, where one was read.
    Address(IpAddr),
}

/// To whom a connection is opened, and by which port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// To whom.
    pub whom: Whom,
    /// The port; all of them where none is given.
    pub port: Option<(Protocol, u16)>,
}

/// Why a text is no end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoEnd {
    /// It names nobody.
    #[error(
        "must be a workload or Service, `NAMESPACE/NAME` or `NAMESPACE/NAME[KIND]`, `NAMESPACE/` for all of a namespace, \
         `ingress-controller`, or an address"
    )]
    Nobody,
    /// What follows the colon is no port.
    #[error(
        "must end with a port, `:5432` or `:53/udp`, an IPv6 address in brackets: `[2001:db8::1]:443`"
    )]
    Port,
}

/// A question that cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unasked {
    /// Nobody of the name was read.
    #[error("there is no workload or Service {0} among what was read")]
    Missing(String),
    /// The Service leads to no workload.
    #[error("Service {0} leads to no workload that was read")]
    Empty(String),
    /// The Service has no such port.
    #[error("Service {0} has no port {1}; it has {2}")]
    NoPort(String, String, String),
}

/// What was asked, and what is known of it.
#[derive(Debug)]
pub struct Asked<'n> {
    /// Each pair of ends that the question means.
    pub answers: Vec<Met<'n>>,
}

/// Two ends of a connection, and whether it goes through.
#[derive(Debug)]
pub struct Met<'n> {
    /// Who opens it.
    pub from: String,
    /// To whom it is opened.
    pub to: String,
    /// The Service that was named, where it leads there.
    pub service: Option<String>,
    /// The port that is asked about, of the pods that the Service leads to.
    pub port: Option<(Protocol, u16)>,
    /// What goes through of what was asked.
    pub connections: Connections,
    /// Why, of one port.
    pub explanation: Option<Explanation<'n>>,
    /// Whether it is known: no policy that the API server refuses may decide otherwise.
    pub is_known: bool,
}

impl FromStr for Whom {
    type Err = NoEnd;

    fn from_str(text: &str) -> Result<Self, NoEnd> {
        let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse() {
            return Ok(Self::Address(address));
        }
        text.parse().map(Self::Name).map_err(|_| NoEnd::Nobody)
    }
}

impl FromStr for Destination {
    type Err = NoEnd;

    fn from_str(text: &str) -> Result<Self, NoEnd> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self { whom: Whom::Address(address), port: None });
        }
        let Some((whom, port)) = text.rsplit_once(':').filter(|(_, it)| !it.ends_with(']')) else {
            return Ok(Self { whom: text.parse()?, port: None });
        };
        let port: PolicyPort = port.parse().map_err(|_| NoEnd::Port)?;
        let PortRange::Number(number) = port.port else { return Err(NoEnd::Port) };
        Ok(Self { whom: whom.parse()?, port: Some((port.protocol, number.get())) })
    }
}

impl<'n> Asked<'n> {
    /// Asks about every pair of ends that is meant.
    ///
    /// # Errors
    ///
    /// When nobody of a name was read, or a Service leads nowhere.
    pub fn new(network: &'n Network, from: &Whom, to: &Destination) -> Result<Self, Unasked> {
        let names = Names::of(network);
        let mut answers = Vec::new();
        for (source, from) in parties(network, &names, from)? {
            for goal in goals(network, &names, to)? {
                let is_itself = matches!((source, goal.party), (Party::Workload(a), Party::Workload(b)) if a.index() == b.index());
                if is_itself {
                    continue;
                }
                answers.extend(goal.met(network, source, &from));
            }
        }
        Ok(Self { answers })
    }

    /// Whether all that was asked goes through; `None` where that is not known.
    pub fn is_yes(&self) -> Option<bool> {
        let mut all = self.answers.iter();
        if all.clone().any(|it| it.is_known && it.connections.is_empty()) {
            return Some(false);
        }
        all.all(|it| it.is_known).then_some(true)
    }
}

/// An end to which connections are opened, by the ports of a Service or its own.
struct Goal<'n> {
    party: Party<'n>,
    name: String,
    service: Option<String>,
    /// None for every port.
    ports: Option<Vec<(Protocol, u16)>>,
}

impl Goal<'_> {
    fn met<'n>(&self, network: &'n Network, source: Party<'_>, from: &str) -> Vec<Met<'n>> {
        let through = network.connections(source, self.party);
        let one = |port: Option<(Protocol, u16)>| {
            let explanation =
                port.map(|(protocol, port)| network.explain(source, self.party, protocol, port));
            let connections = match port {
                Some((protocol, port)) => through.intersection(&Connections::of(
                    protocol,
                    crate::network::Ports::range(port, port),
                )),
                None => through.clone(),
            };
            let is_known = match &explanation {
                Some(it) => !it.is_unknown(),
                None => {
                    !has_doubts(source, Direction::Egress)
                        && !has_doubts(self.party, Direction::Ingress)
                }
            };
            Met {
                from: from.to_owned(),
                to: self.name.clone(),
                service: self.service.clone(),
                port,
                connections,
                explanation,
                is_known,
            }
        };
        match &self.ports {
            Some(ports) => ports.iter().map(|it| one(Some(*it))).collect(),
            None => vec![one(None)],
        }
    }
}

fn has_doubts(party: Party<'_>, direction: Direction) -> bool {
    matches!(party, Party::Workload(it) | Party::Pod(it, _) if it.doubts(direction).next().is_some())
}

/// The workloads of a name, or the one that has an address.
fn parties<'n>(
    network: &'n Network,
    names: &Names<'n>,
    whom: &Whom,
) -> Result<Vec<(Party<'n>, String)>, Unasked> {
    let name = match whom {
        Whom::Address(address) => {
            let party = network.party_at(*address);
            let name = match party {
                Party::Workload(it) | Party::Pod(it, _) => format!("{address} ({})", names.end(it)),
                Party::Address(_) | Party::Stranger(_) => address.to_string(),
            };
            return Ok(vec![(party, name)]);
        }
        Whom::Name(name) => name,
    };
    let own = network.workloads().filter(|it| name.is_of(&names.end(*it)));
    let own: Vec<_> = own.map(|it| (Party::Workload(it), names.end(it).to_string())).collect();
    if own.is_empty() { Err(Unasked::Missing(name.to_string())) } else { Ok(own) }
}

fn goals<'n>(
    network: &'n Network,
    names: &Names<'n>,
    to: &Destination,
) -> Result<Vec<Goal<'n>>, Unasked> {
    let ports = to.port.map(|it| vec![it]);
    let missing = match parties(network, names, &to.whom) {
        Ok(all) => {
            let goal = |(party, name)| Goal { party, name, service: None, ports: ports.clone() };
            return Ok(all.into_iter().map(goal).collect());
        }
        Err(missing) => missing,
    };
    let Whom::Name(name) = &to.whom else { return Err(missing) };
    let mut goals = Vec::new();
    let mut found = None;
    for service in network.services().filter(|it| name.is_service(it.namespace().name(), it.name()))
    {
        found = Some(service);
        let is_asked =
            |protocol: Protocol, number: u16| to.port.is_none_or(|it| it == (protocol, number));
        if !service.ports().iter().any(|it| is_asked(it.protocol, it.number)) {
            return Err(no_port(service, to.port));
        }
        for workload in service.workloads() {
            let targets = service.targets(workload, |it| is_asked(it.protocol, it.number));
            goals.push(Goal {
                party: Party::Workload(workload),
                name: names.end(workload).to_string(),
                service: Some(service.to_string()),
                ports: Some(single(&targets)),
            });
        }
    }
    match found {
        None => Err(missing),
        Some(service) if goals.is_empty() => Err(Unasked::Empty(service.to_string())),
        Some(_) => Ok(goals),
    }
}

fn no_port(service: Service<'_>, port: Option<(Protocol, u16)>) -> Unasked {
    let word = |(protocol, number): (Protocol, u16)| format!("{protocol} {number}");
    let has: Vec<_> = service.ports().iter().map(|it| word((it.protocol, it.number))).collect();
    let has = if has.is_empty() { "none".to_owned() } else { has.join(", ") };
    Unasked::NoPort(service.to_string(), port.map(word).unwrap_or_default(), has)
}

/// Every port of a few.
fn single(connections: &Connections) -> Vec<(Protocol, u16)> {
    let of = |protocol| {
        let ranges = connections.ports(protocol).ranges().to_vec();
        ranges
            .into_iter()
            .flat_map(move |(first, last)| (first..=last).map(move |it| (protocol, it)))
    };
    crate::network::PROTOCOLS.into_iter().flat_map(of).collect()
}

/// The answer in words: a line for each pair, what the policies of both ends say, and what almost would.
pub fn question_to_text(asked: &Asked<'_>, coverage: &Coverage) -> String {
    let mut text = String::new();
    for met in &asked.answers {
        let service = met.service.as_ref().map_or_else(String::new, |it| format!(" (by {it})"));
        let what = match met.port {
            Some((protocol, port)) => format!(" {protocol} {port}"),
            None => String::new(),
        };
        let verdict = match (met.is_known, met.port, met.connections.is_empty()) {
            (false, ..) => "not known".to_owned(),
            (true, Some(_), false) => "allowed".to_owned(),
            (true, _, true) => "denied".to_owned(),
            (true, None, false) => met.connections.to_string(),
        };
        let _ = writeln!(text, "{} -> {}{service}{what}: {verdict}", met.from, met.to);
        for side in met.explanation.iter().flat_map(|it| &it.sides) {
            let end = if side.direction == Direction::Egress { &met.from } else { &met.to };
            let _ = writeln!(text, "  {} of {end}: {}", side.direction.field(), reason(side));
            for miss in &side.near_misses {
                let lack = match miss.lack {
                    Lack::Port => "is for the other end, but not for the port",
                    Lack::Peer => "is for the port, but not for the other end",
                };
                let _ = writeln!(
                    text,
                    "    almost: rule {} of {} ({}) {lack}",
                    miss.rule.index + 1,
                    miss.rule.policy,
                    miss.rule.spot()
                );
            }
            for policy in &side.doubts {
                let why = policy.refused().unwrap_or_default();
                let _ = writeln!(text, "    not known: {}: {why}", at(*policy));
            }
        }
    }
    text.push('\n');
    for line in coverage.closing() {
        let _ = writeln!(text, "{line}");
    }
    // Names may be anything.
    text.lines().map(|it| format!("{}\n", plain(it))).collect()
}

fn at(policy: Policy<'_>) -> String {
    let spot = policy.spot().map_or_else(String::new, |it| format!(" ({it})"));
    format!("{policy}{spot}")
}

fn reason(side: &Side<'_>) -> String {
    match &side.reason {
        Reason::NoPod => "allowed, no policy can be for it".to_owned(),
        Reason::NoPolicy => "allowed, no policy is for it".to_owned(),
        Reason::NotDecided => "allowed, no policy that is for it refuses it".to_owned(),
        Reason::Rule(rule) => {
            let verdict = if rule.is_allowing() { "allowed" } else { "denied" };
            format!("{verdict} by rule {} of {} ({})", rule.index + 1, rule.policy, rule.spot())
        }
        Reason::Isolated(policies) => {
            let all: Vec<_> = policies.iter().map(|it| at(*it)).collect();
            format!("denied, since no rule lets it through of {}", all.join(", "))
        }
    }
}

/// The answer as JSON, version 1.
pub fn question_to_json(asked: &Asked<'_>, coverage: &Coverage) -> Value {
    let answers: Vec<_> = asked.answers.iter().map(met_to_json).collect();
    json!({"version": "v1", "coverage": of_coverage(coverage), "answers": answers})
}

fn met_to_json(met: &Met<'_>) -> Value {
    let allowed = met.is_known.then_some(!met.connections.is_empty());
    let mut value = json!({
        "from": met.from, "to": met.to, "connections": met.connections.to_string(), "allowed": allowed,
    });
    let Value::Object(fields) = &mut value else { return value };
    if let Some(service) = &met.service {
        fields.insert("service".to_owned(), json!(service));
    }
    if let Some((protocol, port)) = met.port {
        fields.insert("protocol".to_owned(), json!(protocol.to_string()));
        fields.insert("port".to_owned(), json!(port));
    }
    for side in met.explanation.iter().flat_map(|it| &it.sides) {
        fields.insert(side.direction.field().to_owned(), side_to_json(side));
    }
    value
}

fn side_to_json(side: &Side<'_>) -> Value {
    let spot = |it: Spot<'_>| json!({"source": it.source, "line": it.line});
    let of_policy = |it: Policy<'_>| json!({"policy": it.to_string(), "at": it.spot().map(spot)});
    let (reason, policies) = match &side.reason {
        Reason::NoPod => ("noPod", Vec::new()),
        Reason::NoPolicy => ("noPolicy", Vec::new()),
        Reason::NotDecided => ("notDecided", Vec::new()),
        Reason::Rule(rule) => {
            let at = json!({"policy": rule.policy.to_string(), "rule": rule.index, "at": spot(rule.spot())});
            ("rule", vec![at])
        }
        Reason::Isolated(all) => ("isolated", all.iter().map(|it| of_policy(*it)).collect()),
    };
    let near: Vec<_> = side
        .near_misses
        .iter()
        .map(|it| {
            let lack = if it.lack == Lack::Port { "port" } else { "peer" };
            json!({"policy": it.rule.policy.to_string(), "rule": it.rule.index, "at": spot(it.rule.spot()), "lacks": lack})
        })
        .collect();
    let doubts: Vec<_> = side
        .doubts
        .iter()
        .map(|it| json!({"policy": it.to_string(), "at": it.spot().map(spot), "why": it.refused()}))
        .collect();
    json!({
        "allowed": side.is_allowed(), "reason": reason, "policies": policies, "nearMisses": near, "refused": doubts,
    })
}
