//! RKE2: static pods that it writes itself, from keys of its own.

use super::traffic::{KUBE_DNS, NODE_LOCAL_ADDRESS, NODE_LOCAL_DNS};
use super::{
    ApiServer, Caller, Cell, Distribution, Platform, Procedures, Setting, Sign, Step, Told,
};

const REFERENCE: &str = "https://docs.rke2.io/reference/server_config";
const STATIC_POD: &str =
    "https://github.com/rancher/rke2/blob/master/pkg/executor/staticpod/staticpod.go";

static RKE2: Distribution = Distribution {
    title: "RKE2",
    folder: "/etc/rancher/rke2/config.yaml.d",
    service: "rke2-server",
    audit_log: "/var/lib/rancher/rke2/server/logs/audit.log",
    rotates: true,
    encrypts: true,
    rotate: "rke2 secrets-encrypt rotate-keys",
    encryption: "https://docs.rke2.io/security/secrets_encryption",
};

pub(super) static PLATFORM: Platform = Platform {
    name: "rke2",
    title: "RKE2",
    dns: Cell {
        value: &[KUBE_DNS, NODE_LOCAL_DNS, NODE_LOCAL_ADDRESS],
        says: "pods `k8s-app=kube-dns` of rke2-coredns in kube-system, port 53; NodeLocal DNSCache, where its chart is told to, at 169.254.20.10",
        sources: &["https://docs.rke2.io/networking/networking_services"],
        unverified: "the labels of the pods, which only its chart says",
    },
    api_server: Cell {
        value: ApiServer { port: 6443, on_nodes: true },
        says: "the server nodes, port 6443; 9345 is for nodes that join",
        sources: &["https://docs.rke2.io/install/requirements#networking"],
        unverified: "",
    },
    webhooks: Cell {
        value: Caller::Addresses,
        says: "from the server nodes: by their addresses, or by those of their tunnels",
        sources: &["https://github.com/tigera/operator/pull/4739"],
        unverified: "which address each of its network plugins sees",
    },
    encryption: Cell {
        value: Setting::Own(&RKE2),
        says: "on by default, for Secrets alone; `secrets-encryption-provider` chooses the cipher, and keys are replaced by `rke2 secrets-encrypt`",
        sources: &["https://docs.rke2.io/security/secrets_encryption", REFERENCE],
        unverified: "",
    },
    procedures: Some(Procedures {
        why: "RKE2 makes, replaces and keeps the keys itself",
        rotate: &[
            Step {
                what: "Save what is stored: a key that is lost takes the Secrets with it",
                how: "sudo rke2 etcd-snapshot save",
            },
            Step {
                what: "Replace the key, on one server node; every Secret is written again by it",
                how: "sudo rke2 secrets-encrypt rotate-keys",
            },
            Step {
                what: "Wait for reencrypt_finished, then restart the other server nodes one after the other",
                how: "sudo rke2 secrets-encrypt status\nsudo systemctl restart rke2-server",
            },
        ],
        enable: &[Step {
            what: "It is on without doing anything; see that it is",
            how: "sudo rke2 secrets-encrypt status",
        }],
        disable: &[
            Step {
                what: "Switch it off, on one server node",
                how: "sudo rke2 secrets-encrypt disable",
            },
            Step {
                what: "Restart every server node, one after the other",
                how: "sudo systemctl restart rke2-server",
            },
            Step {
                what: "Have every Secret written again, in plain",
                how: "sudo rke2 secrets-encrypt reencrypt --force --skip",
            },
        ],
    }),
    audit: Cell {
        value: Setting::File {
            path: "/etc/rancher/rke2/audit-policy.yaml",
            told: Told::Distribution { distribution: &RKE2, key: Some("audit-policy-file") },
        },
        says: "a file, by `audit-policy-file`; log and rotation are RKE2's",
        sources: &[REFERENCE, "https://docs.rke2.io/security/hardening_guide", STATIC_POD],
        unverified: "",
    },
    pod_security: Cell {
        value: Setting::File {
            path: "/etc/rancher/rke2/admission-configuration.yaml",
            told: Told::Distribution {
                distribution: &RKE2,
                key: Some("pod-security-admission-config-file"),
            },
        },
        says: "a file, by `pod-security-admission-config-file`",
        sources: &["https://docs.rke2.io/security/pod_security_standards", REFERENCE],
        unverified: "",
    },
    signs: &[Sign::Version("+rke2"), Sign::Kubelet("+rke2")],
};
