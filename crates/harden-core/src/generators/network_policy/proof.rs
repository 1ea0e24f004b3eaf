//! What policies come to, asked of the engine before they are printed: what is wanted passes, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Value, json};

use super::Options;
use super::enforcer::{Enforcer, Written};
use super::existing::Existing;
use super::policy::{NAME, Peer, Place, Pods};
use super::selection::{self, Class};
use super::want::{Side, Want};
use crate::Manifest;
use crate::generators::{OptionError, Verdict};
use crate::kubernetes::{MinorVersion, PolicyPort, PortRange};
use crate::network::connectivity::{Namespace, Network, Origin, Party, Reader, Settings, Stranger};
use crate::network::{Connections, KINDS, Ports};
use crate::source::Source;

/// What policies are held against.
pub(super) struct Proof<'p> {
    pub(super) options: &'p Options,
    pub(super) classes: &'p [Class<'p>],
    pub(super) closed: &'p [usize],
    pub(super) wants: &'p BTreeSet<Want>,
    /// The NetworkPolicies that are there already.
    pub(super) there: &'p Existing<'p>,
    pub(super) made: &'p [Manifest],
}

/// Beyond so many classes, only those that want something of each other are asked about, and strangers.
const MOST: usize = 500;

/// Somebody to ask about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Probe {
    Class(usize),
    Stranger(Stranger),
    Address(IpAddr),
}

