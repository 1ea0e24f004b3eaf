//! OVN-Kubernetes: an annotation of each namespace makes its access control lists log.

use super::{Logging, Way, annotated};
use crate::kubernetes::NamespaceName;

pub(super) const NAME: &str = "ovn";

pub(super) const WAY: Way = Way { make, audit: None, by_namespace: true };

fn make(namespaces: &[NamespaceName]) -> Logging {
    let why = "OVN logs what policies of the namespace refuse, at most 20 packets in a second on each node.";
    let annotate = |it| annotated(it, why, "k8s.ovn.org/acl-logging", r#"{"deny": "alert"}"#);
    Logging {
        manifests: namespaces.iter().map(annotate).collect(),
        settings: vec![
            "On OpenShift, the rate and where else the log goes are in policyAuditConfig of the Network `cluster` of \
             operator.openshift.io/v1, below spec.defaultNetwork.ovnKubernetesConfig. An AdminNetworkPolicy logs by \
             the same annotation on itself."
                .to_owned(),
        ],
        reading: "kubectl -n ovn-kubernetes logs OVNKUBE-NODE-POD -c ovn-controller | grep acl_log\n\
                  for each node; on OpenShift: oc adm node-logs NODE --path=ovn/acl-audit-log.log"
            .to_owned(),
    }
}
