//! Words that are kept for what is not there yet, so that none of them means anything else before.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Commands, with the command that they are below.
pub(crate) const COMMANDS: [&str; 4] = ["report", "falco-rules", "scanner", "simulate falco"];

/// Flags, without their dashes.
pub(crate) const FLAGS: [&str; 1] = ["framework"];

/// Says that a command is not there yet.
pub(crate) fn not_yet(command: &str) -> String {
    format!("`kubectl harden {command}` is not there yet: its name is kept for it")
}

/// Says of a word that is kept that it is not there yet; nothing of any other.
pub(crate) fn explain(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand)?;
            let command = COMMANDS.iter().find(|it| it.split(' ').next_back() == Some(word))?;
            Some(not_yet(command))
        }
        ErrorKind::UnknownArgument => {
            let word = text(ContextKind::InvalidArg)?;
            let flag = FLAGS.iter().find(|it| word.strip_prefix("--") == Some(it))?;
            Some(format!("--{flag} is not there yet: its name is kept for it"))
        }
        _ => None,
    }
}
