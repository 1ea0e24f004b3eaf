//! A marker in every place where a secret can be is in no answer and in no refusal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Call, ask, object, server};
use crate::mcp::arguments::Arguments;

/// Manifests with a marker in every place where a secret can be.
fn manifests() -> Vec<String> {
    let coded = STANDARD.encode("Mk1-data-secret-77");
    vec![
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: app, annotations: {{note: Mk1annotation77}}}}\ndata: {{password: {coded}}}\nstringData: {{token: Mk1-string-77, user: Mkonlyletters}}\n"),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: app}\nstringData:\n  config: |\n    password: Mk1block77\n    other: Mk1block88\n# password: Mk1comment77\n".to_owned(),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: app, bad_key: Mk1unknown77}\ndata: {a: Mk1-not-base64-77!, b: [Mk1list77], a: Mk1duplicate77}\nextra: Mk1extra77\n".to_owned(),
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"Mk1applied77\"}]}]}}\n    db-password: Mk1annotation77\nspec:\n  containers:\n  - name: app\n    image: web\n    securityContext: {privileged: true}\n    livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: Authorization, value: Bearer Mk1header77}]}}\n    command: [sh, -c, \"mysql -u root -pMk1command77\"]\n    args: [--password=Mk1argument77, --token, Mk1following77aaaa]\n    env:\n    - {name: DB_PASSWORD, value: Mk1env77}\n    - {name: API_TOKEN, value: \"Mk1token77\", valueFrom: {secretKeyRef: {name: a, key: b}}}\n    - {name: URL, value: \"postgres://app:Mk1url77@db/app\"}\n".to_owned(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  application.properties: |\n    spring.datasource.password=Mk1property77\n  DB_PASSWORD: Mk1config77\n  .dockerconfigjson: '{\"auths\":{\"r\":{\"password\":\"Mk1docker77\"}}}'\n".to_owned(),
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, env: [{name: PASSWORD, value: Mk1first77, value: Mk1second77}]}]}\n".to_owned(),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a\nstringData: {password: Mk1broken77}\n".to_owned(),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: *Mk1alias77}\n".to_owned(),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: !Mk1tag77 b}\n".to_owned(),
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {keys: [{name: k, secret: Mk1key77Mk1key77Mk1key77Mk1key77Mk1key77AAA=}]}\n".to_owned(),
        "apiVersion: v1\nkind: Config\nusers: [{name: a, user: {token: Mk1kubeconfig77}}]\n".to_owned(),
        "apiVersion: v1\nkind: Event\nmetadata: {name: a}\ninvolvedObject: {kind: Pod, name: a}\nmessage: \"failed: password=Mk1event77\"\n".to_owned(),
        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"},\"stringData\":{\"password\":\"Mk1json77\"}}]}".to_owned(),
        "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: a}\nspec: {provider: {fake: {data: [{key: a, value: Mk1fake77}]}}}\n".to_owned(),
    ]
}

/// All calls that take a text.
fn calls(text: &str) -> Vec<(&'static str, Value)> {
    let mut calls = vec![
        ("check_manifest", json!({"manifest": text})),
        ("fix_manifest", json!({"manifest": text})),
        ("simulate", json!({"kind": "pod-security", "text": text})),
        ("simulate", json!({"kind": "admission", "text": text})),
        (
            "simulate",
            json!({"kind": "audit", "text": text, "user": "a", "verb": "get", "resource": "pods"}),
        ),
    ];
    for options in [
        json!({"store": "vault", "vault_server": "https://vault.example.com", "filename": ["a"]}),
        json!({"store": "fake", "filename": ["a"]}),
    ] {
        calls.push((
            "generate",
            json!({"kind": "external-secret", "options": options, "files": {"a": text}}),
        ));
    }
    for stage in [None, Some("add"), Some("promote"), Some("retire")] {
        for kind in ["encryption rotate", "encryption disable"] {
            calls.push((
                "generate",
                json!({"kind": kind, "options": {"filename": "a", "stage": stage}, "files": {"a": text}}),
            ));
        }
    }
    calls
}

fn assert_clean(said: &str, tool: &str, text: &str) {
    for marker in ["Mk1", "Mkonly", "TWsx"] {
        let at = said.find(marker).map(|at| {
            let end = (at + 60).min(said.len());
            said.get(at.saturating_sub(120)..end).unwrap_or(said).to_owned()
        });
        assert_eq!(at, None, "{tool} tells a secret of\n{text}");
    }
}

#[test]
fn no_secret_is_told_anywhere() {
    for text in manifests() {
        for (tool, fields) in calls(&text) {
            let said = match ask(tool, fields) {
                Ok(answer) => answer.to_string(),
                Err(refusal) => refusal.to_string(),
            };
            assert_clean(&said, tool, &text);
        }
    }
}

/// Tools mask what they tell; what stands behind them must have nothing to do.
#[test]
fn tools_mask_by_themselves() {
    let server = server(1 << 24);
    let call = Call::new(server.settings.clone());
    for text in manifests() {
        for (name, fields) in calls(&text) {
            let tool = server.tool(name).unwrap();
            let arguments = Arguments::new(tool, object(fields)).unwrap();
            let said = match (tool.run)(&arguments, &call) {
                Ok(answer) => Value::Object(answer).to_string(),
                Err(refusal) => refusal.to_string(),
            };
            assert_clean(&said, name, &text);
        }
    }
}

#[test]
fn a_secret_in_the_place_of_another_argument_is_not_repeated() {
    let secret = "Mk1misplaced77";
    for (tool, fields) in [
        ("check_manifest", json!({"manifest": "a", "level": secret})),
        ("check_manifest", json!({"manifest": "a", "rule": [secret]})),
        ("explain_rule", json!({"id": secret})),
        ("generate", json!({"kind": "namespace", "options": {"names": [secret], "size": secret}})),
        ("generate", json!({"kind": "external-secret", "options": {"store": secret}})),
    ] {
        let said = ask(tool, fields).unwrap_err().to_string();
        assert_clean(&said, tool, secret);
    }
}
