//! Wanted connections, between classes of pods and peers: from manifests, from what was seen, and from flags.

use std::collections::{BTreeMap, BTreeSet};

use super::peers::{internet, of_flag, peer_of};
use super::policy::{Peer, Place, Pods};
use super::selection::{self, Class};
use super::{Enforcer, Options};
use crate::cluster::Facts;
use crate::generators::namespace::{self, callers, dns_peers, endpoints};
use crate::generators::{OptionError, platform};
use crate::kubernetes::{Cidr, PolicyPort, Protocol};
use crate::network::wanted::{Reason, Workload};
use crate::network::{End, Fate, Flow};
use crate::platform::Platform;

/// A connection that is to pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Want {
    pub(super) from: Side,
    pub(super) to: Side,
    /// All of them, when empty.
    pub(super) ports: BTreeSet<PolicyPort>,
    /// Whether names are resolved by it.
    pub(super) is_dns: bool,
    /// Why, for people; empty where a flag says it.
    pub(super) reason: String,
}

/// An end of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// A class, by its place in the list.
    Class(usize),
    /// Somebody else.
    Peer(Peer),
}

/// All that is wanted, and what of it cannot be said.
#[derive(Debug, Default)]
pub(super) struct Wants {
    pub(super) all: BTreeSet<Want>,
    /// What is not let through and why, by the reason.
    pub(super) missing: BTreeMap<String, BTreeSet<String>>,
    /// Whether somebody has to say more of some of it.
    pub(super) has_gaps: bool,
}

/// Why an end is not let through.
enum Missing {
    /// Somebody has to say more.
    Gap(String),
    /// It never is.
    Never(String),
}

/// What it takes to make wants.
pub(super) struct Wishes<'s> {
    options: &'s Options,
    /// The flags in the words of `namespace`.
    flags: namespace::Options,
    facts: &'s Facts,
    of: Option<&'static Platform>,
    classes: &'s [Class<'s>],
    servers: Vec<(Peer, PolicyPort)>,
    calls: Vec<Peer>,
}

/// The metadata service of clouds.
const METADATA: [&str; 2] = ["169.254.169.254", "fd00:ec2::254"];

/// Entities of network plugins that no policy has to let through: the node of a pod, and what only looks.
const OF_NODES: [&str; 4] = ["health", "host", "init", "remote-node"];

