//! The objects that an intent is about.

/// The objects that an intent is about.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// Pods, the ephemeral containers that are added to them, and all that makes pods by a template.
    Pods,
    /// Objects of other kinds.
    Objects {
        /// Their kinds.
        resources: &'static [Resources],
        /// What of an object the flaw is in, as paths of CEL below `object`, such as `.spec` or `.?rules`. An update
        /// that leaves all of them as they are makes nothing worse and is let through.
        parts: &'static [&'static str],
    },
}

/// Resources of one group, as the API server, Kyverno and Gatekeeper name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version in the group. Others that the server serves come converted.
    pub version: &'static str,
    /// Plural names with the kinds of what is sent: a subresource has that of its object, such as
    /// `pods/ephemeralcontainers`, or one of its own, such as `pods/exec`.
    pub names: &'static [(&'static str, &'static str)],
    /// The operations by which the flaw can come in.
    pub operations: &'static [&'static str],
}

/// The operation by which a connection into a pod begins.
pub(super) const CONNECTS: &[&str] = &["CONNECT"];

/// The operations that store an object.
pub(super) const WRITES: &[&str] = &["CREATE", "UPDATE"];

/// What makes pods that go on.
pub(super) const APPS: Resources = Resources {
    group: "apps",
    version: "v1",
    names: &[
        ("daemonsets", "DaemonSet"),
        ("deployments", "Deployment"),
        ("replicasets", "ReplicaSet"),
        ("statefulsets", "StatefulSet"),
    ],
    operations: WRITES,
};

/// What makes pods that end.
pub(super) const BATCH: Resources = Resources {
    group: "batch",
    version: "v1",
    names: &[("cronjobs", "CronJob"), ("jobs", "Job")],
    operations: WRITES,
};

/// Pods and what makes them.
const PODS: &[Resources] = &[
    Resources {
        group: "",
        version: "v1",
        names: &[("pods", "Pod"), ("pods/ephemeralcontainers", "Pod")],
        operations: WRITES,
    },
    Resources {
        group: "",
        version: "v1",
        names: &[
            ("podtemplates", "PodTemplate"),
            ("replicationcontrollers", "ReplicationController"),
        ],
        operations: WRITES,
    },
    APPS,
    BATCH,
];

impl Target {
    /// The kinds of the objects.
    pub fn resources(&self) -> &'static [Resources] {
        match self {
            Self::Pods => PODS,
            Self::Objects { resources, .. } => resources,
        }
    }
}
