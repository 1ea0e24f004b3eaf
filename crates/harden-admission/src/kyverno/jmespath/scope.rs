//! What a rule knows, by its names.

use std::sync::Arc;

use serde_json::{Map, Value};

/// Values by name; of two of one name the later one counts. Copies share the values.
#[derive(Debug, Clone, Default)]
pub(in crate::kyverno) struct Scope {
    entries: Vec<(Arc<str>, Arc<Value>)>,
}

impl Scope {
    /// The value of a name.
    pub(in crate::kyverno) fn get(&self, name: &str) -> Option<&Value> {
        self.entries.iter().rev().find(|(it, _)| &**it == name).map(|(_, value)| &**value)
    }

    /// Gives a name a value, whatever it had.
    pub(in crate::kyverno) fn set(&mut self, name: &str, value: impl Into<Arc<Value>>) {
        let value = value.into();
        match self.entries.iter_mut().find(|(it, _)| &**it == name) {
            Some((_, old)) => *old = value,
            None => self.entries.push((name.into(), value)),
        }
    }

    /// Gives a name a value; a map is added to the map that the name has.
    pub(in crate::kyverno) fn add(&mut self, name: &str, value: Value) {
        let merged = match (self.get(name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => {
                let mut all = old.clone();
                merge(&mut all, new);
                Value::Object(all)
            }
            (_, value) => value,
        };
        self.set(name, merged);
    }

    /// Everything as one value.
    pub(super) fn whole(&self) -> Value {
        let all = self.entries.iter().map(|(name, value)| (name.to_string(), (**value).clone()));
        Value::Object(all.collect())
    }
}

/// Adds a map to another one, and the maps in it to those of the same keys.
fn merge(all: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, value) in more {
        match (all.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, value) => drop(all.insert(key, value)),
        }
    }
}
