//! What several ranges of addresses come to together.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses of both families.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Addresses {
    v4: Intervals,
    v6: Intervals,
}

/// How much of the internet some addresses are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// So few that somebody may own them.
    Some,
    /// A quarter of the public addresses of a family, or more.
    Most,
    /// Every public address of a family.
    All,
}

/// Addresses that nobody has on the internet.
const NOT_PUBLIC: [&str; 13] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
];

/// Addresses that clusters are made of.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// The last address of IPv4 as a number.
const LAST_4: u128 = 0xffff_ffff;

/// All of IPv6 that was given out for the internet.
const PUBLIC_6: &str = "2000::/3";

impl Addresses {
    /// Adds a range.
    pub fn add(&mut self, range: IpNet) {
        self.family(range).add(interval(range));
    }

    /// Takes a range out.
    pub fn remove(&mut self, range: IpNet) {
        self.family(range).remove(interval(range));
    }

    /// Adds what others have.
    pub fn add_all(&mut self, others: &Self) {
        others.v4.0.iter().for_each(|it| self.v4.add(*it));
        others.v6.0.iter().for_each(|it| self.v6.add(*it));
    }

    /// Takes out what others have.
    pub fn remove_all(&mut self, others: &Self) {
        others.v4.0.iter().for_each(|it| self.v4.remove(*it));
        others.v6.0.iter().for_each(|it| self.v6.remove(*it));
    }

    /// Every address of both families.
    pub fn all() -> Self {
        Self { v4: Intervals(vec![(0, LAST_4)]), v6: Intervals(vec![(0, u128::MAX)]) }
    }

    /// The addresses from one to another of its family, both included; none where they are of two families or in the
    /// wrong order.
    pub fn between(first: IpAddr, last: IpAddr) -> Self {
        let mut this = Self::default();
        if first.is_ipv4() == last.is_ipv4() && first <= last {
            this.family_of(first).add((number(first), number(last)));
        }
        this
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.v4.0.is_empty() && self.v6.0.is_empty()
    }

    /// Whether an address is among them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let own = if address.is_ipv4() { &self.v4 } else { &self.v6 };
        own.contains(number(address))
    }

    /// Whether every address of the family of one is among them.
    pub fn hold_all_of(&self, family: IpAddr) -> bool {
        if family.is_ipv4() { self.v4.0 == [(0, LAST_4)] } else { self.v6.0 == [(0, u128::MAX)] }
    }

    /// First and last address of each range, in order: IPv4 goes before IPv6.
    pub fn ranges(&self) -> impl Iterator<Item = (IpAddr, IpAddr)> {
        let four = |it: u128| IpAddr::V4(u32::try_from(it).unwrap_or(u32::MAX).into());
        let six = |it: u128| IpAddr::V6(it.into());
        let v4 = self.v4.0.iter().map(move |it| (four(it.0), four(it.1)));
        v4.chain(self.v6.0.iter().map(move |it| (six(it.0), six(it.1))))
    }

    /// Parts of all addresses, in order, of which each is wholly within or wholly without every one of some sets.
    pub fn parts<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Vec<(IpAddr, IpAddr)> {
        let (mut four, mut six) = (vec![0], vec![0]);
        for set in sets {
            set.v4.starts(&mut four);
            set.v6.starts(&mut six);
        }
        let mut parts = Vec::new();
        for (mut starts, last, is_four) in [(four, LAST_4, true), (six, u128::MAX, false)] {
            starts.sort_unstable();
            starts.dedup();
            starts.retain(|it| *it <= last);
            let ends = starts.iter().skip(1).map(|it| it - 1).chain([last]);
            for (first, last) in starts.iter().zip(ends) {
                let one = Intervals(vec![(*first, last)]);
                let set = if is_four {
                    Self { v4: one, ..Self::default() }
                } else {
                    Self { v6: one, ..Self::default() }
                };
                parts.extend(set.ranges());
            }
        }
        parts
    }

    /// How much of the internet they are.
    pub fn reach(&self) -> Reach {
        if *self == Self::default() {
            return Reach::Some;
        }
        let mut public = Self::default();
        ["0.0.0.0/0", PUBLIC_6].into_iter().filter_map(range).for_each(|it| public.add(it));
        NOT_PUBLIC.into_iter().filter_map(range).for_each(|it| public.remove(it));
        self.v4.reach(&public.v4).max(self.v6.reach(&public.v6))
    }

    /// Whether the private ranges are among them, which clusters are made of.
    pub fn hold_private(&self) -> bool {
        PRIVATE.into_iter().filter_map(range).all(|it| {
            let (first, last) = interval(it);
            self.v4.0.iter().any(|own| own.0 <= first && last <= own.1)
        })
    }

    /// Whether several addresses of one range are among them that clusters and nodes are made of.
    pub fn hold_some_private(&self) -> bool {
        PRIVATE.into_iter().chain(["100.64.0.0/10", "169.254.0.0/16", "fc00::/7"]).any(|text| {
            let mut others = Self::default();
            range(text).into_iter().for_each(|it| others.add(it));
            let size = |it: &Self| it.v4.size().saturating_add(it.v6.size());
            let all = size(&others);
            self.v4.0.iter().for_each(|it| others.v4.remove(*it));
            self.v6.0.iter().for_each(|it| others.v6.remove(*it));
            all - size(&others) > 1
        })
    }

    fn family(&mut self, range: IpNet) -> &mut Intervals {
        self.family_of(range.addr())
    }

    fn family_of(&mut self, address: IpAddr) -> &mut Intervals {
        if address.is_ipv4() { &mut self.v4 } else { &mut self.v6 }
    }
}

