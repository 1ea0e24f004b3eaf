//! Defaults by kind.

use harden_core::kubernetes::MinorVersion;
use serde_json::{Map, Value, json};

use super::{each, made, map, pods, set, text};

type Fields = Map<String, Value>;

/// The first version that says how many pods of a StatefulSet may be away.
const MAX_UNAVAILABLE: MinorVersion = MinorVersion(35);

/// Sets the defaults of an object.
pub(super) fn set_defaults(
    object: &mut Value,
    api_version: &str,
    kind: &str,
    version: MinorVersion,
) {
    let Some(fields) = object.as_object_mut() else { return };
    let spec = |fields: &mut Fields, complete: fn(&mut Fields)| {
        if let Some(spec) = map(fields, "spec") {
            complete(spec);
        }
    };
    match (api_version, kind) {
        ("v1", "Pod") => spec(fields, pods::complete_pod),
        ("v1", "PodTemplate") => template(fields),
        ("v1", "ReplicationController") => replication_controller(fields),
        ("v1", "LimitRange") => spec(fields, limit_range),
        ("apps/v1", "Deployment") => spec(fields, deployment),
        ("apps/v1", "StatefulSet") => {
            spec(fields, stateful_set);
            if version >= MAX_UNAVAILABLE {
                spec(fields, max_unavailable);
            }
        }
        ("apps/v1", "DaemonSet") => spec(fields, daemon_set),
        ("apps/v1", "ReplicaSet") => spec(fields, replica_set),
        ("autoscaling/v2", "HorizontalPodAutoscaler") => spec(fields, autoscaler),
        ("batch/v1", "Job") => spec(fields, job),
        ("batch/v1", "CronJob") => spec(fields, cron_job),
        ("v1", "Service") => spec(fields, service),
        ("v1", "PersistentVolumeClaim") => spec(fields, |it| set(it, "volumeMode", "Filesystem")),
        ("networking.k8s.io/v1", "NetworkPolicy") => spec(fields, network_policy),
        ("rbac.authorization.k8s.io/v1", "RoleBinding" | "ClusterRoleBinding") => binding(fields),
        ("rbac.authorization.k8s.io/v1", "Role" | "ClusterRole") => {
            set(fields, "rules", Value::Null);
        }
        ("v1", "Secret") => secret(fields),
        ("v1", "Namespace") => namespace(fields),
        _ => {}
    }
    if HAS_STATUS.contains(&kind) {
        made(fields, "status");
    }
}

/// Kinds whose state is written even where nothing is known of it.
const HAS_STATUS: [&str; 12] = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Ingress",
    "Job",
    "Namespace",
    "PersistentVolumeClaim",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Service",
    "StatefulSet",
];

fn template(fields: &mut Fields) {
    if let Some(template) = map(fields, "template") {
        made(template, "metadata");
        if let Some(spec) = map(template, "spec") {
            pods::complete_spec(spec);
        }
    }
}

fn deployment(spec: &mut Fields) {
    set(spec, "replicas", 1);
    set(spec, "revisionHistoryLimit", 10);
    set(spec, "progressDeadlineSeconds", 600);
    if let Some(strategy) = made(spec, "strategy") {
        set(strategy, "type", "RollingUpdate");
        if text(strategy, "type") == "RollingUpdate"
            && let Some(rolling) = made(strategy, "rollingUpdate")
        {
            set(rolling, "maxUnavailable", "25%");
            set(rolling, "maxSurge", "25%");
        }
    }
    template(spec);
}

fn stateful_set(spec: &mut Fields) {
    set(spec, "replicas", 1);
    set(spec, "revisionHistoryLimit", 10);
    set(spec, "podManagementPolicy", "OrderedReady");
    if let Some(strategy) = made(spec, "updateStrategy") {
        set(strategy, "type", "RollingUpdate");
        if text(strategy, "type") == "RollingUpdate"
            && let Some(rolling) = made(strategy, "rollingUpdate")
        {
            set(rolling, "partition", 0);
        }
    }
    if let Some(retention) = made(spec, "persistentVolumeClaimRetentionPolicy") {
        set(retention, "whenDeleted", "Retain");
        set(retention, "whenScaled", "Retain");
    }
    for claim in each(spec, "volumeClaimTemplates") {
        set(claim, "apiVersion", "v1");
        set(claim, "kind", "PersistentVolumeClaim");
        if let Some(status) = made(claim, "status") {
            set(status, "phase", "Pending");
        }
        if let Some(spec) = map(claim, "spec") {
            set(spec, "volumeMode", "Filesystem");
        }
    }
    template(spec);
}

fn daemon_set(spec: &mut Fields) {
    set(spec, "revisionHistoryLimit", 10);
    if let Some(strategy) = made(spec, "updateStrategy") {
        set(strategy, "type", "RollingUpdate");
        if text(strategy, "type") == "RollingUpdate"
            && let Some(rolling) = made(strategy, "rollingUpdate")
        {
            set(rolling, "maxUnavailable", 1);
            set(rolling, "maxSurge", 0);
        }
    }
    template(spec);
}

fn replica_set(spec: &mut Fields) {
    set(spec, "replicas", 1);
    template(spec);
}

