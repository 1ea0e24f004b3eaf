//! Conversions between types.

use super::numbers::shortest;
use super::times::{duration, timestamp};
use super::{Budget, Failure, Result, Timestamp, Value};

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    let [it] = args else { return None };
    Some(match name {
        "dyn" => Ok(it.clone()),
        "type" => Ok(Value::Type(it.type_name())),
        "bool" => boolean(it)?,
        "bytes" => match it {
            Value::Bytes(_) => Ok(it.clone()),
            Value::String(text) => Ok(Value::Bytes(text.as_bytes().into())),
            _ => return None,
        },
        "int" => int(it)?,
        "uint" => uint(it)?,
        "double" => double(it)?,
        "string" => string(it)?.map(Value::text),
        "duration" => match it {
            Value::Duration(_) => Ok(it.clone()),
            Value::String(text) => duration(text).map(Value::Duration),
            _ => return None,
        },
        "timestamp" => match it {
            Value::Timestamp(_) => Ok(it.clone()),
            Value::String(text) => timestamp(text).map(Value::Timestamp),
            Value::Int(seconds) => Timestamp::of_seconds(*seconds).map(Value::Timestamp),
            _ => return None,
        },
        _ => return None,
    })
}

fn wrong<T>(from: &str, to: &str) -> Result<T> {
    Failure::error(format!("type conversion error from '{from}' to '{to}'"))
}

fn boolean(it: &Value) -> Option<Result<Value>> {
    Some(match it {
        Value::Bool(_) => Ok(it.clone()),
        Value::String(text) => match &**text {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(Value::Bool(false)),
            _ => wrong("string", "bool"),
        },
        _ => return None,
    })
}

fn int(it: &Value) -> Option<Result<Value>> {
    Some(match it {
        Value::Int(_) => Ok(it.clone()),
        Value::Uint(it) => {
            i64::try_from(*it).map(Value::Int).or_else(|_| Failure::error("integer overflow"))
        }
        Value::Double(it) if *it > -9.223_372_036_854_775e18 && *it < 9.223_372_036_854_775e18 =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "cut as the server cuts it")]
            Ok(Value::Int(*it as i64))
        }
        Value::Double(_) => Failure::error("integer overflow"),
        Value::Duration(nanos) => Ok(Value::Int(*nanos)),
        Value::Timestamp(it) => Ok(Value::Int(it.seconds())),
        Value::String(text) => text.parse().map(Value::Int).or_else(|_| wrong("string", "int")),
        _ => return None,
    })
}

fn uint(it: &Value) -> Option<Result<Value>> {
    let overflow = || Failure::error("unsigned integer overflow");
    Some(match it {
        Value::Uint(_) => Ok(it.clone()),
        Value::Int(it) => u64::try_from(*it).map(Value::Uint).or_else(|_| overflow()),
        Value::Double(it) if *it >= 0.0 && *it < 1.844_674_407_370_955e19 =>
        {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "cut as the server cuts it"
            )]
            Ok(Value::Uint(*it as u64))
        }
        Value::Double(_) => overflow(),
        Value::String(text) if text.starts_with('+') => wrong("string", "uint"),
        Value::String(text) => text.parse().map(Value::Uint).or_else(|_| wrong("string", "uint")),
        _ => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "the server loses as much")]
fn double(it: &Value) -> Option<Result<Value>> {
    Some(match it {
        Value::Double(_) => Ok(it.clone()),
        Value::Int(it) => Ok(Value::Double(*it as f64)),
        Value::Uint(it) => Ok(Value::Double(*it as f64)),
        Value::String(text)
            if text.contains(['x', 'X', '_'])
                && text.bytes().all(|it| it.is_ascii_hexdigit() || b"xX_pP+-.".contains(&it)) =>
        {
            Failure::not_judged("a double that is written in hexadecimal or with underscores")
        }
        Value::String(text) => match text.parse::<f64>() {
            Ok(it) if it.is_infinite() && text.contains(|c: char| c.is_ascii_digit()) => {
                wrong("string", "double")
            }
            Ok(it) => Ok(Value::Double(it)),
            Err(_) => wrong("string", "double"),
        },
        _ => return None,
    })
}

/// The text of a value that has one.
pub(super) fn string(it: &Value) -> Option<Result<String>> {
    Some(Ok(match it {
        Value::String(it) => it.to_string(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Uint(it) => it.to_string(),
        Value::Double(it) => shortest(*it),
        Value::Bytes(it) => match std::str::from_utf8(it) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                return Some(Failure::error("invalid UTF-8 in bytes, cannot convert to string"));
            }
        },
        #[expect(clippy::cast_precision_loss, reason = "the server loses as much")]
        Value::Duration(nanos) => {
            let (whole, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
            format!("{}s", whole as f64 + rest as f64 / 1e9)
        }
        Value::Timestamp(it) => it.to_string(),
        Value::Ip(it) => it.to_string(),
        Value::Cidr(it) => it.to_string(),
        Value::Type(name) => (*name).to_owned(),
        _ => return None,
    }))
}
