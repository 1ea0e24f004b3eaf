//! What the API server refuses of PriorityClasses.

use super::problem::{ProblemKind, Problems};
use crate::object::Object;

const KIND: ProblemKind = ProblemKind::Object;

/// The highest priority that is not kept for the system.
const HIGHEST: i64 = 1_000_000_000;

/// The classes of the system and their priorities.
const OF_SYSTEM: &[(&str, i64)] =
    &[("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

pub(super) fn check<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let (name, value) = (object.place.at("metadata").at("name"), object.place.at("value"));
    let priority = value.as_i64().unwrap_or_default();
    if object.name().starts_with("system-") {
        if !OF_SYSTEM.contains(&(object.name(), priority)) {
            problems.invalid(KIND, name, "names that begin with `system-` are kept for the system");
        }
    } else if priority > HIGHEST {
        problems.invalid(KIND, value, "must be at most 1000000000");
    }
}
