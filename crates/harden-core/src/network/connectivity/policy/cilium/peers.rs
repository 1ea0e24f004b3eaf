//! The rules of Cilium, and who they are for.

use std::net::IpAddr;

use harden_yaml::Place;
use ipnet::IpNet;

use super::super::peers::{Refusal, bounded, known_fields, list, refuse, text};
use super::is_given;
use super::ports;
use super::selector::{Scope, Selector};
use crate::kubernetes::Addresses;
use crate::network::Direction;
use crate::network::connectivity::labels::Test;
use crate::network::connectivity::reader::Reader;
use crate::network::connectivity::records::{Action, PeerRecord, Pods, RuleRecord, Within};
use crate::network::connectivity::references::{Wanted, Which};
use crate::source::Positions;

/// Peers, and what of them is not judged.
#[derive(Default)]
struct Found {
    peers: Vec<PeerRecord>,
    beyond: Option<&'static str>,
}

/// What a peer is that is not judged: for a rule that lets through as much as it may be, else nothing.
fn at_most(action: Action, most: &[PeerRecord], beyond: &'static str) -> Found {
    let peers = if action == Action::Allow { most.to_vec() } else { Vec::new() };
    Found { peers, beyond: Some(beyond) }
}

impl Found {
    fn add(&mut self, other: Self) {
        self.peers.extend(other.peers);
        self.beyond = self.beyond.or(other.beyond);
    }
}

