//! What `--help` says, as a gallery in `snapshots/help/`.

use crate::gallery;
use crate::harden::{harden, line};

#[test]
fn every_command_explains_itself() {
    gallery("help").bind(|| {
        // Only a command that carries the playground lists it.
        let help = line("--help").ok();
        let is_playground = |line: &&str| line.starts_with("  playground ");
        let lines: Vec<_> = help.lines().filter(|line| !is_playground(line)).collect();
        insta::assert_snapshot!("kubectl-harden", lines.join("\n"));
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
fn the_playground_is_listed_where_it_is_carried() {
    let is_listed = line("--help").ok().contains("\n  playground ");
    let dist = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist/index.html.gz");
    assert_eq!(is_listed, dist.exists() && cfg!(feature = "live"));
}

#[test]
fn help_is_a_command_short_is_short_and_both_are_wrapped() {
    assert_eq!(line("help").ok(), line("--help").ok());
    assert_eq!(line("help simulate audit").ok(), line("simulate audit --help").ok());
    assert!(line("help nonsense").rejected().contains("there is no command `nonsense`"));
    for command in kubectl_harden::command().get_subcommands() {
        let name = command.get_name();
        let at = |flag: &str, columns: &str| {
            let mut words = crate::harden::command();
            crate::harden::finish(words.args([name, flag]).env("COLUMNS", columns), "").ok()
        };
        let (short, long) = (at("-h", "80"), at("--help", "80"));
        assert!(short.lines().count() < 78, "{name}: {} lines", short.lines().count());
        assert!(short.lines().count() <= long.lines().count(), "{name}");
        assert!(long.contains("\nExamples:\n  kubectl harden "), "{long}");
        let wide = |text: &str| text.lines().map(|it| it.chars().count()).max();
        let is_wrapped = |text: &str, columns| {
            let text = text.split("\nExamples:").next().unwrap_or_default();
            wide(text) <= Some(columns)
        };
        assert!(is_wrapped(&short, 80) && is_wrapped(&long, 80), "{name}\n{short}{long}");
        assert!(wide(&long) <= Some(92), "{name}: {:?}", wide(&long));
        assert!(is_wrapped(&at("--help", "60"), 70), "{name}\n{}", at("--help", "60"));
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
        // What the build was told of its commit, as builds for a distribution are.
        let is_of_every_build = |line: &&str| {
            let key = line.trim_start().trim_start_matches('"');
            !key.starts_with("commit") && !key.starts_with("date")
        };
        let formats = ["text", "json", "yaml"].map(|format| {
            let text = line(&format!("version -o {format}")).ok();
            text.lines().filter(is_of_every_build).map(|it| format!("{it}\n")).collect::<String>()
        });
        insta::assert_snapshot!("version-formats", formats.join("---\n"));
    });
}
