//! What every flag of every command ends with, from the command line itself: a new command and a new flag are
//! in it without a line here. `docs/flags.md` shows it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clap::{Arg, Command};

use crate::exit_codes::{CELLS, command_of, folder};
use crate::grammar::commands;
use crate::harden::finish;

/// How a flag is given wrongly, what it ends with, and what must be said of it.
struct Wrong {
    what: &'static str,
    words: String,
    code: i32,
}

/// The ways in which a flag can be wrong, by what it takes.
fn wrongs(arg: &Arg) -> Vec<Wrong> {
    let Some(long) = arg.get_long() else { return Vec::new() };
    let wrong = |what, value: &str, code| Wrong { what, words: format!("--{long}={value}"), code };
    if !arg.get_action().takes_values() {
        return vec![wrong("it takes no value", "x", 2)];
    }
    let value = arg.get_value_names().map(|it| it.join(" ")).unwrap_or_default();
    let mut all = Vec::new();
    if !arg.get_possible_values().is_empty() {
        all.push(wrong("there is no such value", "no-such-value", 2));
    }
    match value.as_str() {
        "FILE" if long == "kubeconfig" => {}
        "FILE" if long == "write-baseline" => {
            all.push(wrong("it cannot be written", "nowhere/out", 2));
        }
        "FILE" => all.push(wrong("it is not there", "nowhere.yaml", 2)),
        "PATH" if long == "output-file" => {
            all.push(wrong("it cannot be written", "nowhere/out", 2));
            all.push(wrong("it is no file", "-", 2));
        }
        "[FORMAT=]PATH" => {
            all.push(wrong("it cannot be written", "nowhere/out", 2));
            all.push(wrong("there is no such format", "no=out", 2));
            all.push(wrong("it is no file", "-", 2));
        }
        "DIR" if long == "output-dir" => all.push(wrong("it cannot be written", "clean.yaml/x", 2)),
        "DIR" => all.push(wrong("it is not there", "nowhere", 2)),
        "VERSION" if long.ends_with("-version") => {
            all.push(wrong("it is not known", "1.24", 2));
        }
        "RULE" | "SEVERITY" | "CATEGORY" => {
            all.push(wrong("there is no such name", "no-such-name", 2));
        }
        "OLD" => all.push(wrong("it is neither there nor a revision", "no-such-revision", 2)),
        "GLOB" => all.push(wrong("it is no glob", "[", 2)),
        "NUMBER" => all.push(wrong("it is no number", "x", 2)),
        "ORDER" => all.push(wrong("there is no such name", "no-such-name", 2)),
        "TIME" => all.push(wrong("it is no time", "5x", 2)),
        "PORT" => all.push(wrong("it is no port", "x", 2)),
        _ => {}
    }
    all
}

/// Commands that can be run as they are.
fn leaves() -> Vec<(String, Command)> {
    commands().into_iter().filter(|(_, it)| !it.is_subcommand_required_set()).collect()
}

/// Words that a command runs with and ends with 0, apart from flags that a wrong one would contradict.
fn sound(name: &str) -> Option<(&'static str, &'static str)> {
    let of_it = CELLS.iter().filter(|(command, .., code)| *command == name && *code == 0);
    of_it.map(|(_, _, words, input, _)| (*words, *input)).next()
}

#[test]
fn a_flag_that_is_wrong_ends_with_its_code_in_every_command() {
    let folder = folder();
    let mut count = 0;
    let mut failures = Vec::new();
    for (name, command) in leaves() {
        let (words, input) = sound(&name).unwrap_or_default();
        for arg in command.get_arguments() {
            for Wrong { what, words: flag, code } in wrongs(arg) {
                // Where a flag stands already, it would be twice.
                let long = arg.get_long().unwrap_or_default();
                let short = arg.get_short().map(|it| format!("-{it} ")).unwrap_or_default();
                let has_it = words.contains(&format!("--{long}"))
                    || !short.is_empty() && format!("{words} ").contains(&short);
                let words = if has_it { "" } else { words };
                let mut run = command_of(folder.path(), &name, &format!("{words} {flag}"));
                let ended = finish(&mut run, input);
                count += 1;
                if ended.code != code || ended.stderr.contains("panicked") {
                    failures.push(format!(
                        "{name} {words} {flag} ({what}): {} and not {code}\n{}",
                        ended.code, ended.stderr
                    ));
                }
            }
        }
        for (flag, code) in [("--no-such-flag", 2), ("--help", 0), ("-h", 0)] {
            let ended = finish(&mut command_of(folder.path(), &name, flag), "");
            assert_eq!(ended.code, code, "{name} {flag}: {}", ended.stderr);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 150, "{count}");
}

/// A flag as it is written, its default, its commands and how it is wrong.
type Row = (String, String, Vec<String>, Vec<&'static str>);

#[test]
fn the_page_of_flags_is_that_of_the_command_line() {
    let mut flags: BTreeMap<String, Row> = BTreeMap::new();
    for (name, command) in leaves() {
        for arg in command.get_arguments() {
            let Some(long) = arg.get_long() else { continue };
            let value = arg
                .get_value_names()
                .map(|it| it.join(" "))
                .filter(|_| arg.get_action().takes_values());
            let default: Vec<_> =
                arg.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
            let default =
                if arg.get_action().takes_values() { default.join(",") } else { String::new() };
            let short = arg.get_short().map_or_else(String::new, |it| format!("-{it}, "));
            let wrong =
                wrongs(arg).into_iter().map(|it| it.what).filter(|it| *it != "it takes no value");
            let flag = flags.entry(long.to_owned()).or_insert_with(|| {
                let value = value.map_or_else(String::new, |it| format!(" {it}"));
                (format!("{short}--{long}{value}"), default, Vec::new(), wrong.collect())
            });
            flag.2.push(name.clone());
        }
    }
    let mut page = String::from(
        "# Flags\n\nA flag means the same in every command that has it. What is wrong with one ends with\n\
         [exit code](exit-codes.md) 2.\n\n| flag | default | wrong where | commands |\n|---|---|---|---|\n",
    );
    for (flag, default, commands, wrong) in flags.values() {
        let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
        let flag = flag.replace('|', "\\|");
        let _ = writeln!(
            page,
            "| `{flag}` | {default} | {} | {} |",
            wrong.join(", "),
            commands.join(", ")
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/flags.md");
    if std::env::var("INSTA_UPDATE").is_ok_and(|it| it == "always") {
        fs::write(&path, &page).unwrap();
    } else {
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(written, page, "INSTA_UPDATE=always writes it anew");
    }
}
