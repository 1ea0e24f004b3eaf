//! What a call hands over, held to the schema of its tool.

use serde_json::{Map, Value};

use super::{Refusal, Tool};

/// What a call hands over: only fields that the tool has, with all that it must have.
#[derive(Debug, Clone)]
pub(crate) struct Arguments {
    fields: Map<String, Value>,
}

impl Arguments {
    pub(super) fn new(tool: &Tool, mut fields: Map<String, Value>) -> Result<Self, Refusal> {
        fields.retain(|_, it| !it.is_null());
        let schema = tool.input_schema();
        let names = |key: &str| schema.get(key).and_then(Value::as_object);
        let known: Vec<&str> =
            names("properties").into_iter().flat_map(Map::keys).map(String::as_str).collect();
        if let Some(other) = fields.keys().find(|it| !known.contains(&it.as_str())) {
            return Err(Refusal::of(
                shown(other),
                format!("there is no such argument; {} has {}", tool.name, known.join(", ")),
            ));
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let missing = required.filter_map(Value::as_str).find(|it| !fields.contains_key(*it));
        match missing {
            Some(field) => Err(Refusal::of(field, "is missing, and must be there")),
            None => Ok(Self { fields }),
        }
    }

    /// A text that must be there.
    pub(crate) fn text(&self, field: &str) -> Result<&str, Refusal> {
        self.optional_text(field)?
            .ok_or_else(|| Refusal::of(field, "is missing, and must be there"))
    }

    /// A text that may be left out.
    pub(crate) fn optional_text(&self, field: &str) -> Result<Option<&str>, Refusal> {
        let wrong = || Refusal::of(field, "must be a string");
        self.fields.get(field).map(|it| it.as_str().ok_or_else(wrong)).transpose()
    }

    /// A switch; off where it is left out.
    pub(crate) fn flag(&self, field: &str) -> Result<bool, Refusal> {
        let wrong = || Refusal::of(field, "must be true or false");
        self.fields.get(field).map_or(Ok(false), |it| it.as_bool().ok_or_else(wrong))
    }

    /// A whole number that is not negative, and may be left out.
    pub(crate) fn number(&self, field: &str) -> Result<Option<u64>, Refusal> {
        let wrong = || Refusal::of(field, "must be a whole number that is not negative");
        self.fields.get(field).map(|it| it.as_u64().ok_or_else(wrong)).transpose()
    }

    /// Fields below a field; none where it is left out.
    pub(crate) fn object(&self, field: &str) -> Result<Map<String, Value>, Refusal> {
        match self.fields.get(field) {
            None => Ok(Map::new()),
            Some(Value::Object(fields)) => Ok(fields.clone()),
            Some(_) => Err(Refusal::of(field, "must be an object")),
        }
    }

    /// All that is there of some fields.
    pub(crate) fn only(&self, fields: &[&str]) -> Map<String, Value> {
        let wanted = self.fields.iter().filter(|(key, _)| fields.contains(&key.as_str()));
        wanted.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// All that is there but some fields.
    pub(crate) fn without(&self, fields: &[&str]) -> Map<String, Value> {
        let wanted = self.fields.iter().filter(|(key, _)| !fields.contains(&key.as_str()));
        wanted.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The first item of a list that is wanted.
    pub(super) fn cursor(&self) -> Result<usize, Refusal> {
        let wrong = || Refusal::of("cursor", "must be the nextCursor of an earlier answer");
        self.optional_text("cursor")?.map_or(Ok(0), |it| it.parse().map_err(|_| wrong()))
    }
}

/// How much text there is in all of them.
pub(super) fn size(fields: &Map<String, Value>) -> usize {
    fields.iter().map(|(key, value)| key.len() + size_of(value)).sum()
}

fn size_of(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|it| size_of(it) + 1).sum(),
        Value::Object(fields) => size(fields),
        _ => 8,
    }
}

/// A name from outside, short and on one line.
pub(super) fn shown(name: &str) -> String {
    const LONGEST: usize = 40;
    name.chars().take(LONGEST).flat_map(char::escape_default).collect()
}
