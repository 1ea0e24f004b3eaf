//! Who could come and reach workloads, and whom these could reach that is not there yet.

use std::io;

use super::list::{List, is_known};
use super::{End, Focus};
use crate::network::Direction;
use crate::network::connectivity::{Exposure, Network};

/// What goes through with pods that are not there yet.
#[derive(Debug)]
pub struct Exposures<'n>(List<'n>);

/// What goes through between a workload and pods that are not there yet.
#[derive(Debug, Clone)]
pub struct Exposed<'a> {
    /// The workload.
    pub workload: End<'a>,
    /// From the pods to it, or from it to the pods.
    pub direction: Direction,
    /// The pods, and what goes through. Nothing, where these are left out of what goes through with everybody.
    pub exposure: Exposure,
    /// Whether any policy says something for the workload in this direction.
    pub has_policies: bool,
    /// Whether every policy that may say something of it could be read.
    pub is_known: bool,
}

impl<'n> Exposures<'n> {
    /// Of the workloads that a focus names.
    pub fn new(network: &'n Network, focus: Focus) -> Self {
        Self(List::new(network, focus))
    }

    /// Everything of the cluster.
    pub fn network(&self) -> &'n Network {
        self.0.network()
    }

    /// Hands over one after the other, workload by workload.
    ///
    /// # Errors
    ///
    /// What was done with one failed.
    pub fn each(&self, take: &mut dyn FnMut(&Exposed<'_>) -> io::Result<()>) -> io::Result<()> {
        let focus = self.0.focus();
        for workload in self.network().workloads() {
            let end = self.0.end(workload);
            if !focus.of.is_empty() && !focus.of.iter().any(|it| it.is_of(&end)) {
                continue;
            }
            for direction in Direction::ALL {
                if focus.side.is_some_and(|it| it != direction) {
                    continue;
                }
                let has_policies = workload.policies(direction).next().is_some();
                let is_known = is_known(workload, direction);
                for exposure in self.network().exposure(workload, direction) {
                    let workload = end;
                    take(&Exposed { workload, direction, exposure, has_policies, is_known })?;
                }
            }
        }
        Ok(())
    }
}

impl Exposed<'_> {
    /// Who opens the connections, and to whom, in words.
    pub fn ends(&self) -> [String; 2] {
        let (own, other) = (self.workload.to_string(), self.exposure.with.to_string());
        match self.direction {
            Direction::Ingress => [other, own],
            Direction::Egress => [own, other],
        }
    }
}