impl Proof<'_> {
    /// Refuses policies that do not do what is wanted, and names the first connection of which they do not.
    pub(super) fn check(&self, written: &Written) -> Result<(), OptionError> {
        let before = self.network(written.closing.iter());
        let after = self.network(written.all.iter());
        let names: BTreeMap<String, usize> =
            (0..).map(pod_name).zip(0..self.classes.len()).collect();
        let places = |network: &Network| -> BTreeMap<usize, usize> {
            let all = network.workloads();
            all.filter_map(|it| Some((*names.get(it.name())?, it.index()))).collect()
        };
        let (in_before, in_after) = (places(&before), places(&after));
        // No ClusterNetworkPolicy sees what comes in from outside.
        let sees_all = self.options.enforcer != Enforcer::ClusterNetworkPolicy;
        let probes = self.probes();
        for (from, to) in self.pairs(&probes) {
            if !sees_all && matches!(from, Probe::Address(_)) {
                continue;
            }
            let asked = |network: &Network, places: &BTreeMap<usize, usize>| {
                let party = |it| party(network, places, it);
                Some(network.connections(party(from)?, party(to)?))
            };
            let (Some(got), Some(base)) = (asked(&after, &in_after), asked(&before, &in_before))
            else {
                continue;
            };
            let missing = self.wanted(&after, from, to, false).difference(&got);
            if !missing.is_empty() {
                let what = "would not pass";
                return Err(self.refused(from, to, &missing, what));
            }
            let meant = self.wanted(&after, from, to, true);
            let spare = got.difference(&meant.union(&base));
            if !spare.is_empty() {
                let what = "would pass, though nothing wants it";
                return Err(self.refused(from, to, &spare, what));
            }
        }
        Ok(())
    }

    fn refused(&self, from: &Probe, to: &Probe, what: &Connections, why: &str) -> OptionError {
        let name = |it: &Probe| match it {
            Probe::Class(id) => {
                let first = self.classes.get(*id).and_then(Class::first);
                first
                    .map(|it| format!("{}/{}[{}]", it.namespace, it.name, it.kind))
                    .unwrap_or_default()
            }
            Probe::Stranger(it) => {
                let place = it.namespace.get(NAME).map_or("another namespace", String::as_str);
                format!("a pod of {place} that was not read")
            }
            Probe::Address(address) => address.to_string(),
        };
        let rule = format!(
            "the policies are not written: {what} from {} to {} {why}, with the policies that are there already",
            name(from),
            name(to)
        );
        OptionError::new("network-policy", "", rule).because(Verdict::No)
    }

    fn network<'m>(&self, manifests: impl Iterator<Item = &'m Manifest>) -> Network {
        let mut reader = Reader::new(Settings {
            origin: Origin::Files(MinorVersion::NEWEST_KNOWN),
            namespace: self.options.namespace().to_owned(),
            ip_blocks_include_pods: false,
        });
        let made: Vec<&Manifest> = manifests.collect();
        let is_replaced = |group: &str, kind: &str, namespace: &str, name: &str| {
            made.iter().any(|it| {
                (it.kind.group, it.kind.kind, it.name.as_str()) == (group, kind, name)
                    && it.namespace.as_deref().unwrap_or_default() == namespace
            })
        };
        for (name, text) in &self.options.texts {
            let source = Source::new(name.as_str(), text.as_str());
            let text = source.at(0);
            for section in harden_yaml::sections(text.text) {
                for document in text.documents(section).filter(|it| !it.is_rejected()) {
                    for object in text.objects(&document) {
                        let namespace = object.namespace().unwrap_or(self.options.namespace());
                        let is_kept = KINDS.iter().any(|it| object.is_of(*it))
                            && !is_replaced(object.group, object.kind, namespace, object.name());
                        if is_kept {
                            reader.learn_object(&object, &text);
                        }
                    }
                }
            }
        }
        for manifest in &made {
            reader.learn(&Source::new("generated", manifest.object.to_string()));
        }
        for (id, class) in self.classes.iter().enumerate() {
            reader.learn(&Source::new("workloads", pod(id, class).to_string()));
        }
        reader.finish()
    }

    /// Everybody to ask about.
    fn probes(&self) -> BTreeSet<Probe> {
        let mut probes: BTreeSet<Probe> = (0..self.classes.len()).map(Probe::Class).collect();
        let place = |name: &str| BTreeMap::from([(NAME.to_owned(), name.to_owned())]);
        let stranger = |namespace, labels| Probe::Stranger(Stranger { namespace, labels });
        probes.insert(stranger(place("harden-stranger"), BTreeMap::new()));
        for class in self.classes {
            let labels = BTreeMap::from([("harden.kubectl.io/stranger".to_owned(), String::new())]);
            probes.insert(stranger(place(class.namespace()), labels));
        }
        let outside = ["8.8.8.8", "10.255.255.254", "169.254.169.254", "2001:4860:4860::8888"];
        probes.extend(outside.iter().filter_map(|it| it.parse().ok()).map(Probe::Address));
        for side in self.wants.iter().flat_map(|it| [&it.from, &it.to]) {
            match side {
                Side::Peer(Peer::Pods { place: Place::Labelled(namespace), pods }) => {
                    probes.insert(stranger(namespace.clone(), pods.labels.clone()));
                }
                Side::Peer(Peer::Block(cidr, _)) => {
                    probes.insert(Probe::Address(cidr.range().network()));
                }
                _ => {}
            }
        }
        probes
    }

    /// Who is asked about with whom: one of the two is closed.
    fn pairs<'a>(
        &'a self,
        probes: &'a BTreeSet<Probe>,
    ) -> impl Iterator<Item = (&'a Probe, &'a Probe)> {
        let is_closed = |it: &Probe| matches!(it, Probe::Class(id) if self.closed.contains(id));
        let is_asked = |it: &Probe| match it {
            Probe::Class(id) => self.classes.get(*id).is_some_and(|it| !it.is_on_host()),
            _ => true,
        };
        let are_many = self.classes.len() > MOST;
        let closed: Vec<&Probe> = probes.iter().filter(|it| is_closed(it)).collect();
        let others: Vec<&Probe> = probes.iter().filter(|it| is_asked(it)).collect();
        let wanted: BTreeSet<(usize, usize)> = self
            .wants
            .iter()
            .filter_map(|it| match (&it.from, &it.to) {
                (Side::Class(from), Side::Class(to)) => Some((*from, *to)),
                _ => None,
            })
            .collect();
        closed.into_iter().flat_map(move |own| {
            let wanted = wanted.clone();
            let others = others.clone();
            others.into_iter().flat_map(move |other| [(own, other), (other, own)]).filter(
                move |pair| match pair {
                    (Probe::Class(from), Probe::Class(to)) if are_many => {
                        wanted.contains(&(*from, *to))
                    }
                    _ => true,
                },
            )
        })
    }

    /// What is wanted from one to another: a closed end opens only to what is wanted of it by its name. Any address may
    /// be that of a host or of the API server, of which the policies say only the name: generously, it is.
    fn wanted(
        &self,
        network: &Network,
        from: &Probe,
        to: &Probe,
        is_generous: bool,
    ) -> Connections {
        let open = |own: &Probe, side: fn(&Want) -> &Side, direction: &str| {
            if !self.is_closed(own) {
                return Connections::all();
            }
            if let Probe::Class(id) = own
                && is_generous
                && self
                    .classes
                    .get(*id)
                    .is_some_and(|it| self.there.opens(it, direction, self.made))
            {
                return Connections::all();
            }
            let is_own = |it: &&Want| {
                matches!(side(it), Side::Class(_)) && self.is(network, side(it), own, is_generous)
            };
            let is_meant = |it: &&Want| {
                self.is(network, &it.from, from, is_generous)
                    && self.is(network, &it.to, to, is_generous)
            };
            let wants = self.wants.iter().filter(is_own).filter(is_meant);
            wants.fold(Connections::NONE, |all, it| all.union(&self.connections(&it.ports, to)))
        };
        open(from, |it| &it.from, "Egress").intersection(&open(to, |it| &it.to, "Ingress"))
    }

    /// Whether a policy is for somebody, and be it the one that closes the namespace.
    fn is_closed(&self, probe: &Probe) -> bool {
        match probe {
            Probe::Class(id) => self.closed.contains(id),
            Probe::Stranger(it) => {
                let mut closed = self.closed.iter().filter_map(|it| self.classes.get(*it));
                let name = it.namespace.get(NAME);
                name.is_some_and(|name| closed.any(|it| it.namespace() == name))
            }
            Probe::Address(_) => false,
        }
    }

    /// Whether a probe is an end of a want.
    fn is(&self, network: &Network, side: &Side, probe: &Probe, is_generous: bool) -> bool {
        let peer = match side {
            Side::Class(id) => {
                let class = self.classes.get(*id);
                return match probe {
                    Probe::Class(it) => it == id,
                    // Whoever has the labels of a workload is one of its pods.
                    Probe::Stranger(it) => class.is_some_and(|class| {
                        is_in(&Place::named(class.namespace()), &it.namespace)
                            && has(&class.pods, &it.labels)
                    }),
                    Probe::Address(_) => false,
                };
            }
            Side::Peer(peer) => peer,
        };
        match (peer, probe) {
            (Peer::Anyone, _) => true,
            (Peer::ApiServer | Peer::Name(_), Probe::Address(_)) => is_generous,
            // The ranges of these are those of pods, too, whose addresses nobody knows.
            (Peer::Block(..), Probe::Class(_) | Probe::Stranger(_)) => {
                let of = self.options.enforcer;
                is_generous && matches!(of, Enforcer::Calico | Enforcer::ClusterNetworkPolicy)
            }
            (Peer::Pods { place, pods }, Probe::Class(id)) => {
                let Some(class) = self.classes.get(*id) else { return false };
                let of = network.namespaces().find(|it| it.name() == class.namespace());
                let labels: BTreeMap<String, String> = of
                    .into_iter()
                    .flat_map(Namespace::labels)
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect();
                let is_it = class.first().is_some_and(|it| selection::selects(pods, it));
                !class.is_on_host() && is_it && is_in(place, &labels)
            }
            (Peer::Pods { place, pods }, Probe::Stranger(it)) => {
                is_in(place, &it.namespace) && has(pods, &it.labels)
            }
            (Peer::Block(cidr, except), Probe::Address(address)) => {
                let is_out =
                    |it: &String| it.parse::<ipnet::IpNet>().is_ok_and(|it| it.contains(address));
                cidr.range().contains(address) && !except.iter().any(is_out)
            }
            _ => false,
        }
    }

    fn connections(&self, ports: &BTreeSet<PolicyPort>, to: &Probe) -> Connections {
        if ports.is_empty() {
            return Connections::all();
        }
        let mut all = Connections::NONE;
        for port in ports {
            let numbers = match &port.port {
                PortRange::Number(number) => vec![(number.get(), number.get())],
                PortRange::Range(first, last) => vec![(first.get(), last.get())],
                PortRange::Name(name) => {
                    let Probe::Class(id) = to else { continue };
                    let first = self.classes.get(*id).and_then(Class::first);
                    let declared = first.into_iter().flat_map(|it| &it.ports);
                    let same =
                        declared.filter(|it| it.name == *name && it.protocol == port.protocol);
                    same.map(|it| (it.number.get(), it.number.get())).collect()
                }
            };
            for (first, last) in numbers {
                all = all.union(&Connections::of(port.protocol, Ports::range(first, last)));
            }
        }
        all
    }
}

