//! What policies say of requests.

use harden_core::kubernetes::MinorVersion;
use serde_json::{Value as Json, json};

use super::Policies;
use crate::{Action, Answer, Cluster, Object, Operation, Request, User, Verdict};

const VERSION: MinorVersion = MinorVersion(36);

#[expect(clippy::needless_pass_by_value, reason = "it is written where it is passed")]
fn policy(kind: &str, spec: Json) -> Object {
    Object::new(json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": kind, "metadata": {"name": "p"}, "spec": spec,
    }))
}

fn of_pods(mut spec: Json) -> Json {
    spec["matchConstraints"] = json!({"resourceRules": [{
        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods"],
    }]});
    spec
}

fn pod(spec: &Json) -> Object {
    Object::new(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", "namespace": "n"}, "spec": spec,
    }))
}

fn deployment(spec: &Json) -> Object {
    Object::new(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x", "namespace": "n"},
        "spec": {"template": {"metadata": {"labels": {"a": "b"}}, "spec": spec}},
    }))
}

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(VERSION);
    cluster.is_whole = true;
    cluster
}

fn create<'c>(object: &Object, cluster: &'c Cluster) -> Request<'c> {
    Request {
        operation: Operation::Create,
        object: Some(object.clone()),
        old: None,
        subresource: String::new(),
        user: User::default(),
        is_dry_run: false,
        cluster,
    }
}

fn validate(policies: &[Object], object: &Object, cluster: &Cluster) -> Vec<Answer> {
    let read = Policies::read(policies, cluster);
    assert!(read.refused().is_empty(), "{:?}", read.refused());
    read.validate(&create(object, cluster))
}

fn verdicts(policies: &[Object], object: &Object) -> Vec<(Verdict, String)> {
    let answers = validate(policies, object, &cluster());
    answers.into_iter().map(|it| (it.verdict, it.message)).collect()
}

fn refusal(policy: Object) -> (Verdict, String) {
    let read = Policies::read(&[policy], &cluster());
    let [refused] = read.refused() else { panic!("{:?}", read.refused()) };
    (refused.verdict, refused.message.clone())
}

#[test]
fn the_first_validation_that_fails_decides_and_says_why() {
    let spec = of_pods(json!({
        "validationActions": ["Audit", "Warn"],
        "variables": [{"name": "names", "expression": "object.spec.containers.map(c, c.name)"}],
        "validations": [
            {"expression": "size(variables.names) > 0"},
            {"expression": "!object.spec.?hostPID.orValue(false)", "messageExpression":
                "'host of ' + variables.names.join(',')"},
            {"expression": "false", "message": "never told"},
        ],
    }));
    let pod = pod(&json!({"hostPID": true, "containers": [{"name": "a"}, {"name": "b"}]}));
    let answers = validate(&[policy("ValidatingPolicy", spec)], &pod, &cluster());
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((answer.verdict, answer.action), (Verdict::Fail, Action::Warn));
    assert_eq!(answer.message, "host of a,b");
    assert_eq!(answer.reasons[0].at, "/spec/validations/1/expression");
    assert_eq!(answer.reasons[0].values, [("object.spec.hostPID".to_owned(), "true".to_owned())]);
}

#[test]
fn conditions_leave_requests_out_and_their_errors_are_told() {
    let with = |condition: &str, failure_policy: &str| {
        let spec = of_pods(json!({
            "failurePolicy": failure_policy,
            "matchConditions": [{"name": "c", "expression": condition}],
            "validations": [{"expression": "true"}],
        }));
        verdicts(&[policy("ValidatingPolicy", spec)], &pod(&json!({"containers": []})))
    };
    assert_eq!(with("true", "Fail"), [(Verdict::Pass, "success".to_owned())]);
    assert_eq!(with("false", "Fail"), [(Verdict::Skip, "skip".to_owned())]);
    assert_eq!(
        with("object.spec.none == 1", "Fail"),
        [(Verdict::Error, "failed to load context: no such key: none".to_owned())]
    );
    assert_eq!(with("object.spec.none == 1", "Ignore"), [(Verdict::Skip, "skip".to_owned())]);
}

#[test]
fn a_rule_for_pods_holds_for_their_controllers() {
    let spec = of_pods(json!({"validations": [
        {"expression": "object.spec.containers.all(c, c.image != 'bad')", "message": "bad"},
    ]}));
    let of = |image: &str| {
        let object = deployment(&json!({"containers": [{"name": "a", "image": image}]}));
        verdicts(&[policy("ValidatingPolicy", spec.clone())], &object)
    };
    assert_eq!(of("good"), [(Verdict::Pass, "success".to_owned())]);
    assert_eq!(of("bad"), [(Verdict::Fail, "bad".to_owned())]);
}

