//! Templates and constraints, on small objects.

use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use super::*;
use crate::User;

fn template(kind: &str, rego: &str) -> Value {
    json!({
        "apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate",
        "metadata": {"name": kind.to_lowercase()},
        "spec": {
            "crd": {"spec": {"names": {"kind": kind}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": rego}],
        },
    })
}

fn constraint(kind: &str, spec: impl Into<Value>) -> Value {
    let spec: Value = spec.into();
    json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind, "metadata": {"name": "c"}, "spec": spec,
    })
}

const DENIES: &str = "package k\nviolation[{\"msg\": \"no\"}] { true }";

fn pod() -> Object {
    Object::new(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "ns"},
        "spec": {"containers": [{"name": "a", "image": "nginx"}]},
    }))
}

/// What policies say of the Pod, and what is refused of them.
fn judge(policies: &[Value], cluster: &Cluster) -> (Vec<Answer>, Vec<Answer>) {
    let objects: Vec<Object> = policies.iter().cloned().map(Object::new).collect();
    assert!(objects.iter().all(Policies::takes));
    let policies = Policies::read(&objects, cluster);
    let request = Request {
        operation: Operation::Create,
        object: Some(pod()),
        old: None,
        subresource: String::new(),
        user: User { name: "alice".to_owned(), ..User::default() },
        is_dry_run: false,
        cluster,
    };
    (policies.validate(&request), policies.refused().to_vec())
}

fn cluster(objects: &[Value]) -> Cluster {
    let mut cluster = Cluster::new(MinorVersion(36));
    objects.iter().for_each(|it| cluster.add(Object::new(it.clone())));
    cluster
}

/// The verdict and the message of the only answer.
fn only(policies: &[Value]) -> (Verdict, String) {
    let (mut answers, refused) = judge(policies, &cluster(&[]));
    assert!(refused.iter().all(|it| it.verdict == Verdict::NotJudged), "{refused:?}");
    assert_eq!(answers.len(), 1, "{answers:?}");
    let answer = answers.remove(0);
    (answer.verdict, answer.message)
}

#[test]
fn a_violation_is_told_as_the_webhook_tells_it() {
    let rego = "package k\nviolation[{\"msg\": msg, \"details\": {\"user\": u}}] {\n u := input.review.userInfo.username\n msg := sprintf(\"%v %v\", [u, input.parameters.x]) }";
    let mut it = template("K", rego);
    it["spec"]["crd"]["spec"]["validation"] = json!({"openAPIV3Schema": {
        "type": "object", "properties": {"x": {"type": "integer", "default": 3}},
    }});
    let policies = [it, constraint("K", json!({"parameters": {}}))];
    let (answers, _) = judge(&policies, &cluster(&[]));
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].policy.to_string(), "K c");
    assert_eq!((answers[0].verdict, answers[0].action), (Verdict::Fail, Action::Deny));
    assert_eq!(answers[0].message, "[c] alice 3");
    assert_eq!(answers[0].reasons[0].at, "/spec/targets/0/rego");
    assert_eq!(
        answers[0].reasons[0].values,
        [("details".to_owned(), "{\"user\":\"alice\"}".to_owned())]
    );
}

#[test]
fn actions_are_those_of_the_webhook() {
    let action = |spec: Value| {
        let (answers, refused) =
            judge(&[template("K", DENIES), constraint("K", spec)], &cluster(&[]));
        assert!(refused.is_empty(), "{refused:?}");
        answers.first().map(|it| it.action)
    };
    assert_eq!(action(json!({})), Some(Action::Deny));
    assert_eq!(action(json!({"enforcementAction": "warn"})), Some(Action::Warn));
    assert_eq!(action(json!({"enforcementAction": "dryrun"})), Some(Action::Audit));
    let scoped = |action: &str, point: &str| {
        json!({
            "enforcementAction": "scoped",
            "scopedEnforcementActions": [{"action": action, "enforcementPoints": [{"name": point}]}],
        })
    };
    assert_eq!(action(scoped("warn", "validation.gatekeeper.sh")), Some(Action::Warn));
    assert_eq!(action(scoped("deny", "*")), Some(Action::Deny));
    assert_eq!(action(scoped("deny", "audit.gatekeeper.sh")), Some(Action::Audit));
    assert_eq!(action(scoped("deny", "vap.k8s.io")), None);
}

