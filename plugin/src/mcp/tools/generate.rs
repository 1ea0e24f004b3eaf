//! `generate`: hardened objects and files, made from options.

mod kinds;

use clap::FromArgMatches as _;
use harden_core::cluster::{Facts, Need};
use harden_core::generators::{Generate, Generated, Generator, OptionError};
use serde_json::{Map, Value, json};

use super::{Effect, Tool, properties};
use crate::commands::generate::machine;
use crate::mcp::answer::Answer;
use crate::mcp::arguments::Arguments;
use crate::mcp::call::Call;
use crate::mcp::flags;
use crate::mcp::refusal::Refusal;

pub(super) use kinds::{find, names, options};

pub(super) static TOOL: Tool = Tool {
    name: "generate",
    title: "Generate hardened Kubernetes objects and files",
    description: "Makes hardened objects or API server files of a kind. describe_generator tells the options of a kind. Nothing is applied or written. \
                  Keys are never made or shown here: run the command line for them. No file of the machine is read: hand texts over in `files`.",
    input,
    required: &["kind"],
    output,
    optional: &[],
    lists: &["objects", "files", "notes"],
    effect: Effect::None,
    is_offered: |_| true,
    run,
};

fn input() -> Map<String, Value> {
    properties(json!({
        "kind": kind_schema(),
        "options": {"type": "object", "description": "Options by name, as describe_generator tells them"},
        "files": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Texts of files that options name, by those names"}
    }))
}

/// The kinds that there are.
pub(super) fn kind_schema() -> Value {
    json!({"enum": names()})
}

fn output() -> Map<String, Value> {
    properties(json!({
        "version": {"const": "v1"},
        "kind": {"type": "string"},
        "objects": {"type": "array", "items": {"type": "object", "required": ["apiVersion", "kind", "name", "yaml"]}, "description": "In the order in which they are applied"},
        "files": {"type": "array", "items": {"type": "object", "required": ["name"]}, "description": "text, or withheld where it holds keys"},
        "answer": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "What to do instead, where the platform takes nothing of the kind"},
        "notes": {"type": "array", "items": {"type": "string"}}
    }))
}

fn run(arguments: &Arguments, call: &Call) -> Result<Answer, Refusal> {
    let kind = arguments.text("kind")?;
    let path = find(kind)?;
    let matches = flags::matches_below(
        kinds::root(),
        &path,
        &arguments.object("options")?,
        Some("options"),
        &kinds::is_told,
    )?;
    let mut generator = Generator::from_arg_matches(&matches).map_err(|_| flags::unreadable())?;
    let texts = arguments.object("files")?;
    for file in generator.options().files() {
        let Some(text) = texts.get(&file).and_then(Value::as_str) else {
            return Err(Refusal::of(
                "files",
                "must hold the text of every file that an option names, by that name",
            ));
        };
        generator.options_mut().read(&file, text).map_err(|it| wrong(&it))?;
    }
    crate::commands::generate::convert(&mut generator);
    call.check()?;
    let options = generator.options();
    let facts = facts(options, kind)?;
    let generated = options.generate(&facts).map_err(|it| wrong(&it))?;
    Ok(told(kind, &generated))
}

/// What the machine may tell; no key is made, and no cluster is asked.
fn facts(options: &dyn Generate, kind: &str) -> Result<Facts, Refusal> {
    let needs = options.needs();
    let command = format!("kubectl harden {kind}");
    if needs.iter().any(|it| matches!(it, Need::Random(_))) {
        return Err(Refusal::because(format!(
            "this makes a key, which is not made where it would be seen: run `{command}` with --output-file PATH, which only its owner can read"
        )));
    }
    if needs.iter().any(Need::is_of_cluster) {
        return Err(Refusal::of(
            "options",
            format!(
                "an option asks the cluster, and no cluster is asked here: say what is there, such as the version, or run `{command}`"
            ),
        ));
    }
    let mut facts = Facts::default();
    machine::tell(&mut facts, &needs)?;
    Ok(facts)
}

/// What is wrong, without the value that is: it may be a secret.
fn wrong(error: &OptionError) -> Refusal {
    let name = error.option.trim_start_matches('-').replace('-', "_");
    Refusal::of(format!("options.{name}"), error.rule.clone())
}

fn told(kind: &str, generated: &Generated) -> Answer {
    let objects = generated.manifests.iter().map(|it| {
        json!({
            "apiVersion": it.kind.api_version(),
            "kind": it.kind.kind,
            "namespace": it.namespace,
            "name": it.name,
            "yaml": it.to_yaml(true),
        })
    });
    let files = generated.files.iter().map(|it| {
        if it.is_secret {
            json!({"name": it.name, "withheld": "it holds keys: run the command line with --output-dir DIR"})
        } else {
            json!({"name": it.name, "text": it.text.as_str()})
        }
    });
    properties(json!({
        "version": "v1",
        "kind": kind,
        "objects": objects.collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
        "answer": generated.answer,
        "notes": generated.notes,
    }))
}
