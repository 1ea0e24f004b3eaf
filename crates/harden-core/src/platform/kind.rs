//! Kubernetes in containers: kubeadm, told by the configuration of the cluster.

use super::traffic::KUBE_DNS;
use super::{ApiServer, Caller, Cell, Platform, Setting, Sign, Told};

const AUDITING: &str = "https://kind.sigs.k8s.io/docs/user/auditing/";
const PATCHES: &str = "https://github.com/kubernetes-sigs/kind/pull/4173";

pub(super) static PLATFORM: Platform = Platform {
    name: "kind",
    title: "kind",
    dns: Cell {
        value: &[KUBE_DNS],
        says: "pods `k8s-app=kube-dns` in kube-system, port 53, as kubeadm makes them",
        sources: &["https://kind.sigs.k8s.io/docs/design/principles/#leverage-existing-tooling"],
        unverified: "",
    },
    api_server: Cell {
        value: ApiServer { port: 6443, on_nodes: true },
        says: "the container of the control plane, port 6443; another port of the machine leads to it",
        sources: &["https://kind.sigs.k8s.io/docs/user/configuration/#api-server"],
        unverified: "that no version of kind uses another port inside of its containers",
    },
    webhooks: Cell {
        value: Caller::Addresses,
        says: "from the container of the control plane",
        sources: &[
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods",
        ],
        unverified: "which of its addresses kindnet's policies see",
    },
    encryption: Cell {
        value: Setting::File {
            path: "/etc/kubernetes/encryption/encryption.yaml",
            told: Told::Kind,
        },
        says: "a file of the machine, by `extraMounts` and `kubeadmConfigPatches`",
        sources: &[AUDITING, PATCHES],
        unverified: "",
    },
    procedures: None,
    audit: Cell {
        value: Setting::File { path: "/etc/kubernetes/audit/audit-policy.yaml", told: Told::Kind },
        says: "a file of the machine, by `extraMounts` and `kubeadmConfigPatches`",
        sources: &[AUDITING, PATCHES],
        unverified: "",
    },
    pod_security: Cell {
        value: Setting::File {
            path: "/etc/kubernetes/admission/admission-configuration.yaml",
            told: Told::Kind,
        },
        says: "a file of the machine, by `extraMounts` and `kubeadmConfigPatches`",
        sources: &[AUDITING, PATCHES],
        unverified: "",
    },
    signs: &[Sign::ProviderId("kind://")],
};
