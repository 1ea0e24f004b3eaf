//! Random policies of Calico, held against a reading of its reference that knows single packets only.

use serde_json::{Value, json};

use super::calico_tree::{Labels, Tree};
use super::cluster::{Cluster, End, NAMESPACES, RANGES, cluster, word};
use super::clusters;
use super::random::Random;

#[test]
fn every_packet_goes_as_the_reference_of_calico_says() {
    let mut counts = [0; 2];
    for seed in 1..=clusters() {
        let mut random = Random::new(seed);
        let cluster = cluster(&mut random);
        let world = world(&mut random, &cluster);
        let mut objects = world.objects();
        random.shuffle(&mut objects);
        let own = cluster
            .hold(&objects, |from, to, protocol, port| world.passes(from, to, protocol, port));
        counts = [counts[0] + own[0], counts[1] + own[1]];
    }
    assert!(counts.iter().all(|it| *it > 1_000), "{counts:?}");
    println!("{counts:?} packets are refused and go through");
}

/// Random objects of Calico.
pub(crate) fn objects(random: &mut Random, cluster: &Cluster) -> Vec<Value> {
    world(random, cluster).objects()
}

#[derive(Debug, Default)]
pub(crate) struct Side {
    pub(crate) selector: Option<Tree>,
    pub(crate) namespaces: Option<Tree>,
    pub(crate) is_global: bool,
    pub(crate) not: Option<Tree>,
    pub(crate) accounts: Vec<String>,
    pub(crate) nets: Vec<String>,
    pub(crate) not_nets: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) action: String,
    pub(crate) protocol: Option<String>,
    pub(crate) not_protocol: Option<String>,
    pub(crate) ports: Vec<Value>,
    pub(crate) not_ports: Vec<Value>,
    pub(crate) source: Side,
    pub(crate) destination: Side,
}

pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) tier: usize,
    pub(crate) order: Option<u64>,
    pub(crate) selector: Option<Tree>,
    pub(crate) namespaces: Option<Tree>,
    pub(crate) types: Vec<String>,
    pub(crate) rules: [Vec<Rule>; 2],
}

pub(crate) struct Set {
    pub(crate) namespace: Option<String>,
    pub(crate) labels: Labels,
    pub(crate) nets: Vec<String>,
}

pub(crate) struct World {
    /// Their names, orders, and whether what is not decided passes at their end.
    pub(crate) tiers: Vec<(String, Option<u64>, bool)>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) sets: Vec<Set>,
    /// The teams of namespaces.
    pub(crate) teams: Labels,
}

const KEYS: [&str; 4] =
    ["k", "l", "projectcalico.org/namespace", "projectcalico.org/serviceaccount"];
const VALUES: [&str; 6] = ["x", "y", "xy", "a", "robot", "c"];

fn world(random: &mut Random, cluster: &Cluster) -> World {
    let mut orders = [0_u64, 10, 20, 30, 2_000_000, 3_000_000];
    random.shuffle(&mut orders);
    let mut tiers = vec![("default".to_owned(), Some(1_000_000), false)];
    for name in ["one", "two"] {
        let order = (name == "one" || random.chance(70)).then_some(orders[tiers.len()]);
        tiers.push((name.to_owned(), order, random.chance(40)));
    }
    let mut places: Vec<_> = (0..20).map(|it| Some(it * 100)).chain([None]).collect();
    random.shuffle(&mut places);
    let policies = (0..=random.below(5)).map(|number| {
        let namespace = random.chance(50).then(|| word(random, &NAMESPACES));
        let namespaces = (namespace.is_none() && random.chance(40)).then(|| {
            Tree::random(random, &["team", "projectcalico.org/name"], &["x", "y", "a", "b"], 1)
        });
        let mut types = Vec::new();
        for name in ["Ingress", "Egress"] {
            if random.chance(40) {
                types.push(name.to_owned());
            }
        }
        let order = places[usize::try_from(number).unwrap()];
        let rules = [0, 1].map(|_| (0..random.below(4)).map(|_| rule(random)).collect());
        Policy {
            name: format!("p{number}"),
            namespace,
            tier: usize::try_from(random.below(3)).unwrap(),
            order,
            selector: random.chance(70).then(|| Tree::random(random, &KEYS, &VALUES, 2)),
            namespaces,
            types,
            rules,
        }
    });
    let policies = policies.collect();
    let sets = (0..random.below(3)).map(|_| Set {
        namespace: random.chance(50).then(|| word(random, &NAMESPACES)),
        labels: [("k".to_owned(), word(random, &["x", "y", "xy"]))].into(),
        nets: vec![word(random, &RANGES)],
    });
    let pods = cluster.ends.iter().filter_map(End::pod);
    let teams = pods.filter_map(|it| Some((it.namespace.clone(), it.team.clone()?)));
    World { tiers, policies, sets: sets.collect(), teams: teams.collect() }
}

