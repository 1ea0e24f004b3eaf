//! A patch without anchors, merged into a resource as kustomize merges.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::Failure;
use super::directive::{Directive, directive};
use super::lists::{self, Selector};
use super::preprocessing::text;
use super::shape::{self, Field};

/// What is merged into a value.
enum Patch {
    /// Nothing.
    None,
    /// The value itself: it is new.
    Same,
    Other(Value),
}

/// What becomes of a value.
enum Merged {
    /// It goes.
    Gone,
    /// It stays, changed in its place.
    Kept,
    /// Another takes its place.
    Taken(Value),
}

type Shape = Option<&'static [Field]>;

/// Merges a patch into a resource.
pub(super) fn merge(resource: &Value, patch: Value) -> Result<Value, Failure> {
    let mut merged = resource.clone();
    let place = &mut merged;
    match walk(Some(place), Patch::Other(patch), Schema::default()).map_err(Failure::Error)? {
        Merged::Kept => Ok(merged),
        Merged::Taken(other) => Ok(other),
        Merged::Gone => Err(Failure::Error("filter cannot create or delete objects".to_owned())),
    }
}

/// What the schema says of a value.
#[derive(Clone, Copy, Default)]
struct Schema {
    shape: Shape,
    /// Where it is a list that is merged, the keys of its elements.
    keys: Option<&'static [&'static str]>,
}

impl Schema {
    fn of(field: Option<&'static Field>) -> Self {
        match field {
            Some(it) => Self { shape: Some(it.shape), keys: it.keys },
            None => Self::default(),
        }
    }

    /// It, or that of the kind of objects that either value is, where it is none.
    fn or_of(self, values: [Option<&Value>; 2]) -> Self {
        if self.shape.is_some() {
            return self;
        }
        let of = |value: &Value| {
            let text = |key| value.get(key).and_then(Value::as_str);
            shape::of(text("apiVersion")?, text("kind")?)
        };
        let shape = values.into_iter().flatten().find_map(of);
        Self { shape, keys: self.keys }
    }
}

/// Merges a patch into a value that may not be there.
fn walk(own: Option<&mut Value>, patch: Patch, schema: Schema) -> Result<Merged, String> {
    let of_patch = match &patch {
        Patch::Other(value) => Some(value),
        Patch::None | Patch::Same => None,
    };
    let schema = schema.or_of([own.as_deref(), of_patch]);
    let present = [own.as_deref(), of_patch].into_iter().flatten().filter(|it| !it.is_null());
    let mut kinds = present.map(kind);
    let first = kinds.next();
    if let (Some(first), Some(second)) = (first, kinds.next())
        && first != second
    {
        return Err(format!("wrong node kind: expected {first} but got {second}"));
    }
    drop(kinds);
    match first {
        Some(SEQUENCE) => match schema.keys {
            Some(keys) => walk_keyed_list(own, patch, keys, schema.shape),
            None => Ok(overridden(own.is_some(), patch)),
        },
        Some(SCALAR) => Ok(overridden(own.is_some(), patch)),
        _ => walk_map(own, patch, schema.shape),
    }
}

const MAPPING: &str = "MappingNode";
const SEQUENCE: &str = "SequenceNode";
const SCALAR: &str = "ScalarNode";

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => MAPPING,
        Value::Array(_) => SEQUENCE,
        _ => SCALAR,
    }
}

/// A value that the patch replaces as a whole.
fn overridden(is_there: bool, patch: Patch) -> Merged {
    match patch {
        Patch::Other(value) => Merged::Taken(value),
        Patch::None if !is_there => Merged::Gone,
        Patch::None | Patch::Same => Merged::Kept,
    }
}

