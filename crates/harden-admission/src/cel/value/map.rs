//! Maps.

use super::Value;
use super::key::{Key, Sought};

/// A map, in the order of its keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    entries: Vec<(Key, Value)>,
}

impl Map {
    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = &(Key, Value)> {
        self.entries.iter()
    }

    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.find(Sought::Text(name))
    }

    pub(in super::super) fn find(&self, key: Sought<'_>) -> Option<&Value> {
        let index = self.entries.binary_search_by(|(it, _)| it.sought().cmp(&key)).ok()?;
        self.entries.get(index).map(|(_, value)| value)
    }

    /// Adds an entry, in the place of one with this key.
    pub(in super::super) fn set(&mut self, key: Key, value: Value) {
        match self.entries.binary_search_by(|(it, _)| it.cmp(&key)) {
            Ok(index) => {
                if let Some((_, slot)) = self.entries.get_mut(index) {
                    *slot = value;
                }
            }
            Err(index) => self.entries.insert(index, (key, value)),
        }
    }

    /// Adds an entry; `false` where the key is there already.
    pub(in super::super) fn insert(&mut self, key: Key, value: Value) -> bool {
        match self.entries.binary_search_by(|(it, _)| it.cmp(&key)) {
            Ok(_) => false,
            Err(index) => {
                self.entries.insert(index, (key, value));
                true
            }
        }
    }
}

impl FromIterator<(Key, Value)> for Map {
    /// Of several entries with one key the last stays.
    fn from_iter<I: IntoIterator<Item = (Key, Value)>>(entries: I) -> Self {
        let mut entries: Vec<(Key, Value)> = entries.into_iter().collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.reverse();
        entries.dedup_by(|(a, _), (b, _)| a == b);
        entries.reverse();
        Self { entries }
    }
}