/// How a field names peers.
type Read = fn(&mut Reader, Place<'_>, &Scope, Action) -> Result<Found, Refusal>;

const FROM: [(&str, Read); 6] = [
    ("fromEndpoints", endpoints),
    ("fromCIDR", ranges),
    ("fromCIDRSet", sets),
    ("fromEntities", entities),
    ("fromNodes", nodes),
    ("fromGroups", groups),
];

const TO: [(&str, Read); 8] = [
    ("toEndpoints", endpoints),
    ("toCIDR", ranges),
    ("toCIDRSet", sets),
    ("toEntities", entities),
    ("toNodes", nodes),
    ("toGroups", groups),
    ("toServices", services),
    ("toFQDNs", names),
];

/// A rule. One that names nobody is for everybody where it names ports, and for nobody where it does not.
pub(super) fn read_rule(
    reader: &mut Reader,
    rule: Place<'_>,
    scope: &Scope,
    action: Action,
    text: &dyn Positions,
) -> Result<RuleRecord, Refusal> {
    let (kinds, requires): (&[(&str, Read)], _) = match scope.direction {
        Direction::Ingress => (&FROM, "fromRequires"),
        Direction::Egress => (&TO, "toRequires"),
    };
    let denies = action == Action::Deny;
    let fields = kinds.iter().map(|(field, _)| *field).filter(|it| !(denies && *it == "toFQDNs"));
    let own = ["toPorts", "icmps", requires, "authentication"];
    let own = own.into_iter().filter(|it| !(denies && *it == "authentication"));
    known_fields(rule, &fields.chain(own).collect::<Vec<_>>())?;
    if !list(rule.at(requires))?.is_empty() {
        return Err(refuse(rule.at(requires), "it is no longer part of the API"));
    }
    let (mut found, mut named) = (Found::default(), None);
    for (field, read) in kinds {
        let items = list(rule.at(field))?;
        match named {
            Some(other) if !items.is_empty() => {
                let why = format!("Combining {other} and {field} is not supported yet");
                return Err(refuse(rule, &why));
            }
            _ if !items.is_empty() => named = Some(*field),
            _ => continue,
        }
        found.add(read(reader, rule.at(field), scope, action)?);
    }
    let to_ports = list(rule.at("toPorts"))?;
    if named == Some("toServices") && !to_ports.is_empty() {
        let why = "Combining toServices and toPorts is not supported by every version of Cilium";
        return Err(refuse(rule, why));
    }
    let icmps = list(rule.at("icmps"))?;
    if !icmps.is_empty() && !to_ports.is_empty() {
        return Err(refuse(rule, "The ICMPs block may only be present without ToPorts"));
    }
    for icmp in &icmps {
        known_fields(*icmp, &["fields"])?;
        bounded(icmp.at("fields"), 40)?;
    }
    let names_somebody = kinds.iter().any(|(field, _)| is_given(rule.at(field)));
    let names_ports = !to_ports.is_empty() || !icmps.is_empty();
    if names_ports && !names_somebody {
        found.peers.push(PeerRecord::Everybody);
    }
    let mut ports = None;
    if !icmps.is_empty() {
        ports = Some(Vec::new());
        found.beyond = found.beyond.or(Some("icmps"));
    } else if !to_ports.is_empty() {
        let listed = ports::read(&to_ports, scope.direction, action)?;
        found.beyond = found.beyond.or(listed.beyond);
        ports = Some(listed.ports);
    }
    found.beyond = found.beyond.or(authentication(rule.at("authentication"))?);
    Ok(RuleRecord {
        action,
        peers: found.peers,
        ports,
        except: Vec::new(),
        mark: reader.mark(text, rule),
        beyond: found.beyond,
    })
}

fn authentication(place: Place<'_>) -> Result<Option<&'static str>, Refusal> {
    if !is_given(place) {
        return Ok(None);
    }
    known_fields(place, &["mode"])?;
    match place.at("mode").as_str() {
        Some("disabled") => Ok(None),
        Some("required" | "test-always-fail") => Ok(Some("authentication")),
        _ => Err(refuse(place.at("mode"), "Unsupported value")),
    }
}

/// Pods by their labels: those of the namespace of the policy, where it has one and they do not say.
fn endpoints(
    reader: &mut Reader,
    place: Place<'_>,
    scope: &Scope,
    action: Action,
) -> Result<Found, Refusal> {
    let mut found = Found::default();
    for item in place.items() {
        let selector = Selector::read(item)?;
        if let Some(name) = selector.only_reserved() {
            found.add(entity(reader, &[name], action).unwrap_or_default());
            continue;
        }
        if selector.is_for_reserved() {
            let beyond = "reserved: labels beside others";
            found.add(at_most(action, &[PeerRecord::Everybody], beyond));
            continue;
        }
        let within = match scope.namespace {
            Some(id) if !selector.names_namespaces() => Within::One(id),
            _ => Within::Labelled(selector.of_namespaces()),
        };
        let pods = reader.tables.keep_pods(Pods::of(within, selector.of_pods()));
        let beyond = selector.beyond();
        let peers = if action == Action::Allow || beyond.is_none() {
            vec![PeerRecord::Pods(pods)]
        } else {
            Vec::new()
        };
        found.add(Found { peers, beyond });
    }
    Ok(found)
}

fn entities(
    reader: &mut Reader,
    place: Place<'_>,
    _: &Scope,
    action: Action,
) -> Result<Found, Refusal> {
    let names = place.items().map(text).collect::<Result<Vec<_>, _>>()?;
    entity(reader, &names, action).ok_or_else(|| refuse(place, "unsupported entity"))
}

/// Who some entities are; none where one is none.
fn entity(reader: &mut Reader, names: &[&str], action: Action) -> Option<Found> {
    let mut found = Found::default();
    let are_all_nodes = names.contains(&"host") && names.contains(&"remote-node");
    for name in names {
        let one = |peer| Found { peers: vec![peer], beyond: None };
        let nodes = "which node a pod is on";
        found.add(match *name {
            "all" => one(PeerRecord::Everybody),
            "world" => one(PeerRecord::World),
            "world-ipv4" => one(family(reader, "0.0.0.0/0")),
            "world-ipv6" => one(family(reader, "::/0")),
            "cluster" | "cluster-mesh" => {
                let all = Pods::of(Within::Labelled(Test::Always), Test::Always);
                let pods = PeerRecord::Pods(reader.tables.keep_pods(all));
                Found { peers: vec![pods, PeerRecord::Hosts], beyond: None }
            }
            "host" | "remote-node" if are_all_nodes => one(PeerRecord::Hosts),
            "host" | "remote-node" => at_most(action, &[PeerRecord::Hosts], nodes),
            "kube-apiserver" => {
                let most = [PeerRecord::Hosts, PeerRecord::World];
                at_most(action, &most, "which addresses the API server has")
            }
            "health" | "ingress" | "init" | "none" | "unmanaged" => one(PeerRecord::Unknown),
            _ => return None,
        });
    }
    Some(found)
}

fn family(reader: &mut Reader, range: &str) -> PeerRecord {
    let mut set = Addresses::default();
    range.parse::<IpNet>().into_iter().for_each(|it| set.add(it));
    outside(reader, set)
}

/// Addresses outside of the cluster: those of pods and nodes are never meant.
fn outside(reader: &mut Reader, set: Addresses) -> PeerRecord {
    let set = reader.tables.keep_set(set);
    PeerRecord::Addresses { set, counts_pods: false, counts_nodes: false }
}

fn ranges(reader: &mut Reader, place: Place<'_>, _: &Scope, _: Action) -> Result<Found, Refusal> {
    let mut set = Addresses::default();
    for item in place.items() {
        set.add(range(item)?);
    }
    Ok(Found { peers: vec![outside(reader, set)], beyond: None })
}

fn range(place: Place<'_>) -> Result<IpNet, Refusal> {
    let word = text(place)?;
    let range: Option<IpNet> = word.parse().ok();
    let range =
        range.ok_or_else(|| refuse(place, "must be a range of addresses, as 10.0.0.0/8"))?;
    let is_mapped = matches!(range.addr(), IpAddr::V6(it) if it.to_ipv4_mapped().is_some());
    if is_mapped {
        Err(refuse(place, "an IPv4 address written as IPv6"))
    } else {
        Ok(range.trunc())
    }
}

fn sets(reader: &mut Reader, place: Place<'_>, _: &Scope, _: Action) -> Result<Found, Refusal> {
    let (mut peers, mut all) = (Vec::new(), Addresses::default());
    for item in place.items() {
        known_fields(item, &["cidr", "cidrGroupRef", "cidrGroupSelector", "except"])?;
        let given = ["cidr", "cidrGroupRef", "cidrGroupSelector"].map(|it| item.at(it));
        if given.iter().filter(|it| is_given(**it)).count() != 1 {
            return Err(refuse(item, "must have one of cidr, cidrGroupRef, cidrGroupSelector"));
        }
        let [cidr, name, labels] = given;
        let outer = if is_given(cidr) { Some(range(cidr)?) } else { None };
        let mut except = Addresses::default();
        for inner in list(item.at("except"))? {
            let inner_range = range(inner)?;
            if outer.is_some_and(|it| !it.contains(&inner_range.addr())) {
                return Err(refuse(inner, "must be within cidr"));
            }
            except.add(inner_range);
        }
        if let Some(outer) = outer {
            let mut own = Addresses::default();
            own.add(outer);
            own.remove_all(&except);
            all.add_all(&own);
            continue;
        }
        let which = if is_given(name) {
            Which::Name(text(name)?.into())
        } else {
            Which::Labelled(Selector::read(labels)?.of_labels())
        };
        let set = reader.tables.reserve_set();
        peers.push(PeerRecord::Addresses { set, counts_pods: false, counts_nodes: false });
        reader.want(Wanted::Groups { set, which, except });
    }
    if !all.is_empty() {
        peers.push(outside(reader, all));
    }
    Ok(Found { peers, beyond: None })
}

fn nodes(
    reader: &mut Reader,
    place: Place<'_>,
    _: &Scope,
    action: Action,
) -> Result<Found, Refusal> {
    let mut most = Vec::new();
    for item in place.items() {
        let test = Selector::read(item)?.of_labels();
        most.push(PeerRecord::Nodes(reader.tables.keep_nodes(test)));
    }
    Ok(at_most(action, &most, "whether Cilium knows nodes by their labels"))
}

fn groups(_: &mut Reader, place: Place<'_>, _: &Scope, action: Action) -> Result<Found, Refusal> {
    for item in place.items() {
        known_fields(item, &["aws"])?;
    }
    Ok(at_most(action, &[PeerRecord::World], "which addresses a group of a cloud has"))
}

fn names(_: &mut Reader, place: Place<'_>, _: &Scope, action: Action) -> Result<Found, Refusal> {
    for item in place.items() {
        known_fields(item, &["matchName", "matchPattern"])?;
        let given = ["matchName", "matchPattern"].map(|it| item.at(it));
        let ([(true, name), (false, _)] | [(false, _), (true, name)]) =
            given.map(|it| (is_given(it), it))
        else {
            return Err(refuse(item, "must have one of matchName and matchPattern"));
        };
        let is_part = |it: u8| it.is_ascii_alphanumeric() || b"-_.*".contains(&it);
        let word = text(name)?;
        if word.is_empty() || !word.bytes().all(is_part) {
            return Err(refuse(name, "must be a name of DNS"));
        }
    }
    Ok(at_most(action, &[PeerRecord::World], "toFQDNs: which addresses a name has"))
}

fn services(
    reader: &mut Reader,
    place: Place<'_>,
    scope: &Scope,
    _: Action,
) -> Result<Found, Refusal> {
    let mut peers = Vec::new();
    for item in place.items() {
        known_fields(item, &["k8sService", "k8sServiceSelector"])?;
        let (one, labels) = (item.at("k8sService"), item.at("k8sServiceSelector"));
        let (place, which) = match (is_given(one), is_given(labels)) {
            (true, false) => {
                known_fields(one, &["namespace", "serviceName"])?;
                (one, Which::Name(text(one.at("serviceName"))?.into()))
            }
            (false, true) => {
                known_fields(labels, &["namespace", "selector"])?;
                (labels, Which::Labelled(Selector::read(labels.at("selector"))?.of_labels()))
            }
            _ => return Err(refuse(item, "must have one of k8sService and k8sServiceSelector")),
        };
        let namespace = match place.at("namespace").as_str().filter(|it| !it.is_empty()) {
            Some(name) => Some(reader.namespace(name)),
            None => scope.namespace,
        };
        let pods = reader.tables.reserve_pods();
        peers.push(PeerRecord::Pods(pods));
        reader.want(Wanted::Services { pods, namespace, which });
    }
    Ok(Found { peers, beyond: None })
}
