//! NetworkPolicy of `networking.k8s.io/v1`.

use super::{Api, DEFAULT};
use crate::kubernetes::{MinorVersion, Protocol, Selector};
use crate::network::connectivity::labels::Test;
use crate::network::connectivity::reader::{Origin, Reader};
use crate::network::connectivity::records::{
    Action, PeerRecord, Pods, PolicyRecord, PortRecord, RuleRecord, Within,
};
use crate::network::{Direction, NetworkPolicy, Peer, Port, TrafficRule};
use crate::object::Object;
use crate::schema::{self, Crds};
use crate::source::Positions;

pub(super) const API: Api = Api { group: "networking.k8s.io", kind: "NetworkPolicy", read };

fn read(reader: &mut Reader, object: &Object<'_>, text: &dyn Positions) -> Vec<PolicyRecord> {
    vec![read_policy(reader, object, text)]
}

fn read_policy(reader: &mut Reader, object: &Object<'_>, text: &dyn Positions) -> PolicyRecord {
    let mut record = reader.policy("NetworkPolicy", object, text, DEFAULT);
    let namespace = reader.namespace_of(object);
    record.namespace = Some(namespace);
    let Some(policy) = NetworkPolicy::read(object) else { return record };
    let selected = policy.selector().map_or(Test::Always, |it| Test::of(&it));
    record.subject = vec![reader.tables.keep_pods(Pods::of(Within::One(namespace), selected))];
    if let Origin::Files(version) = reader.origin() {
        record.refused = refusal(object, &policy, version);
    }
    if record.refused.is_some() {
        return record;
    }
    record.isolates = Direction::ALL.map(|it| policy.isolates(it));
    record.rules = Direction::ALL
        .map(|it| policy.rules(it).map(|rule| read_rule(reader, namespace, rule, text)).collect());
    record
}

fn read_rule(
    reader: &mut Reader,
    namespace: u32,
    rule: TrafficRule<'_>,
    text: &dyn Positions,
) -> RuleRecord {
    let peers = if rule.is_for_every_peer() {
        vec![PeerRecord::Everybody]
    } else {
        rule.peers().map(|it| read_peer(reader, namespace, it)).collect()
    };
    let ports: Vec<_> = rule.ports().filter_map(read_port).collect();
    RuleRecord {
        action: Action::Allow,
        peers,
        ports: (!rule.is_for_every_port()).then_some(ports),
        except: Vec::new(),
        mark: reader.mark(text, rule.place),
        beyond: None,
    }
}

fn read_peer(reader: &mut Reader, namespace: u32, peer: Peer<'_>) -> PeerRecord {
    if let Some(block) = peer.ip_block() {
        let set = reader.tables.keep_set(block.addresses());
        return PeerRecord::Addresses {
            set,
            counts_pods: reader.counts_pods(),
            counts_nodes: true,
        };
    }
    let read = |place| Selector::read(place).ok().flatten().map(|it| Test::of(&it));
    let within = read(peer.namespace_selector()).map_or(Within::One(namespace), Within::Labelled);
    let pods = read(peer.pod_selector()).unwrap_or(Test::Always);
    PeerRecord::Pods(reader.tables.keep_pods(Pods::of(within, pods)))
}

fn read_port(port: Port<'_>) -> Option<PortRecord> {
    let protocol =
        port.place.at("protocol").as_str().map_or(Some(Protocol::Tcp), Protocol::read)?;
    let first = port.place.at("port");
    if let Some(name) = first.as_str() {
        return Some(PortRecord::Name(Some(protocol), name.into()));
    }
    let numbers = port.numbers(protocol)?;
    let (first, last) = (u16::try_from(*numbers.start()), u16::try_from(*numbers.end()));
    Some(PortRecord::Range(protocol, first.ok()?, last.ok()?))
}

/// Why the API server refuses a policy, if it does.
fn refusal(
    object: &Object<'_>,
    policy: &NetworkPolicy<'_>,
    version: MinorVersion,
) -> Option<String> {
    let flaws = schema::check(object, version, &Crds::default());
    if !schema::can_decode(&flaws) {
        return Some("a field of it is of another type than the API server reads".to_owned());
    }
    let problems = policy.problems(version);
    let first = problems.first()?;
    Some(format!("{}: {}", first.place.path_from(&object.place), first.reason))
}
