//! What several changes leave as it is.

use crate::intents::{Resources, Target, Unless, Unseen};

/// Pods when they are created.
pub(super) const PODS: Target = Target::Objects {
    resources: &[Resources {
        group: "",
        version: "v1",
        names: &[("pods", "Pod")],
        operations: &["CREATE"],
    }],
    parts: &[".spec"],
};

/// The API server refuses pods of Windows that set what only Linux has.
pub(super) const OF_WINDOWS: Unless = Unless {
    name: "of-windows",
    is_of_container: false,
    expression: "object.spec.?os.?name.orValue('') == 'windows'",
    query: "(request.object.spec.os.name || '') == 'windows'",
    unseen: Unseen::Noted(
        "Gatekeeper cannot see spec.os.name: pods that say windows there are refused by the API server for the field. \
         Exempt their namespaces.",
    ),
};
