//! Connections that manifests want, held against the policies that NP-Guard's cluster-topology-analyzer makes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harden_core::kubernetes::{PolicyPort, PortRange};
use harden_core::network::wanted::{Reader, Wanted, Workload};
use harden_core::network::{End, Flow};
use harden_core::source::Source;
use serde_json::Value;

fn folder() -> Option<PathBuf> {
    Some(harness::Need::Answers.at("network-synthesis")?.join("tests"))
}

fn is_expectation(path: &Path) -> bool {
    path.file_name().is_some_and(|it| it.to_string_lossy().starts_with("expected_"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if matches!(
            path.extension().and_then(|it| it.to_str()),
            Some("yaml" | "yml" | "json")
        ) {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn wanted(folder: &Path) -> Wanted {
    let mut reader = Reader::new("");
    for path in files(folder).iter().filter(|it| !is_expectation(it)) {
        let text = fs::read_to_string(path).unwrap();
        reader.learn(&Source::new(path.to_string_lossy().into_owned(), text));
    }
    reader.finish()
}

fn named(workload: &Workload) -> String {
    format!("{}/{}", workload.namespace, workload.name)
}

fn ours(wanted: &Wanted) -> BTreeSet<String> {
    let end = |it: &End| match it {
        End::Workload { namespace, name, .. } => Some(format!("{namespace}/{name}")),
        End::Entity(name) if name == "all" => Some("all".to_owned()),
        End::Entity(name) if matches!(name.as_str(), "ingress" | "prometheus") => {
            Some("cluster".to_owned())
        }
        // Theirs know nothing of hosts outside, of tokens and of webhooks.
        _ => None,
    };
    let shown = |it: &Flow| {
        let port = PolicyPort { port: it.port.clone()?, protocol: it.protocol };
        Some(format!("{} > {} {port}", end(&it.from)?, end(&it.to)?))
    };
    wanted.flows.keys().filter_map(shown).collect()
}

fn selected(selector: &Value, namespace: &str, wanted: &Wanted) -> Vec<String> {
    let labels = selector["matchLabels"].as_object().cloned().unwrap_or_default();
    let is_meant = |it: &&Workload| {
        it.namespace == namespace
            && labels
                .iter()
                .all(|(key, value)| it.labels.get(key).map(String::as_str) == value.as_str())
    };
    wanted.workloads.iter().filter(is_meant).map(named).collect()
}

/// Whom the rules of one direction of a policy are about, with the ports.
fn rules(policy: &Value, direction: &str, wanted: &Wanted) -> Vec<(String, String)> {
    let own = policy["metadata"]["namespace"].as_str().unwrap_or_default();
    let (list, peers) = if direction == "in" { ("ingress", "from") } else { ("egress", "to") };
    let mut all = Vec::new();
    for rule in policy["spec"][list].as_array().into_iter().flatten() {
        let mut others = Vec::new();
        for peer in rule[peers].as_array().into_iter().flatten() {
            let namespaces = &peer["namespaceSelector"];
            let by_name = namespaces["matchLabels"]["kubernetes.io/metadata.name"].as_str();
            if namespaces.is_object() && by_name.is_none() {
                others.push("cluster".to_owned());
            } else {
                others.extend(selected(&peer["podSelector"], by_name.unwrap_or(own), wanted));
            }
        }
        if rule[peers].as_array().is_none_or(Vec::is_empty) {
            others.push("all".to_owned());
        }
        for port in rule["ports"].as_array().into_iter().flatten() {
            let protocol = port["protocol"].as_str().unwrap_or("TCP").to_lowercase();
            let text = match &port["port"] {
                Value::String(name) => name.clone(),
                number => number.to_string(),
            };
            let port: PolicyPort = format!("{text}/{protocol}").parse().unwrap();
            all.extend(others.iter().map(|it| (it.clone(), port.to_string())));
        }
    }
    all
}

fn theirs(list: &Value, wanted: &Wanted) -> BTreeSet<String> {
    let (mut ingress, mut egress) = (BTreeSet::new(), BTreeSet::new());
    for policy in list["items"].as_array().unwrap() {
        let own = policy["metadata"]["namespace"].as_str().unwrap_or_default();
        let labels = &policy["spec"]["podSelector"]["matchLabels"];
        if labels.is_null()
            && policy["metadata"]["name"].as_str().unwrap().starts_with("default-deny")
        {
            continue;
        }
        // A policy is called as its workload, whose labels may select others, too.
        let name = policy["metadata"]["name"].as_str().unwrap().trim_end_matches("-netpol");
        let of = format!("{own}/{name}");
        for (other, port) in rules(policy, "in", wanted) {
            ingress.insert(format!("{other} > {of} {}", number(&port, &of, wanted)));
        }
        for (other, port) in rules(policy, "out", wanted) {
            if other != "cluster" {
                egress.insert(format!("{of} > {other} {}", number(&port, &other, wanted)));
            }
        }
    }
    let from_outside = |it: &&String| it.starts_with("all >") || it.starts_with("cluster >");
    let outside = ingress.iter().filter(from_outside).cloned();
    ingress.intersection(&egress).cloned().chain(outside).collect()
}

/// A port's number, where a workload names it.
fn number(port: &str, of: &str, wanted: &Wanted) -> String {
    let parsed: PolicyPort = port.parse().unwrap();
    let PortRange::Name(name) = &parsed.port else { return port.to_owned() };
    let workload = wanted.workloads.iter().find(|it| named(it) == of);
    let found = workload.and_then(|it| it.ports.iter().find(|port| port.name == *name));
    found.map_or(port.to_owned(), |it| PolicyPort::number(it.number, it.protocol).to_string())
}

#[test]
fn manifests_want_what_the_analyzer_finds() {
    let Some(folder) = folder() else { return };
    let mut count = 0;
    let mut faults = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let case = path.file_name().unwrap().to_string_lossy().into_owned();
        let wanted = wanted(&path);
        let ours = ours(&wanted);
        for expected in files(&path).iter().filter(|it| is_expectation(it)) {
            let text = fs::read_to_string(expected).unwrap();
            let value: Value = serde_yaml::from_str(&text).unwrap();
            if value["items"].as_array().is_none() {
                continue;
            }
            count += 1;
            let theirs = theirs(&value, &wanted);
            for (side, lines) in
                [("ours", ours.difference(&theirs)), ("theirs", theirs.difference(&ours))]
            {
                faults.extend(lines.map(|it| format!("{case}: only {side}: {it}")));
            }
            assert!(!theirs.is_empty(), "{}", expected.display());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count >= 4, "{count}");
}