#[test]
fn what_a_match_leaves_out_is_skipped_and_other_kinds_are_not_told() {
    let answers =
        |spec: Value| judge(&[template("K", DENIES), constraint("K", spec)], &cluster(&[])).0;
    let kinds = json!([{"apiGroups": ["apps"], "kinds": ["*"]}]);
    assert_eq!(answers(json!({"match": {"kinds": kinds}})), []);
    let found = answers(json!({"match": {"excludedNamespaces": ["n*"]}}));
    assert_eq!(found[0].verdict, Verdict::Skip);
    assert_eq!(found[0].message, "spec.match.excludedNamespaces leaves the object out");
}

#[test]
fn labels_of_a_namespace_that_is_not_at_hand_are_not_guessed() {
    let selector =
        |key: &str| json!({"match": {"namespaceSelector": {"matchLabels": {key: "ns"}}}});
    let policies = |key| [template("K", DENIES), constraint("K", selector(key))];
    assert_eq!(only(&policies("team")).0, Verdict::NotJudged);
    assert_eq!(only(&policies("kubernetes.io/metadata.name")).0, Verdict::Fail);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns", "labels": {"team": "ns"}}});
    assert_eq!(judge(&policies("team"), &cluster(&[namespace])).0[0].verdict, Verdict::Fail);
}

#[test]
fn a_config_excludes_namespaces() {
    let config = json!({
        "apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config"},
        "spec": {"match": [{"excludedNamespaces": ["n*"], "processes": ["webhook"]}]},
    });
    let (verdict, message) = only(&[template("K", DENIES), constraint("K", json!({})), config]);
    assert_eq!(verdict, Verdict::Skip);
    assert_eq!(message, "Namespace is set to be ignored by Gatekeeper config");
}

#[test]
fn namespaces_and_operations_that_the_webhook_is_not_called_for_are_skipped() {
    let objects = [template("K", DENIES), constraint("K", json!({}))].map(Object::new);
    let verdict = |cluster: &Cluster, operation: Operation, subresource: &str| {
        let policies = Policies::read(&objects, cluster);
        let request = Request {
            operation,
            object: Some(pod()),
            old: Some(pod()),
            subresource: subresource.to_owned(),
            user: User::default(),
            is_dry_run: false,
            cluster,
        };
        policies.validate(&request)[0].verdict
    };
    let namespace = |labels: Value| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns", "labels": labels}});
    let labelled = cluster(&[namespace(json!({"admission.gatekeeper.sh/ignore": "yes"}))]);
    assert_eq!(verdict(&labelled, Operation::Create, ""), Verdict::Skip);
    let mut bare = cluster(&[namespace(json!({}))]);
    assert_eq!(verdict(&bare, Operation::Update, ""), Verdict::Fail);
    assert_eq!(verdict(&bare, Operation::Update, "status"), Verdict::Skip);
    assert_eq!(verdict(&bare, Operation::Update, "ephemeralcontainers"), Verdict::Fail);
    assert_eq!(verdict(&bare, Operation::Delete, ""), Verdict::NotJudged);
    bare.is_whole = true;
    assert_eq!(verdict(&bare, Operation::Delete, ""), Verdict::Skip);
    let webhook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "gatekeeper-validating-webhook-configuration"},
        "webhooks": [{
            "name": "validation.gatekeeper.sh", "rules": [{"operations": ["DELETE"]}],
            "namespaceSelector": {"matchLabels": {"judged": "yes"}},
        }],
    });
    let configured = cluster(&[webhook, namespace(json!({"judged": "yes"}))]);
    assert_eq!(verdict(&configured, Operation::Delete, ""), Verdict::Fail);
    assert_eq!(verdict(&configured, Operation::Create, ""), Verdict::Skip);
}

#[test]
fn templates_look_up_what_gatekeeper_keeps_of_the_cluster() {
    let rego = "package k\nviolation[{\"msg\": name}] { data.inventory.namespace[_][\"v1\"].Service[name] }";
    let service = |name: &str| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "x"}});
    let policies = vec![template("K", rego), constraint("K", json!({}))];
    let mut whole = cluster(&[service("s")]);
    whole.is_whole = true;
    assert_eq!(judge(&policies, &whole).0[0].message, "[c] s");
    // What is not at hand may be there.
    assert_eq!(judge(&policies, &cluster(&[service("s")])).0[0].verdict, Verdict::NotJudged);
    let kept = |kind: &str| {
        json!({
            "apiVersion": "syncset.gatekeeper.sh/v1alpha1", "kind": "SyncSet", "metadata": {"name": "s"},
            "spec": {"gvks": [{"group": "", "version": "v1", "kind": kind}]},
        })
    };
    let with = |kind: &str| [policies.clone(), vec![kept(kind)]].concat();
    assert_eq!(judge(&with("Service"), &whole).0[0].verdict, Verdict::Fail);
    assert_eq!(judge(&with("Secret"), &whole).0[0].verdict, Verdict::Pass);
}

