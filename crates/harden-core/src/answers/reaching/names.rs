//! What ends of connections are called, each once.

use super::End;
use crate::network::connectivity::{Network, Workload};

/// The names of all workloads.
#[derive(Debug)]
pub(super) struct Names<'n>(Vec<(&'n str, String)>);

impl<'n> Names<'n> {
    pub(super) fn of(network: &'n Network) -> Self {
        let name = |it: Workload<'n>| (it.namespace().name(), it.to_string());
        Self(network.workloads().map(name).collect())
    }

    /// A workload as an end.
    pub(super) fn end(&self, workload: Workload<'_>) -> End<'_> {
        let (namespace, name) =
            self.0.get(workload.index()).map_or(("", ""), |(namespace, name)| (*namespace, name));
        End::Workload { namespace, name }
    }
}
