//! What the rules say of files that are nearly right, and of those that are.

use harden_yaml::Action;

use super::RULES;
use crate::check::testing::{findings, messages};
use crate::finding::Spot;
use crate::rules::find;

/// What all rules of this category say of a file, with their names.
fn said(text: &str) -> Vec<String> {
    let all = RULES.iter().flat_map(|rule| {
        messages(rule, text).into_iter().map(|message| format!("{}: {message}", rule.id))
    });
    all.collect()
}

fn of(id: &str, text: &str) -> Vec<String> {
    find(id).map_or_else(Vec::new, |rule| messages(rule, text))
}

fn encryption(rules: &str) -> String {
    format!(
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: {rules}\n"
    )
}

fn audit(rules: &str) -> String {
    format!(
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n{rules}\n"
    )
}

const KMS: &str = "{kms: {apiVersion: v2, name: vault, endpoint: unix:///run/vault.sock}}";

#[test]
fn a_sound_encryption_configuration_is_left_alone() {
    let rules = format!(
        "[{{resources: [events], providers: [{{identity: {{}}}}]}}, \
         {{resources: [secrets, configmaps, pandas.example.com], providers: [{KMS}, {{identity: {{}}}}]}}, \
         {{resources: ['*.apps'], providers: [{KMS_2}]}}, \
         {{resources: ['*.*'], providers: [{{identity: {{}}}}]}}]",
        KMS_2 = KMS.replace("vault,", "vault-2,"),
    );
    assert_eq!(said(&encryption(&rules)), [""; 0]);
}

#[test]
fn an_encryption_configuration_without_fallback_is_right_after_a_migration() {
    let rules = format!("[{{resources: [secrets], providers: [{KMS}]}}]");
    assert_eq!(said(&encryption(&rules)), [""; 0]);
}

#[test]
fn names_of_no_resource_are_told_with_what_was_meant() {
    let named = |name: &str| {
        let rules = format!("[{{resources: [secrets, '{name}'], providers: [{KMS}]}}]");
        of("encryption-resource-unknown", &encryption(&rules))
    };
    for name in ["secret", "core/secrets", "secrets.v1", "configmap", "deployments", "*.core"] {
        assert_eq!(named(name).len(), 1, "{name}");
    }
    for name in ["configmaps", "deployments.apps", "*.batch", "pandas.example.com", "*.example.com"]
    {
        assert!(named(name).is_empty(), "{name}");
    }
    assert_eq!(
        named("subjectaccessreviews.authorization.k8s.io"),
        [
            "nothing is encrypted by this: `subjectaccessreviews.authorization.k8s.io` is never stored"
        ]
    );
}

#[test]
fn identity_first_is_told_from_resources_that_are_left_out_on_purpose() {
    let first = |rules: &str| of("encryption-identity-first", &encryption(rules));
    let only = "[{resources: ['*.*'], providers: [{identity: {}}]}]";
    assert_eq!(first(only), ["secrets are stored in plain: `identity` is the only provider"]);
    let left_out = format!(
        "[{{resources: [events], providers: [{{identity: {{}}}}]}}, \
         {{resources: ['*.*'], providers: [{KMS}]}}]"
    );
    assert!(first(&left_out).is_empty());
    let going_back =
        format!("[{{resources: [configmaps], providers: [{{identity: {{}}}}, {KMS}]}}]");
    assert_eq!(
        first(&going_back),
        ["new configmaps are stored in plain: `identity` comes before `kms`"]
    );
}

#[test]
fn an_encryption_configuration_of_another_time_is_rejected_with_what_to_write() {
    let text = encryption("[]").replace("EncryptionConfiguration", "EncryptionConfig");
    assert_eq!(
        of("encryption-configuration-refused", &text),
        ["the API server would not start: no kind \"EncryptionConfig\" is registered for version \
          \"apiserver.config.k8s.io/v1\""]
    );
    let text = text.replace("apiserver.config.k8s.io/v1", "v1");
    let message = "the API server would not start: resources: Required value: at least one \
                   resources is required";
    assert_eq!(of("encryption-configuration-refused", &text), [message]);
}

#[test]
fn the_message_for_two_providers_in_one_shows_no_key() {
    let secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let rules = format!(
        "[{{resources: [secrets], providers: \
         [{{identity: {{}}, aescbc: {{keys: [{{name: a, secret: {secret}}}]}}}}]}}]"
    );
    let found = of("encryption-configuration-refused", &encryption(&rules)).join("");
    assert!(found.contains("more than one provider") && found.contains("REDACTED"), "{found}");
    assert!(!found.contains(secret), "{found}");
}

