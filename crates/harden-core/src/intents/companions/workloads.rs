//! Workloads that are new, and their manifests.

use crate::intents::target::{APPS, BATCH};
use crate::intents::{Resources, Target};

const CREATE: &[&str] = &["CREATE"];

/// Pods and what makes them, when they are created. What is there already may be changed and scaled: what a namespace
/// lacks is no fault of the change.
pub(super) const NEW: Target = Target::Objects {
    resources: &[
        Resources {
            group: "",
            version: "v1",
            names: &[
                ("pods", "Pod"),
                ("podtemplates", "PodTemplate"),
                ("replicationcontrollers", "ReplicationController"),
            ],
            operations: CREATE,
        },
        Resources { operations: CREATE, ..APPS },
        Resources { operations: CREATE, ..BATCH },
    ],
    parts: &[""],
};
