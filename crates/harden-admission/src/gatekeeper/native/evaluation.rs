//! One review by the CEL of a template.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{Part, Program};
use crate::cel::{Failure, Key, Value};
use crate::gatekeeper::review::Review;
use crate::{Object, Operation};

/// How an evaluation says that a variable is not there.
const ABSENT: &str = "no such attribute(s): ";

/// What became of a variable.
#[derive(Debug, Clone)]
enum Done {
    Open,
    Known,
    Failed(Failure),
}

/// Values of one review.
pub(super) struct Evaluation<'p> {
    program: &'p Program,
    values: BTreeMap<String, Value>,
    /// Variables that have been evaluated, and why they have no value.
    done: Vec<Done>,
    is_secret: bool,
}

impl<'p> Evaluation<'p> {
    pub(super) fn of(program: &'p Program, review: &Review<'_>, constraint: &Object) -> Self {
        let value = |it: Option<&Object>| it.map_or(Value::Null, |it| it.cel().clone());
        // As the API server does it: there is no object where one is deleted.
        let object = review.object.filter(|_| review.operation != Some(Operation::Delete));
        let values = [
            ("object", value(object)),
            ("oldObject", value(review.old)),
            ("namespaceObject", value(review.namespace_object())),
            ("request", Value::from_json(&review.request())),
            ("params", constraint.cel().clone()),
        ];
        let values = values.into_iter().map(|(name, it)| (name.to_owned(), it)).collect();
        let done = vec![Done::Open; program.variables.len()];
        let is_secret =
            [review.object, review.old].into_iter().flatten().any(|it| it.is("", "Secret"));
        Self { program, values, done, is_secret }
    }

    pub(super) fn value(&mut self, part: &Part) -> Result<Value, Failure> {
        self.prepare(&part.needs);
        self.list(&part.source, &part.needs);
        let expression = part.expression.as_ref().map_err(Clone::clone)?;
        expression.evaluate(&self.values).map_err(|failure| self.cause(failure, &part.needs))
    }

    /// Evaluates what is needed. A variable without a value is an error for what names it only.
    fn prepare(&mut self, needs: &[usize]) {
        for &index in needs {
            let (Some(variable), Some(Done::Open)) =
                (self.program.variables.get(index), self.done.get(index))
            else {
                continue;
            };
            self.list(&variable.source, &variable.needs);
            let result = match &variable.expression {
                Ok(expression) => expression
                    .evaluate(&self.values)
                    .map_err(|failure| self.cause(failure, &variable.needs)),
                Err(failure) => Err(failure.clone()),
            };
            let done = match result {
                Ok(value) => {
                    self.values.insert(variable.name.clone(), value);
                    Done::Known
                }
                Err(Failure::Error(message)) => {
                    let name = variable.name.trim_start_matches("variables.");
                    Done::Failed(Failure::Error(format!(
                        "composited variable {name:?} fails to evaluate: {message}"
                    )))
                }
                Err(other) => Done::Failed(other),
            };
            if let Some(slot) = self.done.get_mut(index) {
                *slot = done;
            }
        }
    }

    /// Makes `variables` itself, for expressions that ask whether it has one.
    fn list(&mut self, source: &str, needs: &[usize]) {
        if !source.contains("(variables") {
            return;
        }
        let names =
            needs.iter().filter_map(|it| Some(self.program.variables.get(*it)?.name.as_str()));
        let entries = names.filter_map(|name| {
            let key = Key::String(name.trim_start_matches("variables.").into());
            Some((key, self.values.get(name)?.clone()))
        });
        let all = Value::Map(Arc::new(entries.collect()));
        self.values.insert("variables".to_owned(), all);
    }

    /// Why something has no value: a variable that has none is not there for the evaluation.
    fn cause(&self, failure: Failure, needs: &[usize]) -> Failure {
        let Failure::Error(message) = &failure else { return failure };
        let Some(missing) = message.strip_prefix(ABSENT) else { return failure };
        let is_missing =
            |it: &&usize| self.program.variables.get(**it).is_some_and(|it| it.name == missing);
        match needs.iter().find(is_missing).and_then(|it| self.done.get(*it)) {
            Some(Done::Failed(why)) => why.clone(),
            _ => failure,
        }
    }

    pub(super) fn seen(&self, needs: &[usize]) -> Vec<(String, String)> {
        if self.is_secret {
            return Vec::new();
        }
        let variables = needs.iter().filter_map(|it| self.program.variables.get(*it));
        variables
            .filter(|it| it.name != "variables.anyObject")
            .filter_map(|it| {
                Some((it.name.clone(), super::super::cut(&shown(self.values.get(&it.name)?))))
            })
            .collect()
    }
}

/// A value in words that resemble JSON.
fn shown(value: &Value) -> String {
    fn json(value: &Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(it) => json!(it),
            Value::Int(it) => json!(it),
            Value::Uint(it) => json!(it),
            Value::Double(it) => json!(it),
            Value::String(it) => json!(it.as_ref()),
            Value::List(items) => items.iter().map(json).collect(),
            other => json!(format!("{other:?}")),
        }
    }
    match value {
        Value::Map(_) => "{…}".to_owned(),
        other => json(other).to_string(),
    }
}