#[test]
fn a_sound_audit_policy_is_left_alone() {
    let policy = audit(
        r#"
- level: None
  users: ["system:kube-proxy"]
  verbs: [watch]
  resources:
  - {group: "", resources: [endpoints, services, services/status]}
  - {group: discovery.k8s.io, resources: [endpointslices]}
- level: None
  nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"]
- level: None
  resources:
  - {group: "", resources: [events]}
  - {group: events.k8s.io, resources: [events]}
- level: Metadata
  resources:
  - {group: "", resources: [secrets, configmaps, serviceaccounts/token]}
  - {group: authentication.k8s.io, resources: [tokenreviews]}
- level: Request
  userGroups: ["system:unauthenticated"]
- level: RequestResponse
  verbs: [create, update, patch, delete, deletecollection]
  resources:
  - {group: rbac.authorization.k8s.io}
  - {group: admissionregistration.k8s.io}
  - {group: certificates.k8s.io}
  - {group: networking.k8s.io}
- level: Request
  resources:
  - {group: "", resources: [pods/exec, pods/attach, pods/portforward, pods/proxy, nodes/proxy]}
- level: Request
  verbs: [create, update, patch, delete, deletecollection]
  resources:
  - {group: "", resources: [pods, namespaces, serviceaccounts]}
  - {group: apps}
  - {group: metrics.k8s.io, resources: [pods]}
- level: Metadata
"#,
    );
    assert_eq!(said(&policy), [""; 0]);
}

#[test]
fn criteria_that_nothing_meets_are_told_from_those_that_something_does() {
    for (rule, expected) in [
        ("verbs: [GET]", "verb `GET` matches no request: verbs are lower case"),
        ("verbs: [exec]", "verb `exec` matches no request: there is no such verb"),
        (
            "verbs: [create]\n  nonResourceURLs: [/api]",
            "verb `create` matches no request: paths know HTTP methods such as `post` only",
        ),
        (
            "verbs: [post]\n  namespaces: [shop]",
            "verb `post` matches no request about a resource: it is called `create` there",
        ),
        (
            "users: ['system:serviceaccount:*']",
            "`system:serviceaccount:*` in users matches nobody: names are compared as they are, \
             without wildcards",
        ),
        (
            "namespaces: [Shop]",
            "namespace `Shop` matches no request: no namespace can have this name",
        ),
        (
            "resources: [{group: core}]",
            "group `core` matches no request: the core group is empty text",
        ),
        (
            "resources: [{group: rbac}]",
            "group `rbac` matches no request: it is called `rbac.authorization.k8s.io`",
        ),
        ("resources: [{resources: [Pod]}]", "`Pod` matches no request: it is called `pods`"),
        (
            "resources: [{resources: [deployments]}]",
            "`deployments` matches no request: `deployments` are in group `apps`",
        ),
        (
            "resources: [{resources: [pods/shell]}]",
            "`pods/shell` matches no request: `pods` have no subresource `shell`",
        ),
        (
            "resources: [{resources: ['*/*']}]",
            "`*/*` matches no request: `*` stands for all resources and subresources",
        ),
    ] {
        let found = said(&audit(&format!("- level: None\n  {rule}\n- level: Metadata")));
        let found: Vec<_> = found.iter().filter_map(|it| it.split_once("rules[0]: ")).collect();
        assert_eq!(found.first().map(|(_, it)| *it), Some(expected), "{rule}");
    }
    for rule in [
        "verbs: [get, post]",
        "namespaces: ['']",
        "resources: [{group: '*', resources: [things]}]",
        "resources: [{group: example.com, resources: [things/fix]}]",
        "resources: [{group: '', resources: ['*/status', 'pods/*', '*']}]",
        "resources: [{group: extensions}, {group: apps}]",
        "nonResourceURLs: ['/metrics', '*']\n  verbs: [get, head]",
    ] {
        let found = said(&audit(&format!("- level: None\n  {rule}\n- level: Metadata")));
        assert!(found.iter().all(|it| !it.contains("never-matches")), "{rule}: {found:?}");
    }
}

