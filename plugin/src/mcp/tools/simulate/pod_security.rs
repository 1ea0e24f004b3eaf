//! `simulate pod-security`: the API server's answers to pods.

use clap::{Args as _, Command, FromArgMatches as _};
use harden_core::object::objects;
use harden_core::simulate::pod_security::Simulator;
use harden_yaml::{Document, documents};
use serde_json::json;

use super::{FILE, Kind, Told};
use crate::commands::simulate::pod_security::Options;
use crate::mcp::flags;
use crate::mcp::refusal::Refusal;
use crate::mcp::tools::check_manifest;

pub(super) static KIND: Kind = Kind {
    name: "pod-security",
    command: || Options::augment_args(Command::new("pod-security")),
    flags: &[
        "level",
        "kubernetes_version",
        "policy_version",
        "namespace",
        "exempt_namespace",
        "exempt_runtime_class",
        "exempt_user",
        "user",
    ],
    run,
};

fn run(text: &str, matches: &clap::ArgMatches) -> Result<Told, Refusal> {
    let options = Options::from_arg_matches(matches).map_err(|_| flags::unreadable())?;
    let server = check_manifest::version(options.kubernetes_version)?;
    let mut simulator = Simulator::new(options.to_core(server));
    let all: Vec<Document<'_>> = documents(text).collect();
    let mut incomplete = Vec::new();
    let mut sound = Vec::new();
    for document in &all {
        if document.is_rejected() {
            let why = document.problems().first().map(harden_yaml::Problem::message);
            incomplete.push(json!({"what": FILE, "why": why.unwrap_or_default()}));
        } else {
            sound.extend(objects(document.root()));
        }
    }
    // Namespaces decide about all of the text, wherever they stand.
    sound.iter().for_each(|it| simulator.learn(it));
    let answers = sound.iter().flat_map(|it| simulator.answer(it)).map(|it| it.to_json()).collect();
    Ok(Told { answers, read: sound.len(), incomplete })
}
