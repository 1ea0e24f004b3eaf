//! What `external-secret` makes, the operator's own definitions accept; what it asks a cluster, it does
//! not repeat.

use std::sync::OnceLock;

use harness::{ControlPlane, Options};

use crate::cluster::line_on;
use crate::harden::line;
use crate::stores::{definitions, everything};

/// The control plane with the definitions of the External Secrets Operator; `None`, said aloud, where
/// either is not at hand.
fn with_definitions() -> Option<&'static ControlPlane> {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    let plane = ControlPlane::shared()?;
    INSTALLED.get_or_init(|| install(plane)).then_some(plane)
}

fn install(plane: &ControlPlane) -> bool {
    let Some(folder) = definitions() else { return false };
    // Server-side: they are too long for the annotation that kubectl keeps otherwise.
    let folder = folder.to_str().unwrap();
    plane.kubectl_ok(["apply", "--server-side", "-f", folder]);
    plane.kubectl_ok(["wait", "--for=condition=Established", "--timeout=180s", "-f", folder]);
    true
}

fn namespace(plane: &ControlPlane, name: &str) {
    plane.apply(&format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}"));
}

#[test]
fn every_object_that_can_be_made_is_accepted_strictly() {
    let Some(plane) = with_definitions() else { return };
    for name in ["team-a", "shared", "external-secrets"] {
        namespace(plane, name);
    }
    let yaml: Vec<String> = everything().iter().map(|words| line(words).ok()).collect();
    let yaml = yaml.join("---\n");
    let printed = plane.apply(&yaml);
    let objects = yaml.lines().filter(|it| it.starts_with("kind: ")).count();
    assert_eq!(printed.lines().count(), objects, "{printed}");
    assert!(objects > 900, "only {objects} objects");
}

#[test]
fn a_field_that_the_definitions_do_not_have_is_rejected() {
    let Some(plane) = with_definitions() else { return };
    namespace(plane, "strict");
    let yaml = line("external-secret app -n strict --key password --store fake").ok();
    plane.apply(&yaml);
    let output = plane.try_apply(&yaml.replace("secretKey:", "secretKeys:"));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && message.contains("unknown field"), "{message}");
}

#[test]
fn stores_are_applied_compared_and_left_alone() {
    let Some(plane) = with_definitions() else { return };
    namespace(plane, "applied");
    let words = "external-secret app -n applied --key password --store vault --vault-server https://vault.vault.svc:8200";
    let printed = line_on(plane, &format!("{words} --apply")).ok();
    assert_eq!(printed.matches(" created\n").count(), 3, "{printed}");
    let printed = line_on(plane, &format!("{words} --apply")).ok();
    assert_eq!(printed.matches(" unchanged\n").count(), 3, "{printed}");
    assert_eq!(line_on(plane, &format!("{words} --diff")).ok(), "");
    let changed = line_on(plane, &format!("{words} --diff --refresh-interval 5m"));
    assert_eq!(changed.code, 1, "{}", changed.stderr);
    assert!(changed.stdout.contains("+  refreshInterval: 5m"), "{}", changed.stdout);
}

#[test]
fn without_the_definitions_the_message_says_what_is_missing() {
    let options = Options { no_controllers: true, ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    namespace(&plane, "bare");
    let words = "external-secret app -n bare --key password --store-name vault --apply";
    let message = line_on(&plane, words).rejected();
    assert!(
        message.contains("the cluster has no ExternalSecret of external-secrets.io/v1: install"),
        "{message}"
    );

    // What comes before them is not made either.
    let words = "external-secret app -n bare --key password --store vault --vault-server https://vault.example.com --apply";
    let message = line_on(&plane, words).rejected();
    assert!(message.contains("SecretStore"), "{message}");
    assert_eq!(message.matches("error: ").count(), 1, "{message}");
    let made =
        plane.kubectl_ok(["get", "serviceaccounts,roles,secrets", "-n", "bare", "-o", "name"]);
    assert!(!made.contains("eso") && !made.contains("vault"), "{made}");
}

/// Every answer about a Secret, whole.
const POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: RequestResponse
  verbs: [get]
  resources:
  - group: \"\"
    resources: [secrets]
- level: None
";

const MARKER: &str = "hunter2marker";

const SECRETS: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: app, namespace: NAMESPACE}
stringData: {user: hunter2marker, password: hunter2marker}
---
apiVersion: v1
kind: Secret
metadata: {name: web-tls, namespace: NAMESPACE}
type: kubernetes.io/tls
stringData: {tls.crt: hunter2marker, tls.key: hunter2marker}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: NAMESPACE}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1
        env:
        - {name: LITERAL, value: hunter2marker}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: app, key: password}}}
        - {name: MISSING, valueFrom: {secretKeyRef: {name: not-there, key: token, optional: true}}}
      volumes:
      - {name: tls, secret: {secretName: web-tls}}
