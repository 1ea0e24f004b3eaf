//! `who-can`: who may do something, and who can become somebody.

pub(crate) mod r#become;

/// What to ask.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum WhoCan {
    /// Who can become somebody, by which steps, and what would have to be taken away
    Become(r#become::Options),
}

pub(crate) fn run(question: &WhoCan) -> super::Result {
    match question {
        WhoCan::Become(options) => r#become::run(options),
    }
}
