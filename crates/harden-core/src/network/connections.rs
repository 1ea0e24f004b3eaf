//! Sets of connections: ports by protocol, added, cut and printed exactly.

use std::fmt;
use std::str::FromStr;

use crate::kubernetes::Protocol;

/// All protocols that Kubernetes knows ports of.
pub const PROTOCOLS: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];

const FIRST: u16 = 1;
const LAST: u16 = u16::MAX;

/// Ports, 1 to 65535: ranges in order, of which no two touch.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports(Vec<(u16, u16)>);

impl Ports {
    /// No port.
    pub const NONE: Self = Self(Vec::new());

    /// Every port.
    pub fn all() -> Self {
        Self(vec![(FIRST, LAST)])
    }

    /// From the first to the last, both included; none where they are in the wrong order, and never port 0.
    pub fn range(first: u16, last: u16) -> Self {
        let first = first.max(FIRST);
        if first <= last { Self(vec![(first, last)]) } else { Self::NONE }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every port is there.
    pub fn is_all(&self) -> bool {
        *self.0 == [(FIRST, LAST)]
    }

    /// Whether a port is there.
    pub fn contains(&self, port: u16) -> bool {
        let next = self.0.partition_point(|(first, _)| *first <= port);
        next.checked_sub(1).and_then(|it| self.0.get(it)).is_some_and(|(_, last)| port <= *last)
    }

    /// The ranges, first and last port, in order.
    pub fn ranges(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// Those of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all: Vec<_> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        let mut joined: Vec<(u16, u16)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match joined.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last);
                }
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// Those that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut own, mut others) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = Vec::new();
        while let (Some(a), Some(b)) = (own.peek(), others.peek()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                shared.push((first, last));
            }
            if a.1 < b.1 {
                own.next()
            } else {
                others.next()
            };
        }
        Self(shared)
    }

    /// Those of this that the other does not have.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }

    fn complement(&self) -> Self {
        let mut next = Some(FIRST);
        let mut gaps = Vec::new();
        for (first, last) in &self.0 {
            if let Some(from) = next.filter(|it| it < first) {
                gaps.push((from, first - 1));
            }
            next = last.checked_add(1);
        }
        gaps.extend(next.map(|from| (from, LAST)));
        Self(gaps)
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            f.write_str(comma)?;
            first.fmt(f)?;
            if first != last {
                write!(f, "-{last}")?;
            }
        }
        Ok(())
    }
}

/// Connections between two peers: ports of each protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Connections([Ports; 3]);

impl Connections {
    /// No connection.
    pub const NONE: Self = Self([Ports::NONE, Ports::NONE, Ports::NONE]);

    /// Every port of every protocol.
    pub fn all() -> Self {
        Self(PROTOCOLS.map(|_| Ports::all()))
    }

    /// Some ports of one protocol.
    pub fn of(protocol: Protocol, ports: Ports) -> Self {
        let mut this = Self::NONE;
        *this.slot(protocol) = ports;
        this
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Ports::is_empty)
    }

    /// Whether every port of every protocol is there.
    pub fn is_all(&self) -> bool {
        self.0.iter().all(Ports::is_all)
    }

    /// Whether one is there.
    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        self.ports(protocol).contains(port)
    }

    /// The ports of a protocol.
    pub fn ports(&self, protocol: Protocol) -> &Ports {
        let [tcp, udp, sctp] = &self.0;
        match protocol {
            Protocol::Tcp => tcp,
            Protocol::Udp => udp,
            Protocol::Sctp => sctp,
        }
    }

    fn slot(&mut self, protocol: Protocol) -> &mut Ports {
        let [tcp, udp, sctp] = &mut self.0;
        match protocol {
            Protocol::Tcp => tcp,
            Protocol::Udp => udp,
            Protocol::Sctp => sctp,
        }
    }

    /// Those of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.with(other, Ports::union)
    }

    /// Those that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.with(other, Ports::intersection)
    }

    /// Those of this that the other does not have.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.with(other, Ports::difference)
    }

    /// Whether all of these are among the others.
    pub fn is_within(&self, others: &Self) -> bool {
        self.difference(others).is_empty()
    }

    fn with(&self, other: &Self, join: fn(&Ports, &Ports) -> Ports) -> Self {
        Self(PROTOCOLS.map(|it| join(self.ports(it), other.ports(it))))
    }
}

