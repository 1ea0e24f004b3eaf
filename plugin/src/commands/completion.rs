//! `completion`: scripts for shells, and candidates for them and for kubectl's own completion.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::builder::ValueHint;
use clap::{Arg, Command};
use clap_complete::aot::Shell;
use clap_complete::engine::complete;
use clap_complete::env::Shells;

use crate::cli;
use crate::terminal::{self, Exit};

pub(crate) const INSTALL: &str = "\
For `kubectl harden <TAB>`, put a link to this program on PATH under the name that kubectl calls:
  ln -s \"$(command -v kubectl-harden)\" ~/.local/bin/kubectl_complete-harden

For `kubectl-harden <TAB>`:
  source <(kubectl-harden completion bash)";

/// The variable by which a script tells that it asks for candidates, and for which shell, or that it is
/// the script that kubectl runs: `kubectl`.
pub(crate) const ASKED_BY: &str = "_KUBECTL_HARDEN_COMPLETE";

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Whose script
    shell: Shell,
}

/// Prints the script of a shell, which asks this program whenever it needs candidates.
pub(crate) fn run(options: &Options) -> super::Result {
    let shell = options.shell.to_string();
    let shells = Shells::builtins();
    let shell = shells.completer(&shell).context("the shell is not known")?;
    let mut script = Vec::new();
    let name = "kubectl-harden";
    shell.write_registration(ASKED_BY, name, name, name, &mut script)?;
    terminal::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Answers the script of a shell, which passes the words typed so far after `--`.
pub(crate) fn answer_shell(shell: &str, words: &[OsString]) -> ExitCode {
    let mut answer = Vec::new();
    let typed = words.iter().position(|it| it == "--").and_then(|it| words.get(it + 1..));
    let shells = Shells::builtins();
    if let (Some(typed), Some(shell)) = (typed, shells.completer(shell)) {
        let mut command = cli::command();
        command.build();
        let folder = std::env::current_dir().ok();
        // Where nothing can be offered, nothing is.
        let _ = shell.write_complete(&mut command, typed.to_vec(), folder.as_deref(), &mut answer);
    }
    terminal::exit(
        terminal::print(&String::from_utf8_lossy(&answer)).map(|()| Exit::Done).map_err(Into::into),
    )
}

/// Answers kubectl, which calls `kubectl_complete-harden` with the words typed so far: a candidate
/// a line, with its help after a tab, and a directive last.
///
/// See `plugin_completion.go` of kubectl.
pub(crate) fn answer_kubectl(words: Vec<OsString>) -> ExitCode {
    /// Ask the shell for no files beside the candidates (cobra's `ShellCompDirectiveNoFileComp`).
    const NO_FILES: &str = ":4\n";
    /// Let the shell offer files (cobra's `ShellCompDirectiveDefault`).
    const FILES: &str = ":0\n";
    let mut command = cli::command();
    command.build();
    let last = words.len().saturating_sub(1);
    let takes_file = takes_file(&command, &words);
    let mut answer = String::new();
    if !takes_file {
        let candidates = complete(&mut command, words, last, None).unwrap_or_default();
        for candidate in candidates.iter().filter(|it| !it.is_hide_set()) {
            answer.push_str(&candidate.get_value().to_string_lossy());
            if let Some(help) = candidate.get_help() {
                answer.push('\t');
                answer.push_str(help.to_string().lines().next().unwrap_or_default());
            }
            answer.push('\n');
        }
    }
    answer.push_str(if takes_file { FILES } else { NO_FILES });
    terminal::exit(terminal::print(&answer).map(|()| Exit::Done).map_err(Into::into))
}

/// Whether the last word is to be a file: the value of a flag that takes one, or what stands without a flag.
fn takes_file(command: &Command, words: &[OsString]) -> bool {
    let words: Vec<_> = words.iter().map(|it| it.to_string_lossy()).collect();
    let Some((last, typed)) = words.split_last() else { return false };
    let mut command = command;
    for word in typed.iter().skip(1) {
        command = command.find_subcommand(word.as_ref()).unwrap_or(command);
    }
    let is_path = |it: &Arg| matches!(it.get_value_hint(), ValueHint::AnyPath | ValueHint::DirPath);
    let is_flag = |it: &Arg, word: &str| {
        it.get_long().is_some_and(|long| word.strip_prefix("--") == Some(long))
            || it
                .get_short()
                .is_some_and(|short| word.strip_prefix('-') == Some(&short.to_string()))
    };
    let before = typed.last().map_or("", |it| it.as_ref());
    match command.get_arguments().find(|it| is_flag(it, before) && it.get_action().takes_values()) {
        Some(flag) => is_path(flag),
        None => !last.starts_with('-') && command.get_positionals().any(is_path),
    }
}
