//! Conditions of rules: `preconditions`, `deny.conditions`, and those of exceptions and loops.

use serde_json::Value;

use super::context::Context;
use super::field::text;
use super::operators::{OPERATORS, holds, panics};
use super::reply::Reply;
use super::seen::seen;
use super::variables::substitute;
use crate::Verdict;
use crate::kyverno::jmespath::{Failure, floats};

/// Conditions as they are written, read once.
#[derive(Debug, Clone)]
pub(in crate::kyverno) enum Conditions {
    /// One of the first, where there are such, and all of the second.
    AnyAll { any: Option<Vec<Condition>>, all: Vec<Condition> },
    /// All of them, in the old form.
    All(Vec<Condition>),
}

/// A condition.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Condition {
    key: Value,
    operator: String,
    value: Value,
    message: String,
}

/// What conditions say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kyverno) struct Outcome {
    pub holds: bool,
    /// The messages of the conditions that decided.
    pub message: String,
    /// The conditions that decided: key, operator and value, with what the variables stand for.
    pub seen: Vec<(String, String)>,
}

impl Conditions {
    /// Reads conditions. Nothing is what always holds.
    ///
    /// # Errors
    ///
    /// Kyverno cannot read them, in its words.
    pub(in crate::kyverno) fn read(value: Option<&Value>) -> Result<Self, String> {
        let refused = || Err("invalid preconditions".to_owned());
        match value {
            None | Some(Value::Null) => Ok(Self::AnyAll { any: None, all: Vec::new() }),
            Some(Value::Array(items)) => Ok(Self::All(Condition::read_all(items)?)),
            Some(Value::Object(map)) => {
                if map.keys().any(|it| it != "any" && it != "all") {
                    return refused();
                }
                let of = |key: &str| match map.get(key) {
                    None | Some(Value::Null) => Ok(None),
                    Some(Value::Array(items)) => Condition::read_all(items).map(Some),
                    Some(_) => Err("invalid preconditions".to_owned()),
                };
                Ok(Self::AnyAll { any: of("any")?, all: of("all")?.unwrap_or_default() })
            }
            Some(_) => refused(),
        }
    }

    /// Whether they hold.
    ///
    /// # Errors
    ///
    /// One of them cannot be evaluated.
    pub(in crate::kyverno) fn evaluate(
        &self,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Failure> {
        match self {
            Self::AnyAll { any, all } => any_all(any.as_deref(), all, context),
            Self::All(all) => {
                let mut outcome = Outcome { holds: true, message: String::new(), seen: Vec::new() };
                let mut messages = Vec::new();
                for condition in all {
                    let (holds, seen) = condition.evaluate(context)?;
                    if !holds {
                        let message = condition.message.clone();
                        return Ok(Outcome { holds, message, seen: vec![seen] });
                    }
                    outcome.seen.push(seen);
                    messages.push(condition.message.as_str());
                }
                outcome.message = join(&messages, ";");
                Ok(outcome)
            }
        }
    }
}

fn any_all(
    any: Option<&[Condition]>,
    all: &[Condition],
    context: &mut Context<'_>,
) -> Result<Outcome, Failure> {
    let (mut held, mut failed) = (Vec::new(), Vec::new());
    let (mut seen_held, mut seen_failed) = (Vec::new(), Vec::new());
    let mut is_any = any.is_none();
    for condition in any.into_iter().flatten() {
        let (holds, seen) = condition.evaluate(context)?;
        if holds {
            is_any = true;
            held.push(condition.message.as_str());
            seen_held.push(seen);
            break;
        }
        failed.push(condition.message.as_str());
        seen_failed.push(seen);
    }
    let mut is_all = true;
    for condition in all {
        let (holds, seen) = condition.evaluate(context)?;
        if !holds {
            is_all = false;
            failed.push(condition.message.as_str());
            seen_failed.push(seen);
            break;
        }
        held.push(condition.message.as_str());
        seen_held.push(seen);
    }
    Ok(if is_any && is_all {
        Outcome { holds: true, message: join(&held, "; "), seen: seen_held }
    } else {
        Outcome { holds: false, message: join(&failed, "; "), seen: seen_failed }
    })
}

/// The texts that are not empty, joined.
pub(super) fn join(texts: &[&str], between: &str) -> String {
    let filled: Vec<&str> = texts.iter().copied().filter(|it| !it.is_empty()).collect();
    filled.join(between)
}

impl Condition {
    fn read_all(items: &[Value]) -> Result<Vec<Self>, String> {
        items.iter().map(Self::read).collect()
    }

    fn read(value: &Value) -> Result<Self, String> {
        let operator = text(value, "operator").to_owned();
        if !OPERATORS.contains(&operator.as_str()) {
            return Err(format!("invalid condition operator: {operator}"));
        }
        let of = |key: &str| match value.get(key) {
            // A value alone goes through JSON, which makes floats of numbers.
            Some(number @ Value::Number(_)) => floats(number.clone()),
            other => other.cloned().unwrap_or_default(),
        };
        let message = text(value, "message").to_owned();
        Ok(Self { key: of("key"), operator, value: of("value"), message })
    }

    fn evaluate(&self, context: &mut Context<'_>) -> Result<(bool, (String, String)), Failure> {
        let mut resolved = |what: &str, of: &Value| {
            substitute(of, context).map_err(|it| match it {
                Failure::NotJudged(_) => it,
                other => Failure::Error(format!(
                    "failed to substitute variables in condition {what}: {other}"
                )),
            })
        };
        let key = resolved("key", &self.key)?;
        let value = resolved("value", &self.value)?;
        if panics(&self.operator, &key) {
            let why = "Kyverno panics: it takes the elements of a list for texts";
            return Err(Failure::NotJudged(why.to_owned()));
        }
        let Some(holds) = holds(&self.operator, &key, &value) else {
            return Err(Failure::Error(
                "failed to create handler for condition operator: %!w(<nil>)".to_owned(),
            ));
        };
        let expression = match &self.key {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Ok((holds, (expression, key.to_string())))
    }
}

/// Why preconditions leave a rule out: nothing where they hold, or a skip.
///
/// # Errors
///
/// They cannot be evaluated.
pub(super) fn check_preconditions(
    conditions: &Result<Conditions, String>,
    context: &mut Context<'_>,
) -> Result<Option<Reply>, Reply> {
    const FAILED: &str = "failed to evaluate preconditions";
    let conditions = conditions.as_ref().map_err(|why| {
        Reply::new(Verdict::Error, format!("{FAILED}: failed to parse preconditions: {why}"))
    })?;
    let outcome = conditions.evaluate(context).map_err(|it| Reply::failure(FAILED, &it))?;
    if outcome.holds {
        return Ok(None);
    }
    let message = join(&["preconditions not met", &outcome.message], "; ");
    let values = seen(&outcome.seen, context.situation());
    Ok(Some(Reply::new(Verdict::Skip, message).with("", "", values)))
}
