//! Values as JSON.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Number, Value as Json};

use super::super::budget::Budget;
use super::super::library::call;
use super::{Key, Value};

impl Value {
    /// The value as JSON; what JSON has no form for is a text.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null | Self::Optional(None) => Json::Null,
            Self::Bool(it) => Json::Bool(*it),
            Self::Int(it) => Json::Number((*it).into()),
            Self::Uint(it) => Json::Number((*it).into()),
            Self::Double(it) => Number::from_f64(*it).map_or(Json::Null, Json::Number),
            Self::String(it) => Json::String(it.to_string()),
            Self::Bytes(it) => Json::String(BASE64_STANDARD.encode(it)),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Self::Map(_) | Self::Message(_) => {
                let map = match self {
                    Self::Map(map) => map,
                    Self::Message(message) => &message.fields,
                    _ => return Json::Null,
                };
                let entry = |(key, it): &(Key, Self)| (text(&key.value()), it.to_json());
                Json::Object(map.iter().map(entry).collect())
            }
            Self::Optional(Some(inner)) => inner.to_json(),
            other => Json::String(text(other)),
        }
    }
}

fn text(value: &Value) -> String {
    match call("string", std::slice::from_ref(value), &mut Budget::new(Arc::default())) {
        Ok(Value::String(text)) => text.to_string(),
        _ => value.type_name().to_owned(),
    }
}
