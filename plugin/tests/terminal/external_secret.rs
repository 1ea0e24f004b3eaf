//! `external-secret`: what it prints, what it rejects, and what it never says.

use harden_core::check::{Settings, Survey};
use harden_core::rules;
use harden_core::schema::Crds;
use harden_core::source::Source;

use crate::harden::{command, finish, line};
use crate::stores::{definitions, everything};
use crate::{gallery, show_generated};

/// Every way of using `external-secret` that its reader should see once.
pub(crate) const EXTERNAL_SECRET: [(&str, &str); 12] = [
    (
        "external-secret",
        "external-secret app -n team-a --key user,password --store vault --vault-server https://vault.vault.svc:8200",
    ),
    (
        "external-secret-vault-jwt",
        "external-secret app -n team-a --key password --store vault --vault-server https://vault.vault.svc:8200 --vault-kv v1 --vault-mount kv --auth jwt --ca-config-map vault-ca --no-comments",
    ),
    (
        "external-secret-cluster-store",
        "external-secret app -n team-a --key password --store vault --vault-server https://vault.vault.svc:8200 --store-kind ClusterSecretStore --allow-namespace team-a --allow-namespace-label secrets.example.com/vault=true --only store",
    ),
    (
        "external-secret-aws",
        "external-secret web-tls -n team-a --type tls --store aws-secrets-manager --aws-region eu-west-1 --aws-role arn:aws:iam::123456789012:role/eso-team-a",
    ),
    (
        "external-secret-parameter-store",
        "external-secret app -n team-a --key user,password --store aws-parameter-store --aws-region eu-west-1 --auth static --push --no-comments",
    ),
    (
        "external-secret-gcp",
        "external-secret app -n team-a --key password --store gcp --gcp-project my-project --gcp-cluster prod --gcp-cluster-location europe-west1 --no-comments",
    ),
    (
        "external-secret-azure",
        "external-secret registry -n team-a --type dockerconfigjson --store azure --azure-vault https://kv-prod.vault.azure.net --azure-client 11111111-1111-1111-1111-111111111111 --no-comments",
    ),
    (
        "external-secret-onepassword",
        "external-secret app -n team-a --key user,password --store onepassword --onepassword-vault production --push --no-comments",
    ),
    (
        "external-secret-kubernetes",
        "external-secret app -n team-a --key password --store kubernetes --kubernetes-namespace shared-secrets --push",
    ),
    (
        "external-secret-fake",
        "external-secret app -n team-a --key tls.crt --store fake --no-comments",
    ),
    (
        "external-secret-existing-store",
        "external-secret app -n team-a --data-from --store-name vault --store-kind ClusterSecretStore --remote-key apps/app --creation-policy merge --deletion-policy merge --refresh-policy on-change",
    ),
    (
        "external-secret-push",
        "external-secret app -n team-a --key password --store vault --vault-server https://vault.vault.svc:8200 --push --only push-secret",
    ),
];

#[test]
fn the_gallery_shows_what_is_printed() {
    for (name, words) in EXTERNAL_SECRET {
        show_generated(name, words, &line(words).ok());
    }
}

#[test]
fn commands_and_warnings_go_to_standard_error() {
    let stores = [
        "external-secret app -n team-a --key user,password --store vault --vault-server https://vault.vault.svc:8200 --push",
        "external-secret app -n team-a --data-from --store vault --vault-server https://vault.vault.svc:8200 --vault-kv v1 --auth approle",
        "external-secret app -n team-a --key user,password --store vault --vault-server https://vault.vault.svc:8200 --auth jwt",
        "external-secret app -n team-a --key user,password --store aws-secrets-manager --aws-region eu-west-1 --auth static",
        "external-secret app -n team-a --key user,password --store aws-parameter-store --aws-region eu-west-1 --auth static",
        "external-secret app -n team-a --key user,password --store gcp --gcp-project my-project",
        "external-secret app -n team-a --key user,password --store azure --azure-vault https://kv-prod.vault.azure.net --azure-client 1",
        "external-secret app -n team-a --key user,tls.crt --store onepassword --onepassword-vault prod",
        "external-secret app -n team-a --key user,password --store kubernetes --kubernetes-namespace shared",
        "external-secret app -n team-a --key user,password --store fake",
    ];
    let page: String = stores
        .iter()
        .map(|words| {
            let ended = line(&format!("{words} --print-commands"));
            assert_eq!(ended.code, 0, "{}", ended.stderr);
            format!("$ kubectl harden {words} --print-commands\n{}\n", ended.stderr)
        })
        .collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("external-secret-commands", page));
}

