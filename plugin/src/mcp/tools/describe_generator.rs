//! `describe_generator`: what a kind makes, and its options.

use serde_json::{Map, Value, json};

use super::{Effect, Tool, generate, properties};
use crate::mcp::answer::Answer;
use crate::mcp::arguments::Arguments;
use crate::mcp::call::Call;
use crate::mcp::flags;
use crate::mcp::refusal::Refusal;

pub(super) static TOOL: Tool = Tool {
    name: "describe_generator",
    title: "Describe a generator",
    description: "Says what a kind of `generate` makes, and its options as JSON Schema.",
    input,
    required: &["kind"],
    output,
    optional: &[],
    lists: &[],
    effect: Effect::None,
    is_offered: |_| true,
    run,
};

fn input() -> Map<String, Value> {
    properties(json!({"kind": generate::kind_schema()}))
}

fn output() -> Map<String, Value> {
    properties(json!({
        "kind": {"type": "string"},
        "summary": {"type": "string"},
        "command": {"type": "string", "description": "The same at the command line"},
        "options": {"type": "object", "description": "JSON Schema of `options`"}
    }))
}

fn run(arguments: &Arguments, _: &Call) -> Result<Answer, Refusal> {
    let kind = arguments.text("kind")?;
    let path = generate::find(kind)?;
    let (summary, fields, required) = generate::options(&path).ok_or_else(flags::unreadable)?;
    Ok(properties(json!({
        "kind": kind,
        "summary": summary,
        "command": format!("kubectl harden {kind}"),
        "options": {
            "type": "object",
            "properties": fields,
            "required": required,
            "additionalProperties": false,
        },
    })))
}
