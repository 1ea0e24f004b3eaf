//! Kyverno's functions of texts, labels, maps and encodings.

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::World;
use super::super::interpreter::sorted;
use super::{Called, error, float, floats, function_error, image, not_judged, of_float, semver};
use crate::cel::{Failure as CelFailure, regex};
use crate::kyverno::pattern::wildcard;

pub(super) fn call(name: &str, arguments: &[Value], world: &World) -> Option<Called> {
    if let [Value::String(text)] = arguments {
        return of_text(name, text);
    }
    Some(match (name, arguments) {
        ("compare", [Value::String(left), Value::String(right)]) => {
            Ok(Value::from(match left.cmp(right) {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            }))
        }
        ("equal_fold", [Value::String(left), Value::String(right)]) => {
            Ok((left.to_lowercase() == right.to_lowercase()).into())
        }
        ("replace", [Value::String(text), Value::String(old), Value::String(new), count]) => {
            let count = float(count)?;
            let size = new.len().saturating_mul(text.len() / old.len().max(1) + 1);
            if let Err(it) = world.spend(size) {
                return Some(Err(it));
            }
            Ok(if count < 0.0 {
                text.replace(old.as_str(), new)
            } else {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "it is no less than zero"
                )]
                text.replacen(old.as_str(), new, count as usize)
            }
            .into())
        }
        ("replace_all", [Value::String(text), Value::String(old), Value::String(new)]) => {
            let size = new.len().saturating_mul(text.len() / old.len().max(1) + 1);
            if let Err(it) = world.spend(size) {
                return Some(Err(it));
            }
            Ok(text.replace(old.as_str(), new).into())
        }
        ("trim", [Value::String(text), Value::String(cut)]) => trim(text, cut, world),
        ("trim_prefix", [Value::String(text), Value::String(prefix)]) => {
            Ok(text.strip_prefix(prefix.as_str()).unwrap_or(text).into())
        }
        ("split", [Value::String(text), Value::String(separator)]) => Ok(if separator.is_empty() {
            text.chars().map(|it| Value::from(it.to_string())).collect()
        } else {
            text.split(separator.as_str()).map(Value::from).collect()
        }),
        ("regex_match", [Value::String(pattern), text]) => {
            by_pattern(pattern, world, &plain(text)?, |it, text| it.is_match(text).into())
        }
        ("regex_replace_all", [Value::String(pattern), text, new]) => {
            let (text, new) = (plain(text)?, plain(new)?);
            make_room(pattern, world, &text, &new).and_then(|_| {
                by_pattern(pattern, world, &text, |it, text| {
                    it.replace_all(text, new.as_str()).into()
                })
            })
        }
        ("regex_replace_all_literal", [Value::String(pattern), text, new]) => {
            let (text, new) = (plain(text)?, plain(new)?);
            make_room(pattern, world, &text, &new).and_then(|_| {
                by_pattern(pattern, world, &text, |it, text| {
                    it.replace_all(text, regex_lite::NoExpand(&new)).into()
                })
            })
        }
        ("pattern_match", [Value::String(pattern), text]) => {
            Ok(wildcard::matches_text(pattern, &plain(text)?).into())
        }
        ("label_match", [Value::Object(wanted), Value::Object(labels)]) => {
            Ok(wanted.iter().all(|(key, value)| labels.get(key) == Some(value)).into())
        }
        ("truncate", [Value::String(text), length]) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is no less than zero"
            )]
            let length = float(length)?.max(0.0) as usize;
            Ok(text.chars().take(length).collect::<String>().into())
        }
        ("semver_compare", [Value::String(version), Value::String(range)]) => {
            semver::compare(version, range)
        }
        ("lookup", [Value::Object(map), key]) => match key.as_str() {
            Some(key) => Ok(map.get(key).cloned().unwrap_or_default()),
            None => function_error(name, "argument #2 is not of type String"),
        },
        ("lookup", [Value::Array(items), index]) => lookup(items, index),
        ("items", [it, Value::String(key), Value::String(value)]) => Ok(items(it, key, value)),
        ("object_from_lists", [Value::Array(keys), Value::Array(values)]) => {
            object_from_lists(keys, values)
        }
        _ => return None,
    })
}

fn trim(text: &str, cut: &str, world: &World) -> Called {
    world.spend(text.len().saturating_mul(cut.len()) / 64)?;
    Ok(text.trim_matches(|it| cut.contains(it)).into())
}