fn side(random: &mut Random, is_other: bool) -> Side {
    let mut side = Side::default();
    if random.chance(50) {
        side.selector = Some(Tree::random(random, &KEYS, &VALUES, 2));
    }
    if random.chance(25) {
        side.namespaces = Some(Tree::random(
            random,
            &["team", "projectcalico.org/name"],
            &["x", "y", "a", "b"],
            1,
        ));
    } else if random.chance(10) {
        side.is_global = true;
    }
    if random.chance(20) {
        side.not = Some(Tree::random(random, &KEYS, &VALUES, 1));
    }
    if random.chance(20) {
        side.accounts = vec![word(random, &["default", "robot"])];
    }
    if is_other && random.chance(30) {
        side.nets = vec![word(random, &RANGES)];
    }
    if is_other && random.chance(20) {
        side.not_nets = vec![word(random, &RANGES)];
    }
    side
}

fn rule(random: &mut Random) -> Rule {
    let protocol = random.chance(50).then(|| word(random, &["TCP", "UDP", "SCTP", "ICMP"]));
    let has_ports = protocol.as_ref().is_some_and(|it| it != "ICMP");
    let ports = |random: &mut Random| -> Vec<Value> {
        let all = [json!(80), json!("http"), json!("50:100"), json!("443"), json!("8080:65535")];
        (0..random.below(3)).map(|_| random.pick(&all).clone()).collect()
    };
    Rule {
        action: word(random, &["Allow", "Allow", "Deny", "Pass", "Log"]),
        not_protocol: random.chance(15).then(|| word(random, &["TCP", "UDP"])),
        ports: if has_ports && random.chance(60) { ports(random) } else { Vec::new() },
        not_ports: if has_ports && random.chance(25) { ports(random) } else { Vec::new() },
        protocol,
        source: Side::default(),
        destination: Side::default(),
    }
    .with_sides(random)
}

impl Rule {
    /// The own side is mostly left open.
    fn with_sides(mut self, random: &mut Random) -> Self {
        let other = side(random, true);
        let own = if random.chance(15) { side(random, false) } else { Side::default() };
        (self.source, self.destination) = (other, own);
        self
    }
}

impl World {
    fn passes(&self, from: &End, to: &End, protocol: &str, port: u16) -> bool {
        let asked = (protocol, port, to.pod().and_then(|it| it.http));
        self.lets(from, to, 1, asked) && self.lets(to, from, 0, asked)
    }

