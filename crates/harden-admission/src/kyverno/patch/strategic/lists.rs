//! Lists that are merged by the keys of their elements.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::preprocessing::text;

/// The keys by which two elements are one, and the values of an element for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selector {
    pub keys: Vec<String>,
    pub values: Vec<String>,
}

impl Selector {
    /// Whether it is by keys of maps; else it is by the elements themselves, or by nothing.
    fn is_of_maps(&self) -> bool {
        self.keys.first().is_some_and(|it| !it.is_empty())
            && self.values.first().is_some_and(|it| !it.is_empty())
    }

    /// The keys that have values, and these; all where none has one.
    fn narrowed(&self, all: &[Vec<String>]) -> Self {
        let is_used = |index: usize| {
            all.iter().any(|values| values.get(index).is_some_and(|it| !it.is_empty()))
        };
        let used: Vec<usize> = (0..self.keys.len()).filter(|it| is_used(*it)).collect();
        if used.is_empty() {
            return self.clone();
        }
        let pick = |from: &[String]| used.iter().filter_map(|it| from.get(*it).cloned()).collect();
        Self { keys: pick(&self.keys), values: pick(&self.values) }
    }

    /// The selector for an element among all that are merged.
    pub(super) fn among(keys: &[&str], values: &[String], all: &[Vec<String>]) -> Self {
        let keys = keys.iter().map(|it| (*it).to_owned()).collect();
        Self { keys, values: values.to_vec() }.narrowed(all)
    }

    /// The index of the first element that it selects.
    pub(super) fn find(&self, list: &[Value]) -> Option<usize> {
        let own = self.narrowed(std::slice::from_ref(&self.values));
        if own.keys.first().is_none_or(String::is_empty) {
            let value = own.values.first()?;
            return list.iter().position(|it| text(it) == value.as_str());
        }
        list.iter().position(|element| {
            let mut pairs = own.keys.iter().zip(&own.values);
            element.is_object()
                && pairs.all(|(key, value)| {
                    element.get(key).is_some_and(|it| text(it) == value.as_str())
                })
        })
    }

    /// Whether an element is one that [`place()`] replaces or leaves out. An empty value stands for any.
    fn covers(&self, element: &Value) -> Result<bool, String> {
        let mut found = false;
        for (index, key) in self.keys.iter().enumerate() {
            if let Some(value) = self.values.get(index) {
                found = match (key.as_str(), element) {
                    ("", Value::Object(_) | Value::Array(_)) => return Err(wrong("ScalarNode")),
                    ("", scalar) => text(scalar) == value.as_str(),
                    (key, Value::Object(map)) => map
                        .get(key)
                        .is_some_and(|it| value.is_empty() || text(it) == value.as_str()),
                    _ => return Err(wrong("MappingNode")),
                };
            }
            if !found {
                return Ok(false);
            }
        }
        Ok(found)
    }
}

fn wrong(expected: &str) -> String {
    format!("wrong node kind: expected {expected}")
}

