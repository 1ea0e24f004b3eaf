//! Rules, read once.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::conditions::Conditions;
use super::context::Expressions;
use super::entries::Entry;
use super::expressions::Expressions as Compiled;
use super::field::{filled, items, text, texts};
use super::matching::Matching;
use super::mutation::Mutation;
use super::selector::Selector;
use super::template::Template;
use super::variables::{has_variables, variables};
use crate::kyverno::jmespath::{Expression, floats};

/// A rule, as it is after autogen.
#[derive(Debug)]
pub(in crate::kyverno) struct Rule {
    pub name: String,
    /// Where it is in the policy, or what it is made of.
    pub at: String,
    pub matching: Matching,
    pub context: Vec<Entry>,
    pub preconditions: Result<Conditions, String>,
    pub validation: Option<Validation>,
    pub mutation: Option<Mutation>,
    /// As it is written.
    pub json: Value,
    /// The expressions of its variables.
    pub expressions: Arc<Expressions>,
    /// Whether anything in it asks what the request says.
    pub asks: bool,
    /// Whether it reads Secrets, whose values must not be said.
    pub reads_secrets: bool,
    /// Its expressions for the API server's code, once somebody asks.
    pub(super) compiled: OnceLock<Compiled>,
}

/// What a rule asks of an object.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Validation {
    pub message: String,
    /// `Enforce` or `Audit`, where the rule says it.
    pub action: Option<String>,
    pub overrides: Vec<Override>,
    /// Whether an object that was as bad before may stay so.
    pub allows_existing: bool,
    pub check: Check,
}

/// Another action for some namespaces.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Override {
    pub action: String,
    pub namespaces: Vec<String>,
    pub selector: Option<Selector>,
}

/// How a rule asks.
#[derive(Debug, Clone)]
pub(in crate::kyverno) enum Check {
    Deny(Result<Conditions, String>),
    Pattern(Template),
    /// As they are written, and each by itself.
    AnyPattern(Value, Vec<Template>),
    Foreach(Vec<Foreach>),
    PodSecurity(Value),
    /// Those of the rule, which has the preconditions, too.
    Expressions,
    /// What is not judged, and why.
    Unjudged(&'static str),
    /// Nothing that Kyverno knows.
    None,
}

/// A loop over elements.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Foreach {
    pub list: String,
    pub scope: Option<bool>,
    pub context: Vec<Entry>,
    pub preconditions: Result<Conditions, String>,
    pub check: Check,
    /// Where it is below the rule.
    pub at: String,
}

impl Rule {
    /// Reads a rule.
    pub(in crate::kyverno) fn read(rule: &Value, at: &str) -> Self {
        let mut expressions = Expressions::new();
        parse_all(rule, &mut expressions);
        Self {
            name: text(rule, "name").to_owned(),
            at: at.to_owned(),
            matching: Matching::read(rule),
            context: Entry::read_all(rule),
            preconditions: Conditions::read(rule.get("preconditions")),
            validation: filled(rule, "validate").map(Validation::read),
            mutation: filled(rule, "mutate").map(Mutation::read),
            json: rule.clone(),
            expressions: Arc::new(expressions),
            asks: asks(rule),
            reads_secrets: items(rule, "context").iter().any(reads_secrets),
            compiled: OnceLock::new(),
        }
    }

    /// Whether it checks images before anything else does.
    pub(in crate::kyverno) fn checks_images(&self) -> bool {
        let is_true = |it: &Value, key: &str| it.get(key).and_then(Value::as_bool).unwrap_or(true);
        items(&self.json, "verifyImages")
            .iter()
            .any(|it| is_true(it, "verifyDigest") || is_true(it, "required"))
    }
}

impl Validation {
    fn read(value: &Value) -> Self {
        Self {
            message: text(value, "message").to_owned(),
            action: filled(value, "failureAction").and_then(Value::as_str).map(str::to_owned),
            overrides: Override::read_all(value, "failureActionOverrides"),
            allows_existing: value
                .get("allowExistingViolations")
                .and_then(Value::as_bool)
                .unwrap_or(true),
            check: Check::read(value, "validate", 0),
        }
    }
}

