//! EKS: Amazon runs the control plane, and what it does is set in AWS.

use super::traffic::{KUBE_DNS, NODE_LOCAL_ADDRESS, NODE_LOCAL_DNS};
use super::{ApiServer, Caller, Cell, Instead, Platform, Procedures, Setting, Sign, Step};

const LOGS: &str = "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html";

/// How Secrets are encrypted by a key that the user chooses.
const ENCRYPT: &[Step] = &[
    Step {
        what: "Encrypt by a key of your own; this cannot be taken back",
        how: "aws eks associate-encryption-config --cluster-name CLUSTER \\\n  --encryption-config '[{\"resources\":[\"secrets\"],\"provider\":{\"keyArn\":\"KEY_ARN\"}}]'",
    },
    Step {
        what: "The same in Terraform, in aws_eks_cluster",
        how: "encryption_config {\n  resources = [\"secrets\"]\n  provider { key_arn = \"KEY_ARN\" }\n}",
    },
    Step {
        what: "See what is so",
        how: "aws eks describe-cluster --name CLUSTER --query cluster.encryptionConfig",
    },
];

pub(super) static PLATFORM: Platform = Platform {
    name: "eks",
    title: "EKS",
    dns: Cell {
        value: &[KUBE_DNS, NODE_LOCAL_DNS, NODE_LOCAL_ADDRESS],
        says: "pods `k8s-app=kube-dns` in kube-system, port 53; NodeLocal DNSCache, where somebody installed it, at 169.254.20.10",
        sources: &[
            "https://docs.aws.amazon.com/eks/latest/userguide/managing-coredns.html",
            "https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/",
        ],
        unverified: "how policies see Auto Mode, whose nodes resolve names themselves",
    },
    api_server: Cell {
        value: ApiServer { port: 443, on_nodes: false },
        says: "network interfaces in the subnets of the cluster, port 443; their addresses change",
        sources: &[
            "https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html",
            "https://github.com/aws/aws-network-policy-agent/issues/281",
        ],
        unverified: "",
    },
    webhooks: Cell {
        value: Caller::Addresses,
        says: "from network interfaces in the subnets of the cluster; their addresses change",
        sources: &["https://github.com/aws/aws-network-policy-agent/issues/281"],
        unverified: "",
    },
    encryption: Cell {
        value: Setting::Instead(Instead {
            why: "EKS runs the control plane: from Kubernetes 1.28 on, everything that the API stores is encrypted by KMS v2 and a key of AWS, without doing anything",
            steps: ENCRYPT,
        }),
        says: "envelope encryption by KMS of all that the API stores, on by default from 1.28 on; with a key of your own where you say so",
        sources: &[
            "https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html",
            "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
            "https://docs.aws.amazon.com/cli/latest/reference/eks/associate-encryption-config.html",
        ],
        unverified: "",
    },
    procedures: Some(Procedures {
        why: "EKS runs the control plane, and AWS KMS keeps the keys",
        rotate: &[Step {
            what: "Let KMS replace a key of your own once a year; those of before go on reading",
            how: "aws kms enable-key-rotation --key-id KEY_ID",
        }],
        enable: ENCRYPT,
        disable: &[Step {
            what: "It cannot be taken back; see what is so",
            how: "aws eks describe-cluster --name CLUSTER --query cluster.encryptionConfig",
        }],
    }),
    audit: Cell {
        value: Setting::Instead(Instead {
            why: "EKS runs the control plane, and its audit policy is fixed: the log goes to CloudWatch once it is switched on",
            steps: &[
                Step {
                    what: "Switch it on",
                    how: "aws eks update-cluster-config --region REGION --name CLUSTER \\\n  --logging '{\"clusterLogging\":[{\"types\":[\"audit\",\"authenticator\"],\"enabled\":true}]}'",
                },
                Step {
                    what: "The same in Terraform, in aws_eks_cluster",
                    how: "enabled_cluster_log_types = [\"audit\", \"authenticator\"]",
                },
                Step {
                    what: "Keep it for as long as you must",
                    how: "aws logs put-retention-policy --log-group-name /aws/eks/CLUSTER/cluster --retention-in-days 365",
                },
            ],
        }),
        says: "control plane log `audit` to CloudWatch, off by default; the policy is fixed",
        sources: &[LOGS],
        unverified: "",
    },
    pod_security: Cell {
        value: Setting::Instead(labels(
            "EKS runs the control plane and takes no AdmissionConfiguration: labels of namespaces decide, or a policy engine",
        )),
        says: "not settable: labels of namespaces, or a policy engine",
        sources: &["https://github.com/aws/containers-roadmap/issues/1822"],
        unverified: "",
    },
    signs: &[
        Sign::Version("-eks-"),
        Sign::NodeLabel("eks.amazonaws.com/nodegroup"),
        Sign::NodeLabel("eks.amazonaws.com/compute-type"),
        Sign::Kubelet("-eks-"),
    ],
};

/// What there is instead of an AdmissionConfiguration where only labels decide.
pub(super) const fn labels(why: &'static str) -> Instead {
    Instead {
        why,
        steps: &[
            Step {
                what: "See what would be rejected",
                how: "kubectl label --dry-run=server --overwrite namespace --all \\\n  pod-security.kubernetes.io/enforce=LEVEL",
            },
            Step {
                what: "Hold one namespace to the level",
                how: "kubectl label --overwrite namespace NAMESPACE pod-security.kubernetes.io/enforce=LEVEL",
            },
            Step {
                what: "Make a new namespace with these labels, and what else hardens it",
                how: "kubectl harden namespace NAMESPACE --level LEVEL",
            },
        ],
    }
}
