//! Which lists of Kubernetes' kinds are merged by keys, as the schema has it that kustomize is built with.
//!
//! It is that of Kubernetes 1.21: kinds and versions that came later are merged as custom ones.

/// A field that leads to lists that are merged.
#[derive(Debug)]
pub(super) struct Field {
    name: &'static str,
    /// Where it is such a list, the keys of its elements; none for a list of texts.
    pub keys: Option<&'static [&'static str]>,
    /// What its value has, or that of each element.
    pub shape: &'static [Field],
}

/// The field of a name.
pub(super) fn field(shape: &'static [Field], name: &str) -> Option<&'static Field> {
    shape.iter().find(|it| it.name == name)
}

const fn map(name: &'static str, shape: &'static [Field]) -> Field {
    Field { name, keys: None, shape }
}

const fn list(name: &'static str, keys: &'static [&'static str], shape: &'static [Field]) -> Field {
    Field { name, keys: Some(keys), shape }
}

const METADATA: Field =
    map("metadata", &[list("finalizers", &[], &[]), list("ownerReferences", &["uid"], &[])]);

const CONDITIONS: Field = map("status", &[list("conditions", &["type"], &[])]);

const CONTAINER: &[Field] = &[
    list("env", &["name"], &[]),
    list("ports", &["containerPort", "protocol"], &[]),
    list("volumeDevices", &["devicePath"], &[]),
    list("volumeMounts", &["mountPath"], &[]),
];

const EPHEMERAL_CONTAINER: &[Field] = &[
    list("env", &["name"], &[]),
    list("volumeDevices", &["devicePath"], &[]),
    list("volumeMounts", &["mountPath"], &[]),
];

const VOLUME: &[Field] = &[map("ephemeral", &[map("volumeClaimTemplate", &[METADATA])])];

const POD_SPEC: Field = map(
    "spec",
    &[
        list("containers", &["name"], CONTAINER),
        list("ephemeralContainers", &["name"], EPHEMERAL_CONTAINER),
        list("hostAliases", &["ip"], &[]),
        list("imagePullSecrets", &["name"], &[]),
        list("initContainers", &["name"], CONTAINER),
        list("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"], &[]),
        list("volumes", &["name"], VOLUME),
    ],
);

const TEMPLATE: Field = map("template", &[METADATA, POD_SPEC]);

const JOB_SPEC: Field = map("spec", &[TEMPLATE]);

const POD: &[Field] = &[
    METADATA,
    POD_SPEC,
    map("status", &[list("conditions", &["type"], &[]), list("podIPs", &["ip"], &[])]),
];

const CRON_JOB: &[Field] = &[METADATA, map("spec", &[map("jobTemplate", &[METADATA, JOB_SPEC])])];

const NODE: &[Field] = &[
    METADATA,
    map("spec", &[list("podCIDRs", &[], &[])]),
    map("status", &[list("addresses", &["type"], &[]), list("conditions", &["type"], &[])]),
];

const SERVICE: &[Field] =
    &[METADATA, map("spec", &[list("ports", &["port", "protocol"], &[])]), CONDITIONS];

const POD_TEMPLATE: &[Field] = &[METADATA, TEMPLATE];

const WORKLOAD: &[Field] = &[METADATA, JOB_SPEC, CONDITIONS];

const SERVICE_ACCOUNT: &[Field] = &[METADATA, list("secrets", &["name"], &[])];

const WITH_CONDITIONS: &[Field] = &[METADATA, CONDITIONS];

const COMPONENT_STATUS: &[Field] = &[METADATA, list("conditions", &["type"], &[])];

const CSI_NODE: &[Field] = &[METADATA, map("spec", &[list("drivers", &["name"], &[])])];

const WEBHOOKS: &[Field] = &[METADATA, list("webhooks", &["name"], &[])];

const METADATA_ALONE: &[Field] = &[METADATA];

/// What the objects of a kind have; none for kinds that the schema does not know.
pub(super) fn of(api_version: &str, kind: &str) -> Option<&'static [Field]> {
    let (_, kinds) = KINDS.iter().find(|(of, _)| *of == api_version)?;
    if !kinds.contains(&kind) {
        return None;
    }
    Some(match kind {
        "Pod" => POD,
        "PodTemplate" => POD_TEMPLATE,
        "Deployment"
        | "DaemonSet"
        | "ReplicaSet"
        | "StatefulSet"
        | "ReplicationController"
        | "Job" => WORKLOAD,
        "CronJob" => CRON_JOB,
        "Node" => NODE,
        "Service" => SERVICE,
        "ServiceAccount" => SERVICE_ACCOUNT,
        "Namespace" | "PersistentVolumeClaim" | "PodDisruptionBudget" | "APIService" => {
            WITH_CONDITIONS
        }
        "ComponentStatus" => COMPONENT_STATUS,
        "CSINode" => CSI_NODE,
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => WEBHOOKS,
        _ => METADATA_ALONE,
    })
}

