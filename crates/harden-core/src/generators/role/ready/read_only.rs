//! For whoever looks at a namespace.

use serde_json::Value;

use super::{Role, Scope};
use crate::generators::namespace::{READ, rule};

pub(super) static ROLE: Role = Role {
    name: "read-only",
    why: "What runs here and how it does, logs included. No Secrets, and nothing that changes anything.",
    scope: Scope::Either,
    rules,
    on_openshift: || vec![rule("route.openshift.io", &["routes"], READ)],
};

fn rules(_: &str) -> Vec<Value> {
    vec![
        rule(
            "",
            &[
                "configmaps",
                "endpoints",
                "events",
                "limitranges",
                "persistentvolumeclaims",
                "pods",
                "replicationcontrollers",
                "resourcequotas",
                "serviceaccounts",
                "services",
            ],
            READ,
        ),
        rule("", &["pods/log"], &["get"]),
        rule("", &["namespaces"], &["get"]),
        rule(
            "apps",
            &["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"],
            READ,
        ),
        rule("autoscaling", &["horizontalpodautoscalers"], READ),
        rule("batch", &["cronjobs", "jobs"], READ),
        rule("discovery.k8s.io", &["endpointslices"], READ),
        rule("events.k8s.io", &["events"], READ),
        rule("metrics.k8s.io", &["pods"], &["get", "list"]),
        rule("networking.k8s.io", &["ingresses", "networkpolicies"], READ),
        rule("policy", &["poddisruptionbudgets"], READ),
        rule("rbac.authorization.k8s.io", &["rolebindings", "roles"], READ),
    ]
}
