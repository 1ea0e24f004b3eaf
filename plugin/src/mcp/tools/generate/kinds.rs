//! What can be generated, by the words of the command line.

use clap::{Command, Subcommand as _};
use harden_core::generators::Generator;
use serde_json::{Map, Value};

use crate::mcp::arguments::shown;
use crate::mcp::flags;
use crate::mcp::refusal::Refusal;

/// Options that read this machine or show what no assistant may see.
const NOT_HERE: [&str; 4] = ["help", "estimate", "show_key", "force"];

/// Whether an option is told and taken.
pub(super) fn is_told(id: &str) -> bool {
    !NOT_HERE.contains(&id)
}

/// All generators as one command.
pub(super) fn root() -> Command {
    Generator::augment_subcommands(Command::new("generate").subcommand_required(true))
}

/// What can be generated: the words after `kubectl harden`.
pub(in crate::mcp::tools) fn names() -> Vec<String> {
    let mut names = Vec::new();
    for command in root().get_subcommands() {
        collect(command, "", &mut names);
    }
    names
}

fn collect(command: &Command, above: &str, names: &mut Vec<String>) {
    let name = format!("{above}{}", command.get_name());
    names.push(name.clone());
    command.get_subcommands().for_each(|it| collect(it, &format!("{name} "), names));
}

/// The words of a kind; a refusal where there is no such kind.
pub(in crate::mcp::tools) fn find(kind: &str) -> Result<Vec<&str>, Refusal> {
    let names = names();
    if names.iter().any(|it| it == kind) {
        return Ok(kind.split(' ').collect());
    }
    Err(Refusal::of(
        "kind",
        format!("there is no kind {}; there are {}", shown(kind), names.join(", ")),
    ))
}

/// What a kind makes in a line, and its options as properties of a JSON Schema, with those that must be there.
pub(in crate::mcp::tools) fn options(
    path: &[&str],
) -> Option<(String, Map<String, Value>, Vec<String>)> {
    let mut root = root().disable_help_flag(true).disable_help_subcommand(true);
    root.build();
    let command = path.iter().try_fold(&root, |it, name| it.find_subcommand(name))?;
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let required = command.get_arguments().filter(|it| it.is_required_set());
    let required = required.map(|it| it.get_id().to_string()).filter(|it| is_told(it)).collect();
    Some((about, flags::schema(command, is_told), required))
}
