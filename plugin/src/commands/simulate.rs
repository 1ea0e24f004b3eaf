//! `simulate`: what would happen, from configuration alone.

mod pod_security;

/// What to simulate.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Simulate {
    /// What the API server would answer to pods, and to what makes pods, in its own words
    PodSecurity(pod_security::Options),
}

pub(crate) fn run(simulate: &Simulate) -> super::Result {
    match simulate {
        Simulate::PodSecurity(options) => pod_security::run(options),
    }
}
