//! `simulate admission`: what is refused and why, what is not known, and what is never told.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use harden_yaml::documents;
use serde_json::{Value, json};

use crate::check::Folder;
use crate::gallery;
use crate::harden::{Ended, command, finish};
use crate::page::{commands, transcripts};

const TAGS: &str = include_str!("admission/tags.yaml");
const OWNER: &str = include_str!("admission/owner.yaml");
const REGISTRY: &str = include_str!("admission/registry.yaml");
pub(crate) const WEB: &str = include_str!("admission/web.yaml");

/// A deployment, policies of all engines, and a test of one of them.
pub(crate) fn folder() -> Folder {
    let before = WEB.replace("replicas: 2", "replicas: 3");
    Folder::with(&[
        ("manifests/web.yaml", WEB),
        ("before.yaml", &before),
        ("policies/tags.yaml", TAGS),
        ("policies/owner.yaml", OWNER),
        ("policies/registry.yaml", REGISTRY),
        ("tests/owner.yaml", OWNER),
        ("tests/web.yaml", WEB),
        ("tests/kyverno-test.yaml", TEST),
    ])
}

const TEST: &str = "apiVersion: cli.kyverno.io/v1alpha1
kind: Test
metadata: {name: owner}
policies: [owner.yaml]
resources: [web.yaml]
results: [{policy: owner, rule: team-label, kind: Deployment, resources: [web], result: fail}]
";

pub(crate) fn simulate(folder: &Folder, words: &str) -> Ended {
    let mut command = command();
    command.current_dir(folder.path());
    finish(command.args(["simulate", "admission"]).args(words.split_whitespace()), "")
}

/// The whole answer as JSON.
pub(crate) fn answer(folder: &Folder, words: &str) -> Value {
    let ended = simulate(folder, &format!("{words} -o json"));
    serde_json::from_str(&ended.stdout).unwrap_or_else(|it| panic!("{it}: {}", ended.stderr))
}

/// Policy, result and action of each answer.
pub(crate) fn results(answer: &Value) -> Vec<[&str; 3]> {
    let answers = answer["answers"].as_array().unwrap();
    let text = |it: &'_ Value, key: &str| -> &str {
        let text = it[key].as_str().unwrap();
        // The answers outlive this function.
        Box::leak(text.to_owned().into_boxed_str())
    };
    answers.iter().map(|it| ["policy", "result", "action"].map(|key| text(it, key))).collect()
}

#[test]
fn what_is_refused_comes_with_its_reason() {
    let folder = folder();
    let Ended { code, stdout, stderr } = simulate(&folder, "manifests --policy policies");
    assert_eq!((code, stderr.as_str()), (1, ""));
    gallery("terminal").bind(|| insta::assert_snapshot!("simulate-admission", stdout));
}

#[test]
fn json_has_an_answer_for_every_rule_and_object() {
    let folder = folder();
    let answer = answer(&folder, "manifests --policy policies");
    let expected =
        [["image-tags", "fail", "deny"], ["ours", "fail", "deny"], ["owner", "fail", "audit"]];
    assert_eq!(results(&answer), expected);
    let first = &answer["answers"][0];
    assert_eq!(
        (first["kind"].as_str(), first["namespace"].as_str(), first["name"].as_str()),
        (Some("Deployment"), Some("team-a"), Some("web"))
    );
    assert_eq!(first["reasons"][0]["file"], "policies/tags.yaml");
    assert_eq!(first["reasons"][0]["line"], 13);
    assert_eq!(answer["coverage"]["incomplete"], json!([]));
    assert_eq!(answer["version"], "v1");
}

#[test]
fn an_update_is_judged_by_what_was_there_before() {
    let folder = folder();
    let sound = WEB.replace("docker.io/web:latest", "registry.example.com/web:1");
    fs::write(folder.path().join("manifests/web.yaml"), &sound).unwrap();
    let created = simulate(&folder, "manifests --policy policies/tags.yaml");
    assert_eq!(created.code, 0, "{}", created.stdout);
    let updated = simulate(&folder, "manifests --policy policies/tags.yaml --old before.yaml");
    assert_eq!(updated.code, 1, "{}", updated.stdout);
    assert!(updated.stdout.contains("oldObject.spec.replicas = 3"), "{}", updated.stdout);
    let unknown = simulate(&folder, "manifests --policy policies/tags.yaml --operation update");
    assert_eq!(unknown.code, 3, "{}", unknown.stdout);
    assert!(unknown.stdout.contains("name it with --old"), "{}", unknown.stdout);
}

