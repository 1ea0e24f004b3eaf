//! What a change opens and closes.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io;

use super::list::{List, is_known};
use super::{End, Focus};
use crate::kubernetes::Addresses;
use crate::network::connectivity::{Network, Outside, Row, Workload};
use crate::network::{Connections, Direction};

/// What differs between two states of a cluster.
#[derive(Debug)]
pub struct Changes<'n> {
    before: List<'n>,
    now: List<'n>,
}

/// Connections from one end to another that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'n> {
    /// Who opens them.
    pub from: End<'n>,
    /// To whom they are opened.
    pub to: End<'n>,
    /// What went through.
    pub before: Connections,
    /// What goes through now.
    pub now: Connections,
    /// Whether every policy that may say something of it could be read, before and now.
    pub is_known: bool,
}

impl Change<'_> {
    /// What goes through now and did not.
    pub fn opened(&self) -> Connections {
        self.now.difference(&self.before)
    }

    /// What went through and does not any more.
    pub fn closed(&self) -> Connections {
        self.before.difference(&self.now)
    }
}

/// What is done with a change.
type Take<'t> = &'t mut dyn FnMut(&Change<'_>) -> io::Result<()>;

/// What went and goes through, and whether both are known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Both {
    sides: [Connections; 2],
    is_known: bool,
}

impl Both {
    fn new(is_known: bool) -> Self {
        Self { sides: [Connections::NONE, Connections::NONE], is_known }
    }

    fn set(&mut self, side: usize, connections: Connections, is_known: bool) {
        if let Some(it) = self.sides.get_mut(side) {
            *it = connections;
        }
        self.is_known &= is_known;
    }
}

/// A workload before and now, as far as it is there.
type Pair<'n> = (Option<Workload<'n>>, Option<Workload<'n>>);

impl<'n> Changes<'n> {
    /// What a focus takes of what differs.
    pub fn new(before: &'n Network, now: &'n Network, focus: &Focus) -> Self {
        Self { before: List::new(before, focus.clone()), now: List::new(now, focus.clone()) }
    }