";

/// Runs a line against the cluster and looks for values in what it says.
fn discreet(plane: &ControlPlane, words: &str) -> crate::harden::Ended {
    let ended = line_on(plane, words);
    for text in [&ended.stdout, &ended.stderr] {
        assert!(!text.contains(MARKER) && !text.contains("aHVudGVyMm1hcmtlcg"), "{words}: {text}");
    }
    ended
}

#[test]
fn keys_are_read_from_a_cluster_and_values_are_not() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "keys");
    plane.apply(&SECRETS.replace("NAMESPACE", "keys"));
    let of = |name: &str| {
        let words = format!("external-secret -n keys --from-cluster {name} --store-name vault");
        discreet(plane, &words)
    };
    let yaml = of("app").ok();
    assert_eq!(yaml.matches("secretKey:").count(), 2, "{yaml}");
    let tls = of("web-tls").ok();
    assert!(tls.contains("type: kubernetes.io/tls"), "{tls}");

    // Where nobody kept a record of who wrote what, the names are in the Secret alone.
    let reset = r#"[{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]"#;
    plane.kubectl_ok(["patch", "secret", "app", "-n", "keys", "--type=json", "-p", reset]);
    let fields = plane.kubectl_ok([
        "get",
        "secret",
        "app",
        "-n",
        "keys",
        "-o",
        "json",
        "--show-managed-fields",
    ]);
    assert!(!fields.contains("f:password"), "{fields}");
    assert_eq!(of("app").ok(), yaml);

    let message = of("nobody").rejected();
    assert!(message.contains("namespace keys has no Secret `nobody`"), "{message}");
    let words = "external-secret -n keys --from-cluster app --store-name vault --as carol";
    let message = discreet(plane, words).rejected();
    assert!(message.contains("--from-cluster needs the verb get on secrets"), "{message}");
}

#[test]
fn values_do_not_leave_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let (policy, log) = (folder.path().join("policy.yaml"), folder.path().join("audit.log"));
    std::fs::write(&policy, POLICY).unwrap();
    let options = Options {
        audit_policy: Some(policy),
        audit_log: Some(log.clone()),
        no_controllers: true,
        ..Options::default()
    };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    namespace(&plane, "quiet");
    plane.apply(&SECRETS.replace("NAMESPACE", "quiet"));
    for from in ["--from-cluster app", "--from-deployment web"] {
        let words = format!("external-secret -n quiet {from} --store-name vault");
        discreet(&plane, &words).ok();
    }
    // Three answers about Secrets that are there: one by name, two of the Deployment.
    let text = harness::eventually("the audit log", || {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        (text.matches(r#""responseObject":{"kind":"Table""#).count() >= 3).then_some(text)
    });
    assert!(text.contains("f:password") && !text.contains("aHVudGVyMm1hcmtlcg"), "{text}");
}

#[test]
fn a_deployment_names_the_secrets_that_it_needs() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "deployment-secrets");
    plane.apply(&SECRETS.replace("NAMESPACE", "deployment-secrets"));
    let words = "external-secret -n deployment-secrets --from-deployment web --store-name vault";
    let yaml = discreet(plane, words).ok();
    let names: Vec<&str> = yaml.lines().filter(|it| it.starts_with("  name: ")).collect();
    assert_eq!(names, ["  name: app", "  name: not-there", "  name: web-tls"], "{yaml}");
    assert_eq!(yaml.matches("secretKey:").count(), 5, "{yaml}");

    plane.kubectl_ok([
        "create",
        "role",
        "deployments",
        "-n",
        "deployment-secrets",
        "--verb=get",
        "--resource=deployments",
    ]);
    plane.kubectl_ok([
        "create",
        "rolebinding",
        "deployments",
        "-n",
        "deployment-secrets",
        "--role=deployments",
        "--user=carol",
    ]);
    let ended = discreet(plane, &format!("{words} --as carol"));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("are those that the Deployment names"), "{}", ended.stderr);
    assert_eq!(ended.stdout.matches("secretKey:").count(), 2, "{}", ended.stdout);
    assert_eq!(ended.stdout.matches("dataFrom:").count(), 1, "{}", ended.stdout);
}
