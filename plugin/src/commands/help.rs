//! `help`: what a command does, and how.

use anyhow::{anyhow, bail};
use clap::Command;

use crate::cli::{self, reserved};
use crate::terminal::{self, Exit};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Command to explain; without one, all of them are listed
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
}

pub(crate) fn run(options: &Options) -> super::Result {
    let mut command = cli::command();
    command.build();
    let mut found: &mut Command = &mut command;
    for (place, word) in options.words.iter().enumerate() {
        let name =
            options.words.iter().take(place + 1).map(String::as_str).collect::<Vec<_>>().join(" ");
        if reserved::COMMANDS.contains(&name.as_str()) {
            bail!("{}", reserved::not_yet(&name));
        }
        found = found.find_subcommand_mut(word).ok_or_else(|| {
            anyhow!("there is no command `{name}`; `kubectl harden help` lists them")
        })?;
    }
    terminal::print(&found.render_long_help().ansi().to_string())?;
    Ok(Exit::Done)
}
