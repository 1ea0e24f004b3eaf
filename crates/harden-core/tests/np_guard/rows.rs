//! Who reaches whom, in a form in which equal answers are equal.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use super::ports::Ports;

/// What stands for all addresses outside.
pub(crate) const OUTSIDE: &str = "(outside)";

/// IPv4 addresses, both ends included.
type Range = (u32, u32);

/// From whom, to whom.
type Pair = (String, String);

/// Connections of pairs. Where an end is outside, ranges of addresses in order; each is as wide as it can be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rows(BTreeMap<Pair, Vec<(Range, Ports)>>);

impl Rows {
    /// Adds a row; the ends are written as in the outputs. A row of no connections is kept, for it says that somebody is
    /// left out of what holds for all others.
    pub(crate) fn add(&mut self, from: &str, to: &str, ports: Ports) {
        let (from, from_range) = end(from);
        let (to, to_range) = end(to);
        let range = from_range.or(to_range).unwrap_or_default();
        self.0.entry((from, to)).or_default().push((range, ports));
    }

    /// Joins what touches. Rows of one pair are of different addresses, or add up.
    pub(crate) fn settle(&mut self) {
        self.0.values_mut().for_each(|all| *all = joined(all));
    }

    /// Calls ends as others call them. What two of one name may is added up.
    pub(crate) fn rename(self, name: impl Fn(&str) -> Option<String>) -> Self {
        let mut renamed = Self::default();
        for ((from, to), all) in self.0 {
            let [from, to] = [from, to].map(|it| name(&it).unwrap_or(it));
            if from != to {
                renamed.0.entry((from, to)).or_default().extend(all);
            }
        }
        renamed.settle();
        renamed
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&str, &str) -> bool) {
        self.0.retain(|(from, to), _| keep(from, to));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The names of all ends.
    pub(crate) fn ends(&self) -> impl Iterator<Item = &str> {
        self.0.keys().flat_map(|(from, to)| [&**from, to])
    }

    /// Changes what each pair may.
    pub(crate) fn map(&self, change: impl Fn(&Ports) -> Ports) -> Self {
        let mut rows = self.0.clone();
        for all in rows.values_mut() {
            all.iter_mut().for_each(|(_, ports)| *ports = change(ports));
            all.retain(|(_, ports)| !ports.is_empty());
        }
        rows.retain(|_, all| !all.is_empty());
        let mut rows = Self(rows);
        rows.settle();
        rows
    }

    /// What of our rows is here, too, for some pairs; the others as they are. Those pairs may have more here.
    pub(crate) fn with_at_most(&self, ours: &Self, is_some: impl Fn(&str, &str) -> bool) -> Self {
        let mut rows = self.clone();
        for ((from, to), all) in &mut rows.0 {
            if is_some(from, to) {
                let own = ours.0.get(&(from.clone(), to.clone()));
                let own =
                    own.and_then(|it| it.first()).map(|(_, it)| it.clone()).unwrap_or_default();
                all.iter_mut().for_each(|(_, it)| *it = it.intersection(&own));
                all.retain(|(_, it)| !it.is_empty());
            }
        }
        rows.0.retain(|_, all| !all.is_empty());
        rows
    }

    /// What is said here of the pairs, and addresses, of others.
    pub(crate) fn only(&self, others: &Self) -> Self {
        let none = Self::default();
        let mut only = self.rest_of(&Ports::all(), others).rest_of(&Ports::all(), others);
        only.0.retain(|pair, _| self.0.contains_key(pair) || others.0.contains_key(pair));
        if only == none { none } else { only }
    }

    /// What does not go through, of these ports, for the pairs of others.
    pub(crate) fn rest_of(&self, ports: &Ports, others: &Self) -> Self {
        let mut rest = Self::default();
        for (pair, ranges) in &others.0 {
            let own = self.0.get(pair).map_or(&[][..], Vec::as_slice);
            let all = ranges.iter().map(|(range, _)| {
                let is_here = |it: &&(Range, Ports)| it.0.0 <= range.0 && range.1 <= it.0.1;
                let through = own.iter().find(is_here).map(|it| it.1.clone()).unwrap_or_default();
                (*range, ports.intersection(&through.complement()))
            });
            rest.0.insert(pair.clone(), all.collect());
        }
        rest.settle();
        rest
    }

    /// What is only in one of both, in lines.
    pub(crate) fn differences(&self, ours: &Self) -> Vec<String> {
        let pairs: std::collections::BTreeSet<_> = self.0.keys().chain(ours.0.keys()).collect();
        let differs = |it: &&&Pair| self.0.get(**it) != ours.0.get(**it);
        let none = Vec::new();
        let line = |pair: &Pair| {
            let said = Said(self.0.get(pair).unwrap_or(&none));
            let own = Said(ours.0.get(pair).unwrap_or(&none));
            format!("{} => {}: expected {said}, got {own}", pair.0, pair.1)
        };
        pairs.iter().filter(differs).map(|it| line(it)).collect()
    }
}

/// An end: its name, and its addresses where it is outside.
fn end(text: &str) -> (String, Option<Range>) {
    let text = text.trim();
    let Some(range) = text.strip_suffix("[External]") else { return (text.to_owned(), None) };
    let (first, last) = range.split_once('-').unwrap();
    let number = |it: &str| u32::from(it.parse::<Ipv4Addr>().unwrap());
    (OUTSIDE.to_owned(), Some((number(first), number(last))))
}

/// The same by ranges that do not overlap and, next to each other, differ.
fn joined(all: &[(Range, Ports)]) -> Vec<(Range, Ports)> {
    if all.iter().all(|(_, ports)| ports.is_empty()) {
        return all.iter().take(1).cloned().collect();
    }
    let edges: std::collections::BTreeSet<u64> = all
        .iter()
        .flat_map(|((first, last), _)| [u64::from(*first), u64::from(*last) + 1])
        .collect();
    let edges: Vec<u64> = edges.into_iter().collect();
    let mut joined: Vec<(Range, Ports)> = Vec::new();
    for pair in edges.windows(2) {
        let (first, last) = (pair[0] as u32, (pair[1] - 1) as u32);
        let here = all.iter().filter(|(range, _)| range.0 <= first && last <= range.1);
        let ports = here.fold(Ports::default(), |sum, (_, it)| sum.union(it));
        match joined.last_mut() {
            Some((range, before)) if u64::from(range.1) + 1 == pair[0] && *before == ports => {
                range.1 = last;
            }
            _ if ports.is_empty() => {}
            _ => joined.push(((first, last), ports)),
        }
    }
    joined
}

struct Said<'r>(&'r [(Range, Ports)]);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for ((first, last), ports) in self.0 {
            if (*first, *last) == (0, 0) {
                write!(f, "{ports}")?;
            } else {
                write!(f, "[{}-{}: {ports}]", Ipv4Addr::from(*first), Ipv4Addr::from(*last))?;
            }
        }
        Ok(())
    }
}
