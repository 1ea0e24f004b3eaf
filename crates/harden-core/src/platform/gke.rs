//! GKE: Google runs the control plane, and what it does is set in Google Cloud.

use super::traffic::{KUBE_DNS, KUBE_SYSTEM, NODE_LOCAL_ADDRESS, NODE_LOCAL_DNS};
use super::{
    ApiServer, Caller, Cell, Instead, Platform, Pods, Procedures, Resolver, Setting, Sign, Step,
};

const POD_SECURITY: &str =
    "https://cloud.google.com/kubernetes-engine/docs/how-to/podsecurityadmission";

/// How Secrets are encrypted by a key that the user chooses.
const ENCRYPT: &[Step] = &[
    Step {
        what: "Let GKE use the key; ROBOT is service-PROJECT_NUMBER@container-engine-robot.iam.gserviceaccount.com",
        how: "gcloud kms keys add-iam-policy-binding KEY --location=LOCATION --keyring=RING \\\n  --member=serviceAccount:ROBOT --role=roles/cloudkms.cryptoKeyEncrypterDecrypter",
    },
    Step {
        what: "Encrypt by it; GKE writes the Secrets that are there once more",
        how: "gcloud container clusters update CLUSTER --location=LOCATION \\\n  --database-encryption-key=projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY",
    },
    Step {
        what: "The same in Terraform, in google_container_cluster",
        how: "database_encryption {\n  state    = \"ENCRYPTED\"\n  key_name = \"projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY\"\n}",
    },
    Step {
        what: "See what is so",
        how: "gcloud container clusters describe CLUSTER --location=LOCATION --format='value(databaseEncryption)'",
    },
];

pub(super) static PLATFORM: Platform = Platform {
    name: "gke",
    title: "GKE",
    dns: Cell {
        value: &[
            KUBE_DNS,
            NODE_LOCAL_DNS,
            NODE_LOCAL_ADDRESS,
            Resolver::Addresses("169.254.169.254/32"),
        ],
        says: "pods `k8s-app=kube-dns` in kube-system, port 53; Cloud DNS at 169.254.169.254; NodeLocal DNSCache, on by default since 1.34, at 169.254.20.10 or in pods `k8s-app=node-local-dns`",
        sources: &[
            "https://docs.cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache",
            "https://docs.cloud.google.com/kubernetes-engine/docs/how-to/cloud-dns",
            "https://github.com/tektoncd/operator/issues/4000",
        ],
        unverified: "",
    },
    api_server: Cell {
        value: ApiServer { port: 443, on_nodes: false },
        says: "the addresses of its endpoint, port 443",
        sources: &[],
        unverified: "the port, and which of the endpoint's addresses policies see",
    },
    webhooks: Cell {
        value: Caller::Pods(Pods {
            namespace: KUBE_SYSTEM,
            labels: &[("k8s-app", "konnectivity-agent")],
        }),
        says: "through pods `k8s-app=konnectivity-agent` in kube-system; the firewall of private clusters opens 443 and 10250 alone",
        sources: &[
            "https://github.com/tigera/operator/pull/5212",
            "https://github.com/gke-labs/kube-agents/pull/633",
        ],
        unverified: "",
    },
    encryption: Cell {
        value: Setting::Instead(Instead {
            why: "GKE runs the control plane: its disks are encrypted, and Secrets once more by a key of Cloud KMS that you choose",
            steps: ENCRYPT,
        }),
        says: "application-layer encryption of Secrets by a key of Cloud KMS",
        sources: &[
            "https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets",
            "https://cloud.google.com/kubernetes-engine/docs/troubleshooting/troubleshoot-secrets",
        ],
        unverified: "",
    },
    procedures: Some(Procedures {
        why: "GKE runs the control plane, and Cloud KMS keeps the keys",
        rotate: &[
            Step {
                what: "Make a version of the key that encrypts from now on",
                how: "gcloud kms keys versions create --location=LOCATION --keyring=RING --key=KEY --primary",
            },
            Step {
                what: "Have every Secret written again by it; keep the old version until then",
                how: "kubectl get secrets --all-namespaces -o json | kubectl replace -f -",
            },
        ],
        enable: ENCRYPT,
        disable: &[Step {
            what: "Go back to the encryption of the disks alone",
            how: "gcloud container clusters update CLUSTER --location=LOCATION --disable-database-encryption",
        }],
    }),
    audit: Cell {
        value: Setting::Instead(Instead {
            why: "GKE runs the control plane, and its audit policy is fixed: changes are always logged, reads where Data Access logs are on",
            steps: &[
                Step {
                    what: "Log reads as well: write the project's policy to a file",
                    how: "gcloud projects get-iam-policy PROJECT --format=json > policy.json",
                },
                Step {
                    what: "Add this to its auditConfigs",
                    how: "{\"service\": \"container.googleapis.com\", \"auditLogConfigs\": [{\"logType\": \"ADMIN_READ\"}, {\"logType\": \"DATA_READ\"}, {\"logType\": \"DATA_WRITE\"}]}",
                },
                Step { what: "Set it", how: "gcloud projects set-iam-policy PROJECT policy.json" },
                Step {
                    what: "The same in Terraform, one for each of ADMIN_READ, DATA_READ and DATA_WRITE",
                    how: "resource \"google_project_iam_audit_config\" \"gke\" {\n  project = \"PROJECT\"\n  service = \"container.googleapis.com\"\n  audit_log_config { log_type = \"ADMIN_READ\" }\n  audit_log_config { log_type = \"DATA_READ\" }\n  audit_log_config { log_type = \"DATA_WRITE\" }\n}",
                },
                Step {
                    what: "Read the log",
                    how: "gcloud logging read 'resource.type=\"k8s_cluster\" protoPayload.methodName:\"secrets\"' --project=PROJECT --limit=20",
                },
            ],
        }),
        says: "Cloud Audit Logs; the policy is fixed, and reads are logged where Data Access logs are on",
        sources: &[
            "https://cloud.google.com/kubernetes-engine/docs/concepts/audit-policy",
            "https://docs.cloud.google.com/kubernetes-engine/docs/how-to/audit-logging",
        ],
        unverified: "",
    },
    pod_security: Cell {
        value: Setting::Instead(super::eks::labels(
            "GKE runs the control plane and takes no AdmissionConfiguration: labels of namespaces decide, or a policy engine such as Policy Controller",
        )),
        says: "not settable: labels of namespaces, or a policy engine",
        sources: &[POD_SECURITY],
        unverified: "that no channel of GKE takes an AdmissionConfiguration",
    },
    signs: &[
        Sign::Version("-gke."),
        Sign::NodeLabel("cloud.google.com/gke-nodepool"),
        Sign::Kubelet("-gke."),
    ],
};
