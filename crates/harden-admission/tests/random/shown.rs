//! Values as the oracle writes them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harden_admission::cel::Value;

pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Uint(it) => format!("{it}u"),
        Value::Double(it) if it.is_nan() => "double NaN".to_owned(),
        Value::Double(it) => format!("double {:016x}", it.to_bits()),
        Value::String(it) => quoted(it),
        Value::Bytes(it) => format!("bytes {}", BASE64_STANDARD.encode(it)),
        Value::Duration(it) => format!("duration {it}"),
        Value::Timestamp(it) => {
            let nanos = it.nanos();
            format!(
                "timestamp {}.{:09}",
                nanos.div_euclid(1_000_000_000),
                nanos.rem_euclid(1_000_000_000)
            )
        }
        Value::Optional(None) => "none".to_owned(),
        Value::Optional(Some(it)) => format!("some {}", shown(it)),
        Value::Type(it) => format!("type {it}"),
        Value::Map(map) => {
            let mut entries: Vec<String> = map
                .iter()
                .map(|(key, it)| format!("{}: {}", shown(&key.value()), shown(it)))
                .collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
        Value::List(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Value::Quantity(_) => "kubernetes.Quantity".to_owned(),
        Value::Ip(_) => "net.IP".to_owned(),
        Value::Cidr(_) => "net.CIDR".to_owned(),
        Value::Url(_) => "kubernetes.URL".to_owned(),
        Value::Semver(_) => "kubernetes.Semver".to_owned(),
        Value::Format(_) => "kubernetes.NamedFormat".to_owned(),
        Value::Message(_) | Value::Foreign(_) => "a message".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap();
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}
