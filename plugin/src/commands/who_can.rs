//! `who-can`: who may do something, and through what; and who can become somebody.

mod ask;
pub(crate) mod r#become;

pub(crate) use ask::Options;
#[cfg(feature = "live")]
pub(crate) use ask::answer;

/// What is asked.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Question {
    #[command(flatten)]
    ask: Option<Options>,

    #[command(subcommand)]
    further: Option<Further>,
}

/// What else is asked than who may do something.
#[derive(Debug, clap::Subcommand)]
enum Further {
    /// Say who can become somebody, by which steps, and what would have to be taken away
    Become(r#become::Options),
}

pub(crate) fn run(question: &Question) -> super::Result {
    match (&question.further, &question.ask) {
        (Some(Further::Become(options)), _) => r#become::run(options),
        (None, Some(options)) => ask::run(options),
        (None, None) => anyhow::bail!("say what is done, and with what: `who-can get pods`"),
    }
}
