//! What values of expressions make of an object.

use crate::cel::{Failure, Message, Value};
use crate::json_patch::{self, Operation, Unapplied};
use crate::merge::{Unmerged, merge};
use crate::{Cluster, Object};

/// What an applied configuration makes of an object. Unless `may_replace` says so, it may replace no list or
/// map as a whole.
pub(crate) fn apply(
    value: Value,
    object: &Object,
    cluster: &Cluster,
    may_replace: bool,
) -> Result<Object, Failure> {
    let Value::Message(message) = value else {
        let message = "unsupported return type from ApplyConfiguration expression";
        return Err(Failure::Error(message.to_owned()));
    };
    checked(&message)?;
    let configuration = Value::Message(message);
    let is_unlike_json = |it: &Value| {
        let is_written = matches!(it, Value::Duration(_) | Value::Timestamp(_) | Value::Bytes(_));
        is_written || matches!(it, Value::Type(_)) || is_opaque(it)
    };
    if let Some(name) = within(&configuration, &is_unlike_json) {
        return Err(Failure::NotJudged(format!("a configuration that holds a {name}")));
    }
    let configuration = configuration.to_json();
    match merge(object, &configuration, cluster, may_replace) {
        Ok(json) => Ok(Object::new(json)),
        Err(Unmerged::Refused(why)) => Err(Failure::Error(format!("error applying patch: {why}"))),
        Err(Unmerged::Unknown(why)) => Err(Failure::NotJudged(why)),
    }
}

/// What JSON patches make of an object; it stays where a test of them does not hold.
pub(crate) fn patch(value: &Value, object: &Object) -> Result<Object, Failure> {
    let Value::List(items) = value else {
        let message = "type mismatch: JSONPatchType.expression should evaluate to array";
        return Err(Failure::Error(message.to_owned()));
    };
    let operations: Result<Vec<Operation>, Failure> = items.iter().map(operation).collect();
    match json_patch::apply(object.json(), &operations?) {
        Ok(json) => Ok(Object::new(json)),
        Err(Unapplied::Test(_)) => Ok(object.clone()),
        Err(Unapplied::Wrong(why)) => Err(Failure::Error(format!("JSON Patch: {why}"))),
    }
}

/// The type of the first value of a sort that is within a value.
fn within(value: &Value, is_such: &dyn Fn(&Value) -> bool) -> Option<&'static str> {
    match value {
        Value::Message(message) => message.fields.iter().find_map(|(_, it)| within(it, is_such)),
        Value::Map(map) => map.iter().find_map(|(_, it)| within(it, is_such)),
        Value::List(items) => items.iter().find_map(|it| within(it, is_such)),
        Value::Optional(Some(inner)) => within(inner, is_such),
        other => is_such(other).then(|| other.type_name()),
    }
}

/// Whether JSON has no form for a value: the server refuses it by its own inner form.
fn is_opaque(value: &Value) -> bool {
    matches!(
        value,
        Value::Quantity(_)
            | Value::Ip(_)
            | Value::Cidr(_)
            | Value::Url(_)
            | Value::Semver(_)
            | Value::Format(_)
            | Value::Optional(_)
    )
}

/// Whether messages within a message are of the types that its fields ask for.
fn checked(message: &Message) -> Result<(), Failure> {
    let mut flaws = Vec::new();
    check(message, &mut vec![message.name.to_string()], &mut flaws);
    if flaws.is_empty() {
        return Ok(());
    }
    Err(Failure::Error(format!("type mismatch: {}", flaws.join("\n"))))
}

fn check(message: &Message, path: &mut Vec<String>, flaws: &mut Vec<String>) {
    let (found, expected) = (&*message.name, path.join("."));
    if found != expected {
        flaws.push(format!(
            "unexpected type name \"{found}\", expected \"{expected}\", which matches field name path from \
             root Object type"
        ));
    }
    for (key, value) in message.fields.iter() {
        if let Value::String(name) = key.value() {
            path.push(name.to_string());
            check_value(value, path, flaws);
            path.pop();
        }
    }
}

fn check_value(value: &Value, path: &mut Vec<String>, flaws: &mut Vec<String>) {
    match value {
        Value::Message(message) => check(message, path, flaws),
        Value::List(items) => items.iter().for_each(|it| check_value(it, path, flaws)),
        Value::Map(map) => map.iter().for_each(|(_, it)| check_value(it, path, flaws)),
        _ => {}
    }
}

fn operation(value: &Value) -> Result<Operation, Failure> {
    let Value::Message(message) = value else {
        return Err(Failure::Error(format!(
            "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch, got element of {}",
            value.type_name()
        )));
    };
    let text = |field: &str| match message.fields.field(field) {
        Some(Value::String(it)) => it.to_string(),
        _ => String::new(),
    };
    let value = message.fields.field("value");
    if let Some(Value::Message(message)) = value {
        checked(message)?;
    }
    if let Some(name) = value.and_then(|it| within(it, &is_opaque)) {
        return Err(Failure::NotJudged(format!("a patch that holds a {name}")));
    }
    let value = value.map(Value::to_json);
    Ok(Operation { op: text("op"), path: text("path"), from: text("from"), value })
}