fn replication_controller(fields: &mut Fields) {
    let Some(spec) = map(fields, "spec") else { return };
    set(spec, "replicas", 1);
    let labels = spec.get("template").and_then(|it| it.pointer("/metadata/labels")).cloned();
    if let Some(labels) = &labels {
        set(spec, "selector", labels.clone());
    }
    template(spec);
    if let (Some(labels), Some(metadata)) = (labels, made(fields, "metadata")) {
        set(metadata, "labels", labels);
    }
}

fn autoscaler(spec: &mut Fields) {
    set(spec, "minReplicas", 1);
    if !spec.contains_key("metrics") {
        let target = json!({"type": "Utilization", "averageUtilization": 80});
        let resource = json!({"name": "cpu", "target": target});
        set(spec, "metrics", json!([{"type": "Resource", "resource": resource}]));
    }
}

fn limit_range(spec: &mut Fields) {
    for item in each(spec, "limits").filter(|it| text(it, "type") == "Container") {
        for (from, to) in
            [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")]
        {
            let Some(amounts) = map(item, from).map(|it| it.clone()) else { continue };
            if let Some(to) = made(item, to) {
                amounts.into_iter().for_each(|(name, amount)| set(to, &name, amount));
            }
        }
    }
}

fn max_unavailable(spec: &mut Fields) {
    let rolling = map(spec, "updateStrategy").and_then(|it| map(it, "rollingUpdate"));
    if let Some(rolling) = rolling {
        set(rolling, "maxUnavailable", 1);
    }
}

fn job(spec: &mut Fields) {
    if !spec.contains_key("completions") && !spec.contains_key("parallelism") {
        set(spec, "completions", 1);
    }
    set(spec, "parallelism", 1);
    if !spec.contains_key("backoffLimitPerIndex") {
        set(spec, "backoffLimit", 6);
    }
    set(spec, "completionMode", "NonIndexed");
    set(spec, "suspend", false);
    set(spec, "manualSelector", false);
    let replacement =
        if spec.contains_key("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    set(spec, "podReplacementPolicy", replacement);
    template(spec);
}

fn cron_job(spec: &mut Fields) {
    set(spec, "concurrencyPolicy", "Allow");
    set(spec, "suspend", false);
    set(spec, "successfulJobsHistoryLimit", 3);
    set(spec, "failedJobsHistoryLimit", 1);
    if let Some(template) = map(spec, "jobTemplate") {
        made(template, "metadata");
        if let Some(spec) = map(template, "spec") {
            self::template(spec);
        }
    }
}

fn service(spec: &mut Fields) {
    set(spec, "type", "ClusterIP");
    set(spec, "sessionAffinity", "None");
    let is_external = text(spec, "type") == "ExternalName";
    let opens = matches!(text(spec, "type"), "NodePort" | "LoadBalancer");
    for port in each(spec, "ports") {
        set(port, "protocol", "TCP");
        let number = port.get("port").cloned().unwrap_or_default();
        set(port, "targetPort", number);
    }
    if !is_external {
        set(spec, "internalTrafficPolicy", "Cluster");
    }
    if opens {
        set(spec, "externalTrafficPolicy", "Cluster");
    }
    if text(spec, "type") == "LoadBalancer" {
        set(spec, "allocateLoadBalancerNodePorts", true);
    }
    if text(spec, "sessionAffinity") == "ClientIP"
        && let Some(client) =
            made(spec, "sessionAffinityConfig").and_then(|it| made(it, "clientIP"))
    {
        set(client, "timeoutSeconds", 10_800);
    }
}

fn network_policy(spec: &mut Fields) {
    made(spec, "podSelector");
    for direction in ["ingress", "egress"] {
        for rule in each(spec, direction) {
            each(rule, "ports").for_each(|it| set(it, "protocol", "TCP"));
        }
    }
    let types =
        if spec.contains_key("egress") { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
    set(spec, "policyTypes", types);
}

fn binding(fields: &mut Fields) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    if let Some(role) = map(fields, "roleRef") {
        set(role, "apiGroup", GROUP);
    }
    for subject in each(fields, "subjects") {
        if matches!(text(subject, "kind"), "User" | "Group") {
            set(subject, "apiGroup", GROUP);
        }
    }
}

/// Texts become bytes, and nobody sees them as texts again.
fn secret(fields: &mut Fields) {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    set(fields, "type", "Opaque");
    let Some(Value::Object(texts)) = fields.remove("stringData") else { return };
    if let Some(data) = made(fields, "data") {
        for (key, value) in texts {
            let bytes = STANDARD.encode(value.as_str().unwrap_or_default());
            data.insert(key, bytes.into());
        }
    }
}

fn namespace(fields: &mut Fields) {
    const LABEL: &str = "kubernetes.io/metadata.name";
    if let Some(metadata) = map(fields, "metadata") {
        let name = text(metadata, "name").to_owned();
        if let Some(labels) = made(metadata, "labels") {
            labels.insert(LABEL.to_owned(), name.into());
        }
    }
    if let Some(spec) = made(fields, "spec") {
        set(spec, "finalizers", json!(["kubernetes"]));
    }
    if let Some(status) = made(fields, "status") {
        set(status, "phase", "Active");
    }
}
