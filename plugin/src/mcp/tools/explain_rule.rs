//! `explain_rule`: why a rule is there, what to do, what may break.

use serde_json::{Map, Value, json};

use super::{Effect, Tool, properties};
use crate::commands::explain;
use crate::mcp::answer::Answer;
use crate::mcp::arguments::Arguments;
use crate::mcp::call::Call;
use crate::mcp::refusal::Refusal;

pub(super) static TOOL: Tool = Tool {
    name: "explain_rule",
    title: "Explain a rule",
    description: "Says why a rule is there, what to do, what may break when it is fixed, and shows a bad and a good manifest.",
    input,
    required: &["id"],
    output,
    optional: &[],
    lists: &[],
    effect: Effect::None,
    is_offered: |_| true,
    run,
};

fn input() -> Map<String, Value> {
    properties(json!({
        "id": {"type": "string", "description": "Id of a rule, e.g. privileged-container, or of an upstream check, e.g. hostPorts"}
    }))
}

fn output() -> Map<String, Value> {
    let mut fields = super::list_rules::rule_schema();
    let example = json!({"type": "string"});
    fields.insert("bad".to_owned(), example.clone());
    fields.insert("good".to_owned(), example);
    fields
}

fn run(arguments: &Arguments, _: &Call) -> Result<Answer, Refusal> {
    let rule = explain::find(arguments.text("id")?).map_err(|it| Refusal::of("id", it))?;
    let mut answer = explain::to_json(rule);
    answer.insert("bad".to_owned(), rule.bad.into());
    answer.insert("good".to_owned(), rule.good.into());
    Ok(answer)
}