#[test]
fn pods_are_taken_out_of_kinds_that_are_named() {
    let spec = of_pods(json!({
        "autogen": {"podControllers": {"controllers": ["jobsets.v1alpha2.jobset.x-k8s.io"]}},
        "validations": [{
            "expression": "object.spec.containers.all(c, c.image != 'bad') && oldObject == null",
            "message": "bad",
        }],
    }));
    let of = |image: &str| {
        let object = Object::new(json!({
            "apiVersion": "jobset.x-k8s.io/v1alpha2", "kind": "JobSet", "metadata": {"name": "s"},
            "spec": {"jobs": [{"template": {"spec": {"containers": [{"name": "a", "image": image}]}}}]},
        }));
        verdicts(&[policy("ValidatingPolicy", spec.clone())], &object)
    };
    assert_eq!(of("good"), [(Verdict::Pass, "success".to_owned())]);
    let bad = "bad (pod template at spec.jobs[0].template)".to_owned();
    assert_eq!(of("bad"), [(Verdict::Fail, bad)]);
}

#[test]
fn exceptions_exempt_all_or_name_what_is_allowed() {
    let spec = of_pods(json!({"validations": [{
        "expression": "object.spec.containers.all(c, c.image in exceptions.allowedImages)",
        "message": "no",
    }]}));
    let exception = |spec: Json| {
        let mut spec = spec;
        spec["policyRefs"] = json!([{"name": "p", "kind": "ValidatingPolicy"}]);
        Object::new(json!({
            "apiVersion": "policies.kyverno.io/v1", "kind": "PolicyException",
            "metadata": {"name": "e", "namespace": "k"}, "spec": spec,
        }))
    };
    let pod = pod(&json!({"containers": [{"name": "a", "image": "i"}]}));
    let with = |exceptions: &[Object]| {
        let mut objects = vec![policy("ValidatingPolicy", spec.clone())];
        objects.extend(exceptions.iter().cloned());
        verdicts(&objects, &pod)
    };
    assert_eq!(with(&[]), [(Verdict::Fail, "no".to_owned())]);
    let images = exception(json!({"images": ["i"]}));
    assert_eq!(with(&[images]), [(Verdict::Pass, "success".to_owned())]);
    let message = |word: &str| format!("rule is {word} due to policy exception: k/e");
    assert_eq!(with(&[exception(json!({}))]), [(Verdict::Skip, message("skipped"))]);
    let passing = exception(json!({"reportResult": "pass"}));
    assert_eq!(with(&[passing]), [(Verdict::Pass, message("passed"))]);
    let other = exception(json!({"matchConditions": [{"name": "c", "expression": "false"}]}));
    assert_eq!(with(&[other]), [(Verdict::Fail, "no".to_owned())]);
}

#[test]
fn expressions_that_kyverno_refuses_are_refused() {
    let with = |expression: &str| {
        refusal(policy(
            "ValidatingPolicy",
            of_pods(json!({"validations": [{"expression": expression}]})),
        ))
    };
    let (verdict, message) = with("object.spec.?hostPID.orValue(false)");
    assert_eq!(verdict, Verdict::Error);
    assert_eq!(
        message,
        "spec.validations[0].expression: Invalid value: \"object.spec.?hostPID.orValue(false)\": output is \
         expected to be of type bool"
    );
    assert!(with("nobody.knows").1.contains("undeclared reference to 'nobody'"));
    assert!(with("namespaceObject.spec.none == ''").1.contains("undefined field 'none'"));
    assert!(with("[1, 'a'].size() == 2").1.contains("expected type 'int' but found 'string'"));
}