#[test]
fn rules_are_unreachable_only_where_earlier_ones_take_everything() {
    let unreachable = |rules: &str| of("audit-rule-unreachable", &audit(rules));
    let several = "- level: None\n  verbs: [get]\n- level: None\n  verbs: [list]\n\
                   - level: Metadata\n  verbs: [get, list]\n- level: Metadata";
    assert_eq!(
        unreachable(several),
        ["rules[2] never decides: rules[0] and rules[1] take all that it matches"]
    );
    let subresource = "- level: None\n  resources: [{resources: ['pods/*']}]\n\
                       - level: Metadata\n  resources: [{resources: [pods, pods/exec]}]\n\
                       - level: Metadata";
    assert_eq!(unreachable(subresource).len(), 1);
    for reachable in [
        "- level: None\n  resources: [{resources: [pods]}]\n\
         - level: Metadata\n  resources: [{resources: ['pods/*']}]\n- level: Metadata",
        "- level: None\n  verbs: [get]\n- level: Metadata\n  verbs: [get, list]\n- level: Metadata",
        "- level: None\n  namespaces: [shop]\n- level: Metadata\n  namespaces: [shop, stage]\n\
         - level: Metadata",
        "- level: None\n  nonResourceURLs: ['/api*']\n- level: Metadata\n  \
         nonResourceURLs: ['/apis', '/metrics']\n- level: Metadata",
        "- level: Request\n  resources: [{group: '*'}]\n- level: None\n  nonResourceURLs: ['*']\n\
         - level: Metadata",
    ] {
        assert_eq!(unreachable(reachable), [""; 0], "{reachable}");
    }
}

#[test]
fn bodies_are_told_by_the_request_that_would_be_logged() {
    let logs = |rules: &str| of("audit-secret-bodies", &audit(rules));
    let all = "- level: RequestResponse";
    assert_eq!(
        logs(all),
        [
            "rules[0] logs the bodies of secrets, tokenreviews, serviceaccounts/token at RequestResponse"
        ]
    );
    let by_names = "- level: Request\n  resources: [{resources: [secrets], resourceNames: [a]}]\n\
                    - level: Metadata";
    assert_eq!(logs(by_names).len(), 1);
    for quiet in [
        "- level: Request\n  verbs: [get, list, watch]\n- level: Metadata",
        "- level: RequestResponse\n  verbs: [delete, deletecollection]\n- level: Metadata",
        "- level: Metadata\n  resources: [{group: '*', resources: [secrets, serviceaccounts/token]}, \
         {group: authentication.k8s.io}]\n- level: RequestResponse",
        "- level: RequestResponse\n  nonResourceURLs: ['/api*']\n- level: Metadata",
    ] {
        assert_eq!(logs(quiet), [""; 0], "{quiet}");
    }
}

#[test]
fn what_is_no_file_of_the_api_server_is_left_alone() {
    for text in [
        "apiVersion: policy.example.com/v1\nkind: Policy\nmetadata: {name: a}\nspec: {}\n",
        "apiVersion: kyverno.io/v1\nkind: Policy\nspec: {rules: [{name: a}]}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: audit}\ndata: {policy.yaml: 'kind: Policy'}\n",
        "rules:\n- apiGroups: ['']\n",
    ] {
        assert_eq!(said(text), [""; 0], "{text}");
    }
}

#[test]
fn a_bundle_of_different_files_is_no_file_with_a_second_document() {
    let policy = audit("- level: Metadata");
    let bundle = format!("{policy}---\n{}", encryption("[]"));
    assert_eq!(of("configuration-document-ignored", &bundle), [""; 0]);
    let twice = format!("{policy}---\n{policy}");
    assert_eq!(of("configuration-document-ignored", &twice).len(), 1);
}

#[test]
fn rejections_point_at_what_is_to_change_and_say_what_to_write() {
    let change = |id: &str, text: &str| -> Vec<(String, Option<Action>)> {
        let findings = find(id).map_or_else(Vec::new, |rule| findings(rule, text));
        let spots = findings.into_iter().flat_map(|it| it.spots);
        let change = |it: Spot| (it.path.to_string(), it.remedy.map(|it| it.action.clone()));
        spots.map(change).collect()
    };
    let set = |path: &str, text: &str| vec![(path.to_owned(), Some(Action::set(text)))];
    let sound = encryption(&format!("[{{resources: [secrets], providers: [{KMS}]}}]"));
    let rejected = |text: &str| change("encryption-configuration-refused", text);
    assert_eq!(rejected(&sound), []);
    let old = sound.replace("apiserver.config.k8s.io/v1", "v1");
    assert_eq!(rejected(&old), set("apiVersion", "apiserver.config.k8s.io/v1"));
    let short = sound.replace("EncryptionConfiguration", "EncryptionConfig");
    assert_eq!(rejected(&short), set("kind", "EncryptionConfiguration"));
    let silent = sound.replace("apiVersion: v2, ", "");
    assert_eq!(rejected(&silent), set("resources[0].providers[0].kms.apiVersion", "v2"));
    let beta = audit("- level: metadata").replace("audit.k8s.io/v1", "audit.k8s.io/v1beta1");
    assert_eq!(change("audit-policy-refused", &beta), set("apiVersion", "audit.k8s.io/v1"));
    let lower = audit("- level: metadata");
    assert_eq!(change("audit-policy-refused", &lower), set("rules[0].level", "Metadata"));
}
