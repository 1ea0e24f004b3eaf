//! Gatekeeper's library as policies of the other engines.

use std::collections::BTreeMap;
use std::path::Path;

use harden_admission::conversion::convert;
use harden_admission::{Cluster, Object, Verdict, gatekeeper};
use harden_core::intents::Engine;
use harden_core::kubernetes::MinorVersion;
use harness::Need;
use serde_json::{Value, json};

use super::engines::asked;
use super::suites::{actions, folders, read, requests};
use super::{is_refusal, objects};

const VERSION: MinorVersion = MinorVersion(37);

#[test]
fn constraints_in_cel_say_the_same_to_other_engines() {
    let Some(root) = Need::Answers.at("gatekeeper-library") else { return };
    let (mut whole, mut pairs, mut refused) = (0, 0, 0);
    let mut lost: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for folder in suites(&root) {
        let mut documents = Vec::new();
        read(&folder, &mut documents);
        let is_policy = |it: &&Object| it.group().ends_with("gatekeeper.sh");
        let resources: Vec<Object> = documents
            .iter()
            .filter(|it| !is_policy(it) && !it.kind().is_empty())
            .cloned()
            .collect();
        let templates: Vec<&Object> =
            documents.iter().filter(|it| it.kind() == "ConstraintTemplate").collect();
        for constraint in documents.iter().filter(|it| it.group() == "constraints.gatekeeper.sh") {
            let mut from: Vec<Object> = templates.iter().map(|it| (*it).clone()).collect();
            from.truncate(1);
            from.push(constraint.clone());
            let [there, other] = [Engine::Kubernetes, Engine::Kyverno].map(|it| convert(&from, it));
            let back = convert(&objects(&there), Engine::Gatekeeper);
            let made = [there, other, back];
            if let Some(it) = made.iter().flat_map(|it| &it.lost).next() {
                let why: String =
                    it.why.chars().rev().take(60).collect::<String>().chars().rev().collect();
                *lost.entry(why).or_default() += 1;
                continue;
            }
            whole += 1;
            let mut cluster = Cluster::new(VERSION);
            cluster.is_whole = true;
            for it in resources
                .iter()
                .map(Object::namespace)
                .chain(["team-a"])
                .filter(|it| !it.is_empty())
            {
                cluster.add(Object::new(
                    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {
                        "name": it, "labels": {"kubernetes.io/metadata.name": it},
                    }}),
                ));
            }
            let old = gatekeeper::Policies::read(&from, &cluster);
            let says = made.each_ref().map(|it| asked(&objects(it), &cluster));
            for request in requests(&resources, &cluster, false) {
                let before = old.validate(&request);
                let after = says.each_ref().map(|it| it(&request));
                if before
                    .iter()
                    .chain(after.iter().flatten())
                    .any(|it| it.verdict == Verdict::NotJudged)
                {
                    continue;
                }
                pairs += 1;
                let expected = actions(&before);
                refused += usize::from(!expected.is_empty());
                let got = after.each_ref().map(|it| actions(it));
                if got.iter().any(|it| *it != expected) {
                    let subject = request.subject().unwrap();
                    let messages = after.each_ref().map(|it| {
                        it.iter()
                            .filter(|it| is_refusal(it))
                            .map(|it| it.message.clone())
                            .collect::<Vec<_>>()
                    });
                    wrong.push(format!(
                        "{} {} {}: {expected:?} {got:?} {messages:?}",
                        constraint.name(),
                        subject.kind(),
                        subject.name()
                    ));
                }
            }
        }
    }
    println!(
        "{whole} constraints converted; {pairs} requests, {refused} refused, {} differ; not converted: {lost:#?}",
        wrong.len()
    );
    let shown = wrong.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} differ:\n{shown}", wrong.len());
    assert!(whole > 5 && refused > 10, "{whole} {refused}");
}

/// The folders with templates.
fn suites(folder: &Path) -> Vec<std::path::PathBuf> {
    if folder.join("template.yaml").is_file() {
        return vec![folder.to_owned()];
    }
    folders(folder).iter().flat_map(|it| suites(it)).collect()
}

