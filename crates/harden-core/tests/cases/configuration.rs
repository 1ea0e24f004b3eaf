//! Files that the API server reads at its start.

use harden_core::kubernetes::MinorVersion;

use crate::{Verdict, of, outcome_at, texts, verdicts};

const NEWEST: MinorVersion = MinorVersion::NEWEST_KNOWN;
const QUOTA: &str = "apiVersion: apiserver.config.k8s.io/v1, kind: ResourceQuotaConfiguration";
const HOOK: &str = "apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration";

/// What is said of a text, and what could not be judged.
fn judged(text: &str, version: MinorVersion) -> (Vec<Verdict>, Vec<String>) {
    let texts = [("file.yaml".to_owned(), text.to_owned())];
    let (verdicts, outcome) = outcome_at(version, &texts);
    (verdicts, outcome.incomplete.iter().map(|it| it.what.clone()).collect())
}

fn audit(rest: &str) -> String {
    format!("apiVersion: audit.k8s.io/v1\nkind: Policy\n{rest}")
}

fn plugin(name: &str, configuration: &str) -> String {
    format!(
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n\
         - name: {name}\n  configuration: {configuration}\n"
    )
}

#[test]
fn the_metadata_of_an_audit_policy_is_decoded_too() {
    let Some(verdicts) = verdicts(&["audit-metadata-types.yaml"]) else { return };
    let refused = of(&verdicts, "audit-policy-refused");
    assert_eq!(refused.len(), 1, "{verdicts:?}");
    assert_eq!(refused[0].paths, ["metadata.generation"]);
    let words = "cannot unmarshal number 1.5 into Go struct field ObjectMeta.metadata.generation of type int64";
    assert!(refused[0].message.contains(words), "{}", refused[0].message);
}

#[test]
fn every_field_of_the_metadata_has_its_type() {
    for (metadata, is_refused) in [
        ("{generation: 1}", false),
        ("{generation: -9223372036854775808}", false),
        ("{generation: 9223372036854775808}", true),
        ("{generation: '1'}", true),
        ("{generation: null}", false),
        ("{deletionGracePeriodSeconds: true}", true),
        ("{creationTimestamp: null}", false),
        ("{creationTimestamp: '2026-01-31T08:00:00Z'}", false),
        ("{creationTimestamp: yesterday}", true),
        ("{deletionTimestamp: 1}", true),
        ("{labels: {a: 1}}", true),
        ("{labels: [a]}", true),
        ("{annotations: {a: null}}", false),
        ("{finalizers: a}", true),
        ("{finalizers: [1]}", true),
        ("{ownerReferences: {}}", true),
        ("{ownerReferences: [{controller: 'true'}]}", true),
        ("{ownerReferences: [{uid: 1}]}", true),
        ("{ownerReferences: [{kind: Node, blockOwnerDeletion: true}]}", false),
        ("{managedFields: [{time: now}]}", true),
        ("{managedFields: [{fieldsV1: [anything]}]}", false),
        ("{name: 1}", true),
        ("[]", true),
        ("text", true),
        ("null", false),
    ] {
        let (verdicts, _) = judged(
            &audit(&format!("metadata: {metadata}\nrules: [{{level: Metadata}}]\n")),
            NEWEST,
        );
        assert_eq!(
            !of(&verdicts, "audit-policy-refused").is_empty(),
            is_refused,
            "{metadata}: {verdicts:?}"
        );
    }
}

