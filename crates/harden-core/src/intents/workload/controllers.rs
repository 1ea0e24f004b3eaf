//! Pods and what makes them, as objects with metadata of their own.

use crate::intents::target::{Resources, WRITES};

/// What somebody writes to have pods, and pods themselves.
pub(super) const CONTROLLERS: &[Resources] = &[
    Resources {
        group: "",
        version: "v1",
        names: &[("pods", "Pod"), ("replicationcontrollers", "ReplicationController")],
        operations: WRITES,
    },
    Resources {
        group: "apps",
        version: "v1",
        names: &[
            ("daemonsets", "DaemonSet"),
            ("deployments", "Deployment"),
            ("replicasets", "ReplicaSet"),
            ("statefulsets", "StatefulSet"),
        ],
        operations: WRITES,
    },
    Resources {
        group: "batch",
        version: "v1",
        names: &[("cronjobs", "CronJob"), ("jobs", "Job")],
        operations: WRITES,
    },
];

/// Whether a controller made the object, which was judged itself.
pub(super) const HAS_CONTROLLER: &str =
    "object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) == true)";
