//! All objects together, for rules that no single object can break.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Object;
use crate::finding::{ObjectReference, Spot};

/// All objects together, as far as rules over all of them need them.
#[derive(Debug)]
pub struct World<'d> {
    /// Objects of the kinds that `RETAINED` names, in the order of the input.
    pub objects: Vec<Object<'d>>,
    /// Every pod and pod template, in the order of the input.
    pub workloads: Vec<&'d WorkloadFact>,
}

/// What is remembered of a pod or pod template after its text is gone.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadFact {
    /// The source that it is in, by its place in the input.
    pub source: usize,
    /// The document of the source that it is in.
    pub document: u32,
    /// The object that it is, or whose template it is.
    pub object: Arc<ObjectReference>,
    /// Whether it is a patch to another manifest, which has what is missing here.
    pub is_patch: bool,
    /// The labels of the pods.
    pub labels: Vec<(String, String)>,
    /// The ServiceAccount that the pods name; `None` for `default`.
    pub service_account: Option<String>,
    /// `automountServiceAccountToken` of the pods.
    pub automounts: Option<bool>,
    /// Where that field is, or would be; setting it to false mends it.
    pub automount_spot: Spot,
    /// Whether the pods are in the host's network, where NetworkPolicies do not hold.
    pub is_host_network: bool,
    /// Where to point at.
    pub spot: Spot,
}

const RETAINED: [(&str, &str); 24] = [
    ("", "LimitRange"),
    ("", "Namespace"),
    ("", "ResourceQuota"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("apiserver.config.k8s.io", "AdmissionConfiguration"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("external-secrets.io", "ClusterSecretStore"),
    ("external-secrets.io", "ExternalSecret"),
    ("external-secrets.io", "SecretStore"),
    ("networking.k8s.io", "Ingress"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("pod-security.admission.config.k8s.io", "PodSecurityConfiguration"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
];

impl<'d> World<'d> {
    /// Whether rules over all objects look at objects of this kind.
    pub(super) fn retains(object: &Object<'_>) -> bool {
        RETAINED.contains(&(object.group, object.kind))
    }

    /// The objects of one kind.
    pub fn of_kind(
        &self,
        group: &'static str,
        kind: &'static str,
    ) -> impl Iterator<Item = &Object<'d>> {
        self.objects.iter().filter(move |it| it.is(group, kind))
    }

    /// The pods and pod templates of one namespace.
    pub fn workloads_in(&self, namespace: &str) -> impl Iterator<Item = &'d WorkloadFact> {
        self.workloads.iter().copied().filter(move |it| it.object.namespace == namespace)
    }

    /// The pods and pod templates by their namespaces.
    pub fn workloads_by_namespace(&self) -> BTreeMap<&'d str, Vec<&'d WorkloadFact>> {
        let mut namespaces: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for workload in &self.workloads {
            namespaces.entry(workload.object.namespace.as_str()).or_default().push(*workload);
        }
        namespaces
    }
}
