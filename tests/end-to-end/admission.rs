//! `simulate admission` of a cluster: its live policies, and what its server itself says.

use std::fs;
use std::process::Command;

use harness::{ControlPlane, Options, eventually};
use serde_json::{Value, json};

use crate::harden::{Ended, command, finish};
use crate::page::commands;

const POLICIES: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {tier: gold}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: limits, namespace: shop}
data: {replicas: '3'}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: limits.example.com}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]}
  variables: [{name: most, expression: \"int(params.data['replicas'])\"}]
  validations:
  - expression: object.spec.replicas <= variables.most
    messageExpression: \"'at most ' + string(variables.most) + ' replicas, not ' + string(object.spec.replicas)\"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: limits.example.com}
spec:
  policyName: limits.example.com
  validationActions: [Deny]
  paramRef: {name: limits, namespace: shop, parameterNotFoundAction: Deny}
  matchResources: {namespaceSelector: {matchLabels: {tier: gold}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: images.example.com}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: ['', apps], apiVersions: [v1], operations: [CREATE], resources: [pods, deployments]}
  matchConditions: [{name: not-admin, expression: \"!('exempt' in request.userInfo.groups)\"}]
  variables:
  - {name: spec, expression: \"object.kind == 'Pod' ? object.spec : object.spec.template.spec\"}
  validations:
  - {expression: \"variables.spec.containers.all(c, c.image.matches('^[^:]+:[0-9.]+$'))\", message: say a version}
  - {expression: \"!has(variables.spec.hostNetwork)\", reason: Forbidden}
  - {expression: \"variables.spec.volumes.all(v, has(v.projected) || has(v.configMap))\"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: images.example.com}
spec: {policyName: images.example.com, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: owner.example.com}
spec:
  matchConstraints: {resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: ['deployments']}]}
  validations: [{expression: \"has(object.metadata.labels) && 'team' in object.metadata.labels\", message: say whose it is}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: owner.example.com}
spec: {policyName: owner.example.com, validationActions: [Warn, Audit]}
";

fn deployment(name: &str, namespace: &str, labels: &str, spec: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}, labels: {labels}}}\n\
         spec: {{{spec}selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{{pod}}}}}}}\n"
    )
}

/// Objects of all sorts, each by itself.
fn objects() -> Vec<String> {
    let plain =
        "containers: [{name: a, image: 'web:1'}], volumes: [{name: v, configMap: {name: c}}]";
    let team = "{team: a}";
    let pod = |name: &str, spec: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{{spec}}}\n"
        )
    };
    vec![
        deployment("sound", "shop", team, "", plain),
        deployment("many", "shop", team, "replicas: 7, ", plain),
        deployment("elsewhere", "default", team, "replicas: 7, ", plain),
        deployment("nobodys", "shop", "{}", "replicas: 3, ", plain),
        deployment("latest", "shop", team, "", &plain.replace("web:1", "web:latest")),
        deployment("no-volumes", "shop", team, "", "containers: [{name: a, image: 'web:1'}]"),
        deployment("quiet", "shop", team, "", &format!("hostNetwork: false, {plain}")),
        deployment("host", "shop", team, "", &format!("hostNetwork: true, {plain}")),
        pod("plain", plain),
        pod("no-volumes", "containers: [{name: a, image: 'web:1'}]"),
        pod(
            "no-token",
            "automountServiceAccountToken: false, containers: [{name: a, image: 'web:1'}]",
        ),
        pod("empty", &plain.replace("configMap: {name: c}", "emptyDir: {}")),
        pod("default", &plain.replace(", configMap: {name: c}", "")),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: shop}\n".to_owned(),
    ]
}

fn simulate(plane: &ControlPlane, words: &[&str]) -> Ended {
    let mut command = command();
    command.env("KUBECONFIG", plane.kubeconfig()).args(["simulate", "admission"]).args(words);
    finish(&mut command, "")
}

