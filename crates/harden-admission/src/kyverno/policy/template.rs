//! Patterns of rules, which may have variables.

use serde_json::Value;

use super::context::Context;
use super::variables::{has_variables, substitute};
use crate::kyverno::jmespath::{Failure, floats};
use crate::kyverno::pattern::{Pattern, Refusal};

/// A pattern, which may have variables.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Template {
    pub json: Value,
    /// The pattern where it has no variables.
    pub fixed: Option<Result<Pattern, Refusal>>,
}

impl Template {
    pub(super) fn read(json: &Value) -> Self {
        let fixed = (!has_variables(json)).then(|| Pattern::read(json));
        Self { json: json.clone(), fixed }
    }
}

/// A pattern with what its variables stand for.
pub(super) fn resolved(template: &Template, context: &mut Context<'_>) -> Result<Pattern, Failure> {
    let read = match &template.fixed {
        Some(fixed) => fixed.clone(),
        None => match substitute(&template.json, context)? {
            Value::Null => {
                let what = "Kyverno panics: its pattern comes to null".to_owned();
                return Err(Failure::NotJudged(what));
            }
            json => Pattern::read(&json),
        },
    };
    read.map_err(|it| Failure::NotJudged(it.to_string()))
}

/// Patterns with what their variables stand for.
pub(super) fn all_resolved(
    whole: &Value,
    templates: &[Template],
    context: &mut Context<'_>,
) -> Result<Vec<Pattern>, Failure> {
    if templates.iter().all(|it| it.fixed.is_some()) {
        return templates.iter().map(|it| resolved(it, context)).collect();
    }
    let Value::Array(items) = substitute(whole, context)? else { return Ok(Vec::new()) };
    let read = |it| Pattern::read(&floats(it)).map_err(|it| Failure::NotJudged(it.to_string()));
    items.into_iter().map(read).collect()
}
