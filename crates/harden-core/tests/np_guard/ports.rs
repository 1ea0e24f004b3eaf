//! Sets of connections, by themselves, so that the engine is not held to its own reading of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub(crate) const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

/// Ports of protocols, and ports that are known by name only.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ports {
    /// Ranges in order, of which no two touch; no protocol without one.
    ranges: BTreeMap<&'static str, Vec<(u16, u16)>>,
    names: BTreeSet<(&'static str, String)>,
}

impl Ports {
    pub(crate) fn all() -> Self {
        let ranges = PROTOCOLS.map(|it| (it, vec![(1, u16::MAX)]));
        Self { ranges: ranges.into(), names: BTreeSet::new() }
    }

    pub(crate) fn one(protocol: &str, port: u16) -> Self {
        Self::of([(protocol, (port, port))])
    }

    fn of<'p>(all: impl IntoIterator<Item = (&'p str, (u16, u16))>) -> Self {
        let mut this = Self::default();
        for (protocol, range) in all {
            this.ranges.entry(known(protocol)).or_default().push(range);
        }
        for ranges in this.ranges.values_mut() {
            ranges.sort_unstable();
            let mut joined: Vec<(u16, u16)> = Vec::new();
            for (first, last) in ranges.drain(..) {
                match joined.last_mut() {
                    Some(it) if u32::from(first) <= u32::from(it.1) + 1 => it.1 = it.1.max(last),
                    _ => joined.push((first, last)),
                }
            }
            *ranges = joined;
        }
        this
    }

    /// `All Connections`, `No Connections` or `TCP 80,443-450,http,UDP 53`. A name without a protocol may be of any.
    pub(crate) fn read(text: &str) -> Self {
        match text.trim() {
            "All Connections" => return Self::all(),
            "No Connections" => return Self::default(),
            _ => {}
        }
        let mut protocols: Vec<&str> = Vec::new();
        let (mut ranges, mut names) = (Vec::new(), BTreeSet::new());
        for part in text.split(',') {
            let (protocol, port) = part.split_once(' ').unwrap_or(("", part));
            match protocol {
                "" if part.starts_with(' ') => protocols = PROTOCOLS.to_vec(),
                "" => {}
                one => protocols = vec![known(one)],
            }
            assert!(!protocols.is_empty(), "{text:?}");
            for protocol in &protocols {
                match range(port) {
                    Some(range) => ranges.push((*protocol, range)),
                    None => _ = names.insert((known(protocol), port.trim().to_owned())),
                }
            }
        }
        Self { names, ..Self::of(ranges) }
    }

    /// `TCP:[1-79,81-65535], UDP, SCTP`, as explanations have it.
    pub(crate) fn read_explained(text: &str) -> Self {
        let mut ranges = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let end = rest.find([':', ',']).unwrap_or(rest.len());
            let (protocol, after) = rest.split_at(end);
            if let Some(after) = after.strip_prefix(":[") {
                let (list, after) = after.split_once(']').unwrap();
                ranges.extend(list.split(',').map(|it| (protocol, range(it).unwrap())));
                rest = after;
            } else {
                ranges.push((protocol, (1, u16::MAX)));
                rest = after;
            }
            rest = rest.trim_start_matches(',').trim();
        }
        Self::of(ranges)
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        let names = self.names.union(&other.names).cloned().collect();
        Self { names, ..Self::of(self.each().chain(other.each())) }
    }

    pub(crate) fn complement(&self) -> Self {
        assert!(self.names.is_empty());
        let mut gaps = Vec::new();
        for protocol in PROTOCOLS {
            let mut next = Some(1_u16);
            for (first, last) in self.ranges.get(protocol).into_iter().flatten() {
                let before = next.filter(|it| it < first);
                gaps.extend(before.map(|it| (protocol, (it, first - 1))));
                next = last.checked_add(1);
            }
            gaps.extend(next.map(|it| (protocol, (it, u16::MAX))));
        }
        Self::of(gaps)
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        self.complement().union(&other.complement()).complement()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty() && self.names.is_empty()
    }

    fn each(&self) -> impl Iterator<Item = (&'static str, (u16, u16))> {
        self.ranges.iter().flat_map(|(protocol, all)| all.iter().map(|it| (*protocol, *it)))
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::all() {
            return f.write_str("all");
        }
        if self.is_empty() {
            return f.write_str("none");
        }
        self.each()
            .try_for_each(|(protocol, (first, last))| write!(f, "{protocol} {first}-{last} "))?;
        self.names.iter().try_for_each(|(protocol, name)| write!(f, "{protocol} {name} "))
    }
}

fn known(protocol: &str) -> &'static str {
    let is_it = |it: &&str| it.eq_ignore_ascii_case(protocol);
    PROTOCOLS.into_iter().find(is_it).unwrap_or_else(|| panic!("the protocol {protocol:?}"))
}

fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.parse().ok()?, last.parse().ok()?))
}
