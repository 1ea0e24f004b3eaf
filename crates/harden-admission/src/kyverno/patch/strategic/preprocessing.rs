//! The anchors of a patch, resolved against the resource that it is for.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::super::Failure;
use crate::kyverno::pattern::{Anchor, Pattern, Verdict};

/// How many values the copies of elements may have together.
const COPIED: usize = 1_000_000;

/// Why a part of a patch is not applied.
enum Unmet {
    /// A condition of this map: an element of a list is left out, elsewhere the patch is.
    Condition,
    /// A condition of the whole patch.
    Global,
    Failed(Failure),
}

type Walked = Result<(), Unmet>;

/// The patch without anchors; none where a condition does not hold.
pub(super) fn resolve(patch: &Value, resource: &Value) -> Result<Option<Value>, Failure> {
    let mut patch = sorted(patch);
    let walked = Preprocessing { left: COPIED }.walk(&mut patch, Some(resource));
    let deleted = match walked {
        Ok(()) => delete_conditions(&mut patch),
        Err(Unmet::Condition | Unmet::Global) => return Ok(None),
        Err(Unmet::Failed(failure)) => Err(failure),
    };
    deleted.map_err(|failure| match failure {
        Failure::Error(what) => Failure::Error(format!("failed to preProcess rule: {what}")),
        unjudged @ Failure::NotJudged(_) => unjudged,
    })?;
    Ok(Some(patch))
}

/// The value with the keys of its maps in the order in which Kyverno looks at them.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

struct Preprocessing {
    left: usize,
}

impl Preprocessing {
    fn walk(&mut self, pattern: &mut Value, resource: Option<&Value>) -> Walked {
        match pattern {
            Value::Object(map) => self.walk_map(map, resource),
            Value::Array(items) if items.first().is_some_and(Value::is_object) => {
                self.walk_list(items, resource)
            }
            _ => Ok(()),
        }
    }

    fn walk_map(&mut self, pattern: &mut Map<String, Value>, resource: Option<&Value>) -> Walked {
        resolve_additions(pattern, resource).map_err(Unmet::Failed)?;
        let is_global = |anchor| anchor == Anchor::Global;
        check_conditions(pattern, resource, is_global).map_err(|it| it.or_else(Unmet::Global))?;
        let is_condition = |anchor| anchor == Anchor::Condition;
        check_conditions(pattern, resource, is_condition)?;
        for (key, value) in pattern {
            let is_resolved = matches!(
                Anchor::parse(key),
                Some((Anchor::Condition | Anchor::Global | Anchor::Addition, _))
            );
            if !is_resolved {
                self.walk(value, resource.and_then(|it| it.get(key.as_str())))?;
            }
        }
        Ok(())
    }

    fn walk_list(&mut self, pattern: &mut Vec<Value>, resource: Option<&Value>) -> Walked {
        let elements = match resource {
            None | Some(Value::Null) => &[],
            Some(Value::Array(items)) => items.as_slice(),
            Some(_) => {
                let what = "wrong node kind: expected SequenceNode".to_owned();
                return Err(Unmet::Failed(Failure::Error(what)));
            }
        };
        let mut added = Vec::new();
        for element in pattern.iter().filter(|it| has_anchors(it, is_anchor)) {
            let is_global = has_anchors(element, |anchor| anchor == Anchor::Global);
            let mut is_any_met = false;
            let mut is_last_unmet = false;
            // What one element of the resource resolves stays resolved for those after it.
            let mut copy = element.clone();
            for of_resource in elements {
                match self.walk(&mut copy, Some(of_resource)) {
                    Ok(()) if is_global => is_any_met = true,
                    Ok(()) => added.extend(self.named(&copy, of_resource)?),
                    Err(Unmet::Condition) => {}
                    Err(Unmet::Global) => is_last_unmet = true,
                    Err(failed) => return Err(failed),
                }
            }
            if resource.is_none() {
                match self.walk(&mut copy, None) {
                    Ok(()) => is_any_met |= is_global,
                    Err(Unmet::Condition) => continue,
                    Err(unmet) => return Err(unmet),
                }
            }
            if !is_any_met && is_last_unmet {
                return Err(Unmet::Global);
            }
        }
        pattern.extend(added);
        Ok(())
    }

