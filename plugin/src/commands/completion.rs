//! `completion`: scripts for shells, and candidates for kubectl's own completion.

use std::ffi::OsString;
use std::process::ExitCode;

use clap_complete::aot::Shell;
use clap_complete::engine::complete;

use crate::cli;
use crate::terminal::{self, Exit};

pub(crate) const INSTALL: &str = "\
For `kubectl harden <TAB>`, put a link to this program on PATH under the name that kubectl calls:
  ln -s \"$(command -v kubectl-harden)\" ~/.local/bin/kubectl_complete-harden

For `kubectl-harden <TAB>`:
  source <(kubectl-harden completion bash)";

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Whose script
    shell: Shell,
}

pub(crate) fn run(options: &Options) -> super::Result {
    let mut script = Vec::new();
    clap_complete::aot::generate(options.shell, &mut cli::command(), "kubectl-harden", &mut script);
    terminal::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
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
    let last = words.len().saturating_sub(1);
    let takes_file = words.iter().rev().nth(1).is_some_and(|word| {
        ["-f", "--filename", "--output-dir", "--kubeconfig"].iter().any(|flag| word == flag)
    });
    let mut answer = String::new();
    if !takes_file {
        let candidates = complete(&mut cli::command(), words, last, None).unwrap_or_default();
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
