//! Workloads that are new, and their manifests.

use crate::intents::{Resources, Target};

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
            operations: &["CREATE"],
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
            operations: &["CREATE"],
        },
        Resources {
            group: "batch",
            version: "v1",
            names: &[("cronjobs", "CronJob"), ("jobs", "Job")],
            operations: &["CREATE"],
        },
    ],
    parts: &[""],
};
