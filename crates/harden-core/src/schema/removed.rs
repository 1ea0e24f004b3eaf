//! API versions that Kubernetes served before the first version of the table.
//!
//! See <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>.

/// An API version of a kind that is no longer served.
#[derive(Debug, Clone, Copy)]
pub(super) struct Removed {
    /// The `apiVersion` that was.
    pub(super) api_version: &'static str,
    kinds: &'static [&'static str],
    /// The minor version that no longer served it.
    pub(super) since: u16,
    /// What to use instead: an `apiVersion`, or a sentence fragment where there is none.
    pub(super) instead: Instead,
}

/// What took the place of what is gone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Instead {
    /// Another API version of the kind.
    ApiVersion(&'static str),
    /// Something else; what to do.
    Advice(&'static str),
}

/// What is known of an API version that is gone.
pub(super) fn find(group: &str, version: &str, kind: &str) -> Option<&'static Removed> {
    REMOVED.iter().find(|it| {
        it.api_version.split_once('/') == Some((group, version)) && it.kinds.contains(&kind)
    })
}

/// Whether a group was one of Kubernetes itself.
pub(super) fn has_group(group: &str) -> bool {
    let groups = REMOVED.iter().filter_map(|it| it.api_version.split_once('/'));
    groups.into_iter().any(|(it, _)| it == group)
}

/// What is known of a kind that is gone from every version, the last place where it was.
pub(super) fn find_kind(kind: &str) -> Option<&'static Removed> {
    REMOVED.iter().filter(|it| it.kinds.contains(&kind)).max_by_key(|it| it.since)
}

const fn gone(
    api_version: &'static str,
    kinds: &'static [&'static str],
    since: u16,
    advice: &'static str,
) -> Removed {
    Removed { api_version, kinds, since, instead: Instead::Advice(advice) }
}

const fn moved(
    api_version: &'static str,
    kinds: &'static [&'static str],
    since: u16,
    to: &'static str,
) -> Removed {
    Removed { api_version, kinds, since, instead: Instead::ApiVersion(to) }
}

const NO_PSP: &str =
    "PodSecurityPolicy is gone: label namespaces with a level of the Pod Security Standards";

static REMOVED: &[Removed] = &[
    gone(
        "admissionregistration.k8s.io/v1alpha1",
        &["ExternalAdmissionHookConfiguration", "InitializerConfiguration"],
        14,
        "initializers are gone: use a MutatingWebhookConfiguration",
    ),
    gone("apps/v1alpha1", &["PetSet"], 5, "PetSet is gone: use StatefulSet of apps/v1"),
    gone(
        "auditregistration.k8s.io/v1alpha1",
        &["AuditSink"],
        19,
        "AuditSink is gone: start the API server with an audit policy",
    ),
    gone("batch/v2alpha1", &["ScheduledJob"], 8, "ScheduledJob is gone: use CronJob of batch/v1"),
    gone(
        "settings.k8s.io/v1alpha1",
        &["PodPreset"],
        20,
        "PodPreset is gone: use a MutatingWebhookConfiguration or a MutatingAdmissionPolicy",
    ),
    moved(
        "admissionregistration.k8s.io/v1beta1",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        22,
        "admissionregistration.k8s.io/v1",
    ),
    moved(
        "apiextensions.k8s.io/v1beta1",
        &["CustomResourceDefinition"],
        22,
        "apiextensions.k8s.io/v1",
    ),
    moved("apiregistration.k8s.io/v1beta1", &["APIService"], 22, "apiregistration.k8s.io/v1"),
    moved("apps/v1beta1", &["ControllerRevision", "Deployment", "StatefulSet"], 16, "apps/v1"),
    moved(
        "apps/v1beta2",
        &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
        16,
        "apps/v1",
    ),
    moved("authentication.k8s.io/v1beta1", &["TokenReview"], 22, "authentication.k8s.io/v1"),
    moved(
        "authorization.k8s.io/v1beta1",
        &[
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ],
        22,
        "authorization.k8s.io/v1",
    ),
    moved("autoscaling/v2beta1", &["HorizontalPodAutoscaler"], 25, "autoscaling/v2"),
    moved("batch/v1beta1", &["CronJob"], 25, "batch/v1"),
    moved("batch/v2alpha1", &["CronJob"], 21, "batch/v1"),
    moved(
        "certificates.k8s.io/v1beta1",
        &["CertificateSigningRequest"],
        22,
        "certificates.k8s.io/v1",
    ),
    moved("coordination.k8s.io/v1beta1", &["Lease"], 22, "coordination.k8s.io/v1"),
    moved("discovery.k8s.io/v1beta1", &["EndpointSlice"], 25, "discovery.k8s.io/v1"),
    moved("events.k8s.io/v1beta1", &["Event"], 25, "events.k8s.io/v1"),
    moved("extensions/v1beta1", &["DaemonSet", "Deployment", "ReplicaSet"], 16, "apps/v1"),
    moved("extensions/v1beta1", &["Ingress"], 22, "networking.k8s.io/v1"),
    moved("extensions/v1beta1", &["NetworkPolicy"], 16, "networking.k8s.io/v1"),
    gone("extensions/v1beta1", &["PodSecurityPolicy"], 16, NO_PSP),
    gone(
        "extensions/v1beta1",
        &["ThirdPartyResource"],
        8,
        "ThirdPartyResource is gone: define the kind by a CustomResourceDefinition",
    ),
    gone(
        "extensions/v1beta1",
        &["DeploymentRollback"],
        16,
        "DeploymentRollback is gone: use `kubectl rollout undo`",
    ),
    moved("networking.k8s.io/v1beta1", &["Ingress", "IngressClass"], 22, "networking.k8s.io/v1"),
    moved("node.k8s.io/v1beta1", &["RuntimeClass"], 25, "node.k8s.io/v1"),
    moved("policy/v1beta1", &["Eviction"], 22, "policy/v1"),
    moved("policy/v1beta1", &["PodDisruptionBudget"], 25, "policy/v1"),
    gone("policy/v1beta1", &["PodSecurityPolicy"], 25, NO_PSP),
    moved(
        "rbac.authorization.k8s.io/v1beta1",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
        22,
        "rbac.authorization.k8s.io/v1",
    ),
    moved("scheduling.k8s.io/v1beta1", &["PriorityClass"], 22, "scheduling.k8s.io/v1"),
    moved(
        "storage.k8s.io/v1beta1",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
        22,
        "storage.k8s.io/v1",
    ),
];

#[cfg(test)]
mod tests {
    use super::super::built_in::built_in;
    use super::*;

    #[test]
    fn what_is_gone_is_not_in_the_table_and_what_took_its_place_is() {
        for removed in REMOVED {
            let (group, version) = removed.api_version.split_once('/').unwrap();
            for kind in removed.kinds {
                assert!(built_in().find(group, version, kind).is_none(), "{removed:?}");
                if let Instead::ApiVersion(to) = removed.instead {
                    let (group, version) = to.split_once('/').unwrap();
                    assert!(built_in().find(group, version, kind).is_some(), "{removed:?} {kind}");
                }
            }
        }
    }
}