#[test]
fn the_configuration_of_every_plugin_is_judged_or_named() {
    let Some(texts) = texts(&["admission-other-plugin.yaml"]) else { return };
    let (verdicts, _) = outcome_at(NEWEST, &texts);
    let refused = of(&verdicts, "admission-configuration-refused");
    assert_eq!(refused.len(), 1, "{verdicts:?}");
    assert!(refused[0].message.contains("unknown field \"limitedResource\""), "{refused:?}");

    for (name, configuration, version, is_found, is_named) in [
        (
            "ResourceQuota",
            format!("{{{QUOTA}, limitedResources: [{{resource: pods}}]}}"),
            37,
            false,
            false,
        ),
        (
            "ResourceQuota",
            format!("{{{QUOTA}, limitedResources: [{{apiGroup: ''}}]}}"),
            37,
            true,
            false,
        ),
        ("ResourceQuota", format!("{{{QUOTA}, limitedResources: {{}}}}"), 37, true, false),
        ("ResourceQuota", format!("{{{QUOTA}, limitedResource: []}}"), 31, true, false),
        ("ResourceQuota", "{apiVersion: v1, kind: ResourceQuota}".to_owned(), 37, true, false),
        ("ResourceQuota", "{}".to_owned(), 37, true, false),
        ("ResourceQuota", "null".to_owned(), 37, false, false),
        ("ValidatingAdmissionWebhook", format!("{{{HOOK}, kubeConfigFile: /a}}"), 37, false, false),
        ("ValidatingAdmissionWebhook", format!("{{{HOOK}, kubeConfigFile: a}}"), 37, true, false),
        ("MutatingAdmissionWebhook", format!("{{{HOOK}}}"), 37, false, false),
        ("MutatingAdmissionWebhook", format!("{{{HOOK}}}"), 35, true, false),
        ("MutatingAdmissionWebhook", format!("{{{HOOK}, kubeconfigFile: /a}}"), 37, true, false),
        (
            "EventRateLimit",
            "{apiVersion: eventratelimit.admission.k8s.io/v1alpha1, kind: Configuration}"
                .to_owned(),
            37,
            false,
            true,
        ),
        ("PodNodeSelector", "{podNodeSelectorPluginConfig: {a: b}}".to_owned(), 37, false, true),
        ("ImagePolicyWebhook", "{imagePolicy: {}}".to_owned(), 37, false, true),
    ] {
        let (verdicts, incomplete) = judged(&plugin(name, &configuration), MinorVersion(version));
        let found = !of(&verdicts, "admission-configuration-refused").is_empty();
        assert_eq!(found, is_found, "{name} {configuration} {version}: {verdicts:?}");
        let named =
            incomplete.contains(&format!("the configuration of the admission plugin {name}"));
        assert_eq!(named, is_named, "{name} {configuration}: {incomplete:?}");
    }
    let path = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n\
                - {name: EventRateLimit, path: rates.yaml}\n";
    assert_eq!(judged(path, NEWEST).1, ["rates.yaml"]);
}

#[test]
fn fields_that_an_older_server_drops_are_named_as_that() {
    let key = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=";
    let text = format!(
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresource: []\nresources:\n\
         - resources: [secrets]\n  providers: [{{secretbox: {{keys: [{{name: k, secret: {key}}}]}}}}]\n"
    );
    for (version, start) in
        [(30, "the API server of v1.30 drops what"), (31, "the API server would not start: ")]
    {
        let (verdicts, _) = judged(&text, MinorVersion(version));
        let found = of(&verdicts, "encryption-configuration-refused");
        assert_eq!(found.len(), 1, "{verdicts:?}");
        assert!(found[0].message.starts_with(start), "{found:?}");
        assert!(!found[0].message.contains(key));
    }
}

#[test]
fn a_name_with_a_lower_case_of_its_own_has_capital_letters() {
    let Some(verdicts) = verdicts(&["encryption-titlecase.yaml"]) else { return };
    assert_eq!(of(&verdicts, "encryption-configuration-refused").len(), 1, "{verdicts:?}");
    let rule = |name: &str| {
        format!(
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n\
             - resources: [secrets, {name}.example.com]\n  providers: [{{secretbox: {{keys: \
             [{{name: k, secret: a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=}}]}}}}]\n"
        )
    };
    for (name, is_refused) in [
        ("ǅ", true),
        ("ǈ", true),
        ("Ⅷ", true),
        ("İ", true),
        ("ß", false),
        ("ª", false),
        ("𝐀", false),
        ("ⓐ", false),
        ("Ⓐ", true),
    ] {
        let (verdicts, _) = judged(&rule(name), NEWEST);
        let refused = of(&verdicts, "encryption-configuration-refused");
        assert_eq!(!refused.is_empty(), is_refused, "{name}: {verdicts:?}");
    }
}

#[test]
fn the_older_name_of_the_kind_is_read() {
    let Some(verdicts) = verdicts(&["encryption-config-v1.yaml"]) else { return };
    assert!(verdicts.iter().all(|it| it.rule.starts_with("encryption-")), "{verdicts:?}");
    assert!(of(&verdicts, "encryption-configuration-refused").is_empty(), "{verdicts:?}");
}

