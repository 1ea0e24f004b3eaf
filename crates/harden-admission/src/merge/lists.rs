//! Lists whose items are told from each other.

use serde_json::{Map, Value as Json};

use super::merged;
use super::shape::{Items, Shape};

/// By what an item is told from others.
pub(super) fn key(items: &Items<'_>, item: &Json) -> Result<Json, String> {
    let Items::By(keys) = items else {
        return match item {
            Json::Object(_) => {
                Err("associative list without keys has an element that's a map type".to_owned())
            }
            Json::Array(_) => {
                Err("not supported: associative list with lists as elements".to_owned())
            }
            Json::Null => {
                Err("associative list without keys has an element that's an explicit null"
                    .to_owned())
            }
            other => Ok(other.clone()),
        };
    };
    let fields = match item {
        Json::Object(fields) => fields,
        Json::Null => {
            return Err("associative list with keys may not have a null element".to_owned());
        }
        _ => return Err("associative list with keys may not have non-map elements".to_owned()),
    };
    let given = keys.iter().filter_map(|(key, default)| {
        let value = fields.get(*key).cloned().or_else(|| default.map(Json::from))?;
        Some(((*key).to_owned(), value))
    });
    let given: Map<String, Json> = given.collect();
    if given.is_empty() && !keys.is_empty() {
        let names: Vec<String> = keys.iter().map(|(key, _)| format!("\"{key}\"")).collect();
        return Err(format!(
            "associative list with keys has an element that omits all key fields [{}] (and doesn't have \
             default values for any key fields)",
            names.join(" ")
        ));
    }
    Ok(Json::Object(given))
}

/// The items of both: those of the left in their order, but where the right names them in another.
pub(super) fn merge_lists(
    of: &Shape<'_>,
    items: &Items<'_>,
    left: &[Json],
    right: &[Json],
) -> Option<Json> {
    let keyed = |list: &'_ [Json]| -> Vec<Json> {
        list.iter().map(|it| key(items, it).unwrap_or(Json::Null)).collect()
    };
    let (left_keys, right_keys) = (keyed(left), keyed(right));
    // An item that is there twice is merged with nothing.
    let in_left = |key: &Json| {
        let mut found = left.iter().zip(&left_keys).filter(|(_, it)| *it == key);
        match (found.next(), found.next()) {
            (Some((item, _)), None) => Some(item),
            _ => None,
        }
    };
    let in_right =
        |key: &Json| right.iter().zip(&right_keys).find(|(_, it)| *it == key).map(|(item, _)| item);
    let mut shared = right_keys.iter().filter(|key| left_keys.contains(key)).peekable();
    let mut next = shared.next();
    let mut done: Vec<&Json> = Vec::new();
    let mut out = Vec::new();
    let (mut at_left, mut at_right) = (0, 0);
    while at_left < left_keys.len() || at_right < right_keys.len() {
        let (of_left, of_right) = (left_keys.get(at_left), right_keys.get(at_right));
        if let (Some(key), Some(of_right)) = (of_left, of_right) {
            if key == of_right {
                done.push(key);
                out.extend(merged(of, in_left(key), in_right(key)));
                at_left += 1;
                at_right += 1;
                next = shared.next();
                continue;
            }
            if in_right(key).is_some() && next.is_some_and(|it| it != key) {
                at_left += 1;
                continue;
            }
        }
        if let Some(key) = of_left {
            if in_right(key).is_none() {
                out.extend(merged(of, left.get(at_left), None));
                at_left += 1;
                continue;
            }
            if done.contains(&key) {
                at_left += 1;
            }
        }
        if let Some(key) = of_right {
            done.push(key);
            out.extend(merged(of, in_left(key), in_right(key)));
            at_right += 1;
            if next == Some(key) {
                next = shared.next();
            }
        }
    }
    (!out.is_empty()).then_some(Json::Array(out))
}