const MISTAKES: [&str; 34] = [
    "external-secret",
    "external-secret app",
    "external-secret app -n team-a",
    "external-secret app -n team-a --key password",
    "external-secret App -n team-a --key password --store fake",
    "external-secret app -n team-a --key password=x --store fake",
    "external-secret app -n team-a --key a --data-from --store fake",
    "external-secret app -n team-a --key a --type tls --store fake",
    "external-secret app -n team-a --key a --type certificate --store fake",
    "external-secret app -n team-a --key a --type kubernetes.io/service-account-token --store fake",
    "external-secret app -n team-a --key a --store fake --refresh-interval 0",
    "external-secret app -n team-a --key a --store fake --creation-policy merge --deletion-policy delete",
    "external-secret app -n team-a --key a --store fake --auth static",
    "external-secret app -n team-a --key a --store fake --push",
    "external-secret app -n team-a --key a --store vault",
    "external-secret app -n team-a --key a --store vault --vault-server http://vault:8200",
    "external-secret app -n team-a --key a --store vault --vault-server https://ann:x@vault",
    "external-secret app -n team-a --key a --store vault --vault-server https://vault --vault-mount secret/data",
    "external-secret app -n team-a --key a --store vault --vault-server https://vault --remote-key data/app",
    "external-secret app -n team-a --key a --store vault --vault-server https://vault --remote-key secret/app",
    "external-secret app -n team-a --key a --store vault --vault-server https://vault --auth static --vault-role x",
    "external-secret app -n team-a --key a --store aws-secrets-manager --aws-region eu-west-1",
    "external-secret app -n team-a --key a --store aws-secrets-manager --aws-region eu-west-1 --aws-role eso",
    "external-secret app -n team-a --key a --store aws-parameter-store --aws-region Ireland --auth static",
    "external-secret app -n team-a --key a --store gcp --gcp-project p --auth jwt",
    "external-secret app -n team-a --key a --store gcp --gcp-project p --remote-key team-a/app",
    "external-secret app -n team-a --key a --store azure --azure-vault https://kv.vault.azure.net",
    "external-secret app -n team-a --key a --store onepassword",
    "external-secret app -n team-a --key a --store kubernetes --kubernetes-namespace team-a",
    "external-secret app -n team-a --key a --store fake --aws-region eu-west-1",
    "external-secret app -n team-a --key a --store fake --allow-namespace team-b",
    "external-secret app -n team-a --key a --store-name vault --print-commands",
    "external-secret app -n team-a --key a --store-name vault --only store",
    "external-secret --from-cluster app --store fake",
];

#[test]
fn every_mistake_is_named_with_its_flag_and_rule() {
    let entry = |words: &&str| format!("$ kubectl harden {words}\n{}\n", line(words).rejected());
    let page: String = MISTAKES.iter().map(entry).collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("external-secret-mistakes", page));
}

#[test]
fn a_store_whose_name_makes_too_long_a_name_is_rejected() {
    let words = |length: usize, more: &str| {
        let name = "x".repeat(length);
        format!("external-secret app -n team-a --key a --store-name {name} {more}")
    };
    let vault = "--store vault --vault-server https://vault.example.com";
    let parameters = "--store aws-parameter-store --aws-region eu-west-1 --auth static";
    for (most, store, option) in [
        (249, vault, "--service-account eso"),
        (241, parameters, "--credentials eso"),
        (253, "--store fake", ""),
    ] {
        line(&words(most, store)).ok();
        if !option.is_empty() {
            let message = line(&words(most + 1, store)).rejected();
            assert!(message.contains("--store-name"), "{message}");
            assert!(message.contains(option.split(' ').next().unwrap()), "{message}");
            line(&words(most + 1, &format!("{store} {option}"))).ok();
        }
    }
}

