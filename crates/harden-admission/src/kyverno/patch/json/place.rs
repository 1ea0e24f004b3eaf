//! Places in a document, by the paths of JSON pointers.

use serde_json::{Map, Value};

use super::super::Failure;

/// The most values that a patch may add to lists to fill them up.
const PADDING: usize = 10_000;

/// Why there is no value at a key.
#[derive(Debug, thiserror::Error)]
pub(super) enum Absence {
    #[error("unable to get nonexistent key: {0}: missing value")]
    Key(String),
    #[error("invalid index referenced: {0}")]
    Index(String),
    #[error("invalid value, expected object")]
    Scalar,
}

/// What is around the last step of a path, and that step; the whole for an empty path.
pub(super) fn find<'v>(document: &'v mut Value, path: &str) -> Option<(&'v mut Value, String)> {
    if path.is_empty() {
        return Some((document, String::new()));
    }
    let (container, last) = path.rsplit_once('/')?;
    let mut value = document;
    for step in container.split('/').skip(1) {
        value = get(value, &unescape(step)).ok()?;
        if !value.is_object() && !value.is_array() {
            return None;
        }
    }
    Some((value, unescape(last)))
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The value at a step; the whole for an empty one, as the library has it.
pub(super) fn get<'v>(container: &'v mut Value, key: &str) -> Result<&'v mut Value, Absence> {
    if key.is_empty() {
        return Ok(container);
    }
    match container {
        Value::Object(map) => map.get_mut(key).ok_or_else(|| Absence::Key(key.to_owned())),
        Value::Array(items) => {
            let index = index(key, items.len()).ok_or_else(|| Absence::Index(key.to_owned()))?;
            items.get_mut(index).ok_or_else(|| Absence::Index(key.to_owned()))
        }
        _ => Err(Absence::Scalar),
    }
}

/// The index that a step means in a list of a length; it may be past the end.
fn index(key: &str, length: usize) -> Option<usize> {
    let index: isize = key.parse().ok()?;
    if index < 0 { length.checked_sub(index.unsigned_abs()) } else { usize::try_from(index).ok() }
}

pub(super) fn add(container: &mut Value, key: &str, value: Value) -> Result<(), Absence> {
    let absent = || Absence::Index(key.to_owned());
    match container {
        Value::Object(map) => {
            map.insert(key.to_owned(), value);
            Ok(())
        }
        Value::Array(items) if key == "-" => {
            items.push(value);
            Ok(())
        }
        Value::Array(items) => {
            let index = index(key, items.len() + 1).ok_or_else(absent)?;
            if index > items.len() {
                return Err(absent());
            }
            items.insert(index, value);
            Ok(())
        }
        _ => Err(Absence::Scalar),
    }
}

pub(super) fn remove(container: &mut Value, key: &str) -> Result<(), Absence> {
    match container {
        Value::Object(map) => {
            map.shift_remove(key);
            Ok(())
        }
        Value::Array(items) => {
            if key.parse::<isize>().is_err() {
                return Err(Absence::Index(key.to_owned()));
            }
            if let Some(index) = index(key, items.len()).filter(|it| *it < items.len()) {
                items.remove(index);
            }
            Ok(())
        }
        _ => Err(Absence::Scalar),
    }
}

/// Whether a path leads through a null.
pub(super) fn is_through_null(document: &mut Value, path: &str) -> bool {
    let mut value = document;
    let Some((container, _)) = path.rsplit_once('/') else { return false };
    for step in container.split('/').skip(1) {
        match get(value, &unescape(step)) {
            Ok(Value::Null) => return true,
            Ok(found) => value = found,
            Err(_) => return false,
        }
    }
    false
}

/// Makes the maps and lists that a path leads through.
pub(super) fn ensure(document: &mut Value, path: &str) -> Result<(), Failure> {
    let steps: Vec<&str> = path.split('/').skip(1).collect();
    let mut value = document;
    for pair in steps.windows(2) {
        let &[step, next] = pair else { break };
        let key = unescape(step);
        if get(value, &key).map_or(true, |it| it.is_null()) {
            if let (Value::Array(items), Ok(index)) = (&mut *value, step.parse::<usize>()) {
                fill(items, index)?;
            }
            let made = match next.parse::<isize>().ok() {
                Some(index) if index < -1 => {
                    let what =
                        format!("Unable to ensure path for negative index other than -1: {index}");
                    return Err(Failure::Error(what));
                }
                None if next != "-" => Value::Object(Map::new()),
                index => {
                    let mut items = Vec::new();
                    fill(&mut items, index.and_then(|it| usize::try_from(it).ok()).unwrap_or(0))?;
                    Value::Array(items)
                }
            };
            let is_null = value.is_array() && get(value, step).is_ok();
            let place = if let (true, Value::Array(items)) = (is_null, &mut *value) {
                // An element that is null is not replaced: another comes before it.
                let place = index(step, items.len()).unwrap_or(items.len()).min(items.len());
                items.insert(place, made);
                place.to_string()
            } else {
                if add(value, step, made).is_err() {
                    return Ok(());
                }
                if step == "-" { "-1" } else { step }.to_owned()
            };
            let made_in = get(value, &place).ok();
            let Some(made) = made_in else { return Ok(()) };
            value = made;
        } else {
            let Ok(found) = get(value, &key) else { return Ok(()) };
            if !found.is_object() && !found.is_array() {
                return Err(Failure::Error("invalid state detected".to_owned()));
            }
            value = found;
        }
    }
    Ok(())
}

/// Fills a list with nulls up to a length.
fn fill(items: &mut Vec<Value>, length: usize) -> Result<(), Failure> {
    if length > items.len() + PADDING {
        return Err(Failure::NotJudged("the patch fills a list with too much".to_owned()));
    }
    while items.len() < length {
        items.push(Value::Null);
    }
    Ok(())
}
