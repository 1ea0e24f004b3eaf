//! Talos Linux: no files of anybody's on its nodes, and a machine configuration that holds what they would.

use super::traffic::KUBE_DNS;
use super::{ApiServer, Caller, Cell, Machine, Platform, Procedures, Setting, Sign, Step};

const REFERENCE: &str =
    "https://docs.siderolabs.com/talos/v1.12/reference/configuration/v1alpha1/config";
const NEWER: &str = "https://docs.siderolabs.com/talos/v1.14/configure-your-talos-cluster/lifecycle-management/upgrading-talos";

const MACHINE: &[Step] = &[Step {
    what: "With Talos 1.14 or later, make the file of each stage without --platform, and give its resources to the document KubeEtcdEncryptionConfig, under config; before, a second key of the same cipher has no place",
    how: "talosctl edit machineconfig --nodes NODES",
}];

pub(super) static PLATFORM: Platform = Platform {
    name: "talos",
    title: "Talos Linux",
    dns: Cell {
        value: &[KUBE_DNS],
        says: "pods `k8s-app=kube-dns` in kube-system, port 53, which ask host DNS at 169.254.116.108 themselves",
        sources: &[
            "https://docs.siderolabs.com/talos/v1.12/networking/host-dns",
            "https://github.com/siderolabs/talos/tree/main/internal/app/machined/pkg/controllers/k8s/internal/k8stemplates",
        ],
        unverified: "",
    },
    api_server: Cell {
        value: ApiServer { port: 6443, on_nodes: true },
        says: "the control plane nodes, port 6443; KubePrism on 127.0.0.1 is for pods in the network of the host",
        sources: &[
            "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/kubeprism",
            "https://docs.siderolabs.com/talos/v1.12/learn-more/talos-network-connectivity",
        ],
        unverified: "",
    },
    webhooks: Cell {
        value: Caller::Addresses,
        says: "from the control plane nodes: by their addresses, or by those of flannel on them",
        sources: &["https://github.com/projectcalico/calico/issues/1987"],
        unverified: "which address each network plugin sees",
    },
    encryption: Cell {
        value: Setting::Machine(Machine::EncryptionSecret),
        says: "`cluster.secretboxEncryptionSecret`, made with the cluster; from Talos 1.14 on `KubeEtcdEncryptionConfig`",
        sources: &[REFERENCE, NEWER],
        unverified: "",
    },
    procedures: Some(Procedures {
        why: "Talos keeps the keys in the machine configuration: one for each cipher before 1.14, and from then on all that a file would hold",
        rotate: MACHINE,
        enable: MACHINE,
        disable: MACHINE,
    }),
    audit: Cell {
        value: Setting::Machine(Machine::AuditPolicy),
        says: "`cluster.apiServer.auditPolicy`, inline and replaced as a whole; from Talos 1.14 on `KubeAuditPolicyConfig`",
        sources: &[
            REFERENCE,
            "https://docs.siderolabs.com/talos/v1.12/configure-your-talos-cluster/system-configuration/patching",
            NEWER,
        ],
        unverified: "",
    },
    pod_security: Cell {
        value: Setting::Machine(Machine::AdmissionControl),
        says: "`cluster.apiServer.admissionControl`, inline and merged with Talos' own, which exempts kube-system; from Talos 1.14 on `KubeAdmissionControlConfig`",
        sources: &[
            "https://docs.siderolabs.com/kubernetes-guides/security/pod-security",
            "https://docs.siderolabs.com/talos/v1.12/configure-your-talos-cluster/system-configuration/patching",
            NEWER,
        ],
        unverified: "",
    },
    signs: &[Sign::OsImage("Talos ")],
};
