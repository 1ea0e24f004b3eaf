//! `simulate admission`: what the policies of a text say of the other objects in it.

use clap::{Args as _, Command, FromArgMatches as _};
use harden_admission::report::Texts;

use super::{FILE, Kind, Told};
use crate::commands::simulate::admission::Options;
use crate::mcp::flags;
use crate::mcp::refusal::Refusal;
use crate::mcp::tools::check_manifest;

pub(super) static KIND: Kind = Kind {
    name: "admission",
    command: || Options::augment_args(Command::new("admission")),
    flags: &["kubernetes_version", "namespace", "user", "group", "operation"],
    run,
};

fn run(text: &str, matches: &clap::ArgMatches) -> Result<Told, Refusal> {
    let options = Options::from_arg_matches(matches).map_err(|_| flags::unreadable())?;
    let version = check_manifest::version(options.kubernetes_version)?;
    let told = Texts::ask(FILE, text, &options.question(None, None), version);
    Ok(Told { answers: told.answers, read: told.read, incomplete: told.incomplete })
}
