//! `simulate`: what would happen, from configuration alone.

pub(crate) mod admission;
pub(crate) mod audit;
pub(crate) mod network;
pub(crate) mod pod_security;

/// What to simulate.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Simulate {
    /// What the policies of a cluster would answer to objects: its own, Kyverno's and Gatekeeper's
    Admission(admission::Options),
    /// What an audit policy logs of a request, or of a whole log, and which rule says so
    Audit(audit::Options),
    /// Who reaches whom by the policies, which line decides it, and what a change opens
    Network(network::Options),
    /// What the API server would answer to pods, and to what makes pods, in its own words
    PodSecurity(pod_security::Options),
}

pub(crate) fn run(simulate: &Simulate) -> super::Result {
    match simulate {
        Simulate::Admission(options) => admission::run(options),
        Simulate::Audit(options) => audit::run(options),
        Simulate::Network(options) => network::run(options),
        Simulate::PodSecurity(options) => pod_security::run(options),
    }
}
