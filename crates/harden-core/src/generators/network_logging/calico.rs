//! Calico: Goldmane gathers flow logs and Whisker hands them out; a policy that stands last logs what reaches it; staged
//! policies only watch.

use serde_json::{Value, json};

use super::{Logging, Way, of_cluster};
use crate::Manifest;
use crate::kubernetes::{Kind, NamespaceName};

pub(super) const NAME: &str = "calico";

pub(super) const WAY: Way = Way { make, audit: Some(audit), by_namespace: false };

const GOLDMANE: Kind = of_cluster("operator.tigera.io", "v1", "Goldmane", "goldmanes");
const WHISKER: Kind = of_cluster("operator.tigera.io", "v1", "Whisker", "whiskers");
const NETWORK_POLICY: Kind = Kind {
    group: "projectcalico.org",
    version: "v3",
    kind: "NetworkPolicy",
    plural: "networkpolicies",
    namespaced: true,
};
const STAGED: Kind = Kind {
    kind: "StagedKubernetesNetworkPolicy",
    plural: "stagedkubernetesnetworkpolicies",
    ..NETWORK_POLICY
};

/// Behind the policies of Kubernetes, which are at 1,000, and whatever stands near them.
const LAST: u32 = 100_000;

fn make(namespaces: &[NamespaceName]) -> Logging {
    let mut logging = flow_logs();
    logging.manifests.extend(namespaces.iter().map(log));
    if !namespaces.is_empty() {
        logging.reading.push_str(
            "\nWhat the policies log is in the kernel's log of each node, with eBPF in its trace:\n  \
             journalctl -k --grep calico-packet\n  \
             kubectl -n calico-system exec ds/calico-node -- bpftool prog tracelog",
        );
    }
    logging
}

/// What gathers flow logs, since Calico 3.30.
fn flow_logs() -> Logging {
    let goldmane =
        "Gathers the flow logs of all nodes. Needs the Tigera operator and Calico 3.30 or later.";
    let whisker = "Hands the flow logs out, to people and as JSON.";
    let empty = || json!({"spec": {}});
    Logging {
        manifests: vec![
            Manifest::new(GOLDMANE, None, "default", goldmane, empty()),
            Manifest::new(WHISKER, None, "default", whisker, empty()),
        ],
        settings: Vec::new(),
        reading: "kubectl -n calico-system port-forward service/whisker 8081 & \
                  curl -s 'localhost:8081/whisker-backend/flows'"
            .to_owned(),
    }
}

fn log(namespace: &NamespaceName) -> Manifest {
    let why = "Logs what no policy of the namespace let through, and decides nothing: what it logs is refused after it.\n\
               It selects every pod, as default-deny does. Without that, pods that no policy selects are cut off by it.\n\
               For any Calico that serves projectcalico.org/v3; flow logs say more, and cost less.";
    let rules = json!([{"action": "Log"}]);
    let spec = json!({"spec": {
        "tier": "default",
        "order": LAST,
        "selector": "all()",
        "types": ["Ingress", "Egress"],
        "ingress": rules,
        "egress": rules,
    }});
    Manifest::new(NETWORK_POLICY, Some(&namespace.to_string()), "log-refused", why, spec)
}

fn audit(_: &[NamespaceName]) -> Logging {
    let mut logging = flow_logs();
    logging.settings.push(
        "Staged policies refuse nothing: flow logs name them as pending, with what they would do. Apply the policies \
         themselves, and delete the staged ones, once nothing that is wanted is denied."
            .to_owned(),
    );
    logging
}

/// A NetworkPolicy as Calico only watches it; other kinds as they are.
pub(super) fn staged(policy: &Manifest) -> Manifest {
    if policy.kind != Kind::NETWORK_POLICY {
        return policy.clone();
    }
    let mut spec = policy.object.get("spec").cloned().unwrap_or_default();
    if let Some(spec) = spec.as_object_mut() {
        spec.insert("stagedAction".to_owned(), Value::from("Set"));
    }
    let why = format!("Watched only, and nothing is refused by it.\n{}", policy.why);
    let namespace = policy.namespace.as_deref();
    Manifest::new(STAGED, namespace, &policy.name, &why, json!({"spec": spec}))
}