#[test]
fn no_value_of_a_secret_of_the_inventory_is_told() {
    let rego = "package k\nviolation[{\"msg\": msg, \"details\": s}] {\n s := data.inventory.namespace.x.v1.Secret.db\n msg := sprintf(\"%v %v\", [s.data, base64.decode(s.data.password)]) }";
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "x"},
        "data": {"password": "bTRya2VyLW9uZQ=="}});
    let mut whole = cluster(&[secret]);
    whole.is_whole = true;
    let (answers, _) = judge(&[template("K", rego), constraint("K", json!({}))], &whole);
    assert_eq!(answers[0].message, "[c] {\"password\": \"(hidden)\"} (hidden)");
    let said = format!("{answers:?}");
    assert!(!said.contains("m4rker") && !said.contains("bTRya2Vy"), "{said}");
}

#[test]
fn details_that_share_what_is_in_them_are_told_as_far_as_they_go() {
    let lists: String = (1..19).map(|it| format!(" a{it} := [a{0}, a{0}]\n", it - 1)).collect();
    let rego = format!(
        "package k\nviolation[{{\"msg\": \"x\", \"details\": {{\"a\": a18}}}}] {{\n a0 := [1]\n{lists}}}"
    );
    let policies = [template("K", &rego), constraint("K", json!({}))];
    let (answers, refused) = judge(&policies, &cluster(&[]));
    assert_eq!(refused, []);
    assert_eq!(answers[0].reasons[0].values[0].1, "too much to be told");
}

#[test]
fn what_gatekeeper_refuses_is_told() {
    let broken = |change: fn(&mut Value)| {
        let mut it = template("K", DENIES);
        change(&mut it);
        it
    };
    let cases = [
        (
            broken(|it| it["metadata"]["name"] = "x".into()),
            "/metadata/name",
            "is not equal to the lowercase of CRD's Kind",
        ),
        (
            broken(|it| it["spec"]["targets"] = json!([])),
            "/spec/targets",
            "must declare exactly one target",
        ),
        (
            broken(|it| it["spec"]["targets"][0]["target"] = "x".into()),
            "/spec/targets/0/target",
            "target \"x\" not recognized",
        ),
        (
            broken(|it| it["spec"]["targets"][0]["rego"] = "package k\ndeny { true }".into()),
            "/spec/targets/0/rego",
            "missing required rules: [violation]",
        ),
        (
            broken(|it| {
                it["spec"]["targets"][0]["rego"] =
                    "package k\nviolation[{\"msg\": \"\"}] { f(1) }".into();
            }),
            "/spec/targets/0/rego",
            "template:2: rego_type_error: undefined function f",
        ),
        (
            broken(|it| {
                it["spec"]["crd"]["spec"]["validation"] =
                    json!({"openAPIV3Schema": {"properties": {}}});
            }),
            "/spec/crd/spec/validation/openAPIV3Schema",
            "type: Required value",
        ),
    ];
    for (it, at, message) in cases {
        let (_, refused) = judge(&[it], &cluster(&[]));
        assert_eq!((refused[0].verdict, refused[0].reasons[0].at.as_str()), (Verdict::Error, at));
        assert!(refused[0].message.contains(message), "{}", refused[0].message);
    }
    let constraints = [
        (constraint("Other", json!({})), "/kind", "template \"other\" not found"),
        (
            constraint("K", json!({"parameters": {}})),
            "/spec/parameters",
            "unknown fields: [spec.parameters]",
        ),
        (
            constraint("K", json!({"match": {"namespaces": "a"}})),
            "/spec/match/namespaces",
            "must be of type array",
        ),
        (constraint("K", json!({"match": {"source": "x"}})), "/spec/match", "invalid source field"),
        (
            constraint("K", json!({"enforcementAction": "scoped"})),
            "/spec/enforcementAction",
            "must be defined",
        ),
    ];
    for (it, at, message) in constraints {
        let (answers, refused) = judge(&[template("K", DENIES), it], &cluster(&[]));
        assert_eq!(answers, []);
        assert_eq!(
            (refused[0].verdict, refused[0].reasons[0].at.as_str()),
            (Verdict::Error, at),
            "{refused:?}"
        );
        assert!(refused[0].message.contains(message), "{}", refused[0].message);
    }
}

