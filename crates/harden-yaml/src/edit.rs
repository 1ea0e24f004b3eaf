//! What to change in a document, as a value.

use serde_json::Value;

use crate::Pointer;

/// One change of one document of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// Which of the documents that [`crate::documents()`] yields, counted from 0.
    pub document: usize,
    /// Where in it. What is missing on the way is made, as maps.
    pub pointer: Pointer,
    /// What to do there.
    pub action: Action,
}

/// What to do at a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// Write this value, in place of what is there.
    Set(Value),
    /// Remove what is there: a key with its value, or an item.
    Remove,
    /// Add this value to the end of the list that is there.
    Append(Value),
    /// Add this value to the list that is there, before the item with this index.
    Insert(usize, Value),
}

impl Action {
    /// Writes a value of any shape.
    pub fn set(value: impl Into<Value>) -> Self {
        Self::Set(value.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_any_shape_can_be_set() {
        assert_eq!(Action::set(false), Action::Set(json!(false)));
        assert_eq!(Action::set(8080), Action::Set(json!(8080)));
        assert_eq!(Action::set("Default"), Action::Set(json!("Default")));
        assert_eq!(Action::set(["ALL"]), Action::Set(json!(["ALL"])));
        let map = json!({"type": "RuntimeDefault"});
        assert_eq!(Action::set(map.clone()), Action::Set(map));
    }
}