    /// The element of a patch for one element of the resource, if that has a name by which it is found.
    fn named(&mut self, pattern: &Value, resource: &Value) -> Result<Option<Value>, Unmet> {
        let Some(name) = resource.get("name").filter(|it| !is_empty(it)) else { return Ok(None) };
        let Some(left) = self.left.checked_sub(count(pattern)) else {
            let what = "the patch grows too large".to_owned();
            return Err(Unmet::Failed(Failure::NotJudged(what)));
        };
        self.left = left;
        let mut element = pattern.clone();
        if delete_anchors(&mut element, true).map_err(Unmet::Failed)? {
            return Ok(None);
        }
        if let Value::Object(map) = &mut element {
            map.insert("name".to_owned(), name.clone());
        }
        Ok(Some(element))
    }
}

impl Unmet {
    /// This in the place of a condition that is not met.
    fn or_else(self, unmet: Self) -> Self {
        match self {
            Self::Failed(failure) => Self::Failed(failure),
            _ => unmet,
        }
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(map) => map.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

/// Whether kustomize takes a value for none.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Leaves out what is there already, and unwraps what is added. How many additions there were.
fn resolve_additions(
    pattern: &mut Map<String, Value>,
    resource: Option<&Value>,
) -> Result<usize, Failure> {
    let mut additions = 0;
    let mut rest = Map::new();
    for (key, value) in std::mem::take(pattern) {
        match Anchor::parse(&key) {
            Some((Anchor::Addition, name)) => {
                additions += 1;
                if resource.and_then(|it| it.get(name)).is_none() {
                    insert(&mut rest, name.to_owned(), value)?;
                }
            }
            _ => insert(&mut rest, key, value)?,
        }
    }
    *pattern = rest;
    Ok(additions)
}

/// Puts in a key that no other has become.
fn insert(map: &mut Map<String, Value>, key: String, value: Value) -> Result<(), Failure> {
    let what = format!("the patch has the key {key} twice, once as an anchor");
    match map.insert(key, value) {
        None => Ok(()),
        Some(_) => Err(Failure::NotJudged(what)),
    }
}

fn check_conditions(
    pattern: &mut Map<String, Value>,
    resource: Option<&Value>,
    is_checked: fn(Anchor) -> bool,
) -> Walked {
    for (key, value) in pattern {
        let Some((_, name)) = Anchor::parse(key).filter(|(anchor, _)| is_checked(*anchor)) else {
            continue;
        };
        let Some(of_resource) = resource.and_then(|it| it.get(name)) else {
            return Err(Unmet::Condition);
        };
        if let Value::Object(map) = value
            && resolve_additions(map, Some(of_resource)).map_err(Unmet::Failed)? > 0
        {
            continue;
        }
        if !matches(value, of_resource).map_err(Unmet::Failed)? {
            return Err(Unmet::Condition);
        }
    }
    Ok(())
}

/// Whether a value is as a condition asks. Scalars are compared as they are written.
fn matches(pattern: &Value, resource: &Value) -> Result<bool, Failure> {
    let written = |value: &Value| match value {
        Value::Object(_) | Value::Array(_) => value.clone(),
        scalar => Value::String(text(scalar).into_owned()),
    };
    let pattern = Pattern::read_condition(&written(pattern))
        .map_err(|refusal| Failure::NotJudged(format!("a condition of the patch: {refusal}")))?;
    Ok(pattern.judge(&written(resource)) == Verdict::Pass)
}

/// What stands in JSON for a scalar, without quotes; empty for maps and lists.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Object(_) | Value::Array(_) => "".into(),
        Value::String(text) => text.into(),
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole, and small enough")]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                (float as i64).to_string().into()
            }
            _ => number.to_string().into(),
        },
        other => other.to_string().into(),
    }
}

