//! `patchesJson6902`: the operations of RFC 6902, as Kyverno asks its library to apply them.
//!
//! What is removed need not be there, what is added gets the maps and lists around it, and indexes may count
//! from the end.

mod place;

use serde_json::Value;

use super::Failure;
use place::{Absence, add, ensure, find, get, is_through_null, remove};

/// The most values that copies may add together.
const COPIED: usize = 1_000_000;

/// Applies the text of a patch.
pub(super) fn apply(resource: &Value, text: &str) -> Result<Value, Failure> {
    let operations = read(text).map_err(Failure::Error)?;
    let mut patched = resource.clone();
    let mut left = COPIED;
    let mut has_set_null = false;
    for operation in &operations {
        if has_set_null
            && matches!(operation.kind, Kind::Add)
            && is_through_null(&mut patched, &operation.path)
        {
            // The library goes on through nulls of the resource, and not through those of a patch.
            let what = "the patch sets a null, and goes on through one".to_owned();
            return Err(Failure::NotJudged(what));
        }
        operation.apply(&mut patched, resource, &mut left)?;
        let is_set = matches!(operation.kind, Kind::Add | Kind::Replace);
        has_set_null |= is_set && operation.value.is_null();
    }
    Ok(patched)
}

/// An operation.
struct Operation {
    kind: Kind,
    path: String,
    from: String,
    /// The value; null where there is none.
    value: Value,
}

#[derive(Clone, Copy)]
enum Kind {
    Add,
    Replace,
    Remove,
    Move,
    Copy,
    Test,
}

/// The operations of a text in JSON or, where it does not begin as a list does, in YAML.
fn read(text: &str) -> Result<Vec<Operation>, String> {
    let value: Value = if text.starts_with('[') {
        serde_json::from_str(text)
            .map_err(|it| format!("failed to decode patches: invalid state detected: {it}"))?
    } else {
        let document = harden_yaml::Document::parse_yaml(text);
        let json = document.to_json().ok_or_else(|| {
            let problem = document.problems().first().map(|it| it.kind.to_string());
            let problem = problem.unwrap_or_default();
            format!("failed to convert patchesJSON6902 to JSON: {problem}")
        })?;
        serde_json::from_str(&json).map_err(|it| format!("failed to decode patches: {it}"))?
    };
    let items = match value {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        _ => return Err("failed to decode patches: it is no list of operations".to_owned()),
    };
    items.into_iter().map(Operation::read).collect()
}

impl Operation {
    fn read(operation: Value) -> Result<Self, String> {
        let Value::Object(mut fields) = operation else {
            return Err("failed to decode patches: an operation is no map".to_owned());
        };
        let invalid = |what: &str| format!("failed to decode patches: invalid operation: {what}");
        let mut text = |key: &str| match fields.get_mut(key).map(Value::take) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let kind = match text("op").unwrap_or_default().as_str() {
            "add" => Kind::Add,
            "replace" => Kind::Replace,
            "remove" => Kind::Remove,
            "move" => Kind::Move,
            "copy" => Kind::Copy,
            "test" => Kind::Test,
            _ => return Err(invalid("unsupported operation")),
        };
        let from = text("from");
        let path = text("path");
        let value = fields.get_mut("value").map(Value::take);
        if matches!(kind, Kind::Add | Kind::Replace) && value.is_none() {
            return Err(invalid("failed to decode 'value': missing value"));
        }
        if matches!(kind, Kind::Move | Kind::Copy) && from.is_none() {
            return Err(invalid("failed to decode 'from': missing value"));
        }
        let path = path.ok_or_else(|| invalid("failed to decode 'path': missing value"))?;
        let (from, value) = (from.unwrap_or_default(), value.unwrap_or_default());
        Ok(Self { kind, path, from, value })
    }

