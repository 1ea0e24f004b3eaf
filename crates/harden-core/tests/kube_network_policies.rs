//! Who reaches whom, held against the answers of SIG Network's own engine on random clusters.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use harden_core::kubernetes::{MinorVersion, Protocol};
use harden_core::network::connectivity::{Network, Origin, Reader, Settings};
use harden_core::source::Source;
use harness::Need;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cluster {
    id: String,
    objects: Vec<Value>,
    queries: Vec<Query>,
    answers: Vec<bool>,
    #[serde(default)]
    pods_in_ip_block: BTreeSet<usize>,
}

#[derive(Deserialize)]
struct Query {
    from: String,
    to: String,
    protocol: String,
    port: u16,
}

#[test]
fn every_answer_is_that_of_the_engine_of_sig_network() {
    let Some(file) = Need::Answers.at("network/random.jsonl.xz") else { return };
    let xz = Command::new("xz").arg("-dc").arg(&file).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = xz else {
        harness::skip(Need::Programs, "no program `xz`: install the package xz-utils");
        return;
    };
    let (mut clusters, mut answers, mut wrong) = (0, 0, Vec::new());
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let cluster: Cluster = serde_json::from_str(&line.unwrap()).unwrap();
        let network = network(&cluster.objects, true);
        let leaving_out = network_without_pods_in_blocks(&cluster);
        clusters += 1;
        for (index, (query, expected)) in cluster.queries.iter().zip(&cluster.answers).enumerate() {
            answers += 1;
            let is_wrong = goes_through(&network, query) != *expected;
            let leaves_out = leaving_out.as_ref().is_some_and(|it| {
                !cluster.pods_in_ip_block.contains(&index) && goes_through(it, query) != *expected
            });
            if is_wrong || leaves_out {
                let Query { from, to, protocol, port } = query;
                let id = &cluster.id;
                wrong.push(format!("{id} {index}: {from} -> {to} {protocol} {port}: {expected}"));
            }
        }
    }
    assert!(child.wait().unwrap().success());
    let first: Vec<_> = wrong.iter().take(20).cloned().collect();
    assert!(wrong.is_empty(), "{} of {answers}:\n{}", wrong.len(), first.join("\n"));
    assert!(clusters >= 1_000 && answers >= 100_000, "{clusters} clusters, {answers} answers");
    println!("{clusters} clusters, {answers} answers, all the same");
}

/// The same where addresses of NetworkPolicies are never those of pods; only one cluster in ten, since it differs only
/// where that is named.
fn network_without_pods_in_blocks(cluster: &Cluster) -> Option<Network> {
    let is_asked = !cluster.pods_in_ip_block.is_empty() || cluster.id.ends_with('0');
    is_asked.then(|| network(&cluster.objects, false))
}

fn network(objects: &[Value], ip_blocks_include_pods: bool) -> Network {
    let origin = Origin::Files(MinorVersion(37));
    let namespace = "default".to_owned();
    let mut reader = Reader::new(Settings { origin, namespace, ip_blocks_include_pods });
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    reader.learn(&Source::new("objects.json", list.to_string()));
    let network = reader.finish();
    let refused: Vec<_> = network
        .policies()
        .filter_map(|it| Some((it.to_string(), it.refused()?.to_owned())))
        .collect();
    assert_eq!(refused, [], "the API server takes all of them");
    network
}

fn goes_through(network: &Network, query: &Query) -> bool {
    let [from, to] = [&query.from, &query.to].map(|it| network.party_at(it.parse().unwrap()));
    let protocol = Protocol::read(&query.protocol).unwrap();
    network.connections(from, to).contains(protocol, query.port)
}