fn template() -> Value {
    json!({
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": "named"},
        "spec": {
            "crd": {"spec": {"names": {"kind": "Named"}, "validation": {"openAPIV3Schema": {
                "type": "object", "properties": {"prefix": {"type": "string"}},
            }}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "code": [{
                "engine": "K8sNativeValidation",
                "source": {"validations": [{"expression": "variables.anyObject.metadata.name.startsWith(variables.params.prefix)", "message": "m"}]},
            }]}],
        },
    })
}

fn constraint(matched: &Value) -> Value {
    json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": "Named",
        "metadata": {"name": "c"},
        "spec": {"parameters": {"prefix": "good"}, "match": matched},
    })
}

#[test]
fn what_constraints_are_about_is_kept() {
    let pod = |name: &str, namespace: &str, labels: Value| {
        Object::new(
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace, "labels": labels}}),
        )
    };
    let resources = [
        pod("good", "a", json!({})),
        pod("bad", "a", json!({"x": "1"})),
        pod("bad", "kube-system", json!({"x": "2"})),
        Object::new(
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-public", "labels": {"x": "1"}}}),
        ),
        Object::new(
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "bad"}}),
        ),
        Object::new(
            json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "bad", "namespace": "a"}}),
        ),
    ];
    let mut cluster = Cluster::new(VERSION);
    cluster.is_whole = true;
    for name in ["a", "kube-system"] {
        cluster.add(Object::new(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"n": name}}})));
    }
    for matched in [
        json!({}),
        json!({"kinds": [{"apiGroups": [""], "kinds": ["Pod", "Namespace"]}]}),
        json!({"kinds": [{"apiGroups": ["*"], "kinds": ["Thing"]}]}),
        json!({"scope": "Cluster"}),
        json!({"scope": "Namespaced"}),
        json!({"namespaces": ["kube-*"]}),
        json!({"excludedNamespaces": ["*system", "b"]}),
        json!({"labelSelector": {"matchLabels": {"x": "1"}}}),
        json!({"labelSelector": {"matchExpressions": [{"key": "x", "operator": "NotIn", "values": ["1"]}]}}),
        json!({"namespaceSelector": {"matchExpressions": [{"key": "n", "operator": "In", "values": ["a"]}]}}),
        json!({"name": "b*"}),
        json!({"name": "bad"}),
    ] {
        let from = [template(), constraint(&matched)].map(Object::new);
        let old = gatekeeper::Policies::read(&from, &cluster);
        for engine in [Engine::Kubernetes, Engine::Kyverno] {
            let made = convert(&from, engine);
            assert!(made.lost.is_empty(), "{matched}: {:?}", made.lost);
            let says = asked(&objects(&made), &cluster);
            for request in requests(&resources, &cluster, false) {
                let answers = says(&request);
                let subject = request.subject().unwrap();
                assert_eq!(
                    actions(&answers),
                    actions(&old.validate(&request)),
                    "{matched} {engine:?} {} {}: {answers:?}",
                    subject.kind(),
                    subject.name()
                );
            }
        }
    }
}

#[test]
fn rego_and_lone_objects_are_said_to_be_lost() {
    let mut rego = template();
    rego["spec"]["targets"][0] = json!({"target": "admission.k8s.gatekeeper.sh", "rego": "package a\nviolation[{\"msg\": \"m\"}] { true }"});
    let [rego, template, constraint] = [rego, template(), constraint(&json!({}))].map(Object::new);
    let why = |objects: &[Object]| {
        let made = convert(objects, Engine::Kubernetes);
        assert!(made.manifests.is_empty());
        made.lost.into_iter().map(|it| it.why).collect::<Vec<_>>()
    };
    assert!(why(&[rego, constraint.clone()])[0].ends_with("Rego is not converted"));
    assert_eq!(why(&[template]).len(), 1);
    assert_eq!(why(&[constraint]), ["the template is not among the objects"]);
}