#[test]
fn objects_of_the_cluster_are_found_and_secrets_are_not_told() {
    let mut cluster = cluster();
    cluster.add(Object::new(json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "n"},
        "data": {"key": "c2VjcmV0"},
    })));
    let spec = of_pods(json!({
        "variables": [
            {"name": "s", "expression": "resource.Get('v1', 'secrets', 'n', 's')"},
            {"name": "none", "expression": "dyn(resource.Get('v1', 'secrets', 'n', 'none'))"},
            {"name": "all", "expression": "resource.List('v1', 'secrets', 'n').items"},
        ],
        "validations": [
            {"expression": "variables.none == null && size(variables.all) == 1"},
            {"expression": "variables.s.data.key == ''", "messageExpression": "'it is ' + variables.s.data.key"},
        ],
    }));
    let answers = validate(&[policy("ValidatingPolicy", spec)], &pod(&json!({})), &cluster);
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(answer.verdict, Verdict::Fail);
    assert!(!format!("{answer:?}").contains("c2VjcmV0"), "{answer:?}");
    assert!(answer.message.starts_with("it is "), "{answer:?}");
    cluster.is_whole = false;
    let spec = of_pods(json!({"validations": [
        {"expression": "dyn(resource.Get('v1', 'configmaps', 'n', 'c')) == null"},
    ]}));
    let answers = validate(&[policy("ValidatingPolicy", spec)], &pod(&json!({})), &cluster);
    assert_eq!(answers[0].verdict, Verdict::NotJudged);
}

#[test]
fn policies_of_a_namespace_are_about_that() {
    let spec = of_pods(json!({"validations": [
        {"expression": "dyn(resource.Get('v1', 'configmaps', 'c')) == null"},
    ]}));
    let in_namespace = |namespace: &str| {
        let mut json = policy("NamespacedValidatingPolicy", spec.clone()).json().clone();
        json["metadata"]["namespace"] = namespace.into();
        verdicts(&[Object::new(json)], &pod(&json!({})))
    };
    assert_eq!(in_namespace("n"), [(Verdict::Pass, "success".to_owned())]);
    assert_eq!(in_namespace("other"), []);
    let of_cluster = of_pods(json!({"validations": [
        {"expression": "dyn(resource.Get('v1', 'configmaps', 'c')) == null"},
    ]}));
    assert_eq!(refusal(policy("ValidatingPolicy", of_cluster)).0, Verdict::Error);
}

fn mutate(spec: Json, object: &Object) -> (Option<Json>, Vec<(Verdict, String)>) {
    let cluster = cluster();
    let read = Policies::read(&[policy("MutatingPolicy", spec)], &cluster);
    assert!(read.refused().is_empty(), "{:?}", read.refused());
    let mutated = read.mutate(&create(object, &cluster));
    let answers = mutated.answers.into_iter().map(|it| (it.verdict, it.message)).collect();
    (mutated.object.map(|it| it.json().clone()), answers)
}

#[test]
fn each_mutation_sees_what_the_one_before_made() {
    let spec = of_pods(json!({"mutations": [
        {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression":
            "Object{spec: Object.spec{containers: object.spec.containers.map(c,
                Object.spec.containers{name: c.name, image: 'r/' + c.image})}}"}},
        {"patchType": "JSONPatch", "jsonPatch": {"expression":
            "object.spec.containers.map(c, c.image.startsWith('r/') ?
                JSONPatch{op: 'add', path: '/metadata/labels', value: {'seen': c.image}} : null)
                .filter(p, p != null)"}},
    ]}));
    let pod = pod(&json!({"containers": [{"name": "a", "image": "i", "command": ["x"]}]}));
    let (object, answers) = mutate(spec, &pod);
    assert_eq!(answers, [(Verdict::Pass, "success".to_owned())]);
    let object = object.unwrap();
    assert_eq!(
        object["spec"]["containers"],
        json!([{"name": "a", "image": "r/i", "command": ["x"]}])
    );
    assert_eq!(object["metadata"]["labels"], json!({"seen": "r/i"}));
}

#[test]
fn messages_have_the_types_of_their_places() {
    let apply = |expression: &str| {
        let spec = of_pods(json!({"mutations": [
            {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}},
        ]}));
        mutate(spec, &pod(&json!({"containers": []})))
    };
    let (object, answers) = apply("Object{spec: Object.metadata{hostname: 'a'}}");
    assert_eq!(object, None);
    assert_eq!(answers[0].0, Verdict::Error);
    assert!(answers[0].1.contains("unexpected type name \"Object.metadata\""), "{answers:?}");
    let (object, answers) =
        apply("Object{spec: Object.spec{?hostname: optional.none(), subdomain: 'a'}}");
    assert_eq!(answers[0].0, Verdict::Pass);
    assert_eq!(object.unwrap()["spec"], json!({"containers": [], "subdomain": "a"}));
}

