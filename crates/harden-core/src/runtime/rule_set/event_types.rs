//! Whether a condition is about few types of events.

use crate::runtime::condition::{Check, Condition, Kind, Operator, TermKind};

/// Whether a condition, or where `is_negated` its opposite, can hold only for events of types that it
/// names, or for none. Falco warns of what is left.
///
/// See `ppm_event_codes` in falcosecurity/libs, which counts: to name types of which not to be is not few.
pub(super) fn names_few(condition: &Condition, is_negated: bool) -> bool {
    let few = |it: &Condition| names_few(it, is_negated);
    match (&condition.kind, is_negated) {
        (Kind::And(all), false) | (Kind::Or(all), true) => all.iter().any(few),
        (Kind::And(all), true) | (Kind::Or(all), false) => all.iter().all(few),
        (Kind::Not(inner), _) => names_few(inner, !is_negated),
        (Kind::Check(check), _) => names_some(check, is_negated) || is_never(check, is_negated),
        (Kind::Exists(_) | Kind::Macro(_), _) => false,
    }
}

fn field(check: &Check) -> &str {
    match &check.left.kind {
        TermKind::Field(field) => &field.name,
        _ => "",
    }
}

fn names_some(check: &Check, is_negated: bool) -> bool {
    let is_equal = matches!(check.operator, Operator::Equal | Operator::DoubleEqual | Operator::In);
    let names_one = if is_negated { check.operator == Operator::NotEqual } else { is_equal };
    matches!(field(check), "evt.type" | "evt.asynctype") && names_one
}

/// Events are counted from one.
fn is_never(check: &Check, is_negated: bool) -> bool {
    let is_zero = matches!(&check.right.kind, TermKind::Value(it) if it == "0");
    let is_equal = matches!(check.operator, Operator::Equal | Operator::DoubleEqual);
    field(check) == "evt.num" && is_zero && is_equal && !is_negated
}