/// The ranges, as `10.0.0.0-10.0.0.255`, with a comma between two; one address by itself.
impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.ranges().enumerate() {
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

/// The range that a text is to the parts of Kubernetes that are not strict: blanks around it, leading
/// zeros and bits beyond the prefix length do not matter.
pub fn range(text: &str) -> Option<IpNet> {
    let (address, prefix) = text.trim().split_once('/')?;
    let address = if address.contains(':') {
        address.parse::<IpAddr>().ok()?
    } else {
        let parts = address.split('.').map(|it| match it.trim_start_matches('0') {
            "" if !it.is_empty() => "0",
            part => part,
        });
        IpAddr::V4(parts.collect::<Vec<_>>().join(".").parse().ok()?)
    };
    let is_number = prefix.bytes().all(|it| it.is_ascii_digit());
    let range = IpNet::new(address, prefix.parse().ok().filter(|_| is_number)?).ok()?;
    Some(range.trunc())
}

/// Whether an address is one that the internet does not lead to.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => NOT_PUBLIC.into_iter().filter_map(range).any(|it| it.contains(&address)),
        IpAddr::V6(_) => range(PUBLIC_6).is_some_and(|it| !it.contains(&address)),
    }
}

/// First and last addresses as numbers, in order, with a gap between any two.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Intervals(Vec<(u128, u128)>);

impl Intervals {
    fn add(&mut self, (mut first, mut last): (u128, u128)) {
        self.0.retain(|(from, to)| {
            let touches = *from <= last.saturating_add(1) && first <= to.saturating_add(1);
            if touches {
                (first, last) = (first.min(*from), last.max(*to));
            }
            !touches
        });
        let place = self.0.partition_point(|(from, _)| *from < first);
        self.0.insert(place, (first, last));
    }

    fn remove(&mut self, (first, last): (u128, u128)) {
        let own = std::mem::take(&mut self.0);
        self.0 = own
            .into_iter()
            .flat_map(|(from, to)| {
                let before = (from < first).then(|| (from, to.min(first.saturating_sub(1))));
                let after = (to > last).then(|| (from.max(last.saturating_add(1)), to));
                before.into_iter().chain(after)
            })
            .collect();
    }

    fn contains(&self, address: u128) -> bool {
        let next = self.0.partition_point(|(first, _)| *first <= address);
        next.checked_sub(1).and_then(|it| self.0.get(it)).is_some_and(|(_, last)| address <= *last)
    }