/// The kinds of the schema that have metadata, by version.
const KINDS: &[(&str, &[&str])] = &[
    (
        "admissionregistration.k8s.io/v1",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    ),
    ("apiextensions.k8s.io/v1", &["CustomResourceDefinition"]),
    ("apiextensions.k8s.io/v1beta1", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io/v1", &["APIService"]),
    ("apiregistration.k8s.io/v1beta1", &["APIService"]),
    ("apps/v1", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("authentication.k8s.io/v1", &["TokenRequest", "TokenReview"]),
    ("authentication.k8s.io/v1beta1", &["TokenReview"]),
    (
        "authorization.k8s.io/v1",
        &[
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ],
    ),
    (
        "authorization.k8s.io/v1beta1",
        &[
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ],
    ),
    ("autoscaling/v1", &["HorizontalPodAutoscaler", "Scale"]),
    ("autoscaling/v2beta1", &["HorizontalPodAutoscaler"]),
    ("autoscaling/v2beta2", &["HorizontalPodAutoscaler"]),
    ("batch/v1", &["CronJob", "Job"]),
    ("batch/v1beta1", &["CronJob"]),
    ("certificates.k8s.io/v1", &["CertificateSigningRequest"]),
    ("certificates.k8s.io/v1beta1", &["CertificateSigningRequest"]),
    ("coordination.k8s.io/v1", &["Lease"]),
    ("coordination.k8s.io/v1beta1", &["Lease"]),
    ("discovery.k8s.io/v1", &["EndpointSlice"]),
    ("discovery.k8s.io/v1beta1", &["EndpointSlice"]),
    ("events.k8s.io/v1", &["Event"]),
    ("events.k8s.io/v1beta1", &["Event"]),
    ("extensions/v1beta1", &["Ingress"]),
    ("flowcontrol.apiserver.k8s.io/v1beta1", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("networking.k8s.io/v1", &["Ingress", "IngressClass", "NetworkPolicy"]),
    ("networking.k8s.io/v1beta1", &["Ingress", "IngressClass"]),
    ("node.k8s.io/v1", &["RuntimeClass"]),
    ("node.k8s.io/v1beta1", &["RuntimeClass"]),
    ("policy/v1", &["PodDisruptionBudget"]),
    ("policy/v1beta1", &["Eviction", "PodDisruptionBudget", "PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io/v1", &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
    (
        "rbac.authorization.k8s.io/v1beta1",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    ),
    ("scheduling.k8s.io/v1", &["PriorityClass"]),
    ("scheduling.k8s.io/v1beta1", &["PriorityClass"]),
    ("storage.k8s.io/v1", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
    (
        "storage.k8s.io/v1beta1",
        &["CSIDriver", "CSINode", "CSIStorageCapacity", "StorageClass", "VolumeAttachment"],
    ),
    (
        "v1",
        &[
            "Binding",
            "ComponentStatus",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
];
