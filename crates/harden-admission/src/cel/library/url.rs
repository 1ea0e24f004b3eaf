//! Addresses of the web, as Go reads them.

use std::sync::Arc;

use super::super::value::{Key, Map};
use super::{Budget, Failure, Result, Value};

/// An absolute address, or a path from the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    scheme: String,
    host: String,
    path: String,
    query: String,
    /// What else tells two addresses apart: user and fragment.
    rest: String,
}

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    match (name, args) {
        ("isURL", [Value::String(text)]) => {
            return Some(match read(text) {
                Ok(_) => Ok(Value::Bool(true)),
                Err(Failure::Error(_)) => Ok(Value::Bool(false)),
                Err(other) => Err(other),
            });
        }
        ("url", [Value::String(text)]) => {
            return Some(read(text).map(|it| Value::Url(Arc::new(it))));
        }
        _ => {}
    }
    let [Value::Url(it)] = args else { return None };
    let (hostname, port) = match it.host.rsplit_once(':') {
        Some((hostname, port)) => (hostname, port),
        None => (it.host.as_str(), ""),
    };
    Some(Ok(match name {
        "getScheme" => Value::text(it.scheme.as_str()),
        "getHost" => Value::text(it.host.as_str()),
        "getHostname" => Value::text(hostname),
        "getPort" => Value::text(port),
        "getEscapedPath" => Value::text(escaped(&it.path)),
        "getQuery" => query(&it.query),
        _ => return None,
    }))
}

fn read(text: &str) -> Result<Url> {
    let wrong = |why: &str| {
        Failure::error(format!(
            "URL parse error during conversion from string: parse {text:?}: {why}"
        ))
    };
    if text.is_empty() {
        return wrong("empty url");
    }
    if text.bytes().any(|it| it < 0x20 || it == 0x7f) {
        return wrong("net/url: invalid control character in URL");
    }
    let (scheme, rest) = scheme(text);
    if scheme.is_none() && text.starts_with(':') {
        return wrong("missing protocol scheme");
    }
    if text == "*" {
        return Failure::not_judged("an address that is a star");
    }
    if !rest.starts_with('/') && scheme.is_none() {
        return wrong("invalid URI for request");
    }
    if !rest.starts_with('/') {
        return Failure::not_judged("an address without a path");
    }
    let is_rare = |c: char| matches!(c, '%' | '[' | ']' | '*' | '\\') || !c.is_ascii();
    if text.contains(is_rare) {
        return Failure::not_judged("an address with signs that are rare");
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) if scheme.is_some() => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        Some(_) => {
            return Failure::not_judged("an address without a scheme that begins with two slashes");
        }
        None => ("", rest),
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | ':');
    if !user.chars().all(is_plain) {
        return Failure::not_judged("an address with a user of rare signs");
    }
    if !host.chars().all(is_plain) {
        return Failure::not_judged("an address with a host of rare signs");
    }
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    if !port.bytes().all(|it| it.is_ascii_digit()) || name.contains(':') {
        return wrong("invalid port after host");
    }
    Ok(Url {
        scheme: scheme.unwrap_or_default().to_ascii_lowercase(),
        host: host.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        rest: format!("{user}#{fragment}"),
    })
}

/// The scheme, if there is one, and what follows it.
fn scheme(text: &str) -> (Option<&str>, &str) {
    let split = text.split_once(':').filter(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    split.map_or((None, text), |(scheme, rest)| (Some(scheme), rest))
}

/// The path with escapes for what no path has unescaped.
fn escaped(path: &str) -> String {
    let is_safe = |it: u8| it.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&it);
    if path.bytes().all(|it| is_safe(it) || b"!'()*".contains(&it)) {
        return path.to_owned();
    }
    path.bytes()
        .map(|it| if is_safe(it) { char::from(it).to_string() } else { format!("%{it:02X}") })
        .collect()
}

/// The parameters; what Go cannot read of them it leaves out.
fn query(text: &str) -> Value {
    let mut found: Vec<(String, Vec<Value>)> = Vec::new();
    for part in text.split('&').filter(|it| !it.is_empty() && !it.contains(';')) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let key = key.replace('+', " ");
        let value = Value::text(value.replace('+', " "));
        match found.iter_mut().find(|(it, _)| *it == key) {
            Some((_, values)) => values.push(value),
            None => found.push((key, vec![value])),
        }
    }
    let entries =
        found.into_iter().map(|(key, values)| (Key::String(key.into()), Value::list(values)));
    Value::Map(Arc::new(entries.collect::<Map>()))
}
