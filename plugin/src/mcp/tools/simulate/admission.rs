//! `simulate admission`: what the policies of a text say of the other objects in it.

use clap::{Args as _, Command, FromArgMatches as _};
use harden_admission::report::{Asked, Before, Summary, Written, to_json};
use harden_admission::{Cluster, Object, Policies};
use harden_core::object::objects;
use harden_yaml::documents;
use serde_json::{Value, json};

use super::{FILE, Kind, Told};
use crate::commands::simulate::admission::Options;
use crate::mcp::flags;
use crate::mcp::refusal::Refusal;
use crate::mcp::tools::check_manifest;

pub(super) static KIND: Kind = Kind {
    name: "admission",
    command: || Options::augment_args(Command::new("admission")),
    flags: &["kubernetes_version", "namespace", "user", "group", "operation"],
    run,
};

fn run(text: &str, matches: &clap::ArgMatches) -> Result<Told, Refusal> {
    let options = Options::from_arg_matches(matches).map_err(|_| flags::unreadable())?;
    let mut cluster = Cluster::new(check_manifest::version(options.kubernetes_version)?);
    let question = options.question(None, None);
    let (mut policies, mut others) = (Vec::new(), Vec::new());
    let mut summary = Summary::default();
    for document in documents(text) {
        if document.is_rejected() {
            let why = document.problems().first().map(harden_yaml::Problem::message);
            summary.note(FILE.to_owned(), why.unwrap_or_default());
            continue;
        }
        for object in objects(document.root()).filter(harden_core::object::Object::is_complete) {
            let Some(object) = Object::written(&object) else { continue };
            if Policies::takes(&object) {
                policies.push(object);
            } else {
                cluster.add(question.place(object.clone(), &cluster));
                others.push(object);
            }
        }
    }
    let mut written = Written::default();
    written.add(&FILE.into(), text);
    let compiled = Policies::read(&policies, &cluster);
    compiled.refused().for_each(|it| summary.refuse(it, &mut written));
    let before = Before::default();
    let asked = Asked {
        policies: &compiled,
        cluster: &cluster,
        question: &question,
        before: &before,
        may_be_more: compiled.refused().next().is_some(),
    };
    let mut answers: Vec<Value> = Vec::new();
    let read = policies.len() + others.len();
    for object in others {
        match asked.ask(object) {
            Ok(told) => {
                summary.count(&told);
                answers.extend(told.answers.iter().map(|it| to_json(&told, it, &mut written)));
            }
            Err((what, why)) => summary.note(what.to_string(), why),
        }
    }
    let incomplete = summary.lacks().into_iter();
    let incomplete = incomplete.map(|it| json!({"what": it.what, "why": it.why})).collect();
    Ok(Told { answers, read, incomplete })
}