#[test]
fn everything_that_can_be_made_passes_every_rule_and_the_operators_schemas() {
    let Some(folder) = definitions() else { return };
    let files = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let texts: Vec<_> = files.map(|it| std::fs::read_to_string(it).unwrap()).collect();
    let documents: Vec<_> = texts.iter().flat_map(|it| harden_yaml::parse(it)).collect();
    assert!(Crds::read(&documents).len() >= 4);
    for words in everything() {
        let yaml = line(&words).ok();
        let mut survey = Survey::new(Settings::new(rules::all()));
        texts.iter().for_each(|it| survey.define(it));
        let source = Source::new("stdin", yaml.as_str());
        survey.learn(&source);
        let mut run = survey.end();
        run.judge(vec![source]);
        let outcome = run.finish();
        let mut found: Vec<_> = outcome.findings.iter().map(|it| &*it.about.id).collect();
        found.sort_unstable();
        found.dedup();
        // Only what was asked for, and warned about, is found.
        let mut asked = Vec::new();
        if words.contains("--deletion-policy delete") {
            asked.push("external-secret-deletes-secret");
        }
        if yaml.contains("\nkind: Role\n") {
            // What is pushed into a store of this cluster must be created.
            asked.push("namespace-secret-write");
        }
        if words.contains("--store fake") {
            asked.push("secret-in-fake-store");
        }
        if words.contains("--auth static") {
            asked.push("static-store-credentials");
        }
        assert_eq!(found, asked, "{words}\n{yaml}");
    }
}

/// In no output, whatever becomes of the input.
const MARKER: &str = "hunter2marker";

/// Files that hold the marker, sound and broken around it.
fn inputs() -> Vec<String> {
    let secret = |rest: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\n  namespace: team-a\n{rest}\n"
        )
    };
    let pod = |rest: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: app, namespace: team-a}}\nspec:\n  containers:\n  - name: a\n{rest}\n"
        )
    };
    [
        secret("stringData:\n  password: hunter2marker"),
        secret("data:\n  password: aHVudGVyMm1hcmtlcg== # hunter2marker"),
        secret("stringData:\n  password: hunter2marker\n bad"),
        secret("stringData:\n  password: *hunter2marker"),
        secret("stringData:\n  password: !hunter2marker x"),
        secret("stringData:\n  password: \"hunter2marker"),
        secret("stringData:\n  password: &hunter2marker x\n  other: *hunter2markers"),
        secret("stringData:\n  password: [hunter2marker"),
        secret("stringData:\n\tpassword: hunter2marker"),
        secret("stringData:\n  hunter2marker x: y"),
        secret("stringData:\n  ? [hunter2marker]\n  : y"),
        secret("stringData:\n  ? {hunter2marker: a}\n  : y"),
        secret("stringData:\n  <<: hunter2marker"),
        secret("stringData: hunter2marker"),
        secret("stringData: [hunter2marker]"),
        secret("stringData:\n  password: |\n    hunter2marker\n   x\n  a: b: c"),
        secret("stringData:\n  hunter2marker!: a\n  hunter2marker!: b"),
        secret("stringData:\n  a: hunter2marker\n  a: hunter2marker"),
        secret("type: hunter2marker x"),
        secret("type: {hunter2marker: a}"),
        secret("stringData: {password: hunter2marker, 'x y': z}"),
        secret("stringData:\n  password: {{ hunter2marker }}"),
        "%hunter2marker\n---\nkind: Secret\n".to_owned(),
        "{\"kind\": \"Secret\", \"stringData\": {\"a\": \"hunter2marker\"".to_owned(),
        "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"hunter2marker x\"}}".to_owned(),
        "apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {name: app, namespace: team-a}\n  data: {a: hunter2marker}\n".to_owned(),
        "hunter2marker".to_owned(),
        "kind: ConfigMap\napiVersion: v1\ndata: {a: hunter2marker}\n".to_owned(),
        pod("    env: [{name: A, value: hunter2marker}, {name: B, valueFrom: {secretKeyRef: {name: app, key: b}}}]"),
        pod("    env: [{name: A, valueFrom: {secretKeyRef: {name: app, key: 'hunter2marker x'}}}]"),
        pod("    envFrom: [{secretRef: {name: 'hunter2marker x'}}]"),
        pod("    args: [hunter2marker]\n    envFrom: [{secretRef: {name: app}}]"),
    ]
    .into()
}

