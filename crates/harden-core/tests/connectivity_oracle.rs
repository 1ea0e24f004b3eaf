//! Random clusters: each packet passes the engine as it passes the text of the API, asked one by one.
//!
//! `HARDEN_RANDOM_CLUSTERS` sets how many clusters there are, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "connectivity/packet.rs"]
mod packet;
#[path = "connectivity/random.rs"]
mod random;
#[allow(dead_code, reason = "pods are made elsewhere")]
#[path = "random_pods/random.rs"]
mod random_pods;
#[allow(dead_code, reason = "pods are counted elsewhere")]
#[path = "random_pods/settings.rs"]
mod settings;

use std::collections::BTreeMap;
use std::net::IpAddr;

use harden_core::kubernetes::{MinorVersion, Protocol};
use harden_core::network::connectivity::{Network, Origin, Party, Policy, Reader, Settings};
use harden_core::network::{Connections, Direction};
use harden_core::source::Source;
use packet::{Packet, World};
use random_pods::Random;
use serde_json::{Value, json};
use settings::{number, report, seed};

const OUTSIDE: [&str; 7] = [
    "8.8.8.8",
    "203.0.113.5",
    "203.0.113.200",
    "192.168.0.10",
    "192.168.200.1",
    "2001:db8::ffff",
    "2a00::1",
];
const PORTS: [u16; 12] = [1, 52, 53, 54, 80, 81, 443, 453, 480, 8080, 8480, 65_535];

fn count() -> u64 {
    let is_ci = std::env::var_os("CI").is_some_and(|it| it == "true");
    number("HARDEN_RANDOM_CLUSTERS").unwrap_or(if is_ci { 5_000 } else { 1_000 })
}

fn read(objects: &[Value], ip_blocks_include_pods: bool) -> Network {
    let origin = Origin::Files(MinorVersion(37));
    let namespace = "default".to_owned();
    let mut reader = Reader::new(Settings { origin, namespace, ip_blocks_include_pods });
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    reader.learn(&Source::new("objects.json", list.to_string()));
    reader.finish()
}

#[test]
fn every_packet_passes_as_the_text_of_the_api_says() {
    let (seed, clusters) = (seed(), count());
    let (mut packets, mut passed) = (0_u64, 0_u64);
    for number in 0..clusters {
        let mut random = Random::new(seed.wrapping_add(number));
        let objects = random::cluster(&mut random);
        let ip_blocks_include_pods = random.chance(50);
        let network = read(&objects, ip_blocks_include_pods);
        let context = || format!("HARDEN_RANDOM_SEED={seed} +{number}\n{}", json!(objects));
        let refused: Vec<_> = network.policies().filter_map(Policy::refused).collect();
        assert!(refused.is_empty(), "{refused:?}\n{}", context());
        let world = World { objects: &objects, ip_blocks_include_pods };
        for _ in 0..60 {
            let packet = packet(&objects, &mut random);
            let parties = [packet.from, packet.to].map(|it| network.party_at(it));
            let protocol = Protocol::read(packet.protocol).unwrap();
            let port = u16::try_from(packet.port).unwrap();
            let expected = world.passes(&packet);
            let connections = network.connections(parties[0], parties[1]);
            let explained = network.explain(parties[0], parties[1], protocol, port);
            assert_eq!(connections.contains(protocol, port), expected, "{packet:?} {}", context());
            assert_eq!(explained.is_allowed(), expected, "{packet:?} {explained:?} {}", context());
            packets += 1;
            passed += u64::from(expected);
        }
        rows_are_the_connections(&network, &context);
        outside_is_what_addresses_reach(&network, &context);
    }
    report(&format!(
        "{clusters} clusters, {packets} packets of which {passed} pass, HARDEN_RANDOM_SEED={seed}"
    ));
    assert!(passed * 10 > packets && passed * 10 < packets * 9, "{passed} of {packets} is no test");
}

/// A packet between pods or addresses outside, never of a pod to itself, in one family.
fn packet(objects: &[Value], random: &mut Random) -> Packet {
    let pods = objects.iter().filter(|it| it["kind"] == "Pod");
    let inside = pods.flat_map(|it| it["status"]["podIPs"].as_array().unwrap());
    let inside: Vec<IpAddr> =
        inside.map(|it| it["ip"].as_str().unwrap().parse().unwrap()).collect();
    let outside: Vec<IpAddr> = OUTSIDE.iter().map(|it| it.parse().unwrap()).collect();
    loop {
        let mut end = || {
            let is_inside = random.chance(75);
            *random.pick(if is_inside { &inside } else { &outside })
        };
        let (from, to) = (end(), end());
        if from != to && from.is_ipv4() == to.is_ipv4() {
            let protocol = *random.pick(&["TCP", "UDP", "SCTP"]);
            return Packet { from, to, protocol, port: u64::from(*random.pick(&PORTS)) };
        }
    }
}

fn rows_are_the_connections(network: &Network, context: &impl Fn() -> String) {
    for row in network.rows() {
        let reached: BTreeMap<usize, &Connections> =
            row.to.iter().map(|(workload, it)| (workload.index(), it)).collect();
        for to in network.workloads().filter(|it| it.index() != row.from.index()) {
            let expected = network.connections(Party::Workload(row.from), Party::Workload(to));
            let none = Connections::NONE;
            let own = reached.get(&to.index()).copied().unwrap_or(&none);
            assert_eq!(*own, expected, "{} to {to} {}", row.from, context());
        }
    }
}

fn outside_is_what_addresses_reach(network: &Network, context: &impl Fn() -> String) {
    for workload in network.workloads() {
        for address in OUTSIDE.iter().map(|it| it.parse().unwrap()) {
            let (own, other) = (Party::Workload(workload), Party::Address(address));
            for direction in Direction::ALL {
                let all = network.outside(workload, direction);
                let of = all.iter().find(|it| it.addresses.contains(address));
                let known = of.map_or(Connections::NONE, |it| it.connections.clone());
                let (from, to) =
                    if direction == Direction::Egress { (own, other) } else { (other, own) };
                // A pod that has no address of the family never meets the address.
                let expected = network.connections(from, to);
                if !expected.is_empty() || network.shares_a_family(from, to) {
                    assert_eq!(known, expected, "{workload} {direction:?} {address} {}", context());
                }
            }
        }
    }
}
