//! What each answer says in JSON of what was read.

use serde_json::{Value, json};

use crate::check::{Incomplete, Listed};

/// What was read of a cluster, kind by kind.
pub(super) fn listed(all: &[Listed]) -> Value {
    all.iter()
        .map(|it| json!({"resource": it.resource, "objects": it.objects, "command": it.command}))
        .collect()
}

/// What could not be read, and why.
pub(super) fn incomplete(all: &[Incomplete]) -> Value {
    all.iter().map(|it| json!({"what": it.what, "why": it.why})).collect()
}