fn is_in(place: &Place, labels: &BTreeMap<String, String>) -> bool {
    match place {
        Place::All => true,
        Place::Own => false,
        Place::Labelled(wanted) => wanted.iter().all(|(key, value)| labels.get(key) == Some(value)),
    }
}

fn has(pods: &Pods, labels: &BTreeMap<String, String>) -> bool {
    pods.labels.iter().all(|(key, value)| labels.get(key) == Some(value))
        && pods.keys.iter().all(|it| labels.contains_key(it))
        && !pods.without.iter().any(|it| labels.contains_key(it))
}

fn party<'a>(
    network: &'a Network,
    places: &BTreeMap<usize, usize>,
    probe: &'a Probe,
) -> Option<Party<'a>> {
    Some(match probe {
        Probe::Class(id) => Party::Workload(network.workloads().nth(*places.get(id)?)?),
        Probe::Stranger(it) => Party::Stranger(it),
        Probe::Address(address) => Party::Address(*address),
    })
}

fn pod_name(id: usize) -> String {
    format!("class-{id}")
}

/// A pod of a class.
fn pod(id: usize, class: &Class<'_>) -> Value {
    let Some(first) = class.first() else { return Value::Null };
    let mut labels = first.labels.clone();
    labels.extend(first.keys.iter().map(|it| (it.clone(), "harden".to_owned())));
    let ports: Vec<Value> = first
        .ports
        .iter()
        .map(|it| {
            let mut port = json!({
                "containerPort": it.number,
                "protocol": it.protocol.to_string(),
            });
            if let (false, Some(port)) = (it.name.is_empty(), port.as_object_mut()) {
                port.insert("name".to_owned(), it.name.as_str().into());
            }
            port
        })
        .collect();
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": pod_name(id), "namespace": first.namespace, "labels": labels},
        "spec": {
            "hostNetwork": first.is_on_host,
            "containers": [{"name": "main", "image": "main", "ports": ports}],
        },
    })
}
