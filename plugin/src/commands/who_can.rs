//! `who-can`: who may do something, and through what; and who can become somebody.

mod ask;
pub(crate) mod r#become;

pub(crate) use ask::Options;
#[cfg(feature = "live")]
pub(crate) use ask::answer;

use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};

/// What is asked.
#[derive(Debug)]
pub(crate) enum Question {
    /// Who may do something.
    May(Options),
    /// What stands where a verb does, and is none.
    Other(Other),
}

/// What else is asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Other {
    /// Say who can become somebody, by which steps, and what would have to be taken away
    Become(r#become::Options),
}

pub(crate) fn run(question: &Question) -> super::Result {
    match question {
        Question::May(options) => ask::run(options),
        Question::Other(Other::Become(options)) => r#become::run(options),
    }
}

impl Args for Question {
    fn augment_args(command: Command) -> Command {
        let command = Other::augment_subcommands(Options::augment_args(command));
        command.args_conflicts_with_subcommands(true).subcommand_negates_reqs(true)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Question {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        match matches.subcommand_name() {
            Some(_) => Other::from_arg_matches(matches).map(Self::Other),
            None => Options::from_arg_matches(matches).map(Self::May),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
