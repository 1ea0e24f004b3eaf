//! GKE with Dataplane V2: one NetworkLogging for the cluster, and annotations where it delegates to namespaces.

use serde_json::json;

use super::{Logging, Way, annotated, of_cluster};
use crate::Manifest;
use crate::kubernetes::{Kind, NamespaceName};

pub(super) const NAME: &str = "gke";

pub(super) const WAY: Way = Way { make, audit: None, by_namespace: false };

const NETWORK_LOGGING: Kind =
    of_cluster("networking.gke.io", "v1alpha1", "NetworkLogging", "networkloggings");

fn make(namespaces: &[NamespaceName]) -> Logging {
    let delegates = !namespaces.is_empty();
    let why = if delegates {
        "GKE logs what policies refuse in namespaces that ask for it. There is one of these in a cluster."
    } else {
        "GKE logs what policies refuse in all namespaces. There is one of these in a cluster."
    };
    let spec = json!({"spec": {"cluster": {
        "allow": {"log": false, "delegate": false},
        "deny": {"log": true, "delegate": delegates},
    }}});
    let logging = Manifest::new(NETWORK_LOGGING, None, "default", why, spec);
    let why = "Asks for a log of what policies refuse to and from its pods.";
    let annotate = |it| annotated(it, why, "policy.network.gke.io/enable-deny-logging", "true");
    Logging {
        manifests: std::iter::once(logging).chain(namespaces.iter().map(annotate)).collect(),
        settings: vec![
            "The cluster must have Dataplane V2. Each node logs at most 500 connections in a second."
                .to_owned(),
        ],
        reading: "gcloud logging read 'logName:\"policy-action\" AND jsonPayload.disposition=\"deny\"' \
                  --format json | jq -c '.[]'"
            .to_owned(),
    }
}
