//! What an intent demands, in the words of the engines.

use super::cel::quoted;
use super::{Across, Change, Terms};

/// What an intent demands of the objects that it is about.
#[derive(Debug, Clone, Copy)]
pub enum Demand {
    /// That expressions hold, by what the object itself says. Every engine has them.
    Hold(fn(&Terms<'_>) -> Vec<Validation>),
    /// That what objects do not say is set to what is safe. The intent is called as what it sets.
    Change(&'static Change),
    /// That an object goes with others of the cluster, which the API server's own policies cannot see.
    Across(&'static Across),
}

/// One expression that has to hold.
///
/// It sees `object`, `oldObject` and `request` as the API server has them, each parameter of the intent as
/// `variables.NAME`, and of pods `variables.spec` (the spec of the pod or of its template),
/// `variables.metadata` (its metadata) and `variables.containers` (containers of all three lists but those that are
/// exempt). All of these are dynamic: a field that is not there is read by `.?field.orValue(…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validation {
    /// What has to be true.
    pub expression: String,
    /// What is said where it is not, in one line.
    pub message: String,
    /// An expression for a message that names what is at fault; [`Self::message`] stands in where it fails.
    pub message_expression: Option<String>,
}

impl Validation {
    /// An expression with the same message for every object.
    pub fn new(expression: impl Into<String>, message: impl Into<String>) -> Self {
        Self { expression: expression.into(), message: message.into(), message_expression: None }
    }

    /// A condition that holds for each container `c`; the message names those for which it does not.
    pub fn of_containers(condition: &str, message: &str) -> Self {
        let named = format!(
            "{} + variables.containers.filter(c, !({condition})).map(c, string(c.name)).join(', ')",
            quoted(&format!("{message}: "))
        );
        Self {
            expression: format!("variables.containers.all(c, {condition})"),
            message: message.to_owned(),
            message_expression: Some(named),
        }
    }

    /// The same where something else, an expression, does not hold already.
    #[must_use]
    pub fn unless(self, other: &str) -> Self {
        Self { expression: format!("{other} || {}", self.expression), ..self }
    }

    /// The same where something else, an expression, holds as well.
    #[must_use]
    pub fn and(self, other: &str) -> Self {
        Self { expression: format!("{other} && {}", self.expression), ..self }
    }
}
