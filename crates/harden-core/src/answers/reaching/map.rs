//! What is drawn of an answer: workloads that are alike in one box, and what passes between the boxes.

mod columns;
mod twins;

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::End;
use crate::network::Connections;

/// More boxes than this no drawing shows.
const GROUPS: usize = 120;

/// More workloads than this are drawn as their namespaces.
const WORKLOADS: usize = 400;

/// More pairs than this are not looked at.
const PAIRS: usize = 200_000;

/// Boxes and arrows.
#[derive(Debug, Default)]
pub(super) struct Map {
    /// In the order of their columns.
    pub groups: Vec<Group>,
    pub arrows: Vec<Arrow>,
    /// How many boxes are not drawn.
    pub left_out: usize,
    /// How many connections are not drawn because there are too many.
    pub pairs_left_out: usize,
}

/// Ends that are alike: whoever is connected to one is connected to all in the same way.
#[derive(Debug)]
pub(super) struct Group {
    /// The namespace that they are in; empty outside of the cluster.
    pub namespace: String,
    /// What they are called, in order.
    pub names: Vec<String>,
    pub role: Role,
    /// How they are connected among each other.
    pub own: Vec<(Tone, Lane)>,
    /// From the left.
    pub column: usize,
    /// From above.
    pub row: usize,
}

/// What an end is to the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Outside, where connections come from.
    Caller,
    /// Not there yet, where connections would come from.
    Coming,
    /// Lets requests in.
    Controller,
    Workload,
    /// All workloads of a namespace.
    Namespace,
    /// Not there yet, where connections would go to.
    Awaited,
    /// Outside, where connections go to.
    Called,
}

/// What is said of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// They go through.
    Plain,
    /// They go through now and did not.
    Opened,
    /// They went through and do not any more.
    Closed,
}

/// What passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lane {
    pub connections: Connections,
    /// The same in other words, where numbers of ports do not say it.
    pub words: Option<String>,
}

impl Lane {
    /// In few words.
    pub(super) fn label(&self) -> String {
        match &self.words {
            Some(words) => words.clone(),
            None if self.connections.is_all() => "everything".to_owned(),
            None => self.connections.to_string(),
        }
    }

    fn join(&mut self, other: &Self) {
        self.connections = self.connections.union(&other.connections);
        self.words = match (self.words.take(), &other.words) {
            (Some(one), Some(other)) if one != *other => Some(format!("{one}; {other}")),
            (one, other) => one.or_else(|| other.clone()),
        };
    }
}

/// What passes from one box to another.
#[derive(Debug)]
pub(super) struct Arrow {
    pub from: usize,
    pub to: usize,
    pub tone: Tone,
    pub lane: Lane,
    /// Whether the same passes the other way.
    pub is_mutual: bool,
}

/// An end that is drawn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    role: Role,
    namespace: String,
    name: String,
}

/// Makes a map of rows that come one by one.
#[derive(Debug)]
pub(super) struct Surveyor {
    /// Whether namespaces are drawn rather than workloads.
    is_coarse: bool,
    points: BTreeMap<Point, usize>,
    pairs: BTreeMap<Pair, Lane>,
    pairs_left_out: usize,
}

/// From which point to which, and what is said of it.
type Pair = (usize, usize, Tone);

impl Surveyor {
    /// Begins a map of so many workloads.
    pub(super) fn new(workloads: usize) -> Self {
        Self {
            is_coarse: workloads > WORKLOADS,
            points: BTreeMap::new(),
            pairs: BTreeMap::new(),
            pairs_left_out: 0,
        }
    }

