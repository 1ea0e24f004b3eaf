//! For a pipeline that rolls out.

use serde_json::Value;

use super::{Role, Scope};
use crate::generators::namespace::{READ, rule};

/// Enough for `kubectl apply`, `kubectl rollout status` and a server-side dry run.
const APPLY: &[&str] = &["get", "list", "watch", "create", "patch"];

pub(super) static ROLE: Role = Role {
    name: "ci",
    why: "What it takes to apply workloads from a pipeline and to wait for them. It deletes nothing, and there are\n\
          no Secrets and no shells. A pod that is made here can still mount the namespace's Secrets.",
    scope: Scope::Namespace,
    rules,
    on_openshift: || vec![rule("route.openshift.io", &["routes"], APPLY)],
};

fn rules(_: &str) -> Vec<Value> {
    vec![
        rule("", &["configmaps", "persistentvolumeclaims", "services"], APPLY),
        rule("", &["events", "pods"], READ),
        rule("apps", &["daemonsets", "deployments", "statefulsets"], APPLY),
        rule("apps", &["controllerrevisions", "replicasets"], READ),
        rule("autoscaling", &["horizontalpodautoscalers"], APPLY),
        rule("batch", &["cronjobs", "jobs"], APPLY),
        rule("networking.k8s.io", &["ingresses"], APPLY),
        rule("policy", &["poddisruptionbudgets"], APPLY),
    ]
}
