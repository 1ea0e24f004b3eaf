//! Clusters that kubeadm makes: static pods, and a ClusterConfiguration that they come from.

use super::traffic::{KUBE_DNS, NODE_LOCAL_ADDRESS, NODE_LOCAL_DNS};
use super::{ApiServer, Caller, Cell, Platform, Setting, Sign, Told};

const FLAGS: &str =
    "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/control-plane-flags/";

pub(super) static PLATFORM: Platform = Platform {
    name: "kubeadm",
    title: "kubeadm",
    dns: Cell {
        value: &[KUBE_DNS, NODE_LOCAL_DNS, NODE_LOCAL_ADDRESS],
        says: "pods `k8s-app=kube-dns` in kube-system, port 53; NodeLocal DNSCache, where somebody installed it, at 169.254.20.10",
        sources: &[
            "https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/",
            "https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/",
        ],
        unverified: "",
    },
    api_server: Cell {
        value: ApiServer { port: 6443, on_nodes: true },
        says: "the control plane nodes, port 6443",
        sources: &[
            "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/#check-required-ports",
        ],
        unverified: "",
    },
    webhooks: Cell {
        value: Caller::Addresses,
        says: "from the control plane nodes: by their addresses, or by those of their tunnels where pods are in an overlay network",
        sources: &[
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods",
            "https://github.com/projectcalico/calico/issues/7242",
            "https://github.com/tigera/operator/pull/4739",
        ],
        unverified: "",
    },
    encryption: Cell {
        value: Setting::File {
            path: "/etc/kubernetes/encryption/encryption.yaml",
            told: Told::StaticPod,
        },
        says: "a file, its flag and its mount",
        sources: &[
            "https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#use-the-new-encryption-configuration-file",
            FLAGS,
        ],
        unverified: "",
    },
    procedures: None,
    audit: Cell {
        value: Setting::File {
            path: "/etc/kubernetes/audit/audit-policy.yaml",
            told: Told::StaticPod,
        },
        says: "a file, its flags and its mounts",
        sources: &[
            "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#log-backend",
            FLAGS,
        ],
        unverified: "",
    },
    pod_security: Cell {
        value: Setting::File {
            path: "/etc/kubernetes/admission/admission-configuration.yaml",
            told: Told::StaticPod,
        },
        says: "a file, its flag and its mount",
        sources: &[
            "https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/",
            FLAGS,
        ],
        unverified: "",
    },
    signs: &[Sign::NodeAnnotation("kubeadm.alpha.kubernetes.io/cri-socket")],
};
