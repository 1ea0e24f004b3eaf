//! Ways by controllers that act with their own rights for whoever writes their custom objects.

use super::Family;
use crate::escalation::edge::{Difficulty, Edge, Names, Power, Proof, Right, When};

pub(super) const FAMILY: Family = Family { name: "Controllers as deputies", edges: EDGES };

/// Writing what a controller acts upon once.
const fn creates(of: &'static [(&'static str, &'static str)]) -> Right {
    Right::of(&["create"], of)
}

/// Changing what a controller acts upon.
const fn changes(of: &'static [(&'static str, &'static str)]) -> Right {
    Right::of(&["update", "patch"], of).names(Names::DoNotMatter)
}

/// Writing what a controller acts upon whenever it is changed.
const fn writes(of: &'static [(&'static str, &'static str)]) -> Right {
    Right::of(&["create", "update", "patch"], of).names(Names::SpoilCreation)
}

/// A controller of custom objects, as whose account things happen.
const fn deputy(id: &'static str, group: &'static str, to: Power) -> Edge {
    Edge {
        id,
        to,
        when: When::CustomResources(group),
        difficulty: Difficulty::Moderate,
        proof: Proof::Reading("the controller"),
        ..Edge::BASE
    }
}

const FLUX: &str =
    "set --default-service-account, so that each namespace has an account of its own";

