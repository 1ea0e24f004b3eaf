//! What an intent demands, in the words of the engines.

use super::cel::quoted;
use super::{Across, Change, Terms};

/// What an intent demands of the objects that it is about.
#[derive(Debug, Clone, Copy)]
pub enum Demand {
    /// That expressions hold, by what the object itself says. Every engine has them.
    Hold(fn(&Terms<'_>) -> Vec<Validation>),
    /// That there is no such request, whatever it says. What is said where there is one is a line, which calls for
    /// another way.
    Never(&'static str),
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
/// exempt); of these `variables.startingContainers` are those that the pod starts with, and
/// `variables.lastingContainers` those that run for as long as the pod does. All of these are dynamic: a field that is
/// not there is read by `.?field.orValue(…)`.
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
        Self::of_each("variables.containers", "c", condition, "c.?name.orValue('')", message)
    }

    /// The same for the containers that a pod starts with: those that debug it later are left out.
    pub fn of_starting_containers(condition: &str, message: &str) -> Self {
        Self::of_each(
            "variables.startingContainers",
            "c",
            condition,
            "c.?name.orValue('')",
            message,
        )
    }

    /// The same for the containers that run for as long as the pod does: its own, and sidecars.
    pub fn of_lasting_containers(condition: &str, message: &str) -> Self {
        Self::of_each("variables.lastingContainers", "c", condition, "c.?name.orValue('')", message)
    }

    /// A condition that holds for each volume `v`; the message names those for which it does not.
    pub fn of_volumes(condition: &str, message: &str) -> Self {
        let volumes = "variables.spec.?volumes.orValue([])";
        Self::of_each(volumes, "v", condition, "v.?name.orValue('')", message)
    }

    /// A condition that holds for each item of a list, or each key of a map; the message names those for which it does
    /// not.
    pub fn of_each(items: &str, item: &str, condition: &str, name: &str, message: &str) -> Self {
        let named = format!(
            "{} + {items}.filter({item}, !({condition})).map({item}, string({name})).join(', ')",
            quoted(&format!("{message}: "))
        );
        Self {
            expression: format!("{items}.all({item}, {condition})"),
            message: message.to_owned(),
            message_expression: Some(named),
        }
    }

    /// Whether an expression of it names a variable.
    pub(super) fn names(&self, variable: &str) -> bool {
        let expressions = [Some(&self.expression), self.message_expression.as_ref()];
        expressions.into_iter().flatten().any(|it| it.contains(variable))
    }

    /// The same where something else, an expression, does not hold already.
    #[must_use]
    pub fn unless(self, other: &str) -> Self {
        Self { expression: format!("{other} || ({})", self.expression), ..self }
    }

    /// The same where something else, an expression, holds as well.
    #[must_use]
    pub fn and(self, other: &str) -> Self {
        Self { expression: format!("{other} && ({})", self.expression), ..self }
    }
}
