//! The policies that let through what is wanted, and what is there already that does.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::existing::Existing;
use super::policy::{Peer, Place, Policy, Rule};
use super::selection::Class;
use super::want::{Side, Want};
use crate::kubernetes::{NamespaceName, PolicyPort};

/// The places of the classes whose pods are closed: not in the network of their nodes, and not of Kubernetes itself.
pub(super) fn closed(classes: &[Class<'_>], options: &Options) -> Vec<usize> {
    let is_closed = |it: &Class<'_>| {
        let name = it.namespace().parse::<NamespaceName>();
        !it.is_on_host() && (options.force || name.is_ok_and(|it| !it.is_reserved()))
    };
    (0..).zip(classes).filter(|(_, it)| is_closed(it)).map(|(id, _)| id).collect()
}

/// A policy for each closed class that talks to anybody.
pub(super) fn policies(
    classes: &[Class<'_>],
    closed: &[usize],
    wants: &BTreeSet<Want>,
    existing: &Existing<'_>,
) -> Vec<Policy> {
    let mut all: Vec<Policy> = Vec::new();
    for id in closed {
        let Some(class) = classes.get(*id) else { continue };
        let Some(first) = class.first() else { continue };
        let own = class.namespace();
        let mut policy = Policy {
            namespace: own.to_owned(),
            name: name(class, &all),
            title: format!("{} {}", first.kind, first.name),
            pods: class.pods.clone(),
            ingress: Vec::new(),
            egress: Vec::new(),
            reasons: Vec::new(),
        };
        let (mut ingress, mut egress) = (Pairs::default(), Pairs::default());
        for want in wants {
            let mut add = |pairs: &mut Pairs, direction: &'static str, other: &Side| {
                let peer = peer(other, classes, own);
                if existing.lets(class, &policy.name, direction, &peer, &want.ports) {
                    return;
                }
                if !want.is_dns {
                    policy.reasons.push(line(direction, other, classes, want));
                }
                pairs.add(peer, want);
            };
            if want.to == Side::Class(*id) {
                add(&mut ingress, "from", &want.from);
            }
            if want.from == Side::Class(*id) {
                add(&mut egress, "to", &want.to);
            }
        }
        policy.ingress = ingress.rules();
        policy.egress = egress.rules();
        policy.reasons.sort();
        policy.reasons.dedup();
        if !policy.ingress.is_empty() || !policy.egress.is_empty() {
            all.push(policy);
        }
    }
    all
}

/// Peers with their ports.
#[derive(Default)]
struct Pairs(BTreeMap<(bool, Peer), Option<BTreeSet<PolicyPort>>>);

impl Pairs {
    /// `None` are all ports.
    fn add(&mut self, peer: Peer, want: &Want) {
        let ports = self.0.entry((want.is_dns, peer)).or_insert_with(|| Some(BTreeSet::new()));
        match ports {
            Some(ports) if !want.ports.is_empty() => ports.extend(want.ports.iter().cloned()),
            _ => *ports = None,
        }
    }

    /// Peers of the same ports are one rule; a peer whose every port is open needs no other rule.
    fn rules(self) -> Vec<Rule> {
        let mut by_ports: BTreeMap<(bool, BTreeSet<PolicyPort>), BTreeSet<Peer>> = BTreeMap::new();
        for ((is_dns, peer), ports) in self.0 {
            by_ports.entry((is_dns, ports.unwrap_or_default())).or_default().insert(peer);
        }
        by_ports
            .into_iter()
            .map(|((is_dns, ports), peers)| Rule { peers: grouped(peers), ports, is_dns })
            .collect()
    }
}

/// Ranges that are the halves of a wider one are that one.
fn grouped(peers: BTreeSet<Peer>) -> BTreeSet<Peer> {
    let mut ranges = Vec::new();
    let mut all = BTreeSet::new();
    for peer in peers {
        match peer {
            Peer::Block(cidr, except) if except.is_empty() => ranges.push(cidr.range()),
            other => {
                all.insert(other);
            }
        }
    }
    let joined = ipnet::IpNet::aggregate(&ranges);
    let cidrs = joined.iter().filter_map(|it| it.to_string().parse().ok());
    all.extend(cidrs.map(|it| Peer::Block(it, Vec::new())));
    all
}

/// The peer that somebody is to the policies of a namespace.
pub(super) fn peer(side: &Side, classes: &[Class<'_>], own: &str) -> Peer {
    let peer = match side {
        Side::Peer(peer) => peer.clone(),
        Side::Class(id) => {
            let class = classes.get(*id);
            let place = Place::named(class.map_or("", Class::namespace));
            Peer::Pods { place, pods: class.map(|it| it.pods.clone()).unwrap_or_default() }
        }
    };
    match peer {
        Peer::Pods { place, pods } if place.name() == Some(own) => {
            Peer::Pods { place: Place::Own, pods }
        }
        other => other,
    }
}

fn line(direction: &str, other: &Side, classes: &[Class<'_>], want: &Want) -> String {
    let who = match other {
        Side::Class(id) => {
            let first = classes.get(*id).and_then(Class::first);
            first.map(|it| format!("{}/{}", it.namespace, it.name)).unwrap_or_default()
        }
        Side::Peer(peer) => super::notes::peer(peer),
    };
    let reason = match want.reason.as_str() {
        "" => String::new(),
        reason => format!(" ({reason})"),
    };
    format!("{direction} {who}{}{reason}", super::notes::ports(&want.ports))
}

/// A name that no policy before it has.
fn name(class: &Class<'_>, before: &[Policy]) -> String {
    let first = class.first();
    let (name, kind) = first.map_or(("", ""), |it| (it.name.as_str(), it.kind.as_str()));
    let is_taken = |name: &str| {
        before.iter().any(|it| it.namespace == class.namespace() && it.name == name)
            || name == "allow-dns"
    };
    let plain = format!("allow-{name}");
    let with_kind = format!("allow-{name}-{}", kind.to_lowercase());
    let numbered = (2..).map(|it| format!("{with_kind}-{it}"));
    let mut names = [plain, with_kind.clone()].into_iter().chain(numbered);
    names.find(|it| !is_taken(it)).unwrap_or(with_kind)
}
