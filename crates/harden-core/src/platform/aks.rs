//! AKS: Microsoft runs the control plane, and what it does is set in Azure.

use super::traffic::{KUBE_DNS, KUBE_SYSTEM};
use super::{
    ApiServer, Caller, Cell, Instead, Platform, Pods, Procedures, Resolver, Setting, Sign, Step,
};

const LOCAL_DNS: &str = "https://learn.microsoft.com/en-us/azure/aks/localdns-custom";

/// How Secrets are encrypted by a key that the user chooses.
const ENCRYPT: &[Step] = &[
    Step {
        what: "From Kubernetes 1.33 on, by keys that AKS keeps (preview: needs the extension aks-preview)",
        how: "az aks update --name CLUSTER --resource-group GROUP --kms-infrastructure-encryption Enabled",
    },
    Step {
        what: "Before, or by a key of your own vault",
        how: "az aks update --name CLUSTER --resource-group GROUP --enable-azure-keyvault-kms \\\n  --azure-keyvault-kms-key-vault-network-access Public --azure-keyvault-kms-key-id KEY_ID",
    },
    Step {
        what: "The same in Terraform, in azurerm_kubernetes_cluster",
        how: "key_management_service {\n  key_vault_key_id         = \"KEY_ID\"\n  key_vault_network_access = \"Public\"\n}",
    },
    Step {
        what: "Have what is there written again",
        how: "kubectl get secrets --all-namespaces -o json | kubectl replace -f -",
    },
    Step {
        what: "See what is so",
        how: "az aks show --name CLUSTER --resource-group GROUP --query securityProfile",
    },
];

pub(super) static PLATFORM: Platform = Platform {
    name: "aks",
    title: "AKS",
    dns: Cell {
        value: &[
            KUBE_DNS,
            Resolver::Addresses("169.254.10.10/32"),
            Resolver::Addresses("169.254.10.11/32"),
        ],
        says: "pods `k8s-app=kube-dns` in kube-system, port 53; LocalDNS, always on in AKS Automatic, at 169.254.10.10 and 169.254.10.11",
        sources: &["https://learn.microsoft.com/en-us/azure/aks/dns-concepts", LOCAL_DNS],
        unverified: "",
    },
    api_server: Cell {
        value: ApiServer { port: 443, on_nodes: false },
        says: "its public address, or those in its subnet with API Server VNet Integration, port 443",
        sources: &[
            "https://learn.microsoft.com/en-us/azure/aks/outbound-rules-control-egress",
            "https://learn.microsoft.com/en-us/azure/aks/api-server-vnet-integration",
        ],
        unverified: "",
    },
    webhooks: Cell {
        value: Caller::Pods(Pods {
            namespace: KUBE_SYSTEM,
            labels: &[("app", "konnectivity-agent")],
        }),
        says: "through pods `app=konnectivity-agent` in kube-system; from its subnet with API Server VNet Integration",
        sources: &[
            "https://github.com/tigera/operator/pull/5212",
            "https://learn.microsoft.com/en-us/azure/aks/api-server-vnet-integration",
        ],
        unverified: "",
    },
    encryption: Cell {
        value: Setting::Instead(Instead {
            why: "AKS runs the control plane: its storage is encrypted, and Secrets once more by KMS where you switch it on",
            steps: ENCRYPT,
        }),
        says: "KMS, off by default: keys of AKS from 1.33 on in preview, or of your own Key Vault",
        sources: &[
            "https://learn.microsoft.com/en-us/azure/aks/kms-data-encryption",
            "https://learn.microsoft.com/en-us/azure/aks/use-kms-etcd-encryption",
        ],
        unverified: "",
    },
    procedures: Some(Procedures {
        why: "AKS runs the control plane, and Key Vault keeps the keys",
        rotate: &[
            Step {
                what: "Name the new key; the old one must go on being there until the end",
                how: "az aks update --name CLUSTER --resource-group GROUP --enable-azure-keyvault-kms \\\n  --azure-keyvault-kms-key-vault-network-access Public --azure-keyvault-kms-key-id NEW_KEY_ID",
            },
            Step {
                what: "Have every Secret written again by it",
                how: "kubectl get secrets --all-namespaces -o json | kubectl replace -f -",
            },
        ],
        enable: ENCRYPT,
        disable: &[
            Step {
                what: "Switch it off",
                how: "az aks update --name CLUSTER --resource-group GROUP --disable-azure-keyvault-kms",
            },
            Step {
                what: "Have every Secret written again",
                how: "kubectl get secrets --all-namespaces -o json | kubectl replace -f -",
            },
        ],
    }),
    audit: Cell {
        value: Setting::Instead(Instead {
            why: "AKS runs the control plane, and its audit policy is fixed: the log is kept once a diagnostic setting says where",
            steps: &[
                Step {
                    what: "Keep everything but reads, in a Log Analytics workspace; kube-audit in place of kube-audit-admin keeps reads, too, at much greater cost",
                    how: "az monitor diagnostic-settings create --name audit --resource CLUSTER_ID --workspace WORKSPACE_ID \\\n  --export-to-resource-specific true \\\n  --logs '[{\"category\":\"kube-audit-admin\",\"enabled\":true},{\"category\":\"guard\",\"enabled\":true}]'",
                },
                Step {
                    what: "The same in Terraform",
                    how: "resource \"azurerm_monitor_diagnostic_setting\" \"audit\" {\n  name                           = \"audit\"\n  target_resource_id             = \"CLUSTER_ID\"\n  log_analytics_workspace_id     = \"WORKSPACE_ID\"\n  log_analytics_destination_type = \"Dedicated\"\n  enabled_log { category = \"kube-audit-admin\" }\n  enabled_log { category = \"guard\" }\n}",
                },
            ],
        }),
        says: "diagnostic setting, category `kube-audit-admin` or `kube-audit`; the policy is fixed",
        sources: &["https://learn.microsoft.com/en-us/azure/aks/monitor-aks"],
        unverified: "",
    },
    pod_security: Cell {
        value: Setting::Instead(super::eks::labels(
            "AKS runs the control plane and takes no AdmissionConfiguration: labels of namespaces decide, or Azure Policy",
        )),
        says: "not settable: labels of namespaces, or Azure Policy",
        sources: &["https://learn.microsoft.com/en-us/azure/aks/use-psa"],
        unverified: "that no version of AKS takes an AdmissionConfiguration",
    },
    signs: &[Sign::NodeLabel("kubernetes.azure.com/cluster")],
};