    fn lets(&self, own: &End, peer: &End, way: usize, asked: (&str, u16, Option<u16>)) -> bool {
        if own.pod().is_none() {
            return true;
        }
        let mut tiers: Vec<_> = (0..self.tiers.len()).collect();
        tiers.sort_by_key(|it| (self.tiers[*it].1.unwrap_or(u64::MAX), self.tiers[*it].0.clone()));
        'tiers: for tier in tiers {
            let is_for = |it: &&Policy| it.tier == tier && Self::is_for(it, own, way);
            let mut policies: Vec<_> = self.policies.iter().filter(is_for).collect();
            policies.sort_by_key(|it| it.order.unwrap_or(u64::MAX));
            if policies.is_empty() {
                continue;
            }
            for rule in policies
                .iter()
                .flat_map(|policy| policy.rules[way].iter().map(move |it| (policy, it)))
            {
                let (policy, rule) = rule;
                let namespace = policy.namespace.as_deref();
                if !is_port(rule, asked)
                    || !self.is_side(&rule.source, namespace, peer)
                    || !self.is_side(&rule.destination, namespace, own)
                {
                    continue;
                }
                match &*rule.action {
                    "Allow" => return true,
                    "Deny" => return false,
                    "Pass" => continue 'tiers,
                    _ => {}
                }
            }
            if !self.tiers[tier].2 {
                return false;
            }
        }
        true
    }

    fn is_for(policy: &Policy, own: &End, way: usize) -> bool {
        let [ingress, egress] = [&policy.rules[0], &policy.rules[1]].map(|it| !it.is_empty());
        let applies = match (policy.types.is_empty(), way) {
            (true, 0) => ingress || !egress,
            (true, _) => egress,
            (false, 0) => policy.types.contains(&"Ingress".to_owned()),
            (false, _) => policy.types.contains(&"Egress".to_owned()),
        };
        let labels = labels_of(own);
        let is_within = policy
            .namespace
            .as_ref()
            .is_none_or(|it| labels.get("projectcalico.org/namespace") == Some(it));
        let holds = |tree: &Option<Tree>, prefix: &str| {
            tree.as_ref().is_none_or(|it| {
                it.holds(true, &|key| labels.get(&format!("{prefix}{key}")).cloned())
            })
        };
        applies && is_within && holds(&policy.selector, "") && holds(&policy.namespaces, "pcns.")
    }

    /// Whether an end is meant: by its own labels, or by those of a set that has its address.
    fn is_side(&self, side: &Side, namespace: Option<&str>, end: &End) -> bool {
        let selects = side.selector.is_some() || !side.accounts.is_empty();
        let names = side.namespaces.is_some() || side.is_global;
        let asks = selects || names || (side.not.is_some() && namespace.is_some());
        let known: Vec<Labels> = self.known(end);
        let is_meant = |labels: &Labels| {
            let own = labels.get("projectcalico.org/namespace");
            let is_near = if side.is_global {
                own.is_none()
            } else if let Some(tree) = &side.namespaces {
                tree.holds(own.is_some(), &|key| labels.get(&format!("pcns.{key}")).cloned())
            } else {
                namespace.is_none_or(|it| own.is_some_and(|own| own == it))
            };
            let holds = |tree: &Tree| tree.holds(true, &|key| labels.get(key).cloned());
            let account = labels.get("projectcalico.org/serviceaccount");
            is_near
                && side.selector.as_ref().is_none_or(holds)
                && (side.accounts.is_empty()
                    || account.is_some_and(|it| side.accounts.contains(it)))
        };
        let is_not = |labels: &Labels| {
            side.not.as_ref().is_some_and(|it| it.holds(true, &|key| labels.get(key).cloned()))
        };
        (!asks || known.iter().any(is_meant))
            && !known.iter().any(is_not)
            && (side.nets.is_empty() || side.nets.iter().any(|it| end.is_in(it)))
            && !side.not_nets.iter().any(|it| end.is_in(it))
    }

    fn known(&self, end: &End) -> Vec<Labels> {
        let sets = self.sets.iter().filter(|it| it.nets.iter().any(|it| end.is_in(it)));
        let sets = sets.map(|set| {
            let mut labels = set.labels.clone();
            if let Some(namespace) = &set.namespace {
                labels.insert("projectcalico.org/namespace".to_owned(), namespace.clone());
                labels.insert("pcns.projectcalico.org/name".to_owned(), namespace.clone());
                if let Some(team) = self.teams.get(namespace) {
                    labels.insert("pcns.team".to_owned(), team.clone());
                }
            }
            labels
        });
        end.pod().map(|_| labels_of(end)).into_iter().chain(sets).collect()
    }
}

/// The labels that Calico knows a pod by: its own, and what it has of its namespace.
fn labels_of(end: &End) -> Labels {
    let Some(pod) = end.pod() else { return Labels::new() };
    let mut labels = pod.labels.clone();
    labels.insert("projectcalico.org/namespace".to_owned(), pod.namespace.clone());
    labels.insert("projectcalico.org/serviceaccount".to_owned(), pod.account.clone());
    labels.insert("projectcalico.org/orchestrator".to_owned(), "k8s".to_owned());
    labels.insert("pcns.projectcalico.org/name".to_owned(), pod.namespace.clone());
    if let Some(team) = &pod.team {
        labels.insert("pcns.team".to_owned(), team.clone());
    }
    labels
}

fn is_port(rule: &Rule, (protocol, port, http): (&str, u16, Option<u16>)) -> bool {
    let is_one = |it: &Value| match it.as_str() {
        None => it.as_u64() == Some(u64::from(port)),
        Some("http") => protocol == "TCP" && http == Some(port),
        Some(text) => {
            let (first, last) = text.split_once(':').unwrap_or((text, text));
            (first.parse().unwrap()..=last.parse().unwrap()).contains(&port)
        }
    };
    rule.protocol.as_ref().is_none_or(|it| it == protocol)
        && rule.not_protocol.as_ref().is_none_or(|it| it != protocol)
        && (rule.ports.is_empty() || rule.ports.iter().any(is_one))
        && !rule.not_ports.iter().any(is_one)
}
