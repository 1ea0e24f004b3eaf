//! All connections, or those of some.

use std::collections::BTreeMap;
use std::io;

use super::names::Names;
use super::{End, Focus};
use crate::network::connectivity::{Backend, Entry, Network, Outside, Party, Stranger, Workload};
use crate::network::{Connections, Direction};

/// Who reaches whom.
#[derive(Debug)]
pub struct List<'n> {
    network: &'n Network,
    focus: Focus,
    names: Names<'n>,
}

/// Connections from one end to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// Who opens them.
    pub from: End<'a>,
    /// To whom they are opened.
    pub to: End<'a>,
    /// What goes through.
    pub connections: Connections,
    /// Whether every policy that may say something of it could be read: what the API server refuses says something that
    /// nobody knows.
    pub is_known: bool,
}

/// What is done with connections.
type Take<'t> = &'t mut dyn FnMut(&Link<'_>) -> io::Result<()>;

impl<'n> List<'n> {
    /// The connections that a focus takes.
    pub fn new(network: &'n Network, focus: Focus) -> Self {
        Self { network, focus, names: Names::of(network) }
    }

    /// Everything of the cluster.
    pub fn network(&self) -> &'n Network {
        self.network
    }

    /// What is asked.
    pub(super) fn focus(&self) -> &Focus {
        &self.focus
    }

    /// A workload as an end.
    pub(super) fn end(&self, workload: Workload<'_>) -> End<'_> {
        self.names.end(workload)
    }

    /// What Ingresses and routes of Gateways let in, and policies do not refuse. Where the controller runs, nobody says:
    /// it is taken for a pod without labels, in a namespace of its own.
    pub(super) fn let_in(&self) -> impl Iterator<Item = (Workload<'n>, Connections)> {
        let mut all: BTreeMap<usize, (Workload<'n>, Connections)> = BTreeMap::new();
        let backends = self.network.entries().flat_map(Entry::backends);
        for (workload, connections) in backends.flat_map(Backend::targets) {
            let known = all.entry(workload.index());
            let (_, known) = known.or_insert_with(|| (workload, Connections::NONE));
            *known = known.union(&connections);
        }
        let controller = Stranger::default();
        let network = self.network;
        all.into_values().map(move |(workload, asked)| {
            let to = Party::Workload(workload);
            (workload, asked.intersection(&network.connections(Party::Stranger(&controller), to)))
        })
    }

    /// Hands over one connection after the other: those that come in from outside, then those of each workload.
    ///
    /// # Errors
    ///
    /// What was done with one failed.
    pub fn each(&self, take: Take<'_>) -> io::Result<()> {
        for (workload, connections) in self.let_in() {
            let is_known = is_known(workload, Direction::Ingress);
            let (from, to) = (End::IngressController, self.end(workload));
            self.take(Link { from, to, connections, is_known }, take)?;
        }
        for workload in self.network.workloads() {
            self.outside(workload, Direction::Ingress, take)?;
        }
        for row in self.network.rows_of(|it| self.focus.may_take(&self.end(it))) {
            let from = self.end(row.from);
            let is_sure = is_known(row.from, Direction::Egress);
            for (workload, connections) in row.to {
                let is_known = is_sure && is_known(workload, Direction::Ingress);
                self.take(Link { from, to: self.end(workload), connections, is_known }, take)?;
            }
            self.outside(row.from, Direction::Egress, take)?;
        }
        Ok(())
    }

    fn outside(&self, own: Workload<'_>, way: Direction, take: Take<'_>) -> io::Result<()> {
        let (workload, is_known) = (self.end(own), is_known(own, way));
        for Outside { addresses, connections } in self.network.outside(own, way) {
            for (first, last) in addresses.ranges() {
                let outside = End::Outside(first, last);
                let (from, to) = match way {
                    Direction::Ingress => (outside, workload),
                    Direction::Egress => (workload, outside),
                };
                let connections = connections.clone();
                self.take(Link { from, to, connections, is_known }, take)?;
            }
        }
        Ok(())
    }

    fn take(&self, mut link: Link<'_>, take: Take<'_>) -> io::Result<()> {
        if !self.focus.takes(&link.from, &link.to) {
            return Ok(());
        }
        link.connections = self.focus.of_port(link.connections);
        if link.connections.is_empty() { Ok(()) } else { take(&link) }
    }
}

/// Whether no policy that the API server refuses may be for a workload.
pub(super) fn is_known(workload: Workload<'_>, way: Direction) -> bool {
    workload.doubts(way).next().is_none()
}
