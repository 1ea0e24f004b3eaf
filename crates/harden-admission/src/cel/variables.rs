//! What variables are when an expression comes to them.

use std::collections::BTreeMap;

use super::failure::Failure;
use super::value::Value;

/// The variables of an evaluation. They are asked for when an expression comes to them, perhaps often.
pub trait Variables {
    /// The value of a variable, by its name or the dotted name that it was declared with; `None` where there
    /// is none.
    fn value(&self, name: &str) -> Option<Result<Value, Failure>>;
}

impl Variables for BTreeMap<String, Value> {
    fn value(&self, name: &str) -> Option<Result<Value, Failure>> {
        self.get(name).cloned().map(Ok)
    }
}