/// Puts an element in the place of those that a selector covers, or at the end where there are none; without
/// an element, leaves them out. Empty elements go in any case.
pub(super) fn place(
    list: &mut Vec<Value>,
    selector: &Selector,
    element: Option<&Value>,
) -> Result<(), String> {
    let is_lasting = |own: &Value| {
        !is_empty(own)
            && (!own.is_object() && selector.is_of_maps()
                || !selector.values.is_empty() && selector.covers(own) == Ok(false))
    };
    if list.iter().all(is_lasting) {
        list.extend(element.filter(|it| !it.is_null()).cloned());
        return Ok(());
    }
    let mut is_found = false;
    let mut rest = Vec::with_capacity(list.len() + 1);
    for own in std::mem::take(list) {
        if is_empty(&own) {
            continue;
        }
        if !own.is_object() && selector.is_of_maps() {
            rest.push(own);
            continue;
        }
        if !selector.covers(&own)? {
            if !selector.values.is_empty() {
                rest.push(own);
            }
            continue;
        }
        is_found = true;
        rest.extend(element.cloned());
    }
    if !is_found {
        rest.extend(element.filter(|it| !it.is_null()).cloned());
    }
    *list = rest;
    Ok(())
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// The values of each element for the keys, of the patch first, each once.
pub(super) fn values(keys: &[&str], patch: &[Value], own: &[Value]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    let mut seen = BTreeSet::new();
    for element in patch.iter().chain(own) {
        let value = |key: &&str| match element.get(*key) {
            Some(value @ (Value::Bool(_) | Value::Number(_) | Value::String(_))) => {
                text(value).into_owned()
            }
            _ => String::new(),
        };
        let values: Vec<String> = keys.iter().map(value).collect();
        if !values.is_empty() && seen.insert(values.clone()) {
            all.push(values);
        }
    }
    if keys.len() > 1 { joined(all) } else { all }
}

/// The value of each element for a key, where all elements have one.
pub(super) fn names(list: &[Value], key: &str) -> Option<Vec<String>> {
    let name = |element: &Value| match element.get(key) {
        Some(value @ (Value::Bool(_) | Value::Number(_) | Value::String(_))) => {
            Some(text(value).into_owned()).filter(|it| !it.is_empty())
        }
        _ => None,
    };
    list.iter().map(name).collect()
}

/// Where each name is first.
pub(super) fn firsts(names: &[String]) -> BTreeMap<&str, usize> {
    names.iter().enumerate().rev().map(|(index, name)| (name.as_str(), index)).collect()
}

/// The elements themselves as values, of the patch first, each once.
pub(super) fn texts(patch: &[Value], own: &[Value]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    for element in patch.iter().chain(own) {
        let values = vec![text(element).into_owned()];
        if !all.contains(&values) {
            all.push(values);
        }
    }
    all
}

/// Fills in values that another element of otherwise the same values has.
fn joined(mut all: Vec<Vec<String>>) -> Vec<Vec<String>> {
    for index in 0..all.len() {
        // The values of the outer element are those from before the inner loop.
        let Some(outer) = all.get(index).cloned() else { break };
        for other in 0..all.len() {
            let Some(inner) = all.get(other).cloned() else { break };
            let Some(joined) = join(&outer, &inner) else { continue };
            for place in [index, other] {
                if let Some(values) = all.get_mut(place) {
                    values.clone_from(&joined);
                }
            }
        }
    }
    all
}

fn join(one: &[String], other: &[String]) -> Option<Vec<String>> {
    let mut has_common = false;
    let mut joined = Vec::with_capacity(one.len());
    for (one, other) in one.iter().zip(other) {
        has_common |= one == other;
        joined.push(match (one.as_str(), other.as_str()) {
            (one, other) if one == other => one.to_owned(),
            ("", value) | (value, "") => value.to_owned(),
            _ => return None,
        });
    }
    has_common.then_some(joined)
}

/// Appends the elements of a list to those that are merged, each in the place of its own.
pub(super) fn append(
    merged: &mut Vec<Value>,
    own: &[Value],
    keys: &[String],
) -> Result<(), String> {
    for element in own {
        let mut selector = Selector { keys: keys.to_vec(), values: Vec::new() };
        if keys.first().is_none_or(String::is_empty) {
            selector =
                Selector { keys: vec![String::new()], values: vec![text(element).into_owned()] };
            place(merged, &selector, Some(element))?;
            continue;
        }
        for key in keys {
            match element {
                Value::Null => merged.push(element.clone()),
                Value::Object(map) => match map.get(key) {
                    Some(value) => selector.values.push(text(value).into_owned()),
                    None => merged.push(element.clone()),
                },
                _ => return Err(wrong("MappingNode")),
            }
        }
        if keys.len() > 1 {
            place(merged, &selector, None)?;
        }
        place(merged, &selector, Some(element))?;
    }
    Ok(())
}
