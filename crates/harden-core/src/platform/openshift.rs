//! OpenShift: operators run the control plane, and take what they do from objects of the cluster.

use super::{
    ApiServer, Caller, Cell, Instead, Object, Platform, Pods, Procedures, Resolver, Setting, Sign,
    Step,
};

const API_SERVER: &str = "https://docs.redhat.com/en/documentation/openshift_container_platform/4.21/html/config_apis/apiserver-config-openshift-io-v1";
const TYPES: &str = "https://github.com/openshift/api/blob/master/config/v1/types_apiserver.go";
const POD_SECURITY: &str = "https://docs.openshift.com/en/documentation/openshift_container_platform/4.22/html/authentication_and_authorization/understanding-and-managing-pod-security-admission";

const ENCRYPTED: &str = "oc get kubeapiserver cluster -o jsonpath='{.status.conditions[?(@.type==\"Encrypted\")].reason}'";

pub(super) static PLATFORM: Platform = Platform {
    name: "openshift",
    title: "OpenShift",
    dns: Cell {
        value: &[Resolver::Pods(
            Pods { namespace: &[("kubernetes.io/metadata.name", "openshift-dns")], labels: &[] },
            5353,
        )],
        says: "pods of openshift-dns, port 5353",
        sources: &[
            "https://docs.redhat.com/en/documentation/openshift_container_platform/4.9/html/networking/dns-operator",
            "https://github.com/openshift/cluster-dns-operator/blob/master/assets/dns/daemonset.yaml",
        ],
        unverified: "",
    },
    api_server: Cell {
        value: ApiServer { port: 6443, on_nodes: true },
        says: "the control plane nodes, port 6443",
        sources: &[],
        unverified: "the port that policies see; its documentation speaks of 6443 for clients",
    },
    webhooks: Cell {
        value: Caller::Pods(Pods {
            namespace: &[("policy-group.network.openshift.io/host-network", "")],
            labels: &[],
        }),
        says: "from the network of the hosts, for which OVN-Kubernetes has the namespace label `policy-group.network.openshift.io/host-network`",
        sources: &[
            "https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/network_security/network-policy",
            "https://docs.redhat.com/zh-cn/documentation/openshift_container_platform/4.6/html/release_notes/ocp-4-6-network-policy-host-network-policy-group",
        ],
        unverified: "",
    },
    encryption: Cell {
        value: Setting::Object(Object::Encryption),
        says: "`spec.encryption.type` of the APIServer `cluster`: aesgcm or aescbc, for Secrets, ConfigMaps, routes and tokens; its operator replaces keys",
        sources: &[API_SERVER, TYPES],
        unverified: "",
    },
    procedures: Some(Procedures {
        why: "OpenShift's operators make the keys, replace them and write everything again by themselves",
        rotate: &[Step { what: "See how far the last change is", how: ENCRYPTED }],
        enable: &[
            Step {
                what: "Make the object, and apply it",
                how: "kubectl harden encryption --platform openshift",
            },
            Step { what: "Wait for EncryptionCompleted", how: ENCRYPTED },
        ],
        disable: &[
            Step {
                what: "Have everything written again in plain",
                how: "oc patch apiserver cluster --type=merge -p '{\"spec\":{\"encryption\":{\"type\":\"identity\"}}}'",
            },
            Step { what: "Wait for DecryptionCompleted", how: ENCRYPTED },
        ],
    }),
    audit: Cell {
        value: Setting::Object(Object::Audit),
        says: "`spec.audit.profile` of the APIServer `cluster`: Default, WriteRequestBodies or AllRequestBodies",
        sources: &[API_SERVER, TYPES],
        unverified: "",
    },
    pod_security: Cell {
        value: Setting::Instead(Instead {
            why: "OpenShift's operators own the AdmissionConfiguration: it enforces privileged, and warns and audits by restricted; security context constraints decide, too",
            steps: &[
                Step {
                    what: "Hold one namespace to the level, and keep label synchronization away from it",
                    how: "oc label --overwrite namespace NAMESPACE \\\n  pod-security.kubernetes.io/enforce=LEVEL \\\n  security.openshift.io/scc.podSecurityLabelSync=false",
                },
                Step {
                    what: "Make a new namespace with these labels, and what else hardens it",
                    how: "kubectl harden namespace NAMESPACE --platform openshift --level LEVEL",
                },
            ],
        }),
        says: "not settable: labels of namespaces, which label synchronization changes, and SCCs",
        sources: &[POD_SECURITY],
        unverified: "",
    },
    signs: &[Sign::Group("config.openshift.io")],
};
