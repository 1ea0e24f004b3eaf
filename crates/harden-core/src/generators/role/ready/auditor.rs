//! For whoever looks at how a cluster is kept.

use serde_json::Value;

use super::{Role, Scope};
use crate::generators::namespace::{READ, rule};

pub(super) static ROLE: Role = Role {
    name: "auditor",
    why: "Who may do what, what is let in, what runs and who may talk to whom, in the whole cluster. No Secrets,\n\
          no ConfigMaps, no logs, and nothing that changes anything.",
    scope: Scope::Cluster,
    rules,
    on_openshift: || vec![rule("security.openshift.io", &["securitycontextconstraints"], READ)],
};

fn rules(_: &str) -> Vec<Value> {
    vec![
        rule(
            "",
            &[
                "events",
                "limitranges",
                "namespaces",
                "nodes",
                "persistentvolumeclaims",
                "persistentvolumes",
                "pods",
                "replicationcontrollers",
                "resourcequotas",
                "serviceaccounts",
                "services",
            ],
            READ,
        ),
        rule(
            "admissionregistration.k8s.io",
            &[
                "mutatingadmissionpolicies",
                "mutatingadmissionpolicybindings",
                "mutatingwebhookconfigurations",
                "validatingadmissionpolicies",
                "validatingadmissionpolicybindings",
                "validatingwebhookconfigurations",
            ],
            READ,
        ),
        rule("apiextensions.k8s.io", &["customresourcedefinitions"], READ),
        rule("apiregistration.k8s.io", &["apiservices"], READ),
        rule("apps", &["daemonsets", "deployments", "replicasets", "statefulsets"], READ),
        rule("batch", &["cronjobs", "jobs"], READ),
        rule("certificates.k8s.io", &["certificatesigningrequests"], READ),
        rule("discovery.k8s.io", &["endpointslices"], READ),
        rule("networking.k8s.io", &["ingresses", "networkpolicies"], READ),
        rule("node.k8s.io", &["runtimeclasses"], READ),
        rule("policy", &["poddisruptionbudgets"], READ),
        rule(
            "rbac.authorization.k8s.io",
            &["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
            READ,
        ),
        rule("storage.k8s.io", &["storageclasses"], READ),
    ]
}
