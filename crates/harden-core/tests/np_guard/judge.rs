//! One expected output beside our answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harden_core::network::Direction;
use harden_core::network::connectivity::Network;

use super::case::{Case, Kind, Side};
use super::expected::Expected;
use super::ports::Ports;
use super::rows::Rows;
use super::setup::Setups;
use super::{apart, ours, selector};

/// What came of a case.
#[derive(Debug)]
pub enum Verdict {
    /// Why it is not compared.
    Skipped(&'static str),
    /// It differs as is known and right.
    Apart,
    /// What differs; nothing where both say the same.
    Compared(Vec<String>),
}

pub fn judge(outputs: &Path, setups: &Setups, case: &Case) -> Verdict {
    let is_it = |(_, _, all): &&(_, _, &[&str])| all.contains(&&*case.setup);
    if let Some((why, ..)) = apart::OUT_OF_SCOPE.iter().find(is_it) {
        return Verdict::Skipped(why);
    }
    let text = fs::read_to_string(outputs.join(&case.file)).unwrap();
    let expected = Expected::read(&text, case);
    if case.kind == Kind::Differences {
        return Verdict::Skipped("differences");
    }
    let network = ours::network(&setups.sources(&case.setup).unwrap());
    let mut lines = connections(&network, case, &expected);
    if matches!(case.kind, Kind::Exposure | Kind::ExplainedExposure) {
        lines.extend(exposure(&network, case, &expected));
        let known = apart::DIFFERENT.iter().find(|(setup, ..)| *setup == case.setup);
        if let Some((_, known, _)) = known {
            assert_eq!(lines, *known, "{}", case.file);
            return Verdict::Apart;
        }
    }
    Verdict::Compared(lines)
}

fn exposure(network: &Network, case: &Case, expected: &Expected) -> Vec<String> {
    let mut lines = Vec::new();
    let namespaces = ours::namespaces(network);
    let sides = [
        (Direction::Egress, Side::Egress, &expected.out),
        (Direction::Ingress, Side::Ingress, &expected.into),
    ];
    let everybody = Case { side: None, with: Vec::new(), ..case.clone() };
    for (direction, side, rows) in sides {
        let mut rows = rows.clone().rename(selector::renamed);
        let ends: BTreeSet<String> = rows.ends().map(str::to_owned).collect();
        let ends = ends.iter().map(String::as_str).collect();
        let mut ours = renamed(ours::exposure(network, direction), case, &ends);
        let is_asked = case.side.is_none_or(|it| it == side);
        ours.retain(|from, to| is_asked && everybody.asks(from, to, |it| namespaces.contains(it)));
        rows.settle();
        lines.extend(rows.differences(&ours));
    }
    if let Some(unprotected) = &expected.unprotected {
        let all = unprotected.iter().map(|it| &*it.0).collect();
        let ours: BTreeSet<_> = ours::unprotected(network)
            .into_iter()
            .map(|(name, way)| (rename(&name, case, &all).unwrap_or(name), way))
            .filter(|(name, way)| {
                everybody.asks(name, "", |it| namespaces.contains(it))
                    && case.side.is_none_or(|it| format!("{it:?}") == *way)
            })
            .collect();
        let both = ours.symmetric_difference(unprotected);
        lines.extend(both.map(|(name, way)| format!("{name} without policies for {way}")));
    }
    lines
}

fn connections(network: &Network, case: &Case, expected: &Expected) -> Vec<String> {
    let namespaces = ours::namespaces(network);
    let ends: BTreeSet<&str> = expected.rows.ends().chain(expected.denied.ends()).collect();
    let mut ours = renamed(ours::rows(network), case, &ends);
    ours.retain(|from, to| case.asks(from, to, |it| namespaces.contains(it)));
    if case.setup == apart::BROKEN {
        ours.retain(|from, to| ends.contains(from) && ends.contains(to));
    }
    let only = case.only.as_ref().map(|(protocol, port)| Ports::one(protocol, *port));
    if let Some(only) = &only {
        ours = ours.map(|it| it.intersection(only));
    }
    let mut rows = expected.rows.clone();
    if apart::WITH_ROUTES.contains(&&*case.setup) {
        // What Routes add is not ours to say.
        rows = rows.with_at_most(&ours, |from, _| from == "{ingress-controller}");
    }
    if case.explained == Some(false) {
        // Only what is denied is said: all of the rest goes through.
        let all = only.unwrap_or_else(Ports::all);
        return expected.denied.differences(&ours.rest_of(&all, &expected.denied));
    }
    rows.differences(&ours)
}

/// Our rows by the names that the analyzer has for workloads.
fn renamed(rows: Rows, case: &Case, ends: &BTreeSet<&str>) -> Rows {
    rows.rename(|name| rename(name, case, ends))
}

fn rename(name: &str, case: &Case, ends: &BTreeSet<&str>) -> Option<String> {
    let (prefix, own, other) = apart::OWNER_WITHOUT_A_KIND;
    if case.setup.starts_with(prefix) && own.contains(&name) {
        return Some(other.to_owned());
    }
    // Pods of a Deployment are those of its ReplicaSet to the analyzer.
    let deployment = name.strip_suffix("[Deployment]").filter(|_| !ends.contains(name))?;
    let is_its = |it: &&&str| {
        let rest = it.strip_prefix(deployment).and_then(|it| it.strip_prefix('-'));
        let hash = rest.and_then(|it| it.strip_suffix("[ReplicaSet]"));
        hash.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric()))
    };
    let mut found = ends.iter().filter(is_its);
    found.next().filter(|_| found.next().is_none()).map(|it| (*it).to_owned())
}
