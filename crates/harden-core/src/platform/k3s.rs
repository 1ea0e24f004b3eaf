//! K3s: one process that is the API server, too, and a configuration file for its arguments.

use super::traffic::KUBE_DNS;
use super::{
    ApiServer, Caller, Cell, Distribution, Platform, Procedures, Setting, Sign, Step, Told,
};

const HARDENING: &str = "https://docs.k3s.io/security/hardening-guide";
const CONFIGURATION: &str = "https://docs.k3s.io/installation/configuration#configuration-file";

static K3S: Distribution = Distribution {
    title: "K3s",
    folder: "/etc/rancher/k3s/config.yaml.d",
    service: "k3s",
    audit_log: "/var/lib/rancher/k3s/server/logs/audit.log",
    rotates: false,
    encrypts: false,
    rotate: "k3s secrets-encrypt rotate-keys",
    encryption: "https://docs.k3s.io/cli/secrets-encrypt",
};

pub(super) static PLATFORM: Platform = Platform {
    name: "k3s",
    title: "K3s",
    dns: Cell {
        value: &[KUBE_DNS],
        says: "pods `k8s-app=kube-dns` in kube-system, port 53",
        sources: &["https://github.com/k3s-io/k3s/blob/master/manifests/coredns.yaml"],
        unverified: "",
    },
    api_server: Cell {
        value: ApiServer { port: 6443, on_nodes: true },
        says: "the server nodes, port 6443",
        sources: &["https://docs.k3s.io/installation/requirements#networking"],
        unverified: "",
    },
    webhooks: Cell {
        value: Caller::Addresses,
        says: "from the server nodes: by their addresses, or by those of flannel on them",
        sources: &["https://github.com/projectcalico/calico/issues/1987"],
        unverified: "which address K3s' own controller of network policies sees",
    },
    encryption: Cell {
        value: Setting::Own(&K3S),
        says: "`secrets-encryption: true` from the first start on, for Secrets alone; keys are replaced by `k3s secrets-encrypt`",
        sources: &[
            "https://docs.k3s.io/security/secrets-encryption",
            "https://docs.k3s.io/cli/secrets-encrypt",
        ],
        unverified: "",
    },
    procedures: Some(Procedures {
        why: "K3s makes, replaces and keeps the keys itself",
        rotate: &[
            Step {
                what: "Save what is stored: a key that is lost takes the Secrets with it",
                how: "sudo k3s etcd-snapshot save",
            },
            Step {
                what: "Replace the key, on one server node; every Secret is written again by it",
                how: "sudo k3s secrets-encrypt rotate-keys",
            },
            Step {
                what: "Wait for reencrypt_finished, then restart the other server nodes one after the other",
                how: "sudo k3s secrets-encrypt status\nsudo systemctl restart k3s",
            },
        ],
        enable: &[Step {
            what: "On servers that have not started yet; later it is not supported",
            how: "kubectl harden encryption --platform k3s",
        }],
        disable: &[
            Step {
                what: "Switch it off, on one server node",
                how: "sudo k3s secrets-encrypt disable",
            },
            Step {
                what: "Restart every server node, one after the other",
                how: "sudo systemctl restart k3s",
            },
            Step {
                what: "Have every Secret written again, in plain",
                how: "sudo k3s secrets-encrypt reencrypt --force --skip",
            },
        ],
    }),
    audit: Cell {
        value: Setting::File {
            path: "/var/lib/rancher/k3s/server/audit.yaml",
            told: Told::Distribution { distribution: &K3S, key: None },
        },
        says: "a file, by `kube-apiserver-arg`",
        sources: &[HARDENING, CONFIGURATION],
        unverified: "",
    },
    pod_security: Cell {
        value: Setting::File {
            path: "/var/lib/rancher/k3s/server/psa.yaml",
            told: Told::Distribution { distribution: &K3S, key: None },
        },
        says: "a file, by `kube-apiserver-arg`",
        sources: &[HARDENING, CONFIGURATION],
        unverified: "",
    },
    signs: &[Sign::Version("+k3s"), Sign::Kubelet("+k3s")],
};