    /// Adds where one of its ranges, or what follows it, begins.
    fn starts(&self, starts: &mut Vec<u128>) {
        for (first, last) in &self.0 {
            starts.push(*first);
            starts.extend(last.checked_add(1));
        }
    }

    fn reach(&self, public: &Self) -> Reach {
        let mut others = public.clone();
        self.0.iter().for_each(|it| others.remove(*it));
        let (all, missing) = (public.size(), others.size());
        match all - missing.min(all) {
            _ if missing == 0 => Reach::All,
            own if own >= all / 4 => Reach::Most,
            _ => Reach::Some,
        }
    }

    fn size(&self) -> u128 {
        self.0
            .iter()
            .fold(0, |size, (first, last)| size.saturating_add(last - first).saturating_add(1))
    }
}

fn interval(range: IpNet) -> (u128, u128) {
    (number(range.network()), number(range.broadcast()))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(added: &[&str], removed: &[&str]) -> Addresses {
        let mut addresses = Addresses::default();
        added.iter().for_each(|it| addresses.add(range(it).expect(it)));
        removed.iter().for_each(|it| addresses.remove(range(it).expect(it)));
        addresses
    }

    #[test]
    fn parts_together_are_the_whole() {
        for all in [
            &["0.0.0.0/0"][..],
            &["128.0.0.0/1", "0.0.0.0/1"],
            &["192.0.0.0/2", "0.0.0.0/2", "10.0.0.0/8", "64.0.0.0/2", "128.0.0.0/2"],
            &["1.2.3.4/0"],
            &[" 000.0.0.0/00 "],
            &["::/0"],
            &["::/1"],
            &["2000::/4", "3000::/4"],
        ] {
            assert_eq!(of(all, &[]).reach(), Reach::All, "{all:?}");
        }
        for most in [&["0.0.0.0/1"][..], &["128.0.0.0/1"], &["0.0.0.0/2"], &["2000::/4"]] {
            assert_eq!(of(most, &[]).reach(), Reach::Most, "{most:?}");
        }
        for some in [&[][..], &["10.0.0.0/8", "fd00::/8"], &["8.0.0.0/6"], &["8000::/1"]] {
            assert_eq!(of(some, &[]).reach(), Reach::Some, "{some:?}");
        }
    }

    #[test]
    fn what_is_left_out_counts_where_the_internet_is() {
        assert_eq!(of(&["0.0.0.0/0"], &["10.0.0.0/8", "169.254.0.0/16"]).reach(), Reach::All);
        assert_eq!(of(&["0.0.0.0/0"], &["8.8.8.8/32"]).reach(), Reach::Most);
        assert_eq!(of(&["0.0.0.0/0"], &["0.0.0.0/1", "128.0.0.0/1"]), Addresses::default());
        assert!(of(&["0.0.0.0/1", "128.0.0.0/1"], &["169.254.0.0/16"]).hold_private());
        assert!(!of(&["0.0.0.0/0"], &["10.1.0.0/16"]).hold_private());
        for some in ["10.0.0.0/31", "192.0.0.0/3", "fd00::/64", "169.254.169.0/24"] {
            assert!(of(&[some], &[]).hold_some_private(), "{some}");
        }
        for none in ["10.0.0.1/32", "8.0.0.0/8", "2000::/3"] {
            assert!(!of(&[none], &[]).hold_some_private(), "{none}");
        }
    }

    #[test]
    fn what_is_no_range_is_none() {
        for text in ["", "10.0.0.1", "a/0", "0.0.0.0/33", "0.0.0.0/+1", "0.0.0.0/", "1.2.3/8"] {
            assert_eq!(range(text), None, "{text}");
        }
        assert!(is_private("10.1.2.3".parse().expect("valid")));
        assert!(is_private("fd00::1".parse().expect("valid")));
        assert!(!is_private("8.8.8.8".parse().expect("valid")));
        assert!(!is_private("2a00::1".parse().expect("valid")));
    }
}
