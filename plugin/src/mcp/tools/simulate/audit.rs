//! `simulate audit`: what an audit policy makes of a request.

use clap::{Args as _, Command, FromArgMatches as _};
use harden_core::configuration::first_document;
use harden_core::simulate::audit::Simulator;
use serde_json::json;

use super::{FILE, Kind, Told};
use crate::commands::simulate::audit::{Options, rejected};
use crate::mcp::flags;
use crate::mcp::refusal::Refusal;
use crate::mcp::tools::check_manifest;

pub(super) static KIND: Kind = Kind {
    name: "audit",
    command: || Options::augment_args(Command::new("audit")),
    flags: &[
        "kubernetes_version",
        "verb",
        "resource",
        "non_resource_url",
        "api_group",
        "namespace",
        "name",
        "user",
        "group",
    ],
    run,
};

fn run(text: &str, matches: &clap::ArgMatches) -> Result<Told, Refusal> {
    let options = Options::from_arg_matches(matches).map_err(|_| flags::unreadable())?;
    let version = check_manifest::version(options.kubernetes_version)?;
    let request = options.request()?;
    let request =
        request.ok_or_else(|| Refusal::of("verb", "is missing: it is what the request does"))?;
    let document = first_document(text);
    let simulator = Simulator::new(&document, FILE, version)
        .map_err(|it| Refusal::of("text", rejected(FILE, text, &it)))?;
    let faults = simulator.policy().ignored.iter();
    let incomplete = faults.map(
        |it| json!({"what": FILE, "why": format!("the API server ignores this: {}", it.message)}),
    );
    let answer = simulator.to_json(&simulator.answer(&request.event()));
    let read = simulator.policy().rules.len();
    Ok(Told { answers: vec![answer], read, incomplete: incomplete.collect() })
}