const EDGES: &[Edge] = &[
    Edge {
        does: "has Flux apply manifests of its choice",
        rights: &[writes(&[("kustomize.toolkit.fluxcd.io", "kustomizations")])],
        why: "The kustomize-controller applies manifests as itself, unless the Kustomization or the controller names \
              another account.",
        remedy: FLUX,
        ..deputy(
            "flux-kustomization",
            "kustomize.toolkit.fluxcd.io",
            Power::Deputy(&["kustomize-controller"]),
        )
    },
    Edge {
        does: "has Flux install a chart of its choice",
        rights: &[writes(&[("helm.toolkit.fluxcd.io", "helmreleases")])],
        why: "The helm-controller installs charts as itself, unless the HelmRelease or the controller names another \
              account.",
        remedy: FLUX,
        ..deputy("flux-helm-release", "helm.toolkit.fluxcd.io", Power::Deputy(&["helm-controller"]))
    },
    Edge {
        does: "has Flux apply manifests from a source of its choice",
        rights: &[changes(&[
            ("source.toolkit.fluxcd.io", "gitrepositories"),
            ("source.toolkit.fluxcd.io", "ocirepositories"),
            ("source.toolkit.fluxcd.io", "buckets"),
        ])],
        why: "A Kustomization applies what its source holds: whoever changes the address of the source decides what \
              that is.",
        remedy: "keep sources where only those write who may apply manifests everywhere",
        ..deputy(
            "flux-source",
            "source.toolkit.fluxcd.io",
            Power::Deputy(&["kustomize-controller"]),
        )
    },
    Edge {
        does: "has Flux install a chart from a source of its choice",
        rights: &[changes(&[
            ("source.toolkit.fluxcd.io", "helmrepositories"),
            ("source.toolkit.fluxcd.io", "helmcharts"),
            ("source.toolkit.fluxcd.io", "gitrepositories"),
            ("source.toolkit.fluxcd.io", "ocirepositories"),
            ("source.toolkit.fluxcd.io", "buckets"),
        ])],
        why: "A HelmRelease installs what its source holds: whoever changes the address of the source decides what \
              that is.",
        remedy: "keep sources where only those write who may install charts everywhere",
        ..deputy(
            "flux-chart-source",
            "source.toolkit.fluxcd.io",
            Power::Deputy(&["helm-controller"]),
        )
    },
    Edge {
        does: "has Argo CD apply manifests of its choice",
        rights: &[writes(&[("argoproj.io", "applications"), ("argoproj.io", "applicationsets")])],
        why: "The application controller applies manifests as itself, as far as the AppProject lets it: the project \
              default lets everything.",
        remedy: "restrict the project default, and let nobody write Applications in the namespace of Argo CD",
        ..deputy(
            "argo-cd-application",
            "argoproj.io",
            Power::Deputy(&["argocd-application-controller"]),
        )
    },
    Edge {
        does: "has Argo Workflows run a pod as an account of its choice",
        rights: &[creates(&[("argoproj.io", "workflows"), ("argoproj.io", "cronworkflows")])],
        why: "A Workflow names the account of its pods; nobody asks whether its writer may run them.",
        remedy: "require a WorkflowTemplate in the configuration of the controller",
        ..deputy("argo-workflow", "argoproj.io", Power::Workloads)
    },
    Edge {
        does: "changes a CronWorkflow, which Argo Workflows runs as an account of its choice",
        rights: &[changes(&[("argoproj.io", "cronworkflows")])],
        why: "A CronWorkflow names the account of its pods; nobody asks whether whoever changes it may run them.",
        remedy: "require a WorkflowTemplate in the configuration of the controller",
        ..deputy("change-argo-cron-workflow", "argoproj.io", Power::Workloads)
    },
    Edge {
        does: "has Tekton run a pod as an account of its choice",
        rights: &[creates(&[("tekton.dev", "taskruns"), ("tekton.dev", "pipelineruns")])],
        why: "A TaskRun names the account of its pods; nobody asks whether its writer may run them.",
        remedy: "keep accounts with rights in namespaces where others create no runs",
        ..deputy("tekton-run", "tekton.dev", Power::Workloads)
    },
    Edge {
        does: "has KubeVirt run a pod",
        rights: &[creates(&[
            ("kubevirt.io", "virtualmachines"),
            ("kubevirt.io", "virtualmachineinstances"),
        ])],
        why: "A virtual machine mounts tokens of any account and Secrets of its namespace as disks.",
        remedy: "keep accounts with rights in namespaces where others create no machines",
        ..deputy("kubevirt-machine", "kubevirt.io", Power::Workloads)
    },
    Edge {
        does: "changes a virtual machine of KubeVirt",
        rights: &[changes(&[("kubevirt.io", "virtualmachines")])],
        why: "A virtual machine that is started anew mounts what it names then: tokens of any account and Secrets of \
              its namespace.",
        remedy: "keep accounts with rights in namespaces where others change no machines",
        ..deputy("change-kubevirt-machine", "kubevirt.io", Power::Workloads)
    },
    Edge {
        does: "has Velero restore objects of its choice",
        rights: &[creates(&[("velero.io", "restores")])],
        why: "Velero creates what is in a backup as itself, and is bound to cluster-admin where it is installed as \
              its documentation says.",
        remedy: "let only administrators write objects of velero.io",
        ..deputy("velero-restore", "velero.io", Power::Deputy(&["velero", "velero-server"]))
    },
    Edge {
        does: "has the Operator Lifecycle Manager install an operator of its choice",
        rights: &[writes(&[
            ("operators.coreos.com", "subscriptions"),
            ("operators.coreos.com", "clusterserviceversions"),
        ])],
        why: "The manager makes the roles and bindings that an operator asks for, as itself.",
        remedy: "name an account in the OperatorGroup, and let only administrators subscribe",
        ..deputy(
            "olm-subscription",
            "operators.coreos.com",
            Power::Deputy(&["olm-operator-serviceaccount"]),
        )
    },
    Edge {
        does: "has Crossplane install a package of its choice",
        rights: &[writes(&[
            ("pkg.crossplane.io", "providers"),
            ("pkg.crossplane.io", "functions"),
        ])],
        why: "Crossplane runs what a package holds, and gives it the rights that it asks for.",
        remedy: "let only administrators write objects of pkg.crossplane.io",
        ..deputy(
            "crossplane-package",
            "pkg.crossplane.io",
            Power::Deputy(&["crossplane", "rbac-manager"]),
        )
    },
    Edge {
        does: "has Kyverno generate objects of its choice",
        rights: &[writes(&[
            ("kyverno.io", "clusterpolicies"),
            ("policies.kyverno.io", "generatingpolicies"),
        ])],
        why: "The background controller generates objects as itself.",
        remedy: "let only administrators write ClusterPolicies, and give the controller no more than policies need",
        ..deputy(
            "kyverno-generate",
            "kyverno.io",
            Power::Deputy(&["kyverno-background-controller"]),
        )
    },
    Edge {
        does: "has K3s or RKE2 install a chart of its choice",
        rights: &[writes(&[("helm.cattle.io", "helmcharts")])],
        why: "The controller installs the chart in a job whose account it binds to cluster-admin.",
        remedy: "let only administrators write HelmCharts",
        ..deputy("helm-chart", "helm.cattle.io", Power::ClusterAdmin)
    },
];