#[test]
fn groups_among_users_and_users_among_groups_match_nobody() {
    let Some(verdicts) = verdicts(&["audit-groups-as-users.yaml"]) else { return };
    let found = of(&verdicts, "audit-subject-never-matches");
    assert_eq!(found.iter().map(|it| it.paths.len()).collect::<Vec<_>>(), [4, 4], "{verdicts:?}");
}

#[test]
fn shells_that_go_unlogged_are_found() {
    let Some(verdicts) = verdicts(&["audit-exec-none.yaml"]) else { return };
    let found = of(&verdicts, "audit-exec-unlogged");
    assert_eq!(found.len(), 1, "{verdicts:?}");
    for name in ["pods/exec", "pods/attach", "pods/portforward"] {
        assert!(found[0].message.contains(name), "{found:?}");
    }
}

#[test]
fn rules_that_match_no_request_are_found() {
    let rule = |rule: &str| {
        judged(&audit(&format!("rules:\n- {{level: None, {rule}}}\n- level: Metadata\n")), NEWEST).0
    };
    for (written, id) in [
        ("verbs: ['*']", "audit-verb-never-matches"),
        ("verbs: [GET]", "audit-verb-never-matches"),
        ("verbs: [Create], resources: [{group: ''}]", "audit-verb-never-matches"),
        ("verbs: [post], resources: [{group: ''}]", "audit-verb-never-matches"),
        ("verbs: [list], nonResourceURLs: ['/healthz']", "audit-verb-never-matches"),
        (
            "resources: [{group: apps, resources: [deployments.apps]}]",
            "audit-resource-never-matches",
        ),
        ("resources: [{group: '', resources: [deployments.apps]}]", "audit-resource-never-matches"),
        (
            "resources: [{group: '*', resources: [deployments.apps]}]",
            "audit-resource-never-matches",
        ),
        (
            "resources: [{group: example.com, resources: [widgets.example.com]}]",
            "audit-resource-never-matches",
        ),
        ("resources: [{group: '', resources: [Pods]}]", "audit-resource-never-matches"),
        ("resources: [{group: core, resources: [pods]}]", "audit-resource-never-matches"),
        ("namespaces: ['*']", "audit-namespace-never-matches"),
        ("namespaces: [Team_A]", "audit-namespace-never-matches"),
        ("users: [System:nodes]", "audit-subject-never-matches"),
        ("userGroups: ['system:serviceaccounts:*']", "audit-subject-never-matches"),
        ("nonResourceURLs: ['/api/v1/secrets']", "audit-path-never-matches"),
    ] {
        let verdicts = rule(written);
        assert_eq!(of(&verdicts, id).len(), 1, "{written}: {verdicts:?}");
    }
}

#[test]
fn rules_that_silence_secrets_permissions_or_tokens_are_found() {
    let rule = |rule: &str| {
        judged(&audit(&format!("rules:\n- {{level: None, {rule}}}\n- level: Metadata\n")), NEWEST).0
    };
    for (written, id) in [
        (
            "resources: [{group: '', resources: [secrets]}], verbs: [update, patch]",
            "audit-secrets-unlogged",
        ),
        ("resources: [{group: '*'}], verbs: [delete]", "audit-secrets-unlogged"),
        ("verbs: [deletecollection]", "audit-secrets-unlogged"),
        (
            "resources: [{group: rbac.authorization.k8s.io, resources: [clusterrolebindings]}]",
            "audit-permission-changes-unlogged",
        ),
        ("verbs: [create]", "audit-permission-changes-unlogged"),
        (
            "resources: [{group: '', resources: [serviceaccounts/token]}]",
            "audit-permission-changes-unlogged",
        ),
        ("verbs: [get]", "audit-exec-unlogged"),
    ] {
        let verdicts = rule(written);
        assert_eq!(of(&verdicts, id).len(), 1, "{written}: {verdicts:?}");
    }
    for written in ["userGroups: ['system:nodes']", "resources: [{group: '', resources: [events]}]"]
    {
        let verdicts = rule(written);
        assert!(
            verdicts.iter().all(|it| !it.rule.ends_with("-unlogged")),
            "{written}: {verdicts:?}"
        );
    }
}