fn of_text(name: &str, text: &str) -> Option<Called> {
    Some(match name {
        "to_upper" => Ok(text.to_uppercase().into()),
        "to_lower" => Ok(text.to_lowercase().into()),
        "to_boolean" => match text.to_lowercase().as_str() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => function_error(
                name,
                &format!("lowercase argument must be 'true' or 'false' (provided: '{text}')"),
            ),
        },
        "base64_encode" => Ok(STANDARD.encode(text).into()),
        "base64_decode" => {
            let joined: String = text.chars().filter(|it| !matches!(it, '\n' | '\r')).collect();
            match STANDARD.decode(joined) {
                Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into()),
                Err(_) => error("illegal base64 data"),
            }
        }
        "path_canonicalize" => Ok(clean_path(text).into()),
        "parse_json" => match serde_json::from_str::<Value>(text) {
            Ok(it) => Ok(floats(it)),
            Err(it) => error(it.to_string()),
        },
        "parse_yaml" => parse_yaml(text),
        "image_normalize" => match image(text) {
            Ok(it) => Ok(it.text().into()),
            Err(why) => function_error(name, &why),
        },
        "is_external_url" => is_external(text),
        "sha256" => {
            let hash = Sha256::digest(text.as_bytes());
            Ok(hash.iter().map(|it| format!("{it:02x}")).collect::<String>().into())
        }
        _ => return None,
    })
}

/// A text or a number as a text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        #[expect(clippy::cast_possible_truncation, reason = "Kyverno prints so many digits")]
        other => float(other).map(|it| (it as f32).to_string()),
    }
}

/// Charges what a replacement of all matches of a pattern makes, which may be as long as the product of both texts.
fn make_room(pattern: &str, world: &World, text: &str, new: &str) -> Called {
    let room = by_pattern(pattern, world, text, |it, text| {
        let quoted = new.matches('$').count().saturating_mul(text.len());
        it.find_iter(text).count().saturating_mul(new.len()).saturating_add(quoted).into()
    })?;
    let steps = room.as_u64().and_then(|it| usize::try_from(it).ok()).unwrap_or(usize::MAX / 2);
    world.spend(steps).map(|()| room)
}

fn by_pattern(
    pattern: &str,
    world: &World,
    text: &str,
    make: impl Fn(&regex_lite::Regex, &str) -> Value,
) -> Called {
    world.spend(pattern.len().saturating_mul(text.len() + 64) / 2)?;
    match regex(pattern) {
        Ok(it) => Ok(make(&it, text)),
        Err(CelFailure::Error(why)) => error(format!("{why}: `{pattern}`")),
        Err(other) => not_judged(other.to_string()),
    }
}

/// A path as Go cleans it.
fn clean_path(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let is_rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => drop(parts.pop()),
            ".." if is_rooted => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (is_rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

fn parse_yaml(text: &str) -> Called {
    let document = harden_yaml::Document::parse_yaml(text);
    if document.is_rejected() {
        return error("yaml: the text cannot be parsed");
    }
    if document.root().kind() == harden_yaml::Kind::Missing {
        return Ok(Value::Null);
    }
    let json = document.to_json().and_then(|it| serde_json::from_str::<Value>(&it).ok());
    json.map_or_else(|| not_judged("a text that is no plain YAML"), |it| Ok(floats(it)))
}

/// Whether a host is neither the machine itself nor in a private network; names are not resolved here.
fn is_external(text: &str) -> Called {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(it)) => Ok((!(it.is_loopback() || it.is_private())).into()),
        Ok(std::net::IpAddr::V6(it)) => {
            Ok((!(it.is_loopback() || it.segments()[0] & 0xfe00 == 0xfc00)).into())
        }
        Err(_) => not_judged("is_external_url resolves a name"),
    }
}

fn lookup(items: &[Value], index: &Value) -> Called {
    let Some(index) = float(index) else {
        return function_error("lookup", "argument #2 is not of type Number");
    };
    if index.trunc().total_cmp(&index) != Ordering::Equal {
        return error(format!(
            "JMESPath function 'lookup': argument #2: expected an integer number but got: {index}"
        ));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is no less than zero"
    )]
    let item = (index >= 0.0).then(|| items.get(index as usize)).flatten();
    Ok(item.cloned().unwrap_or_default())
}

fn items(value: &Value, key_name: &str, value_name: &str) -> Value {
    let pair = |key: Value, value: &Value| {
        let mut map = Map::new();
        map.insert(key_name.to_owned(), key);
        map.insert(value_name.to_owned(), value.clone());
        Value::Object(map)
    };
    match value {
        Value::Object(map) => {
            sorted(map.clone()).into_iter().map(|(key, it)| pair(key.into(), &it)).collect()
        }
        #[expect(clippy::cast_precision_loss, reason = "no list is so long")]
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, it)| pair(of_float(index as f64), it)).collect()
        }
        _ => json!([]),
    }
}

fn object_from_lists(keys: &[Value], values: &[Value]) -> Called {
    let mut map = Map::new();
    for (index, key) in keys.iter().enumerate() {
        let key = match key {
            Value::Bool(it) => it.to_string(),
            other => match plain(other) {
                Some(it) => it,
                None => {
                    return function_error(
                        "object_from_lists",
                        "argument #1 is not of type StringArray",
                    );
                }
            },
        };
        map.insert(key, values.get(index).cloned().unwrap_or_default());
    }
    Ok(map.into())
}