    fn apply(
        &self,
        document: &mut Value,
        original: &Value,
        left: &mut usize,
    ) -> Result<(), Failure> {
        let path = self.path.as_str();
        let error = |what: String| Failure::Error(what);
        match self.kind {
            Kind::Add | Kind::Replace if path.is_empty() => {
                if !self.value.is_object() && !self.value.is_array() {
                    return Err(error("the whole can only become a map or a list".to_owned()));
                }
                *document = self.value.clone();
                Ok(())
            }
            Kind::Add => {
                ensure(document, path)?;
                let Some((container, key)) = find(document, path) else {
                    return Err(error(format!(
                        "add operation does not apply: doc is missing path: \"{path}\": missing value"
                    )));
                };
                add(container, &key, self.value.clone())
                    .map_err(|it| error(format!("error in add for path: '{path}': {it}")))
            }
            Kind::Replace => {
                let Some((container, key)) = find(document, path) else {
                    return Err(error(format!(
                        "replace operation does not apply: doc is missing path: {path}: missing value"
                    )));
                };
                match get(container, &key) {
                    Ok(place) => {
                        *place = self.value.clone();
                        Ok(())
                    }
                    Err(_) => Err(error(format!(
                        "replace operation does not apply: doc is missing key: {path}: missing value"
                    ))),
                }
            }
            Kind::Remove => match find(document, path) {
                None => Ok(()),
                Some((container, key)) => remove(container, &key)
                    .map_err(|it| error(format!("error in remove for path: '{path}': {it}"))),
            },
            Kind::Test => self.test(document),
            Kind::Move | Kind::Copy => self.transfer(document, original, left),
        }
    }

    fn test(&self, document: &mut Value) -> Result<(), Failure> {
        let path = self.path.as_str();
        let error = |what: String| Err(Failure::Error(what));
        let found = if path.is_empty() {
            Some(document)
        } else {
            let Some((container, key)) = find(document, path) else {
                return error(format!(
                    "test operation does not apply: is missing path: {path}: missing value"
                ));
            };
            match get(container, &key) {
                Ok(value) => Some(value),
                Err(Absence::Key(_)) => None,
                Err(it) => return error(format!("error in test for path: '{path}': {it}")),
            }
        };
        let is_same = match found {
            Some(value) if !value.is_null() => *value == self.value,
            _ => self.value.is_null(),
        };
        if is_same { Ok(()) } else { error(format!("testing value {path} failed: test failed")) }
    }

    fn transfer(
        &self,
        document: &mut Value,
        original: &Value,
        left: &mut usize,
    ) -> Result<(), Failure> {
        let (path, from) = (self.path.as_str(), self.from.as_str());
        let word = if matches!(self.kind, Kind::Move) { "move" } else { "copy" };
        let error = |what: String| Failure::Error(what);
        if from.is_empty() && matches!(self.kind, Kind::Move) {
            return Err(error(
                "unable to move entire document to another path: invalid".to_owned(),
            ));
        }
        let Some((container, key)) = find(document, from) else {
            return Err(error(format!(
                "{word} operation does not apply: doc is missing from path: {from}: missing value"
            )));
        };
        let value = get(container, &key)
            .map_err(|it| error(format!("error in {word} for path: '{key}': {it}")))?
            .clone();
        // Of the whole, the library has kept what it read first.
        let value = if from.is_empty() { original.clone() } else { value };
        if matches!(self.kind, Kind::Move) {
            remove(container, &key)
                .map_err(|it| error(format!("error in {word} for path: '{key}': {it}")))?;
        } else {
            *left = left
                .checked_sub(count(&value))
                .ok_or_else(|| Failure::NotJudged("the patch copies too much".to_owned()))?;
        }
        let Some((container, key)) = find(document, path) else {
            return Err(error(format!(
                "{word} operation does not apply: doc is missing destination path: {path}: missing value"
            )));
        };
        add(container, &key, value)
            .map_err(|it| error(format!("error in {word} for path: '{path}': {it}")))
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(map) => map.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}
