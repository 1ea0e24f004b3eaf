//! Keeps what may be secret of the arguments out of every answer, whatever a tool says.
//!
//! Tools mask what they show, as reports and fixes do; this stands behind them.

use std::collections::BTreeSet;

use harden_core::secrecy;
use serde_json::{Map, Value};

use super::Refusal;

/// What stands in place of a secret.
const MASK: &str = "…";

/// Values that no answer may hold.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    /// Longer ones first: one may be a part of another.
    values: Vec<String>,
}

impl Sieve {
    /// What may be secret in the texts of a call.
    pub(super) fn of(fields: &Map<String, Value>) -> Self {
        let mut values = BTreeSet::new();
        fields.values().for_each(|it| learn(it, &mut values));
        Self::hiding(values)
    }

    /// These values.
    pub(super) fn hiding(values: impl IntoIterator<Item = String>) -> Self {
        let mut values: Vec<String> = values.into_iter().collect();
        values.sort_by_key(|it| std::cmp::Reverse(it.len()));
        Self { values }
    }

    /// Masks what may be secret in a value.
    pub(super) fn pass(&self, value: &mut Value) {
        match value {
            _ if self.values.is_empty() => {}
            Value::String(text) => self.pass_text(text),
            Value::Array(items) => items.iter_mut().for_each(|it| self.pass(it)),
            Value::Object(fields) => fields.values_mut().for_each(|it| self.pass(it)),
            _ => {}
        }
    }

    /// Masks what may be secret in a refusal.
    pub(super) fn pass_refusal(&self, mut refusal: Refusal) -> Refusal {
        self.pass_text(&mut refusal.says);
        if let Some(field) = &mut refusal.field {
            self.pass_text(field);
        }
        refusal
    }

    fn pass_text(&self, text: &mut String) {
        for value in &self.values {
            if text.contains(value) {
                *text = text.replace(value, MASK);
            }
        }
    }
}

/// Takes up the secrets of every text that may be a manifest.
fn learn(value: &Value, values: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.contains(['\n', '{']) => {
            for span in secrecy::values(text) {
                let lines = span.text(text).lines().map(str::trim);
                values.extend(lines.filter(|it| is_telling(it)).map(str::to_owned));
            }
        }
        Value::Array(items) => items.iter().for_each(|it| learn(it, values)),
        Value::Object(fields) => fields.values().for_each(|it| learn(it, values)),
        _ => {}
    }
}

/// Whether a value is nothing but a secret: words such as `postgres` are names of much else.
fn is_telling(value: &str) -> bool {
    const SHORTEST: usize = 8;
    let has = |is: fn(&char) -> bool| value.chars().any(|it| is(&it));
    value.len() >= SHORTEST && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic)
}
