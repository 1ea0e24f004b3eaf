//! The kinds of object that generators make, and where the API serves them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// A kind as the API server serves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version in the group.
    pub version: &'static str,
    /// Kind, e.g. `NetworkPolicy`.
    pub kind: &'static str,
    /// Resource name in URLs and RBAC, e.g. `networkpolicies`.
    pub plural: &'static str,
    /// Whether its objects live in a namespace.
    pub namespaced: bool,
}

impl Kind {
    /// v1 Namespace.
    pub const NAMESPACE: Self = Self::core("Namespace", "namespaces", false);
    /// v1 ResourceQuota.
    pub const RESOURCE_QUOTA: Self = Self::core("ResourceQuota", "resourcequotas", true);
    /// v1 LimitRange.
    pub const LIMIT_RANGE: Self = Self::core("LimitRange", "limitranges", true);
    /// v1 ServiceAccount.
    pub const SERVICE_ACCOUNT: Self = Self::core("ServiceAccount", "serviceaccounts", true);
    /// cilium.io/v2 CiliumNetworkPolicy.
    pub const CILIUM_NETWORK_POLICY: Self = Self {
        version: "v2",
        ..Self::grouped("cilium.io", "CiliumNetworkPolicy", "ciliumnetworkpolicies")
    };
    /// projectcalico.org/v3 NetworkPolicy.
    pub const CALICO_NETWORK_POLICY: Self = Self {
        version: "v3",
        ..Self::grouped("projectcalico.org", "NetworkPolicy", "networkpolicies")
    };
    /// policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy.
    pub const CLUSTER_NETWORK_POLICY: Self = Self {
        version: "v1alpha2",
        namespaced: false,
        ..Self::grouped(
            "policy.networking.k8s.io",
            "ClusterNetworkPolicy",
            "clusternetworkpolicies",
        )
    };
    /// networking.k8s.io/v1 NetworkPolicy.
    pub const NETWORK_POLICY: Self =
        Self::grouped("networking.k8s.io", "NetworkPolicy", "networkpolicies");
    /// rbac.authorization.k8s.io/v1 Role.
    pub const ROLE: Self = Self::grouped("rbac.authorization.k8s.io", "Role", "roles");
    /// rbac.authorization.k8s.io/v1 RoleBinding.
    pub const ROLE_BINDING: Self =
        Self::grouped("rbac.authorization.k8s.io", "RoleBinding", "rolebindings");
    /// rbac.authorization.k8s.io/v1 ClusterRole.
    pub const CLUSTER_ROLE: Self =
        Self { kind: "ClusterRole", plural: "clusterroles", namespaced: false, ..Self::ROLE };
    /// rbac.authorization.k8s.io/v1 ClusterRoleBinding.
    pub const CLUSTER_ROLE_BINDING: Self = Self {
        kind: "ClusterRoleBinding",
        plural: "clusterrolebindings",
        namespaced: false,
        ..Self::ROLE_BINDING
    };
    /// storagemigration.k8s.io/v1 StorageVersionMigration, since Kubernetes 1.37.
    pub const STORAGE_VERSION_MIGRATION: Self = Self {
        namespaced: false,
        ..Self::grouped(
            "storagemigration.k8s.io",
            "StorageVersionMigration",
            "storageversionmigrations",
        )
    };

    /// external-secrets.io/v1 ExternalSecret.
    pub const EXTERNAL_SECRET: Self =
        Self::external_secrets("v1", "ExternalSecret", "externalsecrets", true);
    /// external-secrets.io/v1 SecretStore.
    pub const SECRET_STORE: Self =
        Self::external_secrets("v1", "SecretStore", "secretstores", true);
    /// external-secrets.io/v1 ClusterSecretStore.
    pub const CLUSTER_SECRET_STORE: Self =
        Self::external_secrets("v1", "ClusterSecretStore", "clustersecretstores", false);
    /// external-secrets.io/v1alpha1 PushSecret, which has no other version yet.
    pub const PUSH_SECRET: Self =
        Self::external_secrets("v1alpha1", "PushSecret", "pushsecrets", true);

    /// wgpolicyk8s.io/v1alpha2 PolicyReport.
    pub const POLICY_REPORT: Self = Self {
        version: "v1alpha2",
        ..Self::grouped("wgpolicyk8s.io", "PolicyReport", "policyreports")
    };
    /// wgpolicyk8s.io/v1alpha2 ClusterPolicyReport.
    pub const CLUSTER_POLICY_REPORT: Self = Self {
        kind: "ClusterPolicyReport",
        plural: "clusterpolicyreports",
        namespaced: false,
        ..Self::POLICY_REPORT
    };
    /// openreports.io/v1alpha1 Report.
    pub const REPORT: Self =
        Self { version: "v1alpha1", ..Self::grouped("openreports.io", "Report", "reports") };
    /// openreports.io/v1alpha1 ClusterReport.
    pub const CLUSTER_REPORT: Self =
        Self { kind: "ClusterReport", plural: "clusterreports", namespaced: false, ..Self::REPORT };

