//! Policies of expressions, from one engine to the other and back.

use std::collections::BTreeMap;

use harden_admission::conversion::convert;
use harden_admission::kyverno::{expressions, policy};
use harden_admission::{Cluster, Object, Operation, Request, Verdict, gatekeeper, kubernetes};
use harden_core::intents::Engine;
use harden_core::kubernetes::MinorVersion;
use harness::Need;
use serde_json::{Value, json};

use super::suites::{actions, folders, read, requests, some};
use super::{Judge, is_refusal, objects};

const VERSION: MinorVersion = MinorVersion(37);

#[test]
fn validating_policies_go_to_the_api_server_and_back() {
    let is_one = |it: &Object| it.is("policies.kyverno.io", "ValidatingPolicy");
    there_and_back(is_one, Engine::Kubernetes, 60, 16);
}

#[test]
fn validating_policies_go_to_gatekeeper_and_back() {
    let is_one = |it: &Object| it.is("policies.kyverno.io", "ValidatingPolicy");
    there_and_back(is_one, Engine::Gatekeeper, 60, 16);
}

#[test]
fn cluster_policies_go_to_gatekeeper_and_back() {
    let is_one = |it: &Object| it.is("kyverno.io", "ClusterPolicy");
    there_and_back(is_one, Engine::Gatekeeper, 45, 4);
}

#[test]
fn cluster_policies_go_to_the_api_server() {
    let is_one = |it: &Object| it.is("kyverno.io", "ClusterPolicy");
    there_and_back(is_one, Engine::Kubernetes, 45, 4);
}

fn there_and_back(is_one: impl Fn(&Object) -> bool, to: Engine, least: usize, most: usize) {
    let Some(root) = Need::Answers.at("kyverno-policies") else { return };
    let (mut all, mut whole, mut pairs, mut refused) = (0, 0, 0, 0);
    let mut lost: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for folder in folders(&root).iter().flat_map(|it| folders(it)) {
        let mut documents = Vec::new();
        read(&folder, &mut documents);
        let resources: Vec<Object> = documents
            .iter()
            .filter(|it| !it.kind().is_empty() && !it.group().ends_with("kyverno.io"))
            .cloned()
            .collect();
        for from in documents.iter().filter(|it| is_one(it)) {
            all += 1;
            let there = convert(std::slice::from_ref(from), to);
            if let Some(it) = there.lost.iter().find(|it| !it.is_part) {
                let why: String = it.why.chars().take(160).collect();
                *lost.entry(why).or_default() += 1;
                continue;
            }
            whole += 1;
            let there = objects(&there);
            let back = convert(&there, Engine::Kyverno);
            wrong.extend(back.lost.iter().map(|it| format!("{}: back: {it:?}", from.name())));
            let mut cluster = Cluster::new(VERSION);
            cluster.is_whole = true;
            for it in resources.iter().map(Object::namespace).chain(["team-a"]) {
                cluster.add(Object::new(
                    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {
                        "name": it, "labels": {"kubernetes.io/metadata.name": it},
                    }}),
                ));
            }
            let says = [
                asked(std::slice::from_ref(from), &cluster),
                asked(&there, &cluster),
                asked(&objects(&back), &cluster),
            ];
            let resources = some(&resources, most);
            let mut all = requests(&resources, &cluster, false);
            all.extend(requests(&resources, &cluster, true).into_iter().step_by(3));
            for request in all {
                // As it is installed, Gatekeeper is not asked.
                if to == Engine::Gatekeeper && request.operation == Operation::Delete {
                    continue;
                }
                let answers = says.each_ref().map(|it| it(&request));
                if answers.iter().flatten().any(|it| it.verdict == Verdict::NotJudged) {
                    continue;
                }
                pairs += 1;
                let done = answers.each_ref().map(|it| actions(it));
                refused += usize::from(!done[0].is_empty());
                if done.iter().any(|it| *it != done[0]) {
                    let subject = request.subject().unwrap();
                    let messages = answers.each_ref().map(|it| {
                        let bad = it.iter().filter(|it| is_refusal(it));
                        bad.map(|it| {
                            it.message
                                .chars()
                                .rev()
                                .take(200)
                                .collect::<String>()
                                .chars()
                                .rev()
                                .collect()
                        })
                        .collect::<Vec<String>>()
                    });
                    wrong.push(format!(
                        "{} {:?} {} {}: {done:?} {messages:?}",
                        from.name(),
                        request.operation,
                        subject.kind(),
                        subject.name()
                    ));
                }
            }
        }
    }
    println!(
        "{whole} of {all} policies converted; {pairs} requests, {refused} refused, {} differ; not converted: {lost:#?}",
        wrong.len()
    );
    let shown = wrong.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} differ:\n{shown}", wrong.len());
    assert!(whole * 100 >= all * least, "{whole} of {all}");
    assert!(refused > 50, "{refused}");
}

