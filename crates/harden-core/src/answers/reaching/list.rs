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

/// What is done with a connection.
pub(super) type Take<'t> = &'t mut dyn FnMut(&End<'_>, &End<'_>, &Connections) -> io::Result<()>;

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
    pub(super) fn from_controller(&self) -> impl Iterator<Item = (Workload<'n>, Connections)> {
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
        for (workload, connections) in self.from_controller() {
            self.take(&End::IngressController, &self.end(workload), connections, take)?;
        }
        for workload in self.network.workloads() {
            self.outside(workload, Direction::Ingress, take)?;
        }
        let is_asked = |it: Workload<'_>| self.focus.may_take(&self.names.end(it));
        for row in self.network.rows().filter(|it| is_asked(it.from)) {
            let from = self.names.end(row.from);
            for (to, connections) in row.to {
                self.take(&from, &self.names.end(to), connections, take)?;
            }
            self.outside(row.from, Direction::Egress, take)?;
        }
        Ok(())
    }

    fn outside(&self, own: Workload<'_>, way: Direction, take: Take<'_>) -> io::Result<()> {
        let workload = self.names.end(own);
        for Outside { addresses, connections } in self.network.outside(own, way) {
            for (first, last) in addresses.ranges() {
                let outside = End::Outside(first, last);
                let (from, to) = match way {
                    Direction::Ingress => (&outside, &workload),
                    Direction::Egress => (&workload, &outside),
                };
                self.take(from, to, connections.clone(), take)?;
            }
        }
        Ok(())
    }

    fn take(
        &self,
        from: &End<'_>,
        to: &End<'_>,
        all: Connections,
        take: Take<'_>,
    ) -> io::Result<()> {
        if !self.focus.takes(from, to) {
            return Ok(());
        }
        match self.focus.of_port(all) {
            connections if connections.is_empty() => Ok(()),
            connections => take(from, to, &connections),
        }
    }
}