fn is_anchor(anchor: Anchor) -> bool {
    matches!(anchor, Anchor::Condition | Anchor::Global | Anchor::Addition)
}

fn is_condition(anchor: Anchor) -> bool {
    matches!(anchor, Anchor::Condition | Anchor::Global)
}

fn has_anchors(pattern: &Value, is_meant: fn(Anchor) -> bool) -> bool {
    match pattern {
        Value::Object(map) => map.iter().any(|(key, value)| {
            Anchor::parse(key).is_some_and(|(anchor, _)| is_meant(anchor))
                || (!is_empty(value) && has_anchors(value, is_meant))
        }),
        Value::Array(items) => items.iter().any(|it| has_anchors(it, is_meant)),
        scalar => Anchor::parse(&text(scalar)).is_some_and(|(anchor, _)| is_condition(anchor)),
    }
}

/// Leaves out the conditions of a patch, and all that was there for them alone.
fn delete_conditions(pattern: &mut Value) -> Result<(), Failure> {
    let Value::Object(map) = pattern else {
        return Err(Failure::Error("wrong node kind: expected MappingNode".to_owned()));
    };
    let mut rest = Map::new();
    for (key, mut value) in std::mem::take(map) {
        let is_condition = Anchor::parse(&key).is_some_and(|(anchor, _)| is_condition(anchor));
        if !delete_anchors(&mut value, is_condition)? {
            rest.insert(key, value);
        }
    }
    *map = rest;
    Ok(())
}

/// Leaves out conditions; whether nothing but them was there, so that the value goes, too.
fn delete_anchors(value: &mut Value, deletes_scalars: bool) -> Result<bool, Failure> {
    match value {
        Value::Object(map) => delete_anchors_of_map(map),
        Value::Array(items) => delete_anchors_of_list(items),
        _ => Ok(deletes_scalars),
    }
}

fn delete_anchors_of_map(map: &mut Map<String, Value>) -> Result<bool, Failure> {
    let is_condition =
        |key: &str| Anchor::parse(key).is_some_and(|(anchor, _)| is_condition(anchor));
    let mut kept = Map::new();
    let mut unwraps = false;
    for (key, mut value) in std::mem::take(map) {
        if is_condition(&key) {
            if delete_anchors(&mut value, true)? {
                continue;
            }
            unwraps = true;
        }
        kept.insert(key, value);
    }
    let mut is_empty = true;
    for (key, mut value) in kept {
        let name = match Anchor::parse(&key) {
            Some((_, name)) if unwraps && is_condition(&key) => name.to_owned(),
            _ => key,
        };
        if !delete_anchors(&mut value, false)? {
            is_empty = false;
            insert(map, name, value)?;
        }
    }
    Ok(is_empty)
}

fn delete_anchors_of_list(items: &mut Vec<Value>) -> Result<bool, Failure> {
    let was_empty = items.is_empty();
    // Kyverno goes by the indexes of the elements that were there, though others have moved up.
    let mut left: Vec<Option<Value>> = std::mem::take(items).into_iter().map(Some).collect();
    let mut order: Vec<usize> = (0..left.len()).collect();
    for index in 0..left.len() {
        let Some(Some(element)) = left.get_mut(index) else { continue };
        let is_deleted = has_anchors(element, is_anchor) || delete_anchors(element, false)?;
        if is_deleted {
            if index >= order.len() {
                let what = "Kyverno ends in a panic: it leaves out more than the list has";
                return Err(Failure::NotJudged(what.to_owned()));
            }
            order.remove(index);
        }
    }
    items.extend(order.into_iter().filter_map(|it| left.get_mut(it)?.take()));
    Ok(items.is_empty() && !was_empty)
}
