//! Antrea: an annotation of each namespace makes the agents log for its NetworkPolicies.

use super::{Logging, Way, annotated};
use crate::kubernetes::NamespaceName;

pub(super) const NAME: &str = "antrea";

pub(super) const WAY: Way = Way { make, audit: None, by_namespace: true };

fn make(namespaces: &[NamespaceName]) -> Logging {
    let why = "Antrea logs the first packet of what NetworkPolicies of the namespace decide, what they allow included.";
    let annotate = |it| annotated(it, why, "networkpolicy.antrea.io/enable-logging", "true");
    Logging {
        manifests: namespaces.iter().map(annotate).collect(),
        settings: vec![
            "Rules of Antrea's own policies log by `enableLogging: true` in each of them."
                .to_owned(),
        ],
        reading: "kubectl -n kube-system exec ANTREA-AGENT-POD -c antrea-agent -- \
                  cat /var/log/antrea/networkpolicy/np.log\nfor each node"
            .to_owned(),
    }
}
