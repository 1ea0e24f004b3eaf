//! The kinds whose objects are pods or make them.

use super::{Object, Origin};

/// A kind whose objects are pods or hold templates of pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PodKind {
    /// Its API group, empty for the core group, whatever the version.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// The ways to the `metadata` and `spec` of its pods: keys between dots, `[]` for every item of
    /// a list and `{}` for every value of a map. Empty for the object itself.
    pub pods: &'static [&'static str],
    /// Whether PodSecurity admission looks into objects of this kind. The pods that others make are
    /// judged when they are created, and only then.
    pub is_judged_on_creation: bool,
}

impl PodKind {
    /// What is known of a kind; none when its objects make no pods, as far as is known.
    pub fn find(group: &str, kind: &str) -> Option<&'static Self> {
        KINDS.iter().find(|it| it.kind == kind && it.group == group)
    }

    /// Whether its objects are pods or hold templates.
    pub fn origin(&self) -> Origin {
        let is_pod = self.group.is_empty() && self.kind == "Pod";
        if is_pod { Origin::Pod } else { Origin::Template }
    }

    const fn judged(
        group: &'static str,
        kind: &'static str,
        pods: &'static [&'static str],
    ) -> Self {
        Self { group, kind, pods, is_judged_on_creation: true }
    }

    const fn custom(
        group: &'static str,
        kind: &'static str,
        pods: &'static [&'static str],
    ) -> Self {
        Self { group, kind, pods, is_judged_on_creation: false }
    }
}

/// Kinds that have somebody render a chart with values, of which only the chart says what they come to.
const CHARTS: [(&str, &str); 4] = [
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("helm.cattle.io", "HelmChart"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
];

impl Object<'_> {
    /// Whether what it has applied is in charts or folders elsewhere.
    pub fn has_chart(&self) -> bool {
        CHARTS.contains(&(self.group, self.kind))
    }
}

const TEMPLATE: &[&str] = &["spec.template"];

/// Every known kind. Custom kinds are those whose templates are whole pod templates, so that what is
/// written is what runs; kinds that merge fragments of pods are not listed.
pub const KINDS: &[PodKind] = &[
    PodKind::judged("", "Pod", &[""]),
    PodKind::judged("", "PodTemplate", &["template"]),
    PodKind::judged("", "ReplicationController", TEMPLATE),
    PodKind::judged("apps", "ReplicaSet", TEMPLATE),
    PodKind::judged("apps", "Deployment", TEMPLATE),
    PodKind::judged("apps", "StatefulSet", TEMPLATE),
    PodKind::judged("apps", "DaemonSet", TEMPLATE),
    PodKind::judged("batch", "Job", TEMPLATE),
    PodKind::judged("batch", "CronJob", &["spec.jobTemplate.spec.template"]),
    // Not served since Kubernetes 1.16, but still written.
    PodKind::custom("extensions", "ReplicaSet", TEMPLATE),
    PodKind::custom("extensions", "Deployment", TEMPLATE),
    PodKind::custom("extensions", "DaemonSet", TEMPLATE),
    // Agones
    PodKind::custom("agones.dev", "GameServer", TEMPLATE),
    PodKind::custom("agones.dev", "GameServerSet", &["spec.template.spec.template"]),
    PodKind::custom("agones.dev", "Fleet", &["spec.template.spec.template"]),
    // Argo Rollouts
    PodKind::custom("argoproj.io", "Rollout", TEMPLATE),
    PodKind::custom("argoproj.io", "AnalysisTemplate", ANALYSIS),
    PodKind::custom("argoproj.io", "ClusterAnalysisTemplate", ANALYSIS),
    PodKind::custom("argoproj.io", "AnalysisRun", ANALYSIS),
    // JobSet and LeaderWorkerSet
    PodKind::custom("jobset.x-k8s.io", "JobSet", &["spec.replicatedJobs[].template.spec.template"]),
    PodKind::custom(
        "leaderworkerset.x-k8s.io",
        "LeaderWorkerSet",
        &["spec.leaderWorkerTemplate.leaderTemplate", "spec.leaderWorkerTemplate.workerTemplate"],
    ),
    // KEDA
    PodKind::custom("keda.sh", "ScaledJob", &["spec.jobTargetRef.template"]),
    // Knative Serving
    PodKind::custom("serving.knative.dev", "Service", TEMPLATE),
    PodKind::custom("serving.knative.dev", "Configuration", TEMPLATE),
    PodKind::custom("serving.knative.dev", "Revision", &[""]),
    // Kubeflow
    PodKind::custom("kubeflow.org", "JAXJob", &["spec.jaxReplicaSpecs{}.template"]),
    PodKind::custom("kubeflow.org", "MPIJob", &["spec.mpiReplicaSpecs{}.template"]),
    PodKind::custom("kubeflow.org", "PaddleJob", &["spec.paddleReplicaSpecs{}.template"]),
    PodKind::custom("kubeflow.org", "PyTorchJob", &["spec.pytorchReplicaSpecs{}.template"]),
    PodKind::custom("kubeflow.org", "TFJob", &["spec.tfReplicaSpecs{}.template"]),
    PodKind::custom("kubeflow.org", "XGBoostJob", &["spec.xgbReplicaSpecs{}.template"]),
    PodKind::custom("kubeflow.org", "Notebook", TEMPLATE),
    // OpenKruise
    PodKind::custom("apps.kruise.io", "CloneSet", TEMPLATE),
    PodKind::custom("apps.kruise.io", "StatefulSet", TEMPLATE),
    PodKind::custom("apps.kruise.io", "DaemonSet", TEMPLATE),
    PodKind::custom("apps.kruise.io", "BroadcastJob", TEMPLATE),
    PodKind::custom(
        "apps.kruise.io",
        "AdvancedCronJob",
        &[
            "spec.template.jobTemplate.spec.template",
            "spec.template.broadcastJobTemplate.spec.template",
        ],
    ),
    PodKind::custom(
        "apps.kruise.io",
        "UnitedDeployment",
        &[
            "spec.template.statefulSetTemplate.spec.template",
            "spec.template.advancedStatefulSetTemplate.spec.template",
            "spec.template.cloneSetTemplate.spec.template",
            "spec.template.deploymentTemplate.spec.template",
        ],
    ),
    // OpenShift and the Operator Lifecycle Manager
    PodKind::custom("apps.openshift.io", "DeploymentConfig", TEMPLATE),
    PodKind::custom(
        "operators.coreos.com",
        "ClusterServiceVersion",
        &["spec.install.spec.deployments[].spec.template"],
    ),
    // Ray
    PodKind::custom(
        "ray.io",
        "RayCluster",
        &["spec.headGroupSpec.template", "spec.workerGroupSpecs[].template"],
    ),
    PodKind::custom(
        "ray.io",
        "RayJob",
        &[
            "spec.rayClusterSpec.headGroupSpec.template",
            "spec.rayClusterSpec.workerGroupSpecs[].template",
            "spec.submitterPodTemplate",
        ],
    ),
    PodKind::custom(
        "ray.io",
        "RayService",
        &[
            "spec.rayClusterConfig.headGroupSpec.template",
            "spec.rayClusterConfig.workerGroupSpecs[].template",
        ],
    ),
    // Volcano
    PodKind::custom("batch.volcano.sh", "Job", &["spec.tasks[].template"]),
];

const ANALYSIS: &[&str] = &["spec.metrics[].provider.job.spec.template"];
