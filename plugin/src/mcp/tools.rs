//! What assistants can ask for, each in a file of its own.

mod apply_kubernetes_manifest;
mod can_reach;
mod check_cluster;
mod check_manifest;
mod cluster;
mod describe_generator;
mod explain_rule;
mod fix_manifest;
mod generate;
mod get_kubernetes_resources;
mod list_rules;
mod plan_namespace;
mod simulate;
mod what_can;
mod who_can;
mod who_can_become;

use std::fmt;

use serde_json::{Map, Value, json};

use super::Settings;
use super::answer::{Answer, page_schema};
use super::arguments::Arguments;
use super::call::Call;
use super::refusal::Refusal;

/// All of them, in the order in which they are told.
pub(super) static TOOLS: [&Tool; 15] = [
    &check_manifest::TOOL,
    &fix_manifest::TOOL,
    &explain_rule::TOOL,
    &list_rules::TOOL,
    &describe_generator::TOOL,
    &generate::TOOL,
    &simulate::TOOL,
    &check_cluster::TOOL,
    &plan_namespace::TOOL,
    &who_can::TOOL,
    &what_can::TOOL,
    &who_can_become::TOOL,
    &can_reach::TOOL,
    &get_kubernetes_resources::TOOL,
    &apply_kubernetes_manifest::TOOL,
];

/// What assistants can ask for.
pub(crate) struct Tool {
    /// What it is called, as in `check_manifest`.
    pub(super) name: &'static str,
    /// The same for people.
    pub(super) title: &'static str,
    /// What it does, when to call it, and what it does not do.
    pub(super) description: &'static str,
    /// The properties of its arguments, as JSON Schema.
    pub(super) input: fn() -> Map<String, Value>,
    /// The arguments that must be there.
    pub(super) required: &'static [&'static str],
    /// The properties of its answer, as JSON Schema; all of them are always there unless `optional` says
    /// otherwise.
    pub(super) output: fn() -> Map<String, Value>,
    /// The properties of its answer that may be missing.
    pub(super) optional: &'static [&'static str],
    /// The lists of the answer that are cut where it is too long; the first can be asked for page by page.
    pub(super) lists: &'static [&'static str],
    /// What it touches.
    pub(super) effect: Effect,
    /// Whether a server of these settings has it.
    pub(super) is_offered: fn(&Settings) -> bool,
    /// Answers a call. It runs on a thread where it may wait; long work asks [`Call::check`] now and then.
    pub(super) run: fn(&Arguments, &Call) -> Result<Answer, Refusal>,
}

/// What a tool touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing but its arguments.
    None,
    /// It reads the cluster.
    ReadsCluster,
    /// It changes the cluster.
    ChangesCluster,
}

impl Effect {
    /// Whether it leaves everything as it is.
    pub(super) fn is_read_only(self) -> bool {
        self != Self::ChangesCluster
    }

    /// Whether it may overwrite or remove something.
    pub(super) fn is_destructive(self) -> bool {
        self == Self::ChangesCluster
    }

    /// Whether it reaches beyond its arguments.
    pub(super) fn is_open_world(self) -> bool {
        self != Self::None
    }
}

impl Tool {
    /// What it takes, as JSON Schema 2020-12.
    pub(super) fn input_schema(&self) -> Map<String, Value> {
        let mut properties = (self.input)();
        if !self.lists.is_empty() {
            let cursor =
                json!({"type": "string", "description": "page.nextCursor of an earlier answer"});
            properties.insert("cursor".to_owned(), cursor);
        }
        let mut schema = object(properties, self.required);
        schema.insert("additionalProperties".to_owned(), false.into());
        schema
    }

    /// What it answers, as JSON Schema 2020-12.
    pub(super) fn output_schema(&self) -> Map<String, Value> {
        let mut properties = (self.output)();
        if !self.lists.is_empty() {
            properties.insert("page".to_owned(), page_schema());
        }
        let keys = properties.keys().cloned().collect::<Vec<_>>();
        let required: Vec<&str> =
            keys.iter().map(String::as_str).filter(|it| !self.optional.contains(it)).collect();
        object(properties, &required)
    }
}

/// A text that may be missing, as clients take it that know one type at a time.
fn text_or_null() -> Value {
    json!({"anyOf": [{"type": "string"}, {"type": "null"}]})
}

fn object(properties: Map<String, Value>, required: &[&str]) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Properties of a schema, written as JSON.
fn properties(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
