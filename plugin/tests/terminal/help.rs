//! What `--help` says, as a gallery in `snapshots/help/`.

use crate::gallery;
use crate::harden::{harden, line};

#[test]
fn every_command_explains_itself() {
    gallery("help").bind(|| {
        insta::assert_snapshot!("kubectl-harden", line("--help").ok());
        for command in kubectl_harden::command().get_subcommands() {
            explain(&[], command);
        }
    });
}

/// Shows the help of a command and of those below it.
fn explain(above: &[&str], command: &clap::Command) {
    let words = [above, &[command.get_name()]].concat();
    insta::assert_snapshot!(words.join("-"), harden([&words[..], &["--help"]].concat()).ok());
    for inner in command.get_subcommands() {
        explain(&words, inner);
    }
}

#[test]
fn without_words_the_help_goes_to_standard_error() {
    let ended = harden::<&str>([]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("Usage: kubectl harden"), "{}", ended.stderr);
}

#[test]
fn version_is_printed_for_people_and_programs() {
    gallery("help").bind(|| {
        let formats =
            ["text", "json", "yaml"].map(|format| line(&format!("version -o {format}")).ok());
        insta::assert_snapshot!("version-formats", formats.join("---\n"));
    });
}
