//! What our answer says, in the form of the outputs.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use harden_core::answers::reaching::{Changes, End, Focus, List};
use harden_core::kubernetes::MinorVersion;
use harden_core::network::Direction;
use harden_core::network::connectivity::{Network, Origin, Reader, Settings, Workload};
use harden_core::source::Source;

use super::ports::Ports;
use super::rows::Rows;

pub(crate) fn network(sources: &[Source<'_>]) -> Network {
    let mut reader = Reader::new(Settings {
        origin: Origin::Files(MinorVersion(37)),
        namespace: "default".to_owned(),
        ip_blocks_include_pods: false,
    });
    sources.iter().for_each(|it| reader.learn(it));
    reader.finish()
}

/// All connections. The analyzer knows IPv4 only, so ours of IPv6 are left out.
pub(crate) fn rows(network: &Network) -> Rows {
    let mut rows = Rows::default();
    let list = List::new(network, Focus::default());
    let result = list.each(&mut |it| {
        if !is_v6(&it.from) && !is_v6(&it.to) {
            rows.add(&word(&it.from), &word(&it.to), Ports::read(&it.connections.to_string()));
        }
        Ok(())
    });
    result.unwrap();
    rows.settle();
    rows
}

/// What differs: what went and goes through with each pair, and which workloads came (`true`) and went.
pub(crate) struct Differences {
    pub(crate) rows: [Rows; 2],
    pub(crate) workloads: BTreeMap<String, bool>,
}

pub(crate) fn changes(before: &Network, now: &Network) -> Differences {
    let changes = Changes::new(before, now, &Focus::default());
    let mut rows = [Rows::default(), Rows::default()];
    let result = changes.each(&mut |it| {
        if !is_v6(&it.from) && !is_v6(&it.to) {
            for (rows, connections) in rows.iter_mut().zip([&it.before, &it.now]) {
                rows.add(&word(&it.from), &word(&it.to), Ports::read(&connections.to_string()));
            }
        }
        Ok(())
    });
    result.unwrap();
    rows.iter_mut().for_each(Rows::settle);
    let [came, went] = changes.workloads();
    let came = came.into_iter().map(|it| (it, true));
    Differences { rows, workloads: came.chain(went.into_iter().map(|it| (it, false))).collect() }
}

/// With whom workloads that are not there would be connected: whom workloads reach, and who reaches them.
pub(crate) fn exposure(network: &Network, direction: Direction) -> Rows {
    let mut rows = Rows::default();
    for workload in network.workloads() {
        let mut add = |other: String, ports: Ports| {
            let own = workload.to_string();
            match direction {
                Direction::Egress => rows.add(&own, &other, ports),
                Direction::Ingress => rows.add(&other, &own, ports),
            }
        };
        for outside in network.outside(workload, direction) {
            let ports = Ports::read(&outside.connections.to_string());
            for (first, last) in outside.addresses.ranges().filter(|it| it.0.is_ipv4()) {
                add(format!("{first}-{last}[External]"), ports.clone());
            }
        }
        for it in network.exposure(workload, direction) {
            add(it.with.to_string(), Ports::read(&it.to_string()));
        }
    }
    rows.settle();
    rows
}

/// The workloads that no policy says anything for, by direction.
pub(crate) fn unprotected(network: &Network) -> BTreeSet<(String, String)> {
    let ways = |it: Workload<'_>| {
        let open = Direction::ALL.into_iter().filter(move |way| it.policies(*way).next().is_none());
        open.map(|way| (it.to_string(), way.word().to_owned())).collect::<Vec<_>>()
    };
    network.workloads().flat_map(ways).collect()
}

fn is_v6(end: &End<'_>) -> bool {
    matches!(end, End::Outside(IpAddr::V6(_), _))
}

fn word(end: &End<'_>) -> String {
    match end {
        End::Outside(..) => format!("{end}[External]"),
        _ => end.to_string(),
    }
}

pub(crate) fn namespaces(network: &Network) -> BTreeSet<String> {
    network.namespaces().map(|it| it.name().to_owned()).collect()
}