#[test]
fn what_is_not_known_is_not_judged() {
    for (rego, why) in [
        (
            "package k\nviolation[{\"msg\": \"m\"}] { external_data({\"provider\": \"p\", \"keys\": []}) }",
            "external_data",
        ),
        ("package k\nviolation[{\"msg\": \"m\"}] { time.now_ns() > 0 }", "time of the request"),
        (
            "package k\nviolation[{\"msg\": n}] { {\"name\": n} := input.review.object.metadata }",
            "pattern of an object",
        ),
        (
            "package k\nviolation[{\"msg\": \"m\"}] { regex.match(\"(?s).\", \"x\") }",
            "regular expression",
        ),
        ("package k\nviolation[{\"nomsg\": \"m\"}] { true }", "no objects with a message"),
    ] {
        let (verdict, message) = only(&[template("K", rego), constraint("K", json!({}))]);
        assert_eq!(verdict, Verdict::NotJudged, "{rego}");
        assert!(message.contains(why), "{message}");
    }
}

#[test]
fn a_hostile_template_is_an_error() {
    let nested = format!(
        "package k\nviolation[{{\"msg\": \"m\"}}] {{ x := {}1{} }}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let chain =
        format!("package k\nviolation[{{\"msg\": \"m\"}}] {{ x := 1{} }}", " + 1".repeat(5_000));
    let doubled = |start: &str, step: &str| {
        let steps: String = (0..40)
            .map(|at| {
                step.replace("NEXT", &format!("x{}", at + 1)).replace("LAST", &format!("x{at}"))
            })
            .collect();
        format!("package k\nviolation[{{\"msg\": \"m\"}}] {{\n x0 := {start}\n{steps} }}")
    };
    let hostile = [
        "package k\nviolation[{\"msg\": \"m\"}] { a := numbers.range(1, 1000)[_]; b := numbers.range(1, 1000)[_]; c := numbers.range(1, 1000)[_]; a + b == c * 7919 }".to_owned(),
        "package k\nviolation[{\"msg\": \"m\"}] { f(10) }\nf(x) { not g(x) }\ng(x) { y := numbers.range(1, 3000)[_]; z := numbers.range(1, 3000)[_]; y * z == 0 - x }".to_owned(),
        "package k\nviolation[{\"msg\": \"m\"}] { count(numbers.range(1, 1000000000)) > 0 }".to_owned(),
        doubled("\"aaaaaaaa\"", " NEXT := concat(\"\", [LAST, LAST])\n"),
        doubled("[1]", " NEXT := array.concat(LAST, LAST)\n"),
        doubled("[1]", " NEXT := sprintf(\"%v\", [[LAST, LAST]])\n"),
        doubled("\"a\"", " NEXT := replace(LAST, \"a\", \"aaaaaaaa\")\n"),
        format!("package k\nviolation[{{\"msg\": \"m\"}}] {{ x := sprintf(\"%{}d\", [1]) }}", 999_999).replace("x := sprintf", "y := numbers.range(1, 100)[_]; x := sprintf"),
        "package k\nviolation[{\"msg\": \"m\"}] { x := concat(\"\", [c | numbers.range(1, 20000)[_]; c := \"aaaaaaaaaaaaaaaaaaaa\"]); regex.match(\"(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*(a|aa)*b\", x) }".to_owned(),
    ];
    for rego in hostile {
        let (verdict, message) = only(&[template("K", &rego), constraint("K", json!({}))]);
        assert_eq!(verdict, Verdict::Error, "{message}\n{rego}");
        assert!(message.contains("takes too many steps or too much memory"), "{message}");
    }
    for rego in [nested, chain] {
        let (verdict, message) = only(&[template("K", &rego), constraint("K", json!({}))]);
        assert_eq!(verdict, Verdict::NotJudged);
        assert!(message.contains("nested too deep"), "{message}");
    }
    let recursive =
        "package k\nviolation[{\"msg\": \"m\"}] { f(1) }\nf(x) { g(x) }\ng(x) { f(x + 1) }";
    let (_, refused) = judge(&[template("K", recursive)], &cluster(&[]));
    assert!(refused[0].message.contains("rego_recursion_error"), "{}", refused[0].message);
}

#[test]
fn evaluations_do_not_see_each_other() {
    let rego = "package k\nviolation[{\"msg\": n}] { n := input.review.object.metadata.name }";
    let objects = [template("K", rego), constraint("K", json!({}))].map(Object::new);
    let cluster = cluster(&[]);
    let policies = Policies::read(&objects, &cluster);
    for name in ["a", "b", "a"] {
        let mut object = pod().json().clone();
        object["metadata"]["name"] = name.into();
        let request = Request {
            operation: Operation::Create,
            object: Some(Object::new(object)),
            old: None,
            subresource: String::new(),
            user: User::default(),
            is_dry_run: false,
            cluster: &cluster,
        };
        assert_eq!(policies.validate(&request)[0].message, format!("[c] {name}"));
    }
}

#[test]
fn expressions_of_templates_are_evaluated_with_their_variables() {
    let source = json!({
        "variables": [
            {"name": "images", "expression": "variables.anyObject.spec.containers.map(c, c.image)"},
            {"name": "bad", "expression": "variables.images.filter(it, it == variables.params.image)"},
            {"name": "broken", "expression": "object.spec.nothing"},
        ],
        "validations": [
            {"expression": "size(variables.bad) == 0", "messageExpression": "'bad: ' + variables.bad.join(', ')"},
            {"expression": "true || variables.broken == 1", "message": "never"},
            {"expression": "variables.broken == 1"},
        ],
    });
    let with = |source: &Value| {
        let mut it = template("K", "");
        it["spec"]["targets"][0] = json!({
            "target": "admission.k8s.gatekeeper.sh",
            "code": [{"engine": "Rego", "source": {"rego": DENIES}}, {"engine": "K8sNativeValidation", "source": source}],
        });
        it["spec"]["crd"]["spec"]["validation"] = json!({"openAPIV3Schema": {
            "type": "object", "properties": {"image": {"type": "string"}},
        }});
        [it, constraint("K", json!({"parameters": {"image": "nginx"}}))]
    };
    let (answers, _) = judge(&with(&source), &cluster(&[]));
    let messages: Vec<(Verdict, &str)> =
        answers.iter().map(|it| (it.verdict, it.message.as_str())).collect();
    let error = "[c] expression 'variables.broken == 1' resulted in error: composited variable \"broken\" fails to \
                 evaluate: no such key: nothing";
    assert_eq!(messages, [(Verdict::Fail, "[c] bad: nginx"), (Verdict::Error, error)]);
    assert_eq!(answers[0].reasons[0].at, "/spec/targets/0/code/1/source/validations/0/expression");
    assert!(
        answers[0].reasons[0]
            .values
            .contains(&("variables.bad".to_owned(), "[\"nginx\"]".to_owned()))
    );

    let mut ignoring = source.clone();
    ignoring["failurePolicy"] = "Ignore".into();
    let (answers, _) = judge(&with(&ignoring), &cluster(&[]));
    assert_eq!(answers[1].action, Action::Ignore);
    let mut conditional = source;
    conditional["matchCondition"] =
        json!([{"name": "m", "expression": "object.metadata.name != 'p'"}]);
    let (answers, _) = judge(&with(&conditional), &cluster(&[]));
    assert_eq!(answers[0].verdict, Verdict::Skip);
}

#[test]
fn values_of_a_secret_are_told_to_nobody() {
    let rego = "package k\nviolation[{\"msg\": msg, \"details\": {\"d\": d}}] {\n d := input.review.object.data\n msg := base64.decode(d.x) }";
    let objects = [template("K", rego), constraint("K", json!({}))].map(Object::new);
    let cluster = cluster(&[]);
    let request = Request {
        operation: Operation::Create,
        object: Some(Object::new(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"x": "aHVudGVyMg=="},
        }))),
        old: None,
        subresource: String::new(),
        user: User::default(),
        is_dry_run: false,
        cluster: &cluster,
    };
    let answers = Policies::read(&objects, &cluster).validate(&request);
    assert_eq!(answers[0].message, "[c] (hidden)");
    assert_eq!(answers[0].reasons[0].values[0].1, "{\"d\":{\"x\":\"(hidden)\"}}");
}