impl<'s> Wishes<'s> {
    pub(super) fn new(
        options: &'s Options,
        facts: &'s Facts,
        classes: &'s [Class<'s>],
    ) -> Result<Self, OptionError> {
        let flags = options.flags();
        let of = platform::chosen(flags.platform, facts)?;
        let servers = endpoints(&flags, of, facts)?.into_iter().map(|it| {
            (Peer::Block(it.cidr, Vec::new()), PolicyPort::number(it.port, Protocol::Tcp))
        });
        let servers = servers.collect();
        let calls = callers(&flags, of).0.iter().filter_map(peer_of).collect();
        Ok(Self { options, flags, facts, of, classes, servers, calls })
    }

    /// What flows come to, each with the first of its reasons.
    pub(super) fn of_flows<'f>(
        &self,
        flows: impl Iterator<Item = (&'f Flow, Option<&'f Reason>)>,
        wants: &mut Wants,
    ) {
        let mut groups: BTreeMap<(&End, &End), (BTreeSet<PolicyPort>, bool, String)> =
            BTreeMap::new();
        for (flow, reason) in flows.filter(|(it, _)| it.fate != Fate::Denied) {
            let group = groups.entry((&flow.from, &flow.to)).or_default();
            match &flow.port {
                Some(port) => {
                    let (port, protocol) = (port.clone(), flow.protocol);
                    group.0.insert(PolicyPort { port, protocol });
                }
                None => group.1 = true,
            }
            if let Some(reason) = reason.filter(|_| group.2.is_empty()) {
                group.2 = reason.to_string();
            }
        }
        for ((from, to), (mut ports, has_all, reason)) in groups {
            if has_all {
                ports.clear();
            }
            let mut miss = |what: String| {
                let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
                wants.missing.entry(what).or_default().insert(format!("{from} to {to}{reason}"));
            };
            match (self.from(from), self.to(to, &ports)) {
                (Ok(from), Ok(to)) => {
                    for (from, (to, ports)) in
                        from.iter().flat_map(|from| to.iter().map(move |to| (from, to)))
                    {
                        self.add(from, to, ports, &reason, wants);
                    }
                }
                (Err(Missing::Gap(what)), _) | (_, Err(Missing::Gap(what))) => {
                    miss(what);
                    wants.has_gaps = true;
                }
                (Err(Missing::Never(what)), _) | (_, Err(Missing::Never(what))) => miss(what),
            }
        }
    }

    /// A connection between two, and between the workloads that they are among others.
    fn add(
        &self,
        from: &Side,
        to: &Side,
        ports: &BTreeSet<PolicyPort>,
        reason: &str,
        wants: &mut Wants,
    ) {
        for from in self.with_workloads(from) {
            for to in self.with_workloads(to) {
                wants.all.insert(Want {
                    from: from.clone(),
                    to,
                    ports: ports.clone(),
                    is_dns: false,
                    reason: reason.to_owned(),
                });
            }
        }
    }

    /// The workloads among the pods of a namespace, which are closed themselves; and the pods.
    fn with_workloads(&self, side: &Side) -> Vec<Side> {
        let mut all = vec![side.clone()];
        if let Side::Peer(Peer::Pods { place, pods }) = side
            && let Some(namespace) = place.name()
        {
            let is_it = |it: &Class<'_>| {
                it.namespace() == namespace
                    && !it.is_on_host()
                    && it.first().is_some_and(|it| selection::selects(pods, it))
            };
            let found = (0..).zip(self.classes).filter(|(_, it)| is_it(it));
            all.extend(found.map(|(id, _)| Side::Class(id)));
        }
        all
    }

    /// Who connects.
    fn from(&self, end: &End) -> Result<Vec<Side>, Missing> {
        let End::Entity(name) = end else { return self.side(end).map(|it| vec![it]) };
        let peers = match name.as_str() {
            "kube-apiserver" if self.options.enforcer == Enforcer::Cilium => vec![Peer::ApiServer],
            "kube-apiserver" if self.calls.is_empty() => vec![Peer::Anyone],
            "kube-apiserver" => self.calls.clone(),
            "ingress" => self.controllers(),
            _ => return self.side(end).map(|it| vec![it]),
        };
        Ok(peers.into_iter().map(Side::Peer).collect())
    }

    /// To whom, and by which ports.
    fn to(
        &self,
        end: &End,
        ports: &BTreeSet<PolicyPort>,
    ) -> Result<Vec<(Side, BTreeSet<PolicyPort>)>, Missing> {
        let has_word = matches!(self.options.enforcer, Enforcer::Cilium | Enforcer::Calico);
        match end {
            End::Entity(name) if name == "kube-apiserver" && has_word => {
                Ok(vec![(Side::Peer(Peer::ApiServer), BTreeSet::new())])
            }
            End::Entity(name) if name == "kube-apiserver" && self.servers.is_empty() => {
                let what = "the addresses of the API server are not known: --allow-apiserver says them, and \
                            `--allow-apiserver cluster` asks for them";
                Err(Missing::Gap(what.to_owned()))
            }
            End::Entity(name) if name == "kube-apiserver" => {
                let each = self.servers.iter();
                Ok(each
                    .map(|(peer, port)| (Side::Peer(peer.clone()), BTreeSet::from([port.clone()])))
                    .collect())
            }
            End::Name(name) if self.options.enforcer == Enforcer::Cilium => {
                Ok(vec![(Side::Peer(Peer::Name(name.clone())), ports.clone())])
            }
            End::Name(_) if self.options.allow_internet => {
                Ok(internet().map(|it| (Side::Peer(it), ports.clone())).collect())
            }
            End::Name(_) => {
                let what = "no policy of this kind has names for hosts outside: --allow-internet opens these ports to \
                            public addresses, --allow-to to some, and --enforcer cilium writes the name";
                Err(Missing::Gap(what.to_owned()))
            }
            _ => Ok(vec![(self.side(end)?, ports.clone())]),
        }
    }

    fn side(&self, end: &End) -> Result<Side, Missing> {
        match end {
            End::Workload { namespace, kind, name } => {
                let is_it = |it: &&Workload| {
                    it.namespace == *namespace
                        && it.name == *name
                        && (kind.is_empty() || *kind == it.kind)
                };
                self.class(is_it)
                    .ok_or_else(|| Missing::Gap(format!("{end} is not among what was read")))
                    .and_then(|it| self.of_class(it))
            }
            End::Pod { namespace, name, labels } => {
                let labels: BTreeMap<String, String> = labels.iter().cloned().collect();
                match self.class_of_pod(namespace, name, &labels) {
                    Some(class) => self.of_class(class),
                    None if labels.is_empty() => {
                        Err(Missing::Gap(format!("nothing that was read makes the pod {end}")))
                    }
                    None => {
                        let place = Place::named(namespace);
                        Ok(Side::Peer(Peer::Pods { place, pods: Pods::labelled(labels) }))
                    }
                }
            }
            End::Address(address) if METADATA.iter().any(|it| it.parse() == Ok(*address)) => {
                Err(Missing::Never("the metadata service hands out credentials".to_owned()))
            }
            End::Address(address) => {
                Ok(Side::Peer(Peer::Block(Cidr::single(*address), Vec::new())))
            }
            End::Name(name) => Err(Missing::Gap(format!("{name} has no address that is known"))),
            End::Entity(name) => match name.as_str() {
                "all" | "world" => Ok(Side::Peer(Peer::Anyone)),
                "cluster" | "prometheus" => {
                    Ok(Side::Peer(Peer::Pods { place: Place::All, pods: Pods::default() }))
                }
                it if OF_NODES.contains(&it) => {
                    Err(Missing::Never("the nodes of pods reach them by themselves".to_owned()))
                }
                other => Err(Missing::Gap(format!("it is not known who {other} is"))),
            },
        }
    }

    fn of_class(&self, class: usize) -> Result<Side, Missing> {
        let is_on_host = self.classes.get(class).is_some_and(Class::is_on_host);
        if is_on_host {
            let what = "its pods are in the network of their nodes, whose addresses are to be named: --allow-from and \
                        --allow-to do";
            return Err(Missing::Gap(what.to_owned()));
        }
        Ok(Side::Class(class))
    }

    fn class(&self, is_it: impl Fn(&&Workload) -> bool) -> Option<usize> {
        self.classes.iter().position(|it| it.members.iter().any(&is_it))
    }

    /// The class of a pod: by its labels the one that asks for most of them, else by the name before its own.
    fn class_of_pod(
        &self,
        namespace: &str,
        name: &str,
        labels: &BTreeMap<String, String>,
    ) -> Option<usize> {
        let here = (0..).zip(self.classes).filter(|(_, it)| it.namespace() == namespace);
        let here: Vec<(usize, &Class<'_>)> = here.collect();
        let has = |class: &Class<'_>| {
            let first = class.first()?;
            let all = first.labels.iter().all(|(key, value)| labels.get(key) == Some(value));
            (all && !first.labels.is_empty()).then_some(first.labels.len())
        };
        let by_labels = here.iter().filter_map(|(id, it)| Some((has(it)?, *id))).max();
        let starts = |class: &Class<'_>| {
            let names = class.members.iter().map(|it| it.name.as_str());
            let is_it = |it: &&str| {
                name.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            };
            names.filter(is_it).map(str::len).max()
        };
        let by_name = || here.iter().filter_map(|(id, it)| Some((starts(it)?, *id))).max();
        by_labels.or_else(by_name).map(|(_, id)| id)
    }

    /// What implements Ingresses and Gateways; every pod where nobody says it.
    fn controllers(&self) -> Vec<Peer> {
        let named = self.options.ingress_from.iter().map(|it| of_flag(&it.peer, false));
        let named: Vec<Peer> = named.collect();
        if named.is_empty() {
            return vec![Peer::Pods { place: Place::All, pods: Pods::default() }];
        }
        named
    }

    /// What flags say for every class that is closed.
    pub(super) fn of_flags(&self, closed: &[usize], wants: &mut Wants) {
        for class in closed {
            let own = || Side::Class(*class);
            for it in &self.options.allow_from {
                let from = Side::Peer(of_flag(&it.peer, false));
                self.add(&from, &own(), &it.ports.iter().cloned().collect(), "", wants);
            }
            for it in &self.options.allow_to {
                let to = Side::Peer(of_flag(&it.peer, true));
                self.add(&own(), &to, &it.ports.iter().cloned().collect(), "", wants);
            }
            if self.options.allow_same_namespace {
                let namespace = self.classes.get(*class).map_or("", Class::namespace);
                let pods = || Peer::Pods { place: Place::named(namespace), pods: Pods::default() };
                let want = |from, to| Want {
                    from,
                    to,
                    ports: BTreeSet::new(),
                    is_dns: false,
                    reason: String::new(),
                };
                wants.all.insert(want(own(), Side::Peer(pods())));
                wants.all.insert(want(Side::Peer(pods()), own()));
            }
        }
    }

    /// Name resolution, for every closed class that connects to somebody.
    pub(super) fn resolve_names(
        &self,
        closed: &[usize],
        wants: &mut Wants,
    ) -> Result<(), OptionError> {
        let groups = dns_peers(&self.flags, self.of, self.facts)?;
        let connects = |class: &&usize| wants.all.iter().any(|it| it.from == Side::Class(**class));
        let asking: Vec<usize> = closed.iter().filter(connects).copied().collect();
        for class in asking {
            for group in &groups {
                wants.all.extend(group.peers.iter().filter_map(peer_of).map(|it| Want {
                    from: Side::Class(class),
                    to: Side::Peer(it),
                    ports: group.ports.iter().cloned().collect(),
                    is_dns: true,
                    reason: String::new(),
                }));
            }
        }
        Ok(())
    }
}
