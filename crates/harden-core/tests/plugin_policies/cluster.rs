//! Random clusters, and the ends of packets in them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use harden_core::kubernetes::{MinorVersion, Protocol};
use harden_core::network::Direction;
use harden_core::network::connectivity::{Network, Origin, Workload};
use serde_json::{Value, json};

use super::packets::read;
use super::random::Random;

/// An end of a packet.
#[derive(Debug, Clone)]
pub(crate) struct End {
    pub(crate) address: IpAddr,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Pod(Pod),
    Node,
    Outside,
}

#[derive(Debug, Clone)]
pub(crate) struct Pod {
    pub(crate) namespace: String,
    pub(crate) team: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) account: String,
    /// The port that is called `http`, of TCP.
    pub(crate) http: Option<u16>,
}

pub(crate) struct Cluster {
    pub(crate) objects: Vec<Value>,
    pub(crate) ends: Vec<End>,
    /// The ends that workloads are.
    workloads: BTreeMap<String, usize>,
}

pub(crate) const NAMESPACES: [&str; 3] = ["a", "b", "c"];
pub(crate) const RANGES: [&str; 8] = [
    "10.0.0.0/24",
    "10.0.0.0/16",
    "10.0.1.2/32",
    "0.0.0.0/0",
    "30.0.0.0/8",
    "30.1.0.0/16",
    "192.168.0.1/32",
    "8.8.0.0/16",
];
const OUTSIDE: [&str; 6] =
    ["10.0.0.200", "8.8.8.8", "30.0.255.255", "30.1.0.0", "30.1.255.255", "31.0.0.0"];
/// What is asked of every pair of ends.
pub(crate) const PACKETS: [(&str, u16); 8] = [
    ("TCP", 80),
    ("TCP", 81),
    ("TCP", 443),
    ("TCP", 8080),
    ("UDP", 80),
    ("UDP", 53),
    ("SCTP", 1),
    ("TCP", 65535),
];

impl End {
    pub(crate) fn pod(&self) -> Option<&Pod> {
        if let Kind::Pod(pod) = &self.kind { Some(pod) } else { None }
    }

    pub(crate) fn is_in(&self, range: &str) -> bool {
        range.parse::<ipnet::IpNet>().unwrap().contains(&self.address)
    }
}

pub(crate) fn word(random: &mut Random, words: &[&str]) -> String {
    (*random.pick(words)).to_owned()
}

/// Namespaces, nodes and pods.
pub(crate) fn cluster(random: &mut Random) -> Cluster {
    let (mut objects, mut ends, mut workloads) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (number, namespace) in NAMESPACES.iter().enumerate() {
        let team = random.chance(70).then(|| word(random, &["x", "y"]));
        let mut labels = json!({"kubernetes.io/metadata.name": namespace});
        if let Some(team) = &team {
            labels["team"] = json!(team);
        }
        objects.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}));
        for pod in 1..=1 + random.below(3) {
            let workload = format!("{namespace}/p{pod}[Pod]");
            let mut labels = BTreeMap::new();
            for key in ["k", "l"] {
                if random.chance(65) {
                    labels.insert(key.to_owned(), word(random, &["x", "y", "xy"]));
                }
            }
            let account = word(random, &["default", "robot"]);
            let http = random.chance(60).then(|| *random.pick(&[80_u16, 8080]));
            let address = format!("10.0.{number}.{pod}");
            let ports =
                http.map(|it| json!([{"name": "http", "containerPort": it, "protocol": "TCP"}]));
            objects.push(json!({"apiVersion": "v1", "kind": "Pod",
                "metadata": {"namespace": namespace, "name": format!("p{pod}"), "labels": labels},
                "spec": {"serviceAccountName": account, "containers": [{"name": "c", "image": "i", "ports": ports}]},
                "status": {"podIP": address}}));
            let namespace = (*namespace).to_owned();
            let pod = Pod { namespace, team: team.clone(), labels, account, http };
            workloads.insert(workload, ends.len());
            ends.push(End { address: address.parse().unwrap(), kind: Kind::Pod(pod) });
        }
    }
    for number in 1..=2 {
        let address = format!("192.168.0.{number}");
        objects.push(
            json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("n{number}")},
            "status": {"addresses": [{"type": "InternalIP", "address": address}]}}),
        );
        ends.push(End { address: address.parse().unwrap(), kind: Kind::Node });
    }
    // What is on the network of a node is the node, whatever labels it has.
    objects.push(json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"namespace": "c", "name": "host", "labels": {"k": "x", "l": "y"}},
        "spec": {"hostNetwork": true, "nodeName": "n1", "containers": [{"name": "c", "image": "i"}]},
        "status": {"podIP": "192.168.0.1"}}));
    workloads.insert("c/host[Pod]".to_owned(), ends.len() - 2);
    let outside = OUTSIDE.map(|it| End { address: it.parse().unwrap(), kind: Kind::Outside });
    ends.extend(outside);
    Cluster { objects, ends, workloads }
}

