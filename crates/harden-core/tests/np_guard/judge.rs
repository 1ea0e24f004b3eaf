//! One expected output beside our answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use harden_core::network::Direction;
use harden_core::network::connectivity::Network;

use super::case::{Case, Kind, Side};
use super::expected::{Difference, Expected};
use super::ports::Ports;
use super::rows::Rows;
use super::setup::Setups;
use super::{apart, ours, selector};

/// What came of a case.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Why it is not compared.
    Skipped(&'static str),
    /// It differs as is known and right.
    Apart(&'static str),
    /// What differs of one of two set-ups, where the other is not at hand.
    Half(Vec<String>),
    /// What differs; nothing where both say the same.
    Compared(Vec<String>),
}

pub(crate) fn judge(outputs: &Path, setups: &Setups, case: &Case) -> Verdict {
    let is_it = |(_, _, all): &&(_, _, &[&str])| all.contains(&&*case.setup);
    if let Some((why, ..)) = apart::OUT_OF_SCOPE.iter().find(is_it) {
        return Verdict::Skipped(why);
    }
    let text = fs::read_to_string(outputs.join(&case.file)).unwrap();
    let expected = Expected::read(&text, case);
    if case.kind == Kind::Differences {
        return differences(setups, case, &expected);
    }
    let network = ours::network(&setups.sources(&case.setup).unwrap());
    let mut lines = connections(&network, case, &expected);
    if matches!(case.kind, Kind::Exposure | Kind::ExplainedExposure) {
        lines.extend(exposure(&network, case, &expected));
    }
    verdict(case, lines)
}

fn verdict(case: &Case, lines: Vec<String>) -> Verdict {
    let is_known = |it: &&(&str, &[&str], &str)| it.0 == case.setup && lines == *it.1;
    match apart::DIFFERENT.iter().find(is_known) {
        Some((_, _, why)) => Verdict::Apart(why),
        None => Verdict::Compared(lines),
    }
}

/// What the analyzer says of a change. Where one of both set-ups is not at hand, what is said of the other is compared.
fn differences(setups: &Setups, case: &Case, expected: &Expected) -> Verdict {
    let old = case.before.as_ref().and_then(|it| setups.sources(it));
    let new = setups.sources(&case.setup);
    let [old, new] = [old, new].map(|it| it.map(|it| ours::network(&it)));
    let has_routes = |it: &str| {
        let names = [&case.setup, case.before.as_ref().unwrap()];
        let is_one = names.iter().any(|it| apart::WITH_ROUTES.contains(&it.as_str()));
        it == "{ingress-controller}" && is_one
    };
    let said = |pick: fn(&Difference) -> &Ports| {
        let mut rows = Rows::default();
        let all = expected.differences.iter().filter(|it| !has_routes(&it.from));
        all.for_each(|it| rows.add(&it.from, &it.to, pick(it).clone()));
        rows.settle();
        rows
    };
    let expect = [said(|it| &it.before), said(|it| &it.now)];
    let ends: BTreeSet<&str> = expect.iter().flat_map(Rows::ends).collect();
    match (&old, &new) {
        (Some(old), Some(new)) => {
            let changes = ours::changes(old, new);
            let mut lines = Vec::new();
            for (said, ours) in expect.iter().zip(changes.rows) {
                let mut ours = renamed(ours, case, &ends);
                ours.retain(|from, _| !has_routes(from));
                lines.extend(said.differences(&ours));
            }
            let said: BTreeMap<String, bool> =
                expected.differences.iter().flat_map(|it| it.workloads.clone()).collect();
            let mut ours = changes.workloads;
            // What comes or goes without a connection is not in the list.
            ours.retain(|name, _| ends.contains(name.as_str()));
            if said != ours {
                lines.push(format!("came and went: {said:?}, got {ours:?}"));
            }
            verdict(case, lines)
        }
        (Some(one), None) | (None, Some(one)) => {
            let [before, now] = &expect;
            let said = if new.is_some() { now } else { before };
            let ours = renamed(ours::rows(one), case, &ends);
            Verdict::Half(said.differences(&ours.only(said)))
        }
        (None, None) => Verdict::Skipped("neither set-up is at hand"),
    }
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
