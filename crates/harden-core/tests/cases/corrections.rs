//! What a widely copied hardening guide gets wrong: each mistake that falls in what is built is found, and the
//! right form is not. The rows are those of `docs/corrections.md`.

use harden_core::kubernetes::MinorVersion;

use crate::{of, outcome_at};

/// A row of the table: the rule that speaks, what is wrong, and what is right.
const ROWS: [(u8, &str, &str, &str); 19] = [
    (
        1,
        "removed-external-secrets-version",
        "apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\nmetadata: {name: app, namespace: shop}\nspec: {refreshInterval: 1h, secretStoreRef: {name: vault, kind: SecretStore}, target: {name: app}, data: [{secretKey: a, remoteRef: {key: app, property: a}}]}\n",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: app, namespace: shop}\nspec: {refreshInterval: 1h, secretStoreRef: {name: vault, kind: SecretStore}, target: {name: app}, data: [{secretKey: a, remoteRef: {key: app, property: a}}]}\n",
    ),
    (
        2,
        "vault-path-with-data",
        "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: vault, namespace: shop}\nspec: {provider: {vault: {server: 'https://vault.example.com', path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: shop}}}}}\n---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: app, namespace: shop}\nspec: {refreshInterval: 1h, secretStoreRef: {name: vault, kind: SecretStore}, target: {name: app}, data: [{secretKey: a, remoteRef: {key: secret/data/app, property: a}}]}\n",
        "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: vault, namespace: shop}\nspec: {provider: {vault: {server: 'https://vault.example.com', path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: shop}}}}}\n---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: app, namespace: shop}\nspec: {refreshInterval: 1h, secretStoreRef: {name: vault, kind: SecretStore}, target: {name: app}, data: [{secretKey: a, remoteRef: {key: app, property: a}}]}\n",
    ),
    (
        3,
        "store-for-every-namespace",
        "apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: 'https://vault.example.com', path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: shop}}}}}\n",
        "apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {conditions: [{namespaces: [shop]}], provider: {vault: {server: 'https://vault.example.com', path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: shop}}}}}\n",
    ),
    (12, "encryption-unauthenticated", AESCBC, SECRETBOX),
    (
        13,
        "encryption-configuration-refused",
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - secretbox: {keys: [{name: key1, secret: <base64-key>}]}\n  - identity: {}\n",
        SECRETBOX,
    ),
    (
        14,
        "encryption-configuration-refused",
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - kms: {name: vault, endpoint: 'unix:///var/run/kms/vault.sock'}\n  - identity: {}\n",
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - kms: {apiVersion: v2, name: vault, endpoint: 'unix:///var/run/kms/vault.sock'}\n  - identity: {}\n",
    ),
    (
        15,
        "audit-verb-never-matches",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Request\n  users: ['system:anonymous']\n  verbs: ['*']\n- level: Metadata\n",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n  userGroups: ['system:unauthenticated']\n- level: Metadata\n",
    ),
    (
        16,
        "audit-no-catch-all",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n  resources: [{group: '', resources: [secrets, configmaps]}]\n",
        AUDIT,
    ),
    (
        17,
        "audit-rule-unreachable",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n  resources: [{group: '', resources: [secrets]}]\n- level: Request\n  users: ['system:anonymous']\n  resources: [{group: '', resources: [secrets]}]\n- level: Metadata\n",
        AUDIT,
    ),
    (
        18,
        "audit-read-bodies-logged",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n  resources: [{group: '', resources: [secrets, configmaps, serviceaccounts/token]}]\n- level: RequestResponse\n",
        AUDIT,
    ),
    (
        18,
        "audit-request-received-logged",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n",
        AUDIT,
    ),
    (
        22,
        "unpinned-pod-security-version",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: latest}}\n",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.37}}\n",
    ),
    (
        25,
        "cluster-admin-in-namespace",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: ops, namespace: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]\n",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: ops, namespace: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]\n",
    ),
    (
        26,
        "wildcard-resources",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: none}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}\nrules: null\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: wide, namespace: shop}\nrules: [{apiGroups: [''], resources: ['*'], verbs: [get]}]\n",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: narrow, namespace: shop}\nrules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n",
    ),
    (29, "dns-over-udp-only", DNS_UDP, DNS),
    (
        37,
        "admission-default-privileged",
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: PodSecurity\n  configuration: {apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, exemptions: {namespaces: [kube-system]}}\n",
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: PodSecurity\n  configuration: {apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, defaults: {enforce: baseline}, exemptions: {namespaces: [kube-system]}}\n",
    ),
    (38, "missing-seccomp-profile", POD, HARDENED),
    (38, "unpinned-image", POD, HARDENED),
    (39, "mounted-service-account-token", POD, HARDENED),
];

const AESCBC: &str = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {keys: [{name: key1, secret: J2P5BUt5/zrdCAwDGRUOid9eeA+4anSEFAdGK8ob6es=}]}\n  - identity: {}\n";
const SECRETBOX: &str = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - secretbox: {keys: [{name: key1, secret: J2P5BUt5/zrdCAwDGRUOid9eeA+4anSEFAdGK8ob6es=}]}\n  - identity: {}\n";
const AUDIT: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n  resources: [{group: '', resources: [secrets, configmaps, serviceaccounts/token]}]\n- level: RequestResponse\n  verbs: [create, update, patch, delete, deletecollection]\n  resources: [{group: rbac.authorization.k8s.io}]\n- level: Metadata\n";
const DNS_UDP: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: dns, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}]}\n";
const DNS: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: dns, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}]}\n";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: shop}\nspec: {securityContext: {runAsNonRoot: true}, containers: [{name: app, image: 'registry.example.com/app:1.0', resources: {limits: {memory: 64Mi}}}]}\n";
const HARDENED: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: shop}\nspec: {automountServiceAccountToken: false, hostUsers: false, securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: app, image: 'registry.example.com/app@sha256:0123456789012345678901234567890123456789012345678901234567890123', securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}, resources: {requests: {cpu: 10m}, limits: {memory: 64Mi, ephemeral-storage: 64Mi}}}]}\n";

#[test]
fn every_mistake_is_found_and_its_right_form_is_not() {
    for (row, rule, wrong, right) in ROWS {
        for (text, expected) in [(wrong, true), (right, false)] {
            let texts = [("guide.yaml".to_owned(), text.to_owned())];
            let (verdicts, _) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
            let is_found = !of(&verdicts, rule).is_empty();
            assert_eq!(is_found, expected, "row {row}, {rule}: {verdicts:#?}\n{text}");
        }
    }
}

#[test]
fn the_table_names_every_row_and_every_rule_of_it() {
    let text = include_str!("../../../../docs/corrections.md");
    for row in 1..=42 {
        assert!(text.contains(&format!("\n| {row} | ")), "row {row} is missing");
    }
    for (row, rule, ..) in ROWS {
        let line = text.lines().find(|it| it.starts_with(&format!("| {row} | ")));
        assert!(line.is_some_and(|it| it.contains(&format!("`{rule}`"))), "row {row}: {rule}");
    }
}
