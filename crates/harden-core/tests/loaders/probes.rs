//! Files on which versions disagree, or that none of them takes.

use crate::records::Question;

const KEY: &str = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=";

/// Every file that is asked about of every version.
pub(crate) fn all() -> Vec<Question> {
    let mut all = Vec::new();
    let mut add = |kind, text: String| all.push(Question { kind, text });
    for rest in [
        "rules: [{level: Metadata}]",
        "rules: []",
        "rules: [{level: metadata}]",
        "rules: [{level: Metadata, resources: [{group: '*'}]}]",
        "rules: [{level: Metadata, resources: [{group: '*', resources: ['*/status']}]}]",
        "rules: [{level: Metadata, resources: [{group: apps/v1}]}]",
        "rules: [{level: Metadata, resources: [{resourceNames: [a]}]}]",
        "rules: [{level: Metadata, nonResourceURLs: ['*']}]",
        "rules: [{level: Metadata, nonResourceURLs: [healthz]}]",
        "rules: [{level: Metadata, nonResourceURLs: ['/a*b']}]",
        "rules: [{level: Metadata, nonResourceURLs: ['/a'], namespaces: [b]}]",
        "rules: [{level: Metadata, user: [a]}]",
        "rules: [{level: Metadata, users: a}]",
        "rules: [{level: Metadata, omitStages: [Received]}]",
        "rules: [{level: Metadata, omitManagedFields: true}]",
        "omitManagedFields: 'true'\nrules: [{level: Metadata}]",
        "metadata: {generation: 1.5}\nrules: [{level: Metadata}]",
        "metadata: {creationTimestamp: now}\nrules: [{level: Metadata}]",
        "rules: [{level: Metadata}]\nrules: [{level: None}]",
    ] {
        add("audit", format!("apiVersion: audit.k8s.io/v1\nkind: Policy\n{rest}\n"));
    }
    for version in ["audit.k8s.io/v1beta1", "audit.k8s.io/v1alpha1", "v1", "audit.k8s.io/v2"] {
        add(
            "audit",
            format!("apiVersion: {version}\nkind: Policy\nrules: [{{level: Metadata}}]\n"),
        );
    }
    for text in encryption() {
        add("encryption", text);
    }
    for text in admission() {
        add("admission", text);
    }
    all
}

fn encryption() -> Vec<String> {
    let head = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n";
    let key = |secret: &str| format!("{{name: k, secret: {secret}}}");
    let secretbox = format!("secretbox: {{keys: [{}]}}", key(KEY));
    let rule = |resources: &str, providers: &str| {
        format!("{head}resources:\n- resources: [{resources}]\n  providers: [{providers}]\n")
    };
    let mut all = Vec::new();
    for resources in [
        "secrets",
        "secrets, configmaps",
        "Secrets",
        "ǅ",
        "'*.*'",
        "'*.'",
        "'*.apps'",
        "'*'",
        "secrets, secrets",
        "secrets, '*.'",
        "secrets, '*.*'",
        "secrets.*",
        "''",
        "",
        "events.events.k8s.io",
        "ingresses.extensions",
        "apiserveripinfo",
        "serviceipallocations",
        "widgets.example.com",
        "secret",
    ] {
        all.push(rule(resources, &format!("{{{secretbox}}}")));
    }
    for providers in [
        "",
        "{}",
        "{identity: {}}",
        "{identity: {}}, {identity: {}}",
        "{identity: {}, aescbc: {}}",
        "{secretbox: {keys: []}}",
        "{secretbox: {}}",
        "{secretbox: {keys: [{name: '', secret: a}]}}",
        "{secretbox: {keys: [{name: a, secret: ''}]}}",
        "{secretbox: {keys: [{name: a, secret: YWJj}]}}",
        "{aescbc: {keys: [{name: a, secret: YWJj}]}}",
        "{aescbc: {keys: [{name: a, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}}",
        "{kms: {name: a, endpoint: 'unix:///nowhere/kms.sock', timeout: 100ms}}, {identity: {}}",
        "{kms: {apiVersion: v3, name: a, endpoint: 'unix:///nowhere/kms.sock', timeout: 100ms}}",
        "{kms: {apiVersion: v2, name: a, endpoint: 'unix:///nowhere/kms.sock', timeout: 100ms}}",
        "{kms: {apiVersion: v2, name: 'a:b', endpoint: 'unix:///nowhere/kms.sock', timeout: 100ms}}",
        "{kms: {apiVersion: v2, name: a, endpoint: 'tcp://nowhere'}}",
        "{kms: {apiVersion: v2, name: a}}",
        "{kms: {apiVersion: v2, name: a, endpoint: 'unix:///nowhere/kms.sock', timeout: 0s}}",
        "{kms: {apiVersion: v2, name: a, endpoint: 'unix:///nowhere/kms.sock', cachesize: 1, timeout: 100ms}}",
        "{secretBox: {keys: []}}",
    ] {
        all.push(rule("secrets", providers));
    }
    let twice = format!("- resources: [secrets]\n  providers: [{{{secretbox}}}]\n");
    all.push(format!("{head}resources:\n{twice}{twice}"));
    let group = format!("- resources: ['*.']\n  providers: [{{{secretbox}}}]\n");
    all.push(format!("{head}resources:\n{group}{twice}"));
    all.push(format!("{head}resource: []\nresources:\n{twice}"));
    all.push(format!("{head}metadata: {{name: a}}\nresources:\n{twice}"));
    all.push(format!("{head}resources:\n{twice}  providers: [{{{secretbox}}}]\n"));
    all.push(format!("{head}resources: {{}}\n"));
    all.push(head.to_owned());
    all.push(format!("apiVersion: v1\nkind: EncryptionConfig\nresources:\n{twice}"));
    all.push(format!("apiVersion: v1\nkind: EncryptionConfiguration\nresources:\n{twice}"));
    all
}

fn admission() -> Vec<String> {
    let head = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n";
    let inside = "kind: PodSecurityConfiguration";
    let with = |version: &str, rest: &str| {
        let group = "pod-security.admission.config.k8s.io";
        format!(
            "{head}plugins:\n- name: PodSecurity\n  configuration: {{apiVersion: {group}/{version}, {inside}, {rest}}}\n"
        )
    };
    let mut all = Vec::new();
    for version in ["v1", "v1beta1", "v1alpha1", "v2"] {
        all.push(with(version, "defaults: {enforce: baseline}"));
    }
    for rest in [
        "defaults: {enforce: Baseline}",
        "defaults: {enforce: baseline, enforce-version: v1.99}",
        "defaults: {enforce-version: '1.30'}",
        "defaults: {enforce: ''}",
        "default: {enforce: baseline}",
        "exemptions: {usernames: ['']}",
        "exemptions: {namespaces: [a, a]}",
        "exemptions: {namespaces: ['kube-*']}",
        "exemptions: {runtimeClasses: [A]}",
        "exemptions: {namespaces: a}",
    ] {
        all.push(with("v1", rest));
    }
    all.push(format!("{head}plugins: []\n"));
    all.push(format!("{head}plugin: []\n"));
    all.push(format!("{head}plugins: {{}}\n"));
    all.push(format!("{head}plugins: []\nplugins: []\n"));
    all.push(format!("{head}metadata: {{name: a}}\n"));
    for version in ["apiserver.k8s.io/v1alpha1", "apiserver.config.k8s.io/v1alpha1", "v1"] {
        all.push(format!("apiVersion: {version}\nkind: AdmissionConfiguration\nplugins: []\n"));
    }
    all
}
