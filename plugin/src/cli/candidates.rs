//! What the shell offers for the values of flags.

use clap::builder::ValueHint;
use clap::{Arg, Command};
use clap_complete::{ArgValueCandidates, CompletionCandidate};
use harden_core::finding::Severity;
use harden_core::kubernetes::MinorVersion;
use harden_core::report::Order;

use crate::connection::Connection;
use crate::rules;

/// Adds what is offered to every flag of a command and of those below it.
pub(super) fn with_candidates(command: Command) -> Command {
    command.mut_args(offer).mut_subcommands(with_candidates)
}

fn offer(arg: Arg) -> Arg {
    let id = arg.get_id().as_str().to_owned();
    let name = arg.get_value_names().and_then(|it| it.first()).map(ToString::to_string);
    match (id.as_str(), name.as_deref().unwrap_or_default()) {
        ("context", _) => arg.add(ArgValueCandidates::new(|| plain(asked().contexts()))),
        ("cluster", _) => arg.add(ArgValueCandidates::new(|| plain(asked().clusters()))),
        ("namespace" | "exempt_namespace", _) | (_, "NAMESPACE") => {
            arg.add(ArgValueCandidates::new(|| plain(asked().namespaces())))
        }
        ("fail_on", _) => arg.add(ArgValueCandidates::new(|| {
            let names = Severity::ALL.iter().map(|it| it.name().to_owned());
            plain(names.chain(["never".to_owned()]).collect())
        })),
        ("kubernetes_version", _) => arg.add(ArgValueCandidates::new(|| plain(versions(true)))),
        ("policy_version", _) => arg.add(ArgValueCandidates::new(|| plain(versions(false)))),
        (_, "RULE") => arg.add(ArgValueCandidates::new(|| {
            let offered = |rule: &'static harden_core::rule::Rule| {
                CompletionCandidate::new(rule.id).help(Some(rule.summary.into()))
            };
            rules::all().map(offered).collect()
        })),
        (_, "COMMAND") => arg.add(ArgValueCandidates::new(|| {
            let command = super::command();
            plain(command.get_subcommands().map(|it| it.get_name().to_owned()).collect())
        })),
        (_, "SEVERITY") => arg.add(ArgValueCandidates::new(|| {
            plain(Severity::ALL.iter().map(|it| it.name().to_owned()).collect())
        })),
        (_, "ORDER") => arg.add(ArgValueCandidates::new(|| {
            plain(Order::ALL.iter().map(|it| it.name().to_owned()).collect())
        })),
        (_, "CATEGORY") => arg.add(ArgValueCandidates::new(|| {
            plain(rules::CATEGORIES.iter().map(|(it, _)| it.name().to_owned()).collect())
        })),
        (_, "FILE" | "PATH" | "[FORMAT=]PATH" | "OLD") => arg.value_hint(ValueHint::AnyPath),
        (_, "DIR") => arg.value_hint(ValueHint::DirPath),
        _ => arg,
    }
}

fn plain(names: Vec<String>) -> Vec<CompletionCandidate> {
    names.into_iter().map(CompletionCandidate::new).collect()
}

fn versions(has_cluster: bool) -> Vec<String> {
    let known = MinorVersion::OLDEST_KNOWN.0..=MinorVersion::NEWEST_KNOWN.0;
    let words = ["latest", "cluster"].into_iter().take(if has_cluster { 2 } else { 1 });
    words.map(str::to_owned).chain(known.rev().map(|it| MinorVersion(it).to_string())).collect()
}

/// The connection that the words typed so far name.
fn asked() -> Connection {
    Connection::of_words(std::env::args())
}
