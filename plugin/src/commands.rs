//! One module per verb, and the one that runs generators.

pub(crate) mod access;
pub(crate) mod check;
pub(crate) mod completion;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod generate;
pub(crate) mod help;
pub(crate) mod mcp;
pub(crate) mod plan;
pub(crate) mod playground;
pub(crate) mod reading;
pub(crate) mod sign;
pub(crate) mod simulate;
pub(crate) mod snapshot;
pub(crate) mod verify;
pub(crate) mod version;
pub(crate) mod what_can;
pub(crate) mod who_can;

use std::process::ExitCode;

use clap::{ArgMatches, FromArgMatches as _};

use crate::cli::{Cli, Verb};
use crate::terminal::{self, Exit};

/// Runs what the command line asks for.
pub(crate) fn dispatch(matches: &ArgMatches) -> ExitCode {
    let cli = match Cli::from_arg_matches(matches) {
        Ok(cli) => cli,
        Err(error) => return terminal::usage(&error),
    };
    terminal::choose_colour(cli.color);
    let outcome = match cli.verb {
        Verb::Generate(generator) => generate::run(generator, innermost(matches)),
        Verb::Check(options) => check::run(&options),
        Verb::Plan(options) => plan::run(&options),
        Verb::Fix(options) => fix::run(&options),
        Verb::Sign(options) => sign::run(&options),
        Verb::Explain(options) => explain::explain(&options),
        Verb::Rules(options) => explain::list(&options),
        Verb::WhoCan(options) => who_can::run(&options),
        Verb::WhatCan(options) => what_can::run(&options),
        Verb::Verify(options) => verify::run(&options),
        Verb::Simulate(what) => simulate::run(&what),
        Verb::Snapshot(options) => snapshot::run(&options),
        Verb::Mcp(options) => mcp::run(&options),
        Verb::Playground(options) => playground::run(&options),
        Verb::Completion(options) => completion::run(&options),
        Verb::Version(options) => version::run(&options),
        Verb::Help(options) => help::run(&options),
    };
    terminal::exit(outcome)
}

fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}

/// What running a command comes to.
pub(crate) type Result = anyhow::Result<Exit>;
