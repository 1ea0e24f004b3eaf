//! Encodings of values as text.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};

use super::{JSON, Part, Result, YAML, error, not_judged, within};
use crate::cel::Value;

pub(super) const PART: Part = Part {
    table: "\
base64.decode(string) -> bytes
base64.encode(bytes) -> string
.unmarshal(Json, dyn) -> dyn
.marshal(Json, dyn) -> string
.parse(Yaml, string) -> dyn
gzip.decompress(bytes) -> string
gzip.compress(dyn) -> bytes
x509.decode(string) -> dyn
random() -> string
random(string) -> string
random.random() -> string
random.random(string) -> string",
    call,
};

fn call(name: &str, args: &[Value], _: &super::Scope<'_>) -> Option<Result<Value>> {
    Some(match (name, args) {
        ("base64.encode", [Value::Bytes(bytes)]) => Ok(Value::String(BASE64.encode(bytes).into())),
        ("base64.decode", [Value::String(text)]) => match BASE64.decode(text.as_bytes()) {
            Ok(bytes) => Ok(Value::Bytes(bytes.into())),
            Err(_) => error("illegal base64 data"),
        },
        ("unmarshal", [target, Value::String(text)]) => {
            within(JSON, target)?;
            match serde_json::from_str(text) {
                Ok(json) => Ok(floating(&json)),
                Err(_) => error("invalid JSON"),
            }
        }
        ("marshal", [target, value]) => {
            within(JSON, target)?;
            Ok(Value::String(escaped(&value.to_json().to_string()).into()))
        }
        ("parse", [target, Value::String(text)]) => {
            within(YAML, target)?;
            parsed(text)
        }
        ("random" | "random.random", _) => not_judged("a random text"),
        ("gzip.decompress" | "gzip.compress" | "x509.decode", _) => {
            not_judged(format!("`{name}` is not computed here"))
        }
        _ => return None,
    })
}

/// A value of JSON, in which Go's decoder makes all numbers doubles.
fn floating(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Number(it) => Value::Double(it.as_f64().unwrap_or(f64::NAN)),
        Json::Array(items) => Value::List(items.iter().map(floating).collect::<Vec<_>>().into()),
        Json::Object(fields) => {
            let entries = fields
                .iter()
                .map(|(key, it)| (crate::cel::Key::String(key.as_str().into()), floating(it)));
            Value::Map(std::sync::Arc::new(entries.collect()))
        }
        other => Value::from_json(other),
    }
}

fn parsed(text: &str) -> Result<Value> {
    let mut documents = harden_yaml::parse(text).into_iter();
    let Some(document) = documents.next() else { return Ok(Value::Null) };
    let json = document.to_json().and_then(|it| serde_json::from_str(&it).ok());
    match json {
        Some(json) if documents.next().is_none() => Ok(floating(&json)),
        Some(_) => not_judged("several documents of YAML"),
        None => error("invalid YAML"),
    }
}

/// JSON as Go writes it: what means something in HTML is escaped.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for it in json.chars() {
        match it {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            other => text.push(other),
        }
    }
    text
}

/// Padding may be there or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_padding() {
        for code in ["YWI=", "YWI"] {
            assert_eq!(BASE64.decode(code).as_deref(), Ok(b"ab".as_slice()));
        }
        assert!(BASE64.decode("Y$==").is_err());
    }
}
