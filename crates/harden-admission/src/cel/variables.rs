//! What variables are when an expression comes to them.

use std::collections::BTreeMap;

use super::failure::Failure;
use super::value::Value;

/// The variables of an evaluation. They are asked for when an expression comes to them, perhaps often.
pub trait Variables {
    /// The value of a variable, by its name or the dotted name that it was declared with; `None` where there
    /// is none.
    fn value(&self, name: &str) -> Option<Result<Value, Failure>>;

    /// What a function is that the environment was given beyond the server's, of which the first argument
    /// stood before the dot if it is called so; `None` for those of the server.
    fn call(&self, _name: &str, _args: &[Value]) -> Option<Result<Value, Failure>> {
        None
    }
}

impl Variables for BTreeMap<String, Value> {
    fn value(&self, name: &str) -> Option<Result<Value, Failure>> {
        self.get(name).cloned().map(Ok)
    }
}
