//! Match conditions, which leave requests out.

use super::activation::{Activation, BUDGET_OF_CONDITIONS};
use super::expression::Expression;
use crate::Reason;
use crate::cel::{Failure, Value};

/// What the conditions of a policy say of a request.
#[derive(Debug)]
pub(super) enum Conditions {
    Met,
    /// The policy says nothing of the request.
    Unmet(Reason),
    /// One cannot be evaluated, in words of the server.
    Failed(String, Vec<Reason>),
    /// Nobody can say here, and why.
    Unknown(String),
}

/// What conditions say together: one that is false leaves the request out, whatever the others are. The server
/// looks at none before it has evaluated all, and at none if that takes more than it allows.
pub(super) fn conditions(all: &[Expression], activation: &Activation<'_>) -> Conditions {
    let mut values = Vec::new();
    for condition in all {
        let value = condition.evaluate(activation);
        match activation.check_budget(BUDGET_OF_CONDITIONS) {
            Ok(()) => values.push((condition, value)),
            Err(Failure::Error(message)) => {
                return Conditions::Failed(message, vec![condition.reason(Vec::new())]);
            }
            Err(other) => return Conditions::Unknown(other.to_string()),
        }
    }
    if let Err(failure) = activation.check_all(BUDGET_OF_CONDITIONS) {
        return Conditions::Unknown(failure.to_string());
    }
    let (mut errors, mut reasons, mut unknown) = (Vec::new(), Vec::new(), None);
    for (condition, value) in values {
        match value {
            Ok(Value::Bool(false)) => return Conditions::Unmet(condition.reason(Vec::new())),
            Ok(_) => {}
            Err(Failure::Error(message)) => {
                let message = condition.error(&message);
                if !errors.contains(&message) {
                    errors.push(message);
                }
                reasons.push(condition.reason(Vec::new()));
            }
            Err(other) => unknown = Some(other.to_string()),
        }
    }
    match (unknown, errors.as_slice()) {
        (Some(why), _) => Conditions::Unknown(why),
        (None, []) => Conditions::Met,
        (None, [one]) => Conditions::Failed(one.clone(), reasons),
        (None, several) => Conditions::Failed(format!("[{}]", several.join(", ")), reasons),
    }
}