/// `All Connections`, `No Connections`, or the ports of each protocol: `TCP 80,443-450,UDP 53`.
impl fmt::Display for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("All Connections");
        }
        if self.is_empty() {
            return f.write_str("No Connections");
        }
        let some = PROTOCOLS.into_iter().filter(|it| !self.ports(*it).is_empty());
        for (index, protocol) in some.enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{protocol} {}", self.ports(protocol))?;
        }
        Ok(())
    }
}

/// Why a text is no set of connections.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be `All Connections`, `No Connections`, or ports of protocols such as `TCP 80,443-450,UDP 53`"
)]
pub struct InvalidConnections;

impl FromStr for Connections {
    type Err = InvalidConnections;

    fn from_str(text: &str) -> Result<Self, InvalidConnections> {
        match text.trim() {
            "All Connections" => return Ok(Self::all()),
            "No Connections" => return Ok(Self::NONE),
            _ => {}
        }
        let (mut all, mut protocol) = (Self::NONE, None);
        for part in text.split(',') {
            let part = part.trim();
            let range = match part.split_once(' ') {
                Some((name, range)) => {
                    protocol = Some(Protocol::read(name).ok_or(InvalidConnections)?);
                    range.trim()
                }
                None => part,
            };
            let number =
                |it: &str| it.parse::<u16>().ok().filter(|it| *it > 0).ok_or(InvalidConnections);
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let ports = Ports::range(number(first)?, number(last)?);
            if ports.is_empty() {
                return Err(InvalidConnections);
            }
            all = all.union(&Self::of(protocol.ok_or(InvalidConnections)?, ports));
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(ranges: &[(u16, u16)]) -> Ports {
        ranges.iter().fold(Ports::NONE, |all, it| all.union(&Ports::range(it.0, it.1)))
    }

    #[test]
    fn ranges_that_touch_are_one() {
        assert_eq!(ports(&[(80, 80), (81, 90), (70, 79)]).ranges(), [(70, 90)]);
        assert_eq!(ports(&[(1, 32767), (32768, 65535)]), Ports::all());
        assert_eq!(ports(&[(0, 5)]).ranges(), [(1, 5)]);
        assert_eq!(ports(&[(9, 8)]), Ports::NONE);
    }

    #[test]
    fn sets_are_exact_at_their_edges() {
        let some = ports(&[(1, 10), (20, 30), (65535, 65535)]);
        let other = ports(&[(5, 25)]);
        assert_eq!(some.intersection(&other).ranges(), [(5, 10), (20, 25)]);
        assert_eq!(some.difference(&other).ranges(), [(1, 4), (26, 30), (65535, 65535)]);
        assert_eq!(Ports::all().difference(&some).ranges(), [(11, 19), (31, 65534)]);
        assert_eq!(some.difference(&Ports::all()), Ports::NONE);
        let ends = [0, 1, 10, 11, 19, 20, 30, 31, 65534, 65535];
        let there = ends.map(|it| some.contains(it));
        assert_eq!(there, [false, true, true, false, false, true, true, false, false, true]);
    }

    #[test]
    fn what_is_printed_is_read_again() {
        for text in ["All Connections", "No Connections", "TCP 80,443-450,UDP 53", "SCTP 1-65535"] {
            let connections: Connections = text.parse().expect(text);
            assert_eq!(connections.to_string(), text);
        }
        for bad in ["", "80", "TCP", "TCP 0", "TCP 9-8", "ICMP 8", "TCP 80;90", "TCP 65536"] {
            assert!(bad.parse::<Connections>().is_err(), "{bad}");
        }
    }
}