    /// Draws what passes from one end to another.
    pub(super) fn draw(&mut self, from: &End<'_>, to: &End<'_>, tone: Tone, lane: Lane) {
        let outside = |it: &End<'_>, is_start| match (it, is_start) {
            (End::Newcomers(_), true) => Role::Coming,
            (End::Newcomers(_), false) => Role::Awaited,
            (_, true) => Role::Caller,
            (_, false) => Role::Called,
        };
        let start = self.number(from, outside(from, true));
        let pair = (start, self.number(to, outside(to, false)), tone);
        let is_full = self.pairs.len() >= PAIRS;
        match self.pairs.get_mut(&pair) {
            Some(known) => known.join(&lane),
            None if is_full => self.pairs_left_out += 1,
            None => _ = self.pairs.insert(pair, lane),
        }
    }

    fn number(&mut self, end: &End<'_>, outside: Role) -> usize {
        let point = match end {
            End::IngressController => Point {
                role: Role::Controller,
                namespace: String::new(),
                name: "ingress controller".to_owned(),
            },
            End::Outside(first, last) => {
                Point { role: outside, namespace: String::new(), name: addresses(*first, *last) }
            }
            End::Newcomers(words) => {
                Point { role: outside, namespace: String::new(), name: (*words).to_owned() }
            }
            End::Workload { namespace, .. } if self.is_coarse => Point {
                role: Role::Namespace,
                namespace: (*namespace).to_owned(),
                name: String::new(),
            },
            End::Workload { namespace, name } => {
                let prefix = name.strip_prefix(namespace).and_then(|it| it.strip_prefix('/'));
                let name = prefix.unwrap_or(name).to_owned();
                Point { role: Role::Workload, namespace: (*namespace).to_owned(), name }
            }
        };
        let next = self.points.len();
        *self.points.entry(point).or_insert(next)
    }

    /// The map.
    pub(super) fn finish(self) -> Map {
        let mut points: Vec<(usize, Point)> =
            self.points.into_iter().map(|(point, number)| (number, point)).collect();
        points.sort_unstable_by_key(|(number, _)| *number);
        let points: Vec<Point> = points.into_iter().map(|(_, point)| point).collect();
        let mut map = twins::merged(points, &self.pairs);
        map.pairs_left_out = self.pairs_left_out;
        map.limit();
        columns::arrange(&mut map);
        map
    }
}

impl Map {
    /// Leaves out boxes beyond what a drawing shows: those with the fewest arrows.
    fn limit(&mut self) {
        let Some(more) = self.groups.len().checked_sub(GROUPS).filter(|it| *it > 0) else { return };
        let mut degrees = vec![0_usize; self.groups.len()];
        for arrow in &self.arrows {
            for end in [arrow.from, arrow.to] {
                degrees.get_mut(end).into_iter().for_each(|it| *it += 1);
            }
        }
        let mut order: Vec<usize> = (0..self.groups.len()).collect();
        order.sort_by_key(|it| std::cmp::Reverse(degrees.get(*it).copied().unwrap_or(0)));
        order.truncate(GROUPS);
        order.sort_unstable();
        self.keep(&order);
        self.left_out = more;
    }

    /// Keeps some boxes, in this order.
    fn keep(&mut self, order: &[usize]) {
        let mut places = vec![None; self.groups.len()];
        for (new, old) in order.iter().enumerate() {
            places.get_mut(*old).into_iter().for_each(|it| *it = Some(new));
        }
        let place = |it: usize| places.get(it).copied().flatten();
        self.arrows = std::mem::take(&mut self.arrows)
            .into_iter()
            .filter_map(|it| Some(Arrow { from: place(it.from)?, to: place(it.to)?, ..it }))
            .collect();
        let mut groups: Vec<Option<Group>> =
            std::mem::take(&mut self.groups).into_iter().map(Some).collect();
        let taken = order.iter().filter_map(|it| groups.get_mut(*it).and_then(Option::take));
        self.groups = taken.collect();
        self.arrows.sort_unstable_by_key(|it| (it.from, it.to));
    }

    /// The boxes of each namespace with their numbers; what is outside of the cluster comes first.
    pub(super) fn namespaces(&self) -> BTreeMap<&str, Vec<(usize, &Group)>> {
        let mut all: BTreeMap<&str, Vec<(usize, &Group)>> = BTreeMap::new();
        for (number, group) in self.groups.iter().enumerate() {
            all.entry(&group.namespace).or_default().push((number, group));
        }
        all
    }

    /// Whether an arrow comes from outside of the cluster.
    pub(super) fn is_from_outside(&self, arrow: &Arrow) -> bool {
        self.groups.get(arrow.from).is_some_and(|it| matches!(it.role, Role::Caller | Role::Coming))
    }

