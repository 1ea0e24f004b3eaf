//! Admission plugins.

use harden_yaml::Place;

/// An entry of the file.
#[derive(Debug, Clone, Copy)]
pub struct Plugin<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// The plugin that it is for. The server does not mind names of no plugin.
    pub name: &'d str,
    /// The file that configures the plugin; it may be missing.
    pub path: Place<'d>,
    /// What configures the plugin here, and wins over the file; it may be missing.
    pub configuration: Place<'d>,
}

/// The plugins of Kubernetes 1.37, and those that were removed since 1.30.
pub const PLUGINS: [&str; 40] = [
    "AlwaysAdmit",
    "AlwaysDeny",
    "AlwaysPullImages",
    "CertificateApproval",
    "CertificateSigning",
    "CertificateSubjectRestriction",
    "ClusterTrustBundleAttest",
    "DefaultIngressClass",
    "DefaultStorageClass",
    "DefaultTolerationSeconds",
    "DenyServiceExternalIPs",
    "EventRateLimit",
    "ExtendedResourceToleration",
    "ImagePolicyWebhook",
    "LimitPodHardAntiAffinityTopology",
    "LimitRanger",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionWebhook",
    "NamespaceAutoProvision",
    "NamespaceExists",
    "NamespaceLifecycle",
    "NodeDeclaredFeatureValidator",
    "NodeRestriction",
    "OwnerReferencesPermissionEnforcement",
    "PersistentVolumeClaimResize",
    "PersistentVolumeLabel",
    "PodGroupProtection",
    "PodNodeSelector",
    "PodResizeValidator",
    "PodSecurity",
    "PodTolerationRestriction",
    "PodTopologyLabels",
    "Priority",
    "ResourceQuota",
    "RuntimeClass",
    "ServiceAccount",
    "StorageObjectInUseProtection",
    "TaintNodesByCondition",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionWebhook",
];

impl<'d> Plugin<'d> {
    pub(super) fn read(place: Place<'d>) -> Self {
        Self {
            place,
            name: place.at("name").as_str().unwrap_or_default(),
            path: place.at("path"),
            configuration: place.at("configuration"),
        }
    }

    /// Whether there is such a plugin.
    pub fn is_known(&self) -> bool {
        PLUGINS.contains(&self.name)
    }
}