#[test]
fn what_the_server_would_refuse_leaves_the_answer_unknown() {
    let folder = folder();
    let broken = TAGS.replace("endsWith(':latest')", "endsWith(5)");
    fs::write(folder.path().join("policies/tags.yaml"), broken).unwrap();
    let answer = simulate(&folder, "manifests --policy policies/tags.yaml");
    assert_eq!(answer.code, 3, "{}", answer.stdout);
    let said = "not known: policies/tags.yaml:13: ValidatingAdmissionPolicy image-tags: it would be refused: ";
    assert!(answer.stdout.contains(said), "{}", answer.stdout);
    assert!(!answer.stdout.contains("admitted"), "{}", answer.stdout);
    assert_eq!(
        simulate(&folder, "manifests --policy policies/tags.yaml --allow-incomplete").code,
        0
    );
}

#[test]
fn a_policy_of_a_kind_that_is_not_understood_is_named() {
    let folder = folder();
    let other = "apiVersion: mutations.gatekeeper.sh/v1\nkind: AssignImage\nmetadata: {name: a}\n";
    fs::write(folder.path().join("policies/other.yaml"), other).unwrap();
    let answer = answer(&folder, "manifests --policy policies/other.yaml");
    let incomplete = answer["coverage"]["incomplete"].as_array().unwrap();
    assert_eq!(incomplete[0]["what"], "AssignImage a");
    assert_eq!(answer["coverage"]["admitted"], 0);
}

#[test]
fn broken_documents_and_templates_hide_no_sound_one() {
    let folder = folder();
    fs::write(folder.path().join("manifests/broken.yaml"), "a: [\n").unwrap();
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n";
    fs::write(folder.path().join("manifests/template.yaml"), template).unwrap();
    let answer = answer(&folder, "manifests --policy policies");
    let incomplete = answer["coverage"]["incomplete"].as_array().unwrap();
    assert_eq!(incomplete.len(), 2, "{incomplete:?}");
    assert_eq!(answer["coverage"]["refused"], 1);
}

#[test]
fn no_value_of_a_secret_is_told() {
    const SECRET: &str =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: m4rker}\n";
    const POLICIES: &str = "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: a}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [secrets]}]}
  validations:
  - expression: \"object.data.password == 'x'\"
    messageExpression: \"'it is ' + object.data.password\"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: a}
spec: {policyName: a, validationActions: [Deny]}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: b}
spec:
  rules:
  - name: c
    match: {any: [{resources: {kinds: [Secret]}}]}
    validate:
      failureAction: Enforce
      message: 'it is {{ request.object.data.password | base64_decode(@) }} or {{ request.object.data.password }}'
      deny: {conditions: {any: [{key: '{{ request.object.data.password }}', operator: NotEquals, value: x}]}}