    /// Whether an arrow leads out of the cluster.
    pub(super) fn is_to_outside(&self, arrow: &Arrow) -> bool {
        self.groups.get(arrow.to).is_some_and(|it| matches!(it.role, Role::Called | Role::Awaited))
    }

    /// An arrow in words.
    pub(super) fn sentence(&self, arrow: &Arrow) -> String {
        let name = |it: usize| match self.groups.get(it) {
            Some(it) if it.namespace.is_empty() => it.names.join(", "),
            Some(it) => format!("{}: {}", it.namespace, it.lines().join(", ")),
            None => String::new(),
        };
        let way = if arrow.is_mutual { "<->" } else { "->" };
        format!("{} {way} {}: {}", name(arrow.from), name(arrow.to), arrow.lane.label())
    }

    /// What is said of all that is not drawn; empty where everything is.
    pub(super) fn remark(&self) -> String {
        let groups = match self.left_out {
            0 => None,
            count => Some(format!("{count} more boxes")),
        };
        let pairs = match self.pairs_left_out {
            0 => None,
            count => Some(format!("{count} more connections")),
        };
        let all: Vec<_> = groups.into_iter().chain(pairs).collect();
        if all.is_empty() { String::new() } else { format!("{} are not drawn", all.join(" and ")) }
    }
}

impl Group {
    /// What it is called, in lines: the first few names, and how many more there are.
    pub(super) fn lines(&self) -> Vec<String> {
        const SHOWN: usize = 4;
        if self.role == Role::Namespace {
            return vec!["all workloads".to_owned()];
        }
        let mut lines: Vec<_> = self.names.iter().take(SHOWN).cloned().collect();
        match self.names.len().saturating_sub(SHOWN) {
            0 => {}
            1 => lines.extend(self.names.last().cloned()),
            more => lines.push(format!("and {more} more")),
        }
        lines
    }

    /// How those in it are connected among each other, in words.
    pub(super) fn among(&self) -> Vec<String> {
        let each = |(tone, lane): &(Tone, Lane)| {
            let word = match tone {
                Tone::Plain => "each other",
                Tone::Opened => "opened to each other",
                Tone::Closed => "closed to each other",
            };
            format!("{word}: {}", lane.label())
        };
        self.own.iter().map(each).collect()
    }
}

/// What stands beside an arrow.
pub(super) fn said(arrow: &Arrow) -> String {
    let label = arrow.lane.label();
    match arrow.tone {
        Tone::Plain => label,
        Tone::Opened => format!("+ {label}"),
        Tone::Closed => format!("- {label}"),
    }
}

/// Addresses as people write them: a prefix where they are one.
fn addresses(first: IpAddr, last: IpAddr) -> String {
    let (low, high, bits) = match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            (u128::from(u32::from(first)), u128::from(u32::from(last)), 32_u32)
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => (u128::from(first), u128::from(last), 128),
        _ => return format!("{first}-{last}"),
    };
    if low == high {
        return first.to_string();
    }
    let host = (low ^ high).count_ones();
    let mask = if host >= 128 { u128::MAX } else { (1 << host) - 1 };
    if low ^ high == mask && low & mask == 0 {
        match bits - host.min(bits) {
            0 if bits == 32 => "any IPv4 address".to_owned(),
            0 => "any IPv6 address".to_owned(),
            prefix => format!("{first}/{prefix}"),
        }
    } else {
        format!("{first}-{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(first: &str, last: &str) -> String {
        addresses(first.parse().unwrap(), last.parse().unwrap())
    }

    #[test]
    fn addresses_are_a_prefix_where_they_are_one() {
        assert_eq!(between("0.0.0.0", "255.255.255.255"), "any IPv4 address");
        assert_eq!(between("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "any IPv6 address");
        assert_eq!(between("10.0.0.0", "10.255.255.255"), "10.0.0.0/8");
        assert_eq!(between("10.0.0.1", "10.0.0.1"), "10.0.0.1");
        assert_eq!(between("10.0.0.1", "10.0.0.2"), "10.0.0.1-10.0.0.2");
        assert_eq!(between("10.0.0.2", "10.0.0.5"), "10.0.0.2-10.0.0.5");
        assert_eq!(between("fd00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "fd00::/8");
    }
}