#[test]
fn no_value_is_ever_shown() {
    let folder = tempfile::tempdir().unwrap();
    for (index, input) in inputs().iter().enumerate() {
        assert!(input.contains(MARKER));
        let out = folder.path().join(index.to_string());
        let out = out.to_str().unwrap();
        for words in [
            "--store fake",
            "--store fake -o json",
            "app --store vault --vault-server https://vault --push --print-commands",
            "--store aws-parameter-store --aws-region eu-west-1 --auth static --push",
            "--store onepassword --onepassword-vault x -n other",
            &format!("--store-name vault --output-dir {out}"),
        ] {
            let words = format!("external-secret -f - {words}");
            let ended = finish(command().args(words.split_whitespace()), input);
            let shown = format!("{}{}", ended.stdout, ended.stderr);
            assert!(matches!(ended.code, 0 | 2), "{words}: {input}\n{shown}");
            assert!(!shown.contains(MARKER), "{words}: {input}\n{shown}");
            assert!(!shown.contains("aHVudGVyMm1hcmtlcg"), "{words}: {input}\n{shown}");
        }
        for file in std::fs::read_dir(out).into_iter().flatten() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(!text.contains(MARKER), "{text}");
        }
    }
}

#[test]
fn keys_that_are_values_are_not_repeated() {
    for words in [
        "external-secret app -n team-a --store fake --key password=hunter2marker",
        "external-secret app -n team-a --key a --store vault --vault-server https://ann:hunter2marker@vault",
        "external-secret app -n team-a --key a --store vault --vault-server http://ann:hunter2marker@vault",
    ] {
        assert!(!line(words).rejected().contains(MARKER), "{words}");
    }
}

/// What the command makes of manifests.
fn from_manifests(text: &str, words: &str) -> crate::harden::Ended {
    let words = format!("external-secret -f - {words} --store-name vault");
    finish(command().args(words.split_whitespace()), text)
}

const SECRETS: &str = "\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: {name: web-tls, namespace: team-a}
  type: kubernetes.io/tls
  data: {tls.crt: eA==, tls.key: eA==}
- apiVersion: v1
  kind: Secret
  metadata: {name: token, namespace: team-a}
  type: kubernetes.io/service-account-token
- apiVersion: v1
  kind: Secret
  metadata: {name: issued, namespace: team-a, annotations: {cert-manager.io/certificate-name: x}}
  type: kubernetes.io/tls
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup, namespace: team-b}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - name: backup
            env:
            - name: PASSWORD
              valueFrom: {secretKeyRef: {name: db, key: password}}
            envFrom: [{secretRef: {name: all}}]
          imagePullSecrets: [{name: registry}]
";

#[test]
fn secrets_and_workloads_are_taken_over_from_files() {
    let ended = from_manifests(SECRETS, "");
    let page = format!("{}\n---- standard error\n{}", ended.stdout, ended.stderr);
    gallery("generators").bind(|| insta::assert_snapshot!("external-secret-from-files", page));
    let one = from_manifests(SECRETS, "db").ok();
    assert_eq!(one.matches("kind: ExternalSecret").count(), 1, "{one}");
    let message = from_manifests(SECRETS, "nobody").rejected();
    assert!(message.contains("no input names a Secret that is called so"), "{message}");
    let message = from_manifests(SECRETS, "-n team-a").rejected();
    assert!(message.contains("does not match the namespace `team-b`"), "{message}");
}

#[test]
fn what_kubernetes_makes_itself_is_no_reason_for_an_empty_output() {
    let token = "{apiVersion: v1, kind: Secret, metadata: {name: t, namespace: a}, type: kubernetes.io/service-account-token}";
    let message = from_manifests(token, "").rejected();
    assert!(message.contains("Kubernetes makes tokens itself"), "{message}");
}

#[test]
fn a_check_does_not_repeat_what_a_fake_store_holds() {
    let store = "\
apiVersion: external-secrets.io/v1beta1
kind: ClusterSecretStore
metadata: {name: fake}
spec: {provider: {fake: {data: [{key: a, value: hunter2marker}, {key: b, value: 'hunter2marker 2'}]}}}
";
    for format in ["text", "wide", "json", "yaml", "sarif", "markdown", "html", "github", "gitlab"]
    {
        let words = ["check", "-f", "-", "-o", format, "--fail-on", "never"];
        let ended = finish(command().args(words), store);
        assert!(ended.stdout.contains("secret-in-fake-store"), "{format}: {}", ended.stderr);
        assert!(!ended.stdout.contains(MARKER), "{format}: {}", ended.stdout);
    }
}
