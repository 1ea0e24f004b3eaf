//! One module per verb, and the one that runs generators.

pub(crate) mod check;
pub(crate) mod completion;
pub(crate) mod explain;
mod generate;
pub(crate) mod simulate;
pub(crate) mod version;

use std::process::ExitCode;

use clap::{ArgMatches, FromArgMatches as _};

use crate::cli::{Cli, Verb};
use crate::deliver::Delivery;
use crate::terminal::{self, Outcome};

/// Runs what the command line asks for.
pub(crate) fn dispatch(matches: &ArgMatches) -> ExitCode {
    let cli = match Cli::from_arg_matches(matches) {
        Ok(cli) => cli,
        Err(error) => return terminal::usage(&error),
    };
    terminal::choose_colour(cli.color);
    let outcome = match cli.verb {
        Verb::Generate(generator) => delivery(matches).and_then(|it| generate::run(generator, &it)),
        Verb::Check(options) => check::run(&options),
        Verb::Explain(options) => explain::explain(&options),
        Verb::Rules(options) => explain::list(&options),
        Verb::Simulate(what) => simulate::run(&what),
        Verb::Completion(options) => completion::run(&options),
        Verb::Version(options) => version::run(&options),
    };
    terminal::exit(outcome)
}

fn delivery(matches: &ArgMatches) -> anyhow::Result<Delivery> {
    let (_, matches) =
        matches.subcommand().ok_or_else(|| anyhow::anyhow!("no command was given"))?;
    Ok(Delivery::from_arg_matches(matches)?)
}

/// What running a command comes to.
pub(crate) type Result = anyhow::Result<Outcome>;