fn walk_map(own: Option<&mut Value>, patch: Patch, shape: Shape) -> Result<Merged, String> {
    let own = match own {
        Some(own) if !own.is_null() => own,
        own => {
            return match patch {
                // A null that the patch does not speak of stays.
                Patch::None if own.is_some() => Ok(Merged::Kept),
                Patch::None | Patch::Same => Ok(Merged::Gone),
                Patch::Other(mut value) => {
                    if directive(&mut value).is_ok_and(|it| it == Directive::Delete) {
                        return Ok(Merged::Gone);
                    }
                    walk_new(value, shape)
                }
            };
        }
    };
    match patch {
        Patch::None => {
            walk_fields(own, None, shape)?;
            Ok(Merged::Kept)
        }
        Patch::Same => {
            if directive(own)? == Directive::Delete {
                return Ok(Merged::Gone);
            }
            walk_own_fields(own, shape)?;
            Ok(Merged::Kept)
        }
        Patch::Other(Value::Null) => Ok(Merged::Gone),
        Patch::Other(mut value) => match directive(&mut value)? {
            Directive::Delete => Ok(Merged::Gone),
            Directive::Replace => walk_new(value, shape),
            Directive::Merge => {
                walk_fields(own, value.as_object_mut(), shape)?;
                Ok(Merged::Kept)
            }
        },
    }
}

/// A map of the patch alone.
fn walk_new(mut value: Value, shape: Shape) -> Result<Merged, String> {
    walk_own_fields(&mut value, shape)?;
    Ok(Merged::Taken(value))
}

/// The fields of a map that is merged with itself.
fn walk_own_fields(own: &mut Value, shape: Shape) -> Result<(), String> {
    let Some(map) = own.as_object_mut() else { return Ok(()) };
    for key in names(map) {
        let schema = Schema::of(shape.and_then(|it| shape::field(it, &key)));
        let merged = walk(map.get_mut(&key), Patch::Same, schema)?;
        set(map, &key, merged);
    }
    Ok(())
}

fn walk_fields(
    own: &mut Value,
    mut patch: Option<&mut Map<String, Value>>,
    shape: Shape,
) -> Result<(), String> {
    let Some(map) = own.as_object_mut() else { return Ok(()) };
    let mut keys = names(map);
    keys.extend(patch.iter().flat_map(|it| names(it)).filter(|it| !map.contains_key(it)));
    keys.sort();
    for key in keys {
        let schema = Schema::of(shape.and_then(|it| shape::field(it, &key)));
        let value = patch.as_mut().and_then(|it| it.get_mut(&key)).map(Value::take);
        let merged = walk(map.get_mut(&key), value.map_or(Patch::None, Patch::Other), schema)?;
        set(map, &key, merged);
    }
    Ok(())
}

fn names(map: &Map<String, Value>) -> Vec<String> {
    map.keys().cloned().collect()
}

fn set(map: &mut Map<String, Value>, key: &str, merged: Merged) {
    match merged {
        Merged::Kept => {}
        Merged::Gone | Merged::Taken(Value::Null) => drop(map.shift_remove(key)),
        Merged::Taken(value) => {
            // What takes the place of a text is written in its quotes, and so becomes one.
            let is_text = map.get(key).is_some_and(Value::is_string);
            let value = match value {
                Value::Bool(_) | Value::Number(_) if is_text => text(&value).into_owned().into(),
                value => value,
            };
            map.insert(key.to_owned(), value);
        }
    }
}

fn walk_keyed_list(
    own: Option<&mut Value>,
    patch: Patch,
    keys: &[&str],
    shape: Shape,
) -> Result<Merged, String> {
    let own = match own {
        Some(own) if !own.is_null() => own,
        _ => {
            // It is new.
            return match patch {
                Patch::Other(mut value) => {
                    merge_lists(&mut value, None, keys, shape)?;
                    Ok(Merged::Taken(value))
                }
                Patch::None | Patch::Same => Ok(Merged::Gone),
            };
        }
    };
    match patch {
        Patch::None => {
            merge_lists(own, Some(&mut []), keys, shape)?;
            Ok(Merged::Kept)
        }
        Patch::Same => match directive(own)? {
            Directive::Delete => Ok(Merged::Gone),
            Directive::Replace | Directive::Merge => {
                merge_lists(own, None, keys, shape)?;
                Ok(Merged::Kept)
            }
        },
        Patch::Other(Value::Null) => Ok(Merged::Gone),
        Patch::Other(mut value) => match directive(&mut value)? {
            Directive::Delete => Ok(Merged::Gone),
            Directive::Replace => {
                merge_lists(&mut value, None, keys, shape)?;
                Ok(Merged::Taken(value))
            }
            Directive::Merge => {
                let items = value.as_array_mut().map(Vec::as_mut_slice);
                merge_lists(own, Some(items.unwrap_or_default()), keys, shape)?;
                Ok(Merged::Kept)
            }
        },
    }
}