impl Override {
    /// The overrides at a key.
    pub(in crate::kyverno) fn read_all(value: &Value, key: &str) -> Vec<Self> {
        let read = |it: &Value| Self {
            action: text(it, "action").to_owned(),
            namespaces: texts(it, "namespaces"),
            selector: it.get("namespaceSelector").filter(|it| it.is_object()).map(Selector::read),
        };
        items(value, key).iter().map(read).collect()
    }
}

impl Check {
    fn read(value: &Value, at: &str, nesting: usize) -> Self {
        /// How deep loops may be nested.
        const DEPTH: usize = 8;
        let some = |key: &str| value.get(key).filter(|it| !it.is_null());
        if value.get("manifests").and_then(|it| filled(it, "attestors")).is_some() {
            return Self::Unjudged("signatures of manifests are not verified here");
        }
        if let Some(it) = filled(value, "podSecurity") {
            return Self::PodSecurity(it.clone());
        }
        if filled(value, "cel").is_some() {
            return Self::Expressions;
        }
        if let Some(deny) = some("deny") {
            return Self::Deny(Conditions::read(deny.get("conditions")));
        }
        if let Some(pattern) = some("pattern") {
            return Self::Pattern(Template::read(pattern));
        }
        if let Some(patterns) = some("anyPattern") {
            return match patterns.as_array() {
                Some(list) => {
                    // Kyverno decodes these once more, which makes floats of numbers.
                    let each = list.iter().map(|it| Template::read(&floats(it.clone())));
                    Self::AnyPattern(patterns.clone(), each.collect())
                }
                None => Self::Unjudged("anyPattern is no list"),
            };
        }
        match some("foreach").and_then(Value::as_array) {
            Some(_) if nesting > DEPTH => Self::Unjudged("loops are nested deeply"),
            Some(loops) => {
                let each = loops.iter().enumerate().map(|(index, it)| {
                    Foreach::read(it, &format!("{at}/foreach/{index}"), nesting + 1)
                });
                Self::Foreach(each.collect())
            }
            None => Self::None,
        }
    }
}

impl Foreach {
    fn read(value: &Value, at: &str, nesting: usize) -> Self {
        Self {
            list: text(value, "list").to_owned(),
            scope: value.get("elementScope").and_then(Value::as_bool),
            context: Entry::read_all(value),
            preconditions: Conditions::read(value.get("preconditions")),
            check: Check::read(value, at, nesting),
            at: at.to_owned(),
        }
    }
}

/// Whether something in a rule needs to know the request.
fn asks(rule: &Value) -> bool {
    let has_loops = |it: &str| rule.get(it).is_some_and(|it| filled(it, "foreach").is_some());
    let has_targets = rule.get("mutate").is_some_and(|it| filled(it, "targets").is_some());
    filled(rule, "context").is_some()
        || has_loops("validate")
        || has_loops("mutate")
        || has_targets
        || has_variables(rule)
}

fn reads_secrets(entry: &Value) -> bool {
    let is_about_secrets =
        |it: &Value| text(it, "urlPath").contains("secrets") || text(it, "urlPath").contains("{{");
    entry.get("apiCall").is_some_and(is_about_secrets) || filled(entry, "globalReference").is_some()
}

/// Parses the expressions of all variables, lists and paths of a rule.
fn parse_all(value: &Value, expressions: &mut Expressions) {
    let mut parse = |text: &str| {
        let text = text.trim();
        if !text.is_empty() && !expressions.contains_key(text) {
            expressions.insert(text.to_owned(), Expression::parse(text));
        }
    };
    match value {
        Value::String(text) => {
            for variable in variables(text) {
                let inner = variable.trim_start_matches("{{").trim_end_matches("}}").trim();
                parse(inner.trim_start_matches('-'));
            }
        }
        Value::Array(items) => items.iter().for_each(|it| parse_all(it, expressions)),
        Value::Object(map) => {
            for (key, it) in map {
                if let Value::String(text) = it
                    && matches!(key.as_str(), "list" | "jmesPath")
                    && !text.contains("{{")
                {
                    let text = text.trim();
                    expressions.insert(text.to_owned(), Expression::parse(text));
                }
                parse_all(it, expressions);
            }
        }
        _ => {}
    }
}

/// Rules of a policy for a kind: its own, and behind them those that autogen makes.
pub(in crate::kyverno) type Rules = BTreeMap<String, Vec<Arc<Rule>>>;
