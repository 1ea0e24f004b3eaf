//! One meaning per word of the command line, held by walking all of it.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Arg, Command};

use crate::harden::line;

/// Every command by its words, with what is below it.
fn walk(above: &str, command: &Command, all: &mut Vec<(String, Command)>) {
    for inner in command.get_subcommands() {
        let name = format!("{above} {}", inner.get_name()).trim().to_owned();
        all.push((name.clone(), inner.clone()));
        walk(&name, inner, all);
    }
}

pub(crate) fn commands() -> Vec<(String, Command)> {
    let mut all = Vec::new();
    walk("", &kubectl_harden::command(), &mut all);
    all
}

/// What a flag takes, as it is typed: the type behind it, but for texts that are paths or names of files.
fn kind(arg: &Arg) -> String {
    if !arg.get_action().takes_values() {
        return "nothing".to_owned();
    }
    let values = arg.get_possible_values();
    if !values.is_empty() {
        let names: Vec<_> = values.iter().map(|it| it.get_name().to_owned()).collect();
        return names.join("|");
    }
    let text = format!("{:?}", arg.get_value_parser().type_id());
    let value = arg.get_value_names().map(|it| it.join(" ")).unwrap_or_default();
    if value == "FILE" || value == "PATH" { value } else { format!("{value}: {text}") }
}

/// Flags whose values are those of the command, and which mean the same all the same: a format, a part of what is
/// made, and whom a question begins with.
const OF_THE_COMMAND: [&str; 4] = ["output", "output-file", "only", "from"];

/// Flags that only narrow down in one command, where leaving them out narrows nothing.
const NARROWING: [(&str, &str); 1] = [("rules", "level")];

#[test]
fn a_flag_in_two_commands_has_one_type_one_default_and_one_short_form() {
    let mut seen: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for (name, command) in commands() {
        for arg in command.get_arguments() {
            let Some(long) = arg.get_long() else { continue };
            let is_narrowing = NARROWING.contains(&(name.as_str(), long));
            let defaults: Vec<_> =
                arg.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
            let is_own = OF_THE_COMMAND.contains(&long);
            let kind = if is_own { String::new() } else { kind(arg) };
            let default = if is_own || is_narrowing { String::new() } else { defaults.join(",") };
            if is_narrowing {
                assert_eq!(kind, self::kind(named("namespace", "level")), "{name} {long}");
                continue;
            }
            let meaning = format!("{kind} [{default}] {:?}", arg.get_short());
            seen.entry(long.to_owned()).or_default().entry(meaning).or_default().push(name.clone());
        }
    }
    let torn: Vec<_> = seen.iter().filter(|(_, meanings)| meanings.len() > 1).collect();
    assert!(torn.is_empty(), "{torn:#?}");
    assert!(seen.len() > 80, "{}", seen.len());
}

fn named(command: &str, flag: &str) -> &'static Arg {
    let (_, command) = commands().into_iter().find(|(name, _)| name == command).unwrap();
    let command = Box::leak(Box::new(command));
    command.get_arguments().find(|it| it.get_long() == Some(flag)).unwrap()
}

#[test]
fn a_short_form_stands_for_one_flag() {
    let mut seen: BTreeMap<char, BTreeSet<String>> = BTreeMap::new();
    for (_, command) in commands() {
        for arg in command.get_arguments() {
            if let (Some(short), Some(long)) = (arg.get_short(), arg.get_long()) {
                seen.entry(short).or_default().insert(long.to_owned());
            }
        }
    }
    assert!(seen.values().all(|it| it.len() == 1), "{seen:?}");
    assert_eq!(seen[&'o'], BTreeSet::from(["output".to_owned()]));
    assert_eq!(seen[&'f'], BTreeSet::from(["filename".to_owned()]));
}

/// Words that mean what something else is called here.
const BANNED: [&str; 12] = [
    "for-version",
    "enforce",
    "audit",
    "warn",
    "namespaces",
    "severity",
    "format",
    "file",
    "output-format",
    "k8s-version",
    "dry-run-server",
    "compare",
];

#[test]
fn a_word_that_is_kept_means_nothing_else() {
    let commands = commands();
    let reserved = kubectl_harden::reserved();
    for (name, command) in &commands {
        assert!(!reserved.commands.contains(&name.as_str()), "{name} is not there yet");
        for long in command.get_arguments().filter_map(Arg::get_long) {
            assert!(!reserved.flags.contains(&long), "{name} --{long} is not there yet");
            // What was signed is the file itself, and not what is read for objects.
            let is_itself = name == "verify" && long == "file";
            assert!(is_itself || !BANNED.contains(&long), "{name} --{long} is called otherwise");
        }
    }
    let help = line("--help").ok();
    for command in reserved.commands {
        let message = line(&format!("{command} x")).rejected();
        let expected = format!(
            "error: `kubectl harden {command}` is not there yet: its name is kept for it\n"
        );
        assert_eq!(message, expected);
        assert_eq!(line(&format!("help {command}")).rejected(), expected);
        assert!(!help.contains(&format!("  {command} ")), "{command}");
    }
    for flag in reserved.flags {
        for command in ["check", "namespace", "audit-policy"] {
            let message = line(&format!("{command} --{flag} x")).rejected();
            let expected = format!("error: --{flag} is not there yet: its name is kept for it\n");
            assert_eq!(message, expected, "{command}");
        }
    }
}

#[test]
fn versions_are_read_alike_in_every_command() {
    let with: Vec<_> = commands()
        .into_iter()
        .filter(|(_, it)| it.get_arguments().any(|it| it.get_long() == Some("kubernetes-version")))
        .map(|(name, _)| name)
        .collect();
    assert!(with.len() >= 8, "{with:?}");
    for name in with {
        let message = line(&format!("{name} --kubernetes-version 1.24")).rejected();
        let expected = "must be a version from v1.25 to v1.37, such as 1.30, v1.30 or v1.30.4, or `latest`, or `cluster` to ask the API server";
        assert!(message.contains(expected), "{name}: {message}");
        for text in ["1.30", "v1.30", "v1.30.4", "latest", "cluster"] {
            let words = ["kubectl-harden"].into_iter().chain(name.split(' '));
            let words = words.chain(["--kubernetes-version", text]);
            let read = kubectl_harden::command().try_get_matches_from(words);
            let wrong = read.err().map(|it| it.to_string()).unwrap_or_default();
            assert!(!wrong.contains("invalid value"), "{name} {text}: {wrong}");
        }
    }
}