/// What refuses an object, in the words of the answer, and what warns of it.
fn said(answer: &Value) -> (Vec<String>, Vec<String>) {
    let answers = answer["answers"].as_array().unwrap();
    let messages = |is: &dyn Fn(&Value) -> bool| {
        let messages = answers.iter().filter(|it| is(it));
        messages.map(|it| it["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let refused = messages(&|it| it["refused"] == true);
    let warned = messages(&|it| it["result"] == "fail" && it["action"] == "warn");
    (refused, warned)
}

#[test]
fn live_policies_say_what_the_server_says() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(POLICIES);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("object.yaml");
    let path = file.to_str().unwrap();
    fs::write(&file, deployment("latest", "shop", "{}", "", "containers: [{name: a, image: web}]"))
        .unwrap();
    let create = |context: &str| -> (bool, String) {
        let words = ["--context", context, "create", "--dry-run=server", "-f", path];
        let output = plane.kubectl(words).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    eventually("policies", || {
        let (_, words) = create("admin");
        (words.contains("images.example.com") && words.contains("owner.example.com")).then_some(())
    });
    let mut refusals = 0;
    for object in objects() {
        fs::write(&file, &object).unwrap();
        let (is_admitted, words) = create("admin");
        let ended = simulate(&plane, &[path, "-o", "json"]);
        let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
        let (refused, warned) = said(&answer);
        assert_eq!(ended.code, i32::from(!is_admitted), "{object}{words}\n{answer}");
        assert_eq!(refused.is_empty(), is_admitted, "{object}{words}\n{refused:?}");
        // The server stops at the first refusal of a policy.
        assert!(is_admitted || refused.iter().any(|it| words.contains(it)), "{words}\n{refused:?}");
        assert!(warned.iter().all(|it| words.contains(it)), "{words}\n{warned:?}");
        assert_eq!(words.contains("say whose it is"), !warned.is_empty(), "{words}");
        assert_eq!(answer["coverage"]["incomplete"], json!([]));
        refusals += usize::from(!is_admitted);
    }
    assert_eq!(refusals, 7);
    // Who is exempt is.
    fs::write(&file, deployment("latest", "shop", "{}", "", "containers: [{name: a, image: web}]"))
        .unwrap();
    let words = [path, "--user", "alice", "--group", "exempt", "--allow-incomplete"];
    assert_eq!(simulate(&plane, &words).code, 0);
    // Nothing was made.
    assert_eq!(plane.kubectl_ok(["get", "deployments,pods", "-A", "-o", "name"]), "");
    check_rights(&plane, path);
    check_page(&plane);
}

/// Whoever may not list policies is told so, and nothing counts as admitted.
fn check_rights(plane: &ControlPlane, path: &str) {
    let ended = simulate(plane, &[path, "--context", "bob"]);
    assert_eq!(ended.code, 3, "{}", ended.stdout);
    let said =
        "not known: validatingadmissionpolicies.admissionregistration.k8s.io: forbidden for bob\n";
    assert!(ended.stdout.contains(said), "{}", ended.stdout);
    assert!(ended.stdout.starts_with("Deployment shop/latest: not known"), "{}", ended.stdout);
    plane.apply(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: policies}\n\
         rules:\n- {apiGroups: [admissionregistration.k8s.io], resources: ['*'], verbs: [list]}\n\
         - {apiGroups: [''], resources: [configmaps], verbs: [list]}\n- {apiGroups: [''], resources: [namespaces], verbs: [get]}\n\
         ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: policies}\n\
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: policies}\n\
         subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: bob}]\n",
    );
    let ended = eventually("rights", || {
        let ended = simulate(plane, &[path, "--context", "bob"]);
        (ended.code == 1).then_some(ended)
    });
    assert!(!ended.stdout.contains("not known"), "{}", ended.stdout);
}

/// What the page tells to run on a cluster works.
fn check_page(plane: &ControlPlane) {
    let page = include_str!("../../docs/admission.md");
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("manifests")).unwrap();
    fs::write(folder.path().join("manifests/web.yaml"), objects().remove(0)).unwrap();
    let is_live =
        |it: &&str| !["--policy", "--snapshot", "--test"].iter().any(|flag| it.contains(flag));
    let lines: Vec<_> = commands(page).into_iter().filter(is_live).collect();
    assert_eq!(lines.len(), 1);
    for line in lines {
        let words = line.strip_prefix("kubectl harden ").unwrap();
        let mut command: Command = command();
        command.env("KUBECONFIG", plane.kubeconfig()).current_dir(folder.path());
        finish(command.args(words.split_whitespace()), "").ok();
    }
}