/// What all engines say.
pub(super) fn asked(objects: &[Object], cluster: &Cluster) -> Judge {
    let server = kubernetes::Policies::read(objects, cluster);
    let kyverno = expressions::Policies::read(objects, cluster);
    let old = policy::Policies::read(objects, cluster);
    let gatekeeper = gatekeeper::Policies::read(objects, cluster);
    Box::new(move |request: &Request<'_>| {
        let mut answers = server.validate(request);
        answers.extend(kyverno.validate(request));
        answers.extend(old.validate(request));
        answers.extend(gatekeeper.validate(request));
        let refused = server.refused().iter().chain(kyverno.refused()).chain(old.refused());
        let refused = refused.chain(gatekeeper.refused());
        answers.extend(refused.cloned());
        answers
    })
}

fn policy_and_binding() -> [Value; 2] {
    [
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": "p"},
            "spec": {
                "failurePolicy": "Fail",
                "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
                "matchConstraints": {"resourceRules": [{
                    "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods"],
                }]},
                "matchConditions": [{"name": "c", "expression": "params.data.on == 'true'"}],
                "validations": [{"expression": "oldObject != null || object.metadata.name == params.data.name"}],
            },
        }),
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": "b"},
            "spec": {
                "policyName": "p",
                "validationActions": ["Deny"],
                "paramRef": {"name": "c", "namespace": "a", "parameterNotFoundAction": "Deny"},
                "matchResources": {"objectSelector": {"matchExpressions": [{"key": "skip", "operator": "DoesNotExist"}]}},
            },
        }),
    ]
}

#[test]
fn parameters_at_hand_are_written_into_the_policy() {
    let [policy, binding] = policy_and_binding().map(Object::new);
    let params = Object::new(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "a"},
        "data": {"on": "true", "name": "good"},
    }));
    let without = convert(&[policy.clone(), binding.clone()], Engine::Kyverno);
    assert!(without.manifests.is_empty());
    assert_eq!(without.lost[0].at, "/spec/paramKind");
    let from = [policy, binding, params.clone()];
    let made = convert(&from, Engine::Kyverno);
    assert!(made.lost.is_empty(), "{:?}", made.lost);
    let mut cluster = Cluster::new(VERSION);
    cluster.is_whole = true;
    cluster.add(params);
    let says = [asked(&from, &cluster), asked(&objects(&made), &cluster)];
    let pod = |name: &str, labels: Value| {
        Object::new(
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "a", "labels": labels}}),
        )
    };
    let pods = [pod("good", json!({})), pod("bad", json!({})), pod("bad", json!({"skip": "1"}))];
    let requests = requests(&pods, &cluster, false);
    for (request, is_refused) in requests.iter().zip([false, true, false]) {
        for it in &says {
            assert_eq!(it(request).iter().any(is_refusal), is_refused, "{:?}", it(request));
        }
    }
}

#[test]
fn each_binding_makes_a_policy_and_none_is_said() {
    let [mut policy, mut binding] = policy_and_binding();
    policy["spec"].as_object_mut().unwrap().remove("paramKind");
    policy["spec"]["matchConditions"] = json!([]);
    policy["spec"]["validations"] = json!([{"expression": "object.metadata.name != 'bad'"}]);
    binding["spec"].as_object_mut().unwrap().remove("paramRef");
    let mut other = binding.clone();
    other["metadata"]["name"] = json!("other");
    other["spec"]["validationActions"] = json!(["Audit"]);
    let [policy, binding, other] = [policy, binding, other].map(Object::new);
    let names = |objects: &[Object]| {
        let made = convert(objects, Engine::Kyverno);
        made.manifests.into_iter().map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&[policy.clone(), binding.clone()]), ["p"]);
    assert_eq!(names(&[binding, policy.clone(), other]), ["p-b", "p-other"]);
    let none = convert(&[policy], Engine::Kyverno);
    assert!(none.manifests.is_empty() && none.lost.len() == 1);
}
