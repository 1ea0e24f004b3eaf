//! Values at locations of objects.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::location::Step;

/// What must be at a beginning of a location before something is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    MustExist,
    MustNotExist,
}

/// What is done with the value at a location.
pub(super) trait Setter {
    /// What a field becomes, by what it was; none where there is none, and none becomes of it. What is above
    /// it is made all the same.
    fn set(&self, before: Option<Value>) -> Result<Option<Value>, String>;
    /// The whole element of a list, where elements can be set.
    fn element(&self) -> Result<&Map<String, Value>, String>;
}

/// A location with its conditions, by the number of the step.
pub(super) struct Place<'m> {
    pub(super) steps: &'m [Step],
    pub(super) tests: &'m BTreeMap<usize, Condition>,
}

impl Place<'_> {
    /// Sets what is at the location; says whether something was set.
    ///
    /// # Errors
    ///
    /// The object is otherwise than the location says, in words that resemble Gatekeeper's.
    pub(super) fn set(&self, object: &mut Value, setter: &dyn Setter) -> Result<bool, String> {
        self.step(object, 0, setter)
    }

    fn fits(&self, depth: usize, exists: bool) -> bool {
        match self.tests.get(&depth) {
            None => true,
            Some(Condition::MustExist) => exists,
            Some(Condition::MustNotExist) => !exists,
        }
    }

    fn step(&self, current: &mut Value, depth: usize, setter: &dyn Setter) -> Result<bool, String> {
        match self.steps.get(depth) {
            Some(Step::Field(name)) => {
                let of = type_of(current);
                let Some(fields) = current.as_object_mut() else {
                    return Err(format!(
                        "mismatch between path entry (type: object) and received object (type: {of}). Path: \
                         {name}"
                    ));
                };
                self.field(fields, name, depth, setter)
            }
            Some(Step::Element { key, value }) => {
                let of = type_of(current);
                let Some(items) = current.as_array_mut() else {
                    return Err(format!(
                        "mismatch between path entry (type: List) and received object (type: {of}). Path: \
                         {key}"
                    ));
                };
                let is_meant = |it: &Value| match value {
                    None => true,
                    Some(value) => it.get(key).is_some_and(|it| value.is(it)),
                };
                if depth + 1 == self.steps.len() {
                    return self.last_element(items, key, depth, &is_meant, setter);
                }
                if value.is_none() && !self.fits(depth, true) {
                    return Ok(false);
                }
                let (mut has_changed, mut is_found) = (false, false);
                for it in items.iter_mut().filter(|it| is_meant(it)) {
                    if !self.fits(depth, true) {
                        return Ok(false);
                    }
                    has_changed |= self.step(it, depth + 1, setter)?;
                    is_found = true;
                }
                if let (Some(value), false) = (value, is_found) {
                    if !self.fits(depth, false) {
                        return Ok(false);
                    }
                    let mut element = json!({ key: value.value() });
                    if self.step(&mut element, depth + 1, setter)? {
                        items.push(element);
                        has_changed = true;
                    }
                }
                Ok(has_changed)
            }
            None => Err("attempting to mutate an empty target location".to_owned()),
        }
    }

    fn field(
        &self,
        fields: &mut Map<String, Value>,
        name: &str,
        depth: usize,
        setter: &dyn Setter,
    ) -> Result<bool, String> {
        if !self.fits(depth, fields.contains_key(name)) {
            return Ok(false);
        }
        if depth + 1 == self.steps.len() {
            if let Some(value) = setter.set(fields.get(name).cloned())? {
                fields.insert(name.to_owned(), value);
            }
            return Ok(true);
        }
        if let Some(next) = fields.get_mut(name) {
            return self.step(next, depth + 1, setter);
        }
        let mut next = match self.steps.get(depth + 1) {
            Some(Step::Element { .. }) => json!([]),
            _ => json!({}),
        };
        let has_changed = self.step(&mut next, depth + 1, setter)?;
        if has_changed {
            fields.insert(name.to_owned(), next);
        }
        Ok(has_changed)
    }

    fn last_element(
        &self,
        items: &mut Vec<Value>,
        key: &str,
        depth: usize,
        is_meant: &dyn Fn(&Value) -> bool,
        setter: &dyn Setter,
    ) -> Result<bool, String> {
        let element = setter.element()?;
        for it in items.iter_mut() {
            if !it.is_object() {
                let of = type_of(it);
                return Err(format!("cast error, unable to case {of} to map[string]interface{{}}"));
            }
            if !is_meant(it) {
                continue;
            }
            if element.get(key) != it.get(key) {
                return Err("key value of replaced object must not change".to_owned());
            }
            if !self.fits(depth, true) {
                return Ok(false);
            }
            *it = Value::Object(element.clone());
            return Ok(true);
        }
        if !self.fits(depth, false) {
            return Ok(false);
        }
        items.push(Value::Object(element.clone()));
        Ok(true)
    }
}

/// Go's name of a type.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(it) if it.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}