    /// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy, since Kubernetes 1.30.
    pub const VALIDATING_ADMISSION_POLICY: Self = Self {
        namespaced: false,
        ..Self::grouped(
            "admissionregistration.k8s.io",
            "ValidatingAdmissionPolicy",
            "validatingadmissionpolicies",
        )
    };
    /// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding, since Kubernetes 1.30.
    pub const VALIDATING_ADMISSION_POLICY_BINDING: Self = Self {
        kind: "ValidatingAdmissionPolicyBinding",
        plural: "validatingadmissionpolicybindings",
        ..Self::VALIDATING_ADMISSION_POLICY
    };
    /// policies.kyverno.io/v1 ValidatingPolicy, since Kyverno 1.17.
    pub const VALIDATING_POLICY: Self = Self {
        namespaced: false,
        ..Self::grouped("policies.kyverno.io", "ValidatingPolicy", "validatingpolicies")
    };
    /// policies.kyverno.io/v1 NamespacedValidatingPolicy, since Kyverno 1.17.
    pub const NAMESPACED_VALIDATING_POLICY: Self = Self::grouped(
        "policies.kyverno.io",
        "NamespacedValidatingPolicy",
        "namespacedvalidatingpolicies",
    );
    /// policies.kyverno.io/v1 ImageValidatingPolicy, since Kyverno 1.17.
    pub const IMAGE_VALIDATING_POLICY: Self = Self {
        kind: "ImageValidatingPolicy",
        plural: "imagevalidatingpolicies",
        ..Self::VALIDATING_POLICY
    };
    /// policy.sigstore.dev/v1beta1 ClusterImagePolicy.
    pub const CLUSTER_IMAGE_POLICY: Self = Self {
        version: "v1beta1",
        namespaced: false,
        ..Self::grouped("policy.sigstore.dev", "ClusterImagePolicy", "clusterimagepolicies")
    };
    /// policy.sigstore.dev/v1alpha1 TrustRoot, which has no other version yet.
    pub const TRUST_ROOT: Self = Self {
        version: "v1alpha1",
        namespaced: false,
        ..Self::grouped("policy.sigstore.dev", "TrustRoot", "trustroots")
    };
    /// kyverno.io/v1 ClusterPolicy.
    pub const CLUSTER_POLICY: Self = Self {
        namespaced: false,
        ..Self::grouped("kyverno.io", "ClusterPolicy", "clusterpolicies")
    };
    /// templates.gatekeeper.sh/v1 ConstraintTemplate.
    pub const CONSTRAINT_TEMPLATE: Self = Self {
        namespaced: false,
        ..Self::grouped("templates.gatekeeper.sh", "ConstraintTemplate", "constrainttemplates")
    };

    /// admissionregistration.k8s.io/v1 MutatingAdmissionPolicy, since Kubernetes 1.36.
    pub const MUTATING_ADMISSION_POLICY: Self = Self {
        namespaced: false,
        ..Self::grouped(
            "admissionregistration.k8s.io",
            "MutatingAdmissionPolicy",
            "mutatingadmissionpolicies",
        )
    };
    /// admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding, since Kubernetes 1.36.
    pub const MUTATING_ADMISSION_POLICY_BINDING: Self = Self {
        kind: "MutatingAdmissionPolicyBinding",
        plural: "mutatingadmissionpolicybindings",
        ..Self::MUTATING_ADMISSION_POLICY
    };
    /// policies.kyverno.io/v1 MutatingPolicy, since Kyverno 1.17.
    pub const MUTATING_POLICY: Self = Self {
        namespaced: false,
        ..Self::grouped("policies.kyverno.io", "MutatingPolicy", "mutatingpolicies")
    };
    /// mutations.gatekeeper.sh/v1 Assign.
    pub const ASSIGN: Self =
        Self { namespaced: false, ..Self::grouped("mutations.gatekeeper.sh", "Assign", "assign") };
    /// syncset.gatekeeper.sh/v1alpha1 SyncSet, which has no other version yet.
    pub const SYNC_SET: Self = Self {
        version: "v1alpha1",
        namespaced: false,
        ..Self::grouped("syncset.gatekeeper.sh", "SyncSet", "syncsets")
    };
    /// networking.k8s.io/v1 Ingress.
    pub const INGRESS: Self = Self::grouped("networking.k8s.io", "Ingress", "ingresses");

    /// The `apiVersion` that objects of this kind carry.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// constraints.gatekeeper.sh/v1beta1, of which each template makes a kind; its resource is called by the kind in
    /// lower case.
    pub const fn constraint(kind: &'static str, plural: &'static str) -> Self {
        Self {
            version: "v1beta1",
            namespaced: false,
            ..Self::grouped("constraints.gatekeeper.sh", kind, plural)
        }
    }

    /// The same of a kind that a policy names. Names are kept, each once.
    pub fn constraint_named(kind: &str) -> Self {
        Self::constraint(kept(kind), kept(&kind.to_lowercase()))
    }

    const fn core(kind: &'static str, plural: &'static str, namespaced: bool) -> Self {
        Self { group: "", version: "v1", kind, plural, namespaced }
    }

    const fn grouped(group: &'static str, kind: &'static str, plural: &'static str) -> Self {
        Self { group, version: "v1", kind, plural, namespaced: true }
    }

    const fn external_secrets(
        version: &'static str,
        kind: &'static str,
        plural: &'static str,
        namespaced: bool,
    ) -> Self {
        Self { group: "external-secrets.io", version, kind, plural, namespaced }
    }
}

/// A name that stays for as long as the process runs.
fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let name: &'static str = String::leak(name.to_owned());
    names.insert(name);
    name
}