    /// What is there now.
    pub fn network(&self) -> &'n Network {
        self.now.network()
    }

    /// The workloads that were not there before, and those that are not there any more.
    pub fn workloads(&self) -> [Vec<String>; 2] {
        let mut came_and_went = [Vec::new(), Vec::new()];
        let [came, went] = &mut came_and_went;
        let sides = [self.before.network().workloads(), self.now.network().workloads()];
        let [before, now] = sides;
        for pair in Merged::new(before, now, |it| *it) {
            match pair {
                (None, Some(it)) => came.push(it.to_string()),
                (Some(it), None) => went.push(it.to_string()),
                _ => {}
            }
        }
        came_and_went
    }

    /// Hands over one change after the other.
    ///
    /// # Errors
    ///
    /// What was done with one failed.
    pub fn each(&self, take: Take<'_>) -> io::Result<()> {
        let (before, now) = (self.before.network(), self.now.network());
        self.controllers(take)?;
        for pair in Merged::new(before.workloads(), now.workloads(), |it| *it) {
            self.outside(pair, Direction::Ingress, take)?;
        }
        for (one, other) in Merged::new(before.rows(), now.rows(), |it| it.from) {
            let from = (one.as_ref().map(|it| it.from), other.as_ref().map(|it| it.from));
            self.row(from, one, other, take)?;
            self.outside(from, Direction::Egress, take)?;
        }
        Ok(())
    }

    fn controllers(&self, take: Take<'_>) -> io::Result<()> {
        let is_sure = true;
        let mut all: BTreeMap<End<'_>, Both> = BTreeMap::new();
        for (side, list) in [&self.before, &self.now].into_iter().enumerate() {
            for (workload, connections) in list.let_in() {
                let is_known = is_known(workload, Direction::Ingress);
                let both = all.entry(list.end(workload)).or_insert_with(|| Both::new(is_sure));
                both.set(side, connections, is_known);
            }
        }
        all.into_iter().try_for_each(|(to, both)| self.take(End::IngressController, to, both, take))
    }

    fn row(
        &self,
        from: Pair<'n>,
        before: Option<Row<'n>>,
        now: Option<Row<'n>>,
        take: Take<'_>,
    ) -> io::Result<()> {
        let is_sure = are_known(from, Direction::Egress);
        let Some(from) = self.end(from) else { return Ok(()) };
        let mut all: BTreeMap<End<'_>, Both> = BTreeMap::new();
        for (side, (list, row)) in
            [(&self.before, before), (&self.now, now)].into_iter().enumerate()
        {
            for (workload, connections) in row.into_iter().flat_map(|it| it.to) {
                let is_known = is_known(workload, Direction::Ingress);
                let both = all.entry(list.end(workload)).or_insert_with(|| Both::new(is_sure));
                both.set(side, connections, is_known);
            }
        }
        all.into_iter().try_for_each(|(to, both)| self.take(from, to, both, take))
    }

    fn outside(&self, own: Pair<'n>, way: Direction, take: Take<'_>) -> io::Result<()> {
        let Some(workload) = self.end(own) else { return Ok(()) };
        let of = |list: &List<'n>, it: Option<Workload<'n>>| {
            it.map(|it| list.network().outside(it, way)).unwrap_or_default()
        };
        let sides = [of(&self.before, own.0), of(&self.now, own.1)];
        let [before, now] = &sides;
        if before == now {
            return Ok(());
        }
        let is_known = are_known(own, way);
        let mut parts: BTreeMap<[Connections; 2], Addresses> = BTreeMap::new();
        for (first, last) in Addresses::parts(sides.iter().flatten().map(|it| &it.addresses)) {
            let here = |all: &[Outside]| {
                let found = all.iter().find(|it| it.addresses.contains(first));
                found.map_or(Connections::NONE, |it| it.connections.clone())
            };
            let addresses = parts.entry([here(before), here(now)]).or_default();
            addresses.add_all(&Addresses::between(first, last));
        }
        for (sides, addresses) in parts {
            let both = Both { sides, is_known };
            for (first, last) in addresses.ranges() {
                let outside = End::Outside(first, last);
                let (from, to) = match way {
                    Direction::Ingress => (outside, workload),
                    Direction::Egress => (workload, outside),
                };
                self.take(from, to, both.clone(), take)?;
            }
        }
        Ok(())
    }

    fn end(&self, of: Pair<'n>) -> Option<End<'_>> {
        let now = of.1.map(|it| self.now.end(it));
        now.or_else(|| of.0.map(|it| self.before.end(it)))
    }

    fn take(&self, from: End<'_>, to: End<'_>, both: Both, take: Take<'_>) -> io::Result<()> {
        let focus = self.now.focus();
        if !focus.takes(&from, &to) {
            return Ok(());
        }
        let [before, now] = both.sides.map(|it| focus.of_port(it));
        let is_known = both.is_known;
        if before == now { Ok(()) } else { take(&Change { from, to, before, now, is_known }) }
    }
}

/// Whether every policy that may be for a workload could be read, before and now.
fn are_known(of: Pair<'_>, way: Direction) -> bool {
    let (before, now) = of;
    [before, now].into_iter().flatten().all(|it| is_known(it, way))
}

/// Two sequences in the order of their workloads, side by side: what is of one workload comes together.
struct Merged<A: Iterator, F> {
    before: std::iter::Peekable<A>,
    now: std::iter::Peekable<A>,
    workload: F,
}

impl<'n, A: Iterator, F: Fn(&A::Item) -> Workload<'n>> Merged<A, F> {
    fn new(before: A, now: A, workload: F) -> Self {
        Self { before: before.peekable(), now: now.peekable(), workload }
    }
}

impl<'n, A: Iterator, F: Fn(&A::Item) -> Workload<'n>> Iterator for Merged<A, F> {
    type Item = (Option<A::Item>, Option<A::Item>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = |it: &A::Item| {
            let it = (self.workload)(it);
            (it.namespace().name(), it.name(), it.kind(), it.variant())
        };
        let order = match (self.before.peek(), self.now.peek()) {
            (Some(one), Some(other)) => key(one).cmp(&key(other)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        Some(match order {
            Ordering::Less => (self.before.next(), None),
            Ordering::Greater => (None, self.now.next()),
            Ordering::Equal => (self.before.next(), self.now.next()),
        })
    }
}