/// Merges the elements of a list with those of a patch; with themselves where there is none.
fn merge_lists(
    own: &mut Value,
    mut patch: Option<&mut [Value]>,
    keys: &[&str],
    shape: Shape,
) -> Result<(), String> {
    let Some(list) = own.as_array_mut() else { return Ok(()) };
    let of_patch = patch.as_deref().unwrap_or_default();
    if let [key] = keys
        && let Some(merged) = merge_named_lists(list, patch.as_deref(), key, shape)
    {
        *list = merged?;
        return Ok(());
    }
    let keys = if keys.is_empty() { &[""] } else { keys };
    let all = match keys {
        [""] => lists::texts(of_patch, list),
        keys => lists::values(keys, of_patch, list),
    };
    let mut merged = Vec::new();
    let mut used = Vec::new();
    for values in &all {
        let selector = Selector::among(keys, values, &all);
        used.clone_from(&selector.keys);
        let value = match &mut patch {
            Some(patch) => match selector.find(patch) {
                Some(index) => Patch::Other(patch.get(index).cloned().unwrap_or_default()),
                None => Patch::None,
            },
            None => Patch::Same,
        };
        let index = selector.find(list);
        let element = index.and_then(|it| list.get_mut(it));
        let schema = Schema { shape, keys: None };
        let mut taken = match walk(element, value, schema)? {
            Merged::Gone => Some(Value::Null),
            Merged::Kept => None,
            Merged::Taken(value) => Some(value),
        };
        let own = index.and_then(|it| list.get_mut(it));
        let Some(element) = taken.as_mut().or(own).filter(|it| !is_nothing(it)) else {
            lists::place(list, &selector, None)?;
            continue;
        };
        if let Value::Object(map) = element {
            for (key, value) in selector.keys.iter().zip(&selector.values) {
                if !map.contains_key(key) && !value.is_empty() {
                    map.insert(key.clone(), plain(value));
                }
            }
        }
        lists::place(&mut merged, &selector, Some(element))?;
    }
    if !all.is_empty() {
        lists::append(&mut merged, list, &used)?;
        *list = merged;
    }
    Ok(())
}

/// Merges lists whose elements all have a value for the key; none where one has not. What comes of it is
/// what [`merge_lists()`] makes, in less time.
fn merge_named_lists(
    list: &mut [Value],
    patch: Option<&[Value]>,
    key: &str,
    shape: Shape,
) -> Option<Result<Vec<Value>, String>> {
    let names = lists::names(list, key)?;
    let of_patch = lists::names(patch.unwrap_or_default(), key)?;
    let (first, first_of_patch) = (lists::firsts(&names), lists::firsts(&of_patch));
    let mut merged: Vec<Value> = Vec::new();
    let mut places = BTreeMap::new();
    for name in of_patch.iter().chain(&names) {
        if places.contains_key(name) {
            continue;
        }
        let element = |patch: &[Value]| {
            let index = first_of_patch.get(name.as_str())?;
            patch.get(*index).cloned()
        };
        let value = match patch {
            Some(patch) => element(patch).map_or(Patch::None, Patch::Other),
            None => Patch::Same,
        };
        let mut own = first.get(name.as_str()).and_then(|it| list.get_mut(*it));
        let merging = walk(own.as_deref_mut(), value, Schema { shape, keys: None });
        let element = match merging {
            Ok(Merged::Gone) => None,
            Ok(Merged::Kept) => own.map(|it| it.clone()),
            Ok(Merged::Taken(value)) => Some(value),
            Err(what) => return Some(Err(what)),
        };
        let element = element.filter(|it| !is_nothing(it));
        places.insert(name.clone(), element.is_some().then_some(merged.len()));
        merged.extend(element);
    }
    // Each element of the list takes the place of what was merged for it, the last of its name.
    for (name, own) in names.iter().zip(list) {
        let place = places.get(name).copied().flatten();
        if let Some(slot) = place.and_then(|it| merged.get_mut(it)) {
            slot.clone_from(own);
        }
    }
    Some(Ok(merged))
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

/// The value of a text without quotes.
fn plain(text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(number) => number.into(),
        Err(_) => text.into(),
    }
}