---
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: k8sd}
spec:
  crd: {spec: {names: {kind: K8sD}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package k8sd
      violation[{\"msg\": msg}] {
        msg := sprintf(\"%v %v\", [input.review.object.data, base64.decode(input.review.object.data.password)])
      }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sD
metadata: {name: d}
spec: {match: {kinds: [{apiGroups: [''], kinds: [Secret]}]}}
";
    let folder = Folder::with(&[("secret.yaml", SECRET), ("policies.yaml", POLICIES)]);
    for format in ["text", "json"] {
        let words = format!("secret.yaml --policy policies.yaml -o {format}");
        let Ended { code, stdout, stderr } = simulate(&folder, &words);
        let said = stdout + &stderr;
        assert_eq!(code, 1, "{said}");
        assert!(!said.contains("m4rker") && !said.contains("bTRya2Vy"), "{said}");
        for name in ["ValidatingAdmissionPolicy", "ClusterPolicy", "K8sD"] {
            assert!(said.contains(name), "{name}: {said}");
        }
        assert!(said.contains("(hidden)"), "{said}");
    }
}

#[test]
fn tests_of_policies_are_run_as_they_are() {
    let folder = folder();
    let right = simulate(&folder, "--test tests");
    assert_eq!(right.code, 0, "{}", right.stdout);
    assert_eq!(right.stdout, "1 test file, 1 result: 1 as expected\n");
    let wrong = TEST.replace("result: fail", "result: pass");
    fs::write(folder.path().join("tests/kyverno-test.yaml"), wrong).unwrap();
    let Ended { code, stdout, stderr } = simulate(&folder, "--test tests");
    assert_eq!((code, stderr.as_str()), (1, ""));
    gallery("terminal").bind(|| insta::assert_snapshot!("simulate-admission-test", stdout));
}

/// A snapshot of a cluster with the policy on tags and the deployment.
pub(crate) fn snapshot() -> Vec<u8> {
    let header = r#"{"format":"kubectl-harden-snapshot","version":1,"tool":"0.1.0","context":"a","kubernetes":"v1.37","time":"2026-01-02T03:04:05Z","namespace":null,"configMapValues":true}"#;
    let kind = |group: &str, kind: &str, plural: &str, is_namespaced: bool| json!({"kind": {"group": group, "version": "v1", "kind": kind, "plural": plural, "namespaced": is_namespaced}});
    let end =
        |objects: usize| json!({"end": {"resourceVersion": "7", "objects": objects, "lack": null}});
    let objects: Vec<Value> = [TAGS, WEB]
        .iter()
        .flat_map(|it| documents(it).map(|it| it.to_json().unwrap()).collect::<Vec<_>>())
        .map(|it| json!({"object": serde_json::from_str::<Value>(&it).unwrap()}))
        .collect();
    let [policy, binding, web] = &objects[..] else { panic!("three objects") };
    let group = "admissionregistration.k8s.io";
    let lines = [
        kind(group, "ValidatingAdmissionPolicy", "validatingadmissionpolicies", false),
        policy.clone(),
        end(1),
        kind(group, "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", false),
        binding.clone(),
        end(1),
        kind("apps", "Deployment", "deployments", true),
        web.clone(),
        end(1),
        json!({"close": {"objects": 3}}),
    ];
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    writeln!(out, "{header}").unwrap();
    lines.iter().for_each(|it| writeln!(out, "{it}").unwrap());
    out.finish().unwrap()
}

#[test]
fn what_a_snapshot_holds_is_asked_and_judged() {
    let folder = folder();
    fs::write(folder.path().join("cluster.snapshot"), snapshot()).unwrap();
    let of_files = answer(&folder, "manifests --snapshot cluster.snapshot");
    assert_eq!(results(&of_files), [["image-tags", "fail", "deny"]]);
    let of_snapshot = answer(&folder, "--snapshot cluster.snapshot");
    assert_eq!(results(&of_snapshot), [["image-tags", "fail", "deny"]]);
    assert_eq!(of_snapshot["coverage"]["incomplete"], json!([]));
    let with_policies = answer(&folder, "--snapshot cluster.snapshot --policy policies/owner.yaml");
    assert_eq!(results(&with_policies), [["owner", "fail", "audit"]]);
    let twice = simulate(&folder, "manifests --snapshot -");
    assert_eq!(twice.code, 2, "{}", twice.stdout);
    assert!(twice.stderr.contains("name its file"), "{}", twice.stderr);
}

#[test]
fn the_page_shows_what_is_printed() {
    let page = include_str!("../../../docs/admission.md");
    let folder = folder();
    fs::write(folder.path().join("cluster.snapshot"), snapshot()).unwrap();
    let mut asked = 0;
    // `tests/end-to-end/admission.rs` runs what asks a cluster.
    let is_offline =
        |it: &&str| ["--policy", "--snapshot", "--test"].iter().any(|flag| it.contains(flag));
    for line in commands(page).into_iter().filter(is_offline) {
        let words = line.strip_prefix("kubectl harden simulate admission ").unwrap();
        let Ended { code, stdout, stderr } = simulate(&folder, words);
        let is_admitted = ["--operation delete", "--test"];
        let expected = i32::from(!is_admitted.iter().any(|it| line.contains(it)));
        assert_eq!((code, stderr.as_str()), (expected, ""), "{line}: {stdout}");
        asked += 1;
    }
    assert_eq!(asked, 8);
    let shown = transcripts(page);
    assert_eq!(shown.len(), 1);
    let words = shown[0].command.strip_prefix("kubectl harden simulate admission ").unwrap();
    let printed = simulate(&folder, words).stdout;
    assert!(shown[0].shows(&printed), "{printed}");
}
