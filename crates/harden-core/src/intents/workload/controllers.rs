//! Pods and what makes them, as objects with metadata of their own.

use crate::intents::target::{APPS, BATCH, Resources, WRITES};

/// What somebody writes to have pods, and pods themselves.
pub(super) const CONTROLLERS: &[Resources] = &[
    Resources {
        group: "",
        version: "v1",
        names: &[("pods", "Pod"), ("replicationcontrollers", "ReplicationController")],
        operations: WRITES,
    },
    APPS,
    BATCH,
];

/// Whether a controller made the object, which was judged itself.
pub(super) const HAS_CONTROLLER: &str =
    "object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) == true)";
