//! Which policies are for which workloads, and whom they isolate.

use std::io;

use super::list::List;
use super::{End, Focus};
use crate::network::Direction;
use crate::network::connectivity::{Network, Policy, Workload};

/// The policies of each workload.
#[derive(Debug)]
pub struct Selections<'n>(List<'n>);

/// The policies of a workload.
#[derive(Debug, Clone)]
pub struct Selection<'a> {
    /// The workload.
    pub workload: End<'a>,
    /// To it and from it.
    pub sides: [Side<'a>; 2],
    /// Whether its pods are on the network of their node, where no policy is for them.
    pub is_on_host: bool,
}

/// What policies say of a workload in one direction.
#[derive(Debug, Clone)]
pub struct Side<'a> {
    /// Which.
    pub direction: Direction,
    /// Whether only what a rule lets through goes through.
    pub is_isolated: bool,
    /// The policies, in the order in which they are asked.
    pub policies: Vec<Policy<'a>>,
    /// Policies that the API server refuses and that would be for it.
    pub doubts: Vec<Policy<'a>>,
}

impl<'n> Selections<'n> {
    /// Of the workloads that a focus names.
    pub fn new(network: &'n Network, focus: Focus) -> Self {
        Self(List::new(network, focus))
    }

    /// Everything of the cluster.
    pub fn network(&self) -> &'n Network {
        self.0.network()
    }

    /// Hands over one workload after the other.
    ///
    /// # Errors
    ///
    /// What was done with one failed.
    pub fn each(&self, take: &mut dyn FnMut(&Selection<'_>) -> io::Result<()>) -> io::Result<()> {
        let names = &self.0.focus().of;
        for workload in self.network().workloads() {
            let end = self.0.end(workload);
            if names.is_empty() || names.iter().any(|it| it.is_of(&end)) {
                take(&Selection {
                    workload: end,
                    sides: Direction::ALL.map(|it| Side::of(workload, it)),
                    is_on_host: workload.is_on_host(),
                })?;
            }
        }
        Ok(())
    }

    /// The policies that are for no workload that was read.
    pub fn idle(&self) -> impl Iterator<Item = Policy<'n>> {
        let all = self.network().policies().filter(|it| it.refused().is_none());
        all.filter(|it| it.workloads().next().is_none())
    }
}

impl<'a> Side<'a> {
    fn of(workload: Workload<'a>, direction: Direction) -> Self {
        Self {
            direction,
            is_isolated: workload.is_isolated(direction),
            policies: workload.policies(direction).collect(),
            doubts: workload.doubts(direction).collect(),
        }
    }
}
