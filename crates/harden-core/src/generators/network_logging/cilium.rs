//! Cilium: Hubble's exporter writes refused flows to a file on each node; audit mode lets them through.

use serde_json::json;

use super::{Logging, Way};
use crate::Manifest;
use crate::kubernetes::{Kind, NamespaceName};

pub(super) const NAME: &str = "cilium";

pub(super) const WAY: Way = Way { make, audit: Some(audit), by_namespace: false };

const CONFIG_MAP: Kind =
    Kind { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };

/// What the exporter writes, of what the reader reads.
const FIELDS: [&str; 14] = [
    "time",
    "verdict",
    "drop_reason_desc",
    "IP",
    "l4",
    "source",
    "destination",
    "destination_names",
    "is_reply",
    "traffic_direction",
    "egress_denied_by",
    "ingress_denied_by",
    "Type",
    "node_name",
];

fn make(namespaces: &[NamespaceName]) -> Logging {
    let filters = filters(namespaces);
    let logs = json!({"flowLogs": [{
        "name": "denied",
        "filePath": "/var/run/cilium/hubble/denied.log",
        "fieldMask": FIELDS,
        "includeFilters": filters,
        "excludeFilters": [],
    }]});
    let why = "Hubble writes to a file on each node what policies refuse. Cilium reads changes of it within a minute.\n\
               Its chart makes this ConfigMap unless hubble.export.dynamic.config.createConfigMap is false.";
    let data = json!({"data": {"flowlogs.yaml": harden_yaml::write(&logs)}});
    let config = Manifest::new(CONFIG_MAP, Some("kube-system"), "cilium-flowlog-config", why, data);
    Logging {
        manifests: vec![config],
        settings: vec![
            "Hubble's exporter is off unless the values of Cilium's chart say otherwise:\n  \
             helm upgrade cilium cilium/cilium -n kube-system --reuse-values \\\n    \
             --set hubble.enabled=true --set hubble.export.dynamic.enabled=true \\\n    \
             --set hubble.export.dynamic.config.createConfigMap=false"
                .to_owned(),
        ],
        reading: "kubectl -n kube-system exec CILIUM-POD -c cilium-agent -- cat /var/run/cilium/hubble/denied.log\n\
                  for each node, or of what Hubble still holds: hubble observe --verdict DROPPED --verdict AUDIT -o jsonpb"
            .to_owned(),
    }
}

/// What is dropped, and what audit mode would drop, from and to the pods of each namespace.
fn filters(namespaces: &[NamespaceName]) -> Vec<serde_json::Value> {
    let verdict = ["DROPPED", "AUDIT"];
    if namespaces.is_empty() {
        return vec![json!({"verdict": verdict})];
    }
    let pods: Vec<_> = namespaces.iter().map(|it| format!("{it}/")).collect();
    vec![
        json!({"verdict": verdict, "source_pod": pods}),
        json!({"verdict": verdict, "destination_pod": pods}),
    ]
}

fn audit(namespaces: &[NamespaceName]) -> Logging {
    let mut logging = make(namespaces);
    logging.settings.push(
        "Audit mode lets through all that policies refuse, everywhere, until it is turned off again:\n  \
         helm upgrade cilium cilium/cilium -n kube-system --reuse-values --set policyAuditMode=true\n  \
         kubectl -n kube-system rollout restart daemonset/cilium\n\
         or for one pod, until its agent restarts, by the id of its CiliumEndpoint:\n  \
         kubectl -n kube-system exec CILIUM-POD -c cilium-agent -- \\\n    \
         cilium-dbg endpoint config ID PolicyAuditMode=Enabled"
            .to_owned(),
    );
    logging
}
