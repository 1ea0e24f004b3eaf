//! `list_rules`: the rules, by their words.

use clap::{Args as _, Command, FromArgMatches as _};
use serde_json::{Map, Value, json};

use super::{Effect, Tool, properties, text_or_null};
use crate::commands::explain;
use crate::mcp::answer::Answer;
use crate::mcp::arguments::Arguments;
use crate::mcp::call::Call;
use crate::mcp::flags;
use crate::mcp::refusal::Refusal;

pub(super) static TOOL: Tool = Tool {
    name: "list_rules",
    title: "List the rules",
    description: "Lists the hardening rules: id, category, severity, Pod Security level and a line each. explain_rule tells more of one.",
    input,
    required: &[],
    output,
    optional: &[],
    lists: &["rules"],
    effect: Effect::None,
    is_offered: |_| true,
    run,
};

/// The flags of `rules` that choose.
const FLAGS: [&str; 3] = ["category", "min_severity", "level"];

/// What is told of each.
const FIELDS: [&str; 6] = ["id", "category", "severity", "level", "summary", "onRequest"];

fn command() -> Command {
    explain::List::augment_args(Command::new("rules"))
}

fn input() -> Map<String, Value> {
    flags::schema(&command(), is_flag)
}

fn is_flag(id: &str) -> bool {
    FLAGS.contains(&id)
}

fn output() -> Map<String, Value> {
    properties(json!({
        "rules": {"type": "array", "items": {"type": "object", "required": FIELDS}}
    }))
}

/// What is known of a rule.
pub(super) fn rule_schema() -> Map<String, Value> {
    properties(json!({
        "id": {"type": "string"},
        "category": {"type": "string"},
        "severity": {"type": "string"},
        "level": text_or_null(),
        "summary": {"type": "string"},
        "why": {"type": "string"},
        "remedy": {"type": "string"},
        "breaks": {"type": "string"},
        "onRequest": {"type": "boolean"},
        "references": {"type": "array", "items": {"type": "string"}}
    }))
}

fn run(arguments: &Arguments, _: &Call) -> Result<Answer, Refusal> {
    let matches = flags::matches(command(), &arguments.only(&FLAGS), None, &is_flag)?;
    let options = explain::List::from_arg_matches(&matches).map_err(|_| flags::unreadable())?;
    let brief = |rule: &_| {
        let all = explain::to_json(rule).into_iter();
        Value::Object(all.filter(|(key, _)| FIELDS.contains(&key.as_str())).collect())
    };
    let rules: Vec<Value> = explain::chosen(&options).into_iter().map(brief).collect();
    Ok(properties(json!({"rules": rules})))
}