#[test]
fn a_patch_whose_test_does_not_hold_changes_nothing() {
    let spec = of_pods(json!({"mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression":
        "[JSONPatch{op: 'add', path: '/metadata/labels', value: {}},
          JSONPatch{op: 'test', path: '/spec/hostname', value: 'a'}]"}}]}));
    let pod = pod(&json!({"hostname": "b"}));
    let (object, answers) = mutate(spec, &pod);
    assert_eq!(answers, [(Verdict::Pass, "success".to_owned())]);
    assert_eq!(object.as_ref(), Some(pod.json()));
}

#[test]
fn what_is_applied_to_pods_is_applied_to_templates() {
    let spec =
        of_pods(json!({"mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration":
        {"expression": "Object{spec: Object.spec{hostNetwork: false}}"}}]}));
    let (object, answers) = mutate(spec, &deployment(&json!({"containers": []})));
    assert_eq!(answers, [(Verdict::Pass, "success".to_owned())]);
    let template = &object.unwrap()["spec"]["template"];
    assert_eq!(template["spec"], json!({"containers": [], "hostNetwork": false}));
}

#[test]
fn images_without_a_digest_fail_and_those_to_verify_are_not_judged() {
    let digest = format!("ghcr.io/o/i@sha256:{}", "0a".repeat(32));
    let of = |image: &str, configuration: Json| {
        let spec = of_pods(json!({
            "validationConfigurations": configuration,
            "matchImageReferences": [{"glob": "ghcr.io/*"}],
            "validations": [{"expression":
                "images.containers.map(i, verifyImageSignatures(i, [attestors.a])).all(e, e > 0)"}],
            "attestors": [{"name": "a"}],
        }));
        let pod = pod(&json!({"containers": [{"name": "a", "image": image}]}));
        verdicts(&[policy("ImageValidatingPolicy", spec)], &pod)[0].clone()
    };
    assert_eq!(of("quay.io/o/i", json!({})), (Verdict::Pass, "success".to_owned()));
    assert_eq!(of("ghcr.io/o/i", json!({})).0, Verdict::NotJudged);
    let message = "image ghcr.io/o/i does not have a digest".to_owned();
    assert_eq!(of("ghcr.io/o/i", json!({"mutateDigest": false})), (Verdict::Fail, message));
    assert_eq!(of(&digest, json!({})).0, Verdict::NotJudged);
}

#[test]
fn objects_are_generated_into_a_namespace() {
    let spec = of_pods(json!({"generate": [{"expression":
        "generator.Apply('t', [{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': object.metadata.name}}])"
    }]}));
    let cluster = cluster();
    let read = Policies::read(&[policy("GeneratingPolicy", spec)], &cluster);
    assert!(read.refused().is_empty(), "{:?}", read.refused());
    let request = create(&pod(&json!({})), &cluster);
    assert_eq!(read.validate(&request)[0].verdict, Verdict::Pass);
    let made = read.mutate(&request).others;
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].object.json()["metadata"], json!({"name": "x", "namespace": "t"}));
}

#[test]
fn policies_that_admission_does_not_ask_say_nothing() {
    let spec = of_pods(json!({
        "evaluation": {"admission": {"enabled": false}}, "validations": [{"expression": "false"}],
    }));
    assert_eq!(verdicts(&[policy("ValidatingPolicy", spec)], &pod(&json!({}))), []);
}

#[test]
fn objects_that_are_there_are_changed_because_of_others() {
    let mut cluster = cluster();
    let config = |name: &str, label: &str| {
        Object::new(json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": "n", "labels": {"of": label}},
        }))
    };
    cluster.add(config("a", "x"));
    cluster.add(config("b", "y"));
    let spec = of_pods(json!({
        "evaluation": {"mutateExisting": {"enabled": true}},
        "targetMatchConstraints": {"resourceRules": [{
            "apiGroups": [""], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["configmaps"],
        }]},
        "targetMatchConditions": [{"name": "c", "expression": "object.metadata.labels.of == 'x'"}],
        "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression":
            "Object{metadata: Object.metadata{labels: Object.metadata.labels{by: request.name}}}"}}],
    }));
    let read = Policies::read(&[policy("MutatingPolicy", spec)], &cluster);
    assert!(read.refused().is_empty(), "{:?}", read.refused());
    let others = read.mutate(&create(&pod(&json!({})), &cluster)).others;
    let [changed] = others.as_slice() else { panic!("{others:?}") };
    assert_eq!(changed.object.json()["metadata"]["labels"], json!({"of": "x", "by": "x"}));
}