impl Cluster {
    /// What the engine makes of it with some policies, none of which it may refuse.
    pub(crate) fn network(&self, policies: &[Value]) -> Network {
        let objects: Vec<_> = policies.iter().chain(&self.objects).cloned().collect();
        let network = read(&objects, Origin::Files(MinorVersion(37)));
        for policy in network.policies() {
            assert_eq!(policy.refused(), None, "{policy}: {policies:#?}");
        }
        assert_eq!(network.beyond().count(), 0, "all of it is judged");
        network
    }

    /// Holds every packet against an answer, and counts them: those that go through, and those that do not.
    pub(crate) fn hold(
        &self,
        policies: &[Value],
        answer: impl Fn(&End, &End, &str, u16) -> bool,
    ) -> [usize; 2] {
        let network = self.network(policies);
        let mut answers = BTreeMap::new();
        for (from, to) in
            (0..self.ends.len()).flat_map(|it| (0..self.ends.len()).map(move |to| (it, to)))
        {
            let [source, target] = [from, to].map(|it| &self.ends[it]);
            if source.pod().is_some() || target.pod().is_some() {
                let all = PACKETS.map(|(protocol, port)| answer(source, target, protocol, port));
                answers.insert((from, to), all);
            }
        }
        let held = Held { cluster: self, network: &network, policies, answers };
        held.by_packets();
        held.by_rows();
        held.by_all_outside();
        let all = held.answers.values().flatten();
        all.fold([0; 2], |[no, yes], it| if *it { [no, yes + 1] } else { [no + 1, yes] })
    }
}

/// What is held against answers: by the indices of ends, for every packet.
struct Held<'a> {
    cluster: &'a Cluster,
    network: &'a Network,
    policies: &'a [Value],
    answers: BTreeMap<(usize, usize), [bool; PACKETS.len()]>,
}

impl Held<'_> {
    fn same(&self, from: usize, to: usize, own: &dyn Fn(Protocol, u16) -> bool) {
        // What is no pod reaches what is none.
        let expected = self.answers.get(&(from, to)).copied().unwrap_or([true; PACKETS.len()]);
        for ((protocol, port), expected) in PACKETS.into_iter().zip(expected) {
            if own(Protocol::read(protocol).unwrap(), port) != expected {
                let [from, to] = [from, to].map(|it| &self.cluster.ends[it]);
                let text = serde_json::to_string_pretty(self.policies).unwrap();
                panic!("not {expected}: {from:?} > {to:?} {protocol} {port}\n{text}");
            }
        }
    }

    fn by_packets(&self) {
        for (from, to) in self.answers.keys().filter(|(from, to)| from != to) {
            let [source, target] =
                [from, to].map(|it| self.network.party_at(self.cluster.ends[*it].address));
            let all = self.network.connections(source, target);
            self.same(*from, *to, &|protocol, port| all.contains(protocol, port));
        }
    }

    fn by_rows(&self) {
        let end = |it: Workload<'_>| self.cluster.workloads[&it.to_string()];
        for row in self.network.rows() {
            for to in self.network.workloads().filter(|it| it.index() != row.from.index()) {
                let found = row.to.iter().find(|(it, _)| it.index() == to.index());
                self.same(end(row.from), end(to), &|protocol, port| {
                    found.is_some_and(|(_, it)| it.contains(protocol, port))
                });
            }
        }
    }

    fn by_all_outside(&self) {
        for workload in self.network.workloads().filter(|it| !it.is_on_host()) {
            let own = self.cluster.workloads[&workload.to_string()];
            for direction in Direction::ALL {
                let all = self.network.outside(workload, direction);
                for (other, end) in self.cluster.ends.iter().enumerate() {
                    if end.pod().is_some() {
                        continue;
                    }
                    let is_out = direction == Direction::Egress;
                    let (from, to) = if is_out { (own, other) } else { (other, own) };
                    self.same(from, to, &|protocol, port| {
                        let mut near = all.iter().filter(|it| it.addresses.contains(end.address));
                        near.any(|it| it.connections.contains(protocol, port))
                    });
                }
            }
        }
    }
}
