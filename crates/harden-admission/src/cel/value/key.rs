//! Keys of maps.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Value;

/// A key. Ints and uints of one value are one key.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Key {
    Bool(bool),
    Int(i64),
    Uint(u64),
    String(Arc<str>),
}

/// A key as it is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Sought<'a> {
    Bool(bool),
    Number(i128),
    Text(&'a str),
}

impl Key {
    pub(in super::super) fn sought(&self) -> Sought<'_> {
        match self {
            Self::Bool(it) => Sought::Bool(*it),
            Self::Int(it) => Sought::Number((*it).into()),
            Self::Uint(it) => Sought::Number((*it).into()),
            Self::String(it) => Sought::Text(it),
        }
    }

    /// The value that it is.
    pub fn value(&self) -> Value {
        match self {
            Self::Bool(it) => Value::Bool(*it),
            Self::Int(it) => Value::Int(*it),
            Self::Uint(it) => Value::Uint(*it),
            Self::String(it) => Value::String(it.clone()),
        }
    }

    /// The key that a value is, if it can be one.
    pub(in super::super) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(it) => Self::Bool(*it),
            Value::Int(it) => Self::Int(*it),
            Value::Uint(it) => Self::Uint(*it),
            Value::String(it) => Self::String(it.clone()),
            _ => return None,
        })
    }
}

impl<'a> Sought<'a> {
    /// What a value finds in a map; `None` where it is in no map. Whole doubles find ints.
    pub(in super::super) fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Bool(it) => Self::Bool(*it),
            Value::Int(it) => Self::Number((*it).into()),
            Value::Uint(it) => Self::Number((*it).into()),
            Value::String(it) => Self::Text(it),
            Value::Double(it) if it.fract() == 0.0 && it.abs() < 1e19 =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole, and within the range")]
                Self::Number(*it as i128)
            }
            _ => return None,
        })
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.sought() == other.sought()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sought().cmp(&other.sought())
    }
}
