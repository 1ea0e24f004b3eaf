//! What policies of the API server say of requests.

mod mutations;

use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use super::Policies;
use crate::{Action, Answer, Cluster, Object, Operation, Request, User, Verdict};

fn policy(spec: Value) -> Object {
    let mut spec = spec;
    let rules = json!({"resourceRules": [
        {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]},
    ]});
    let fields = spec.as_object_mut().unwrap();
    fields.entry("matchConstraints").or_insert(rules);
    object("ValidatingAdmissionPolicy", "policy", &spec)
}

fn binding(spec: Value) -> Object {
    let mut spec = spec;
    let fields = spec.as_object_mut().unwrap();
    fields.entry("policyName").or_insert("policy".into());
    fields.entry("validationActions").or_insert(json!(["Deny"]));
    object("ValidatingAdmissionPolicyBinding", "binding", &spec)
}

/// A policy or a binding.
fn object(kind: &str, name: &str, spec: &Value) -> Object {
    let api_version = "admissionregistration.k8s.io/v1";
    Object::new(
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec}),
    )
}

fn pod() -> Object {
    Object::new(json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"hostNetwork": true, "containers": [{"name": "c", "image": "nginx"}]},
    }))
}

fn cluster() -> Cluster {
    Cluster::new(MinorVersion(37))
}

fn create(object: Object, cluster: &Cluster) -> Request<'_> {
    let user = User { name: "alice".to_owned(), ..User::default() };
    Request {
        operation: Operation::Create,
        object: Some(object),
        old: None,
        subresource: String::new(),
        user,
        is_dry_run: false,
        cluster,
    }
}

fn answers(objects: &[Object], object: Object, cluster: &Cluster) -> Vec<Answer> {
    let policies = Policies::read(objects, cluster);
    assert_eq!(policies.refused(), []);
    policies.validate(&create(object, cluster))
}

/// What a policy that is bound without more says of a pod.
fn judge(spec: Value) -> Vec<Answer> {
    answers(&[policy(spec), binding(json!({}))], pod(), &cluster())
}

fn verdicts(answers: &[Answer]) -> Vec<(Verdict, Action, &str)> {
    answers.iter().map(|it| (it.verdict, it.action, it.message.as_str())).collect()
}

fn refusals(spec: Value) -> Vec<String> {
    let policies = Policies::read(&[policy(spec)], &cluster());
    assert!(policies.is_empty());
    policies.refused().iter().map(|it| it.message.clone()).collect()
}

const DENIED: &str = "ValidatingAdmissionPolicy 'policy' with binding 'binding' denied request: ";

#[test]
fn a_validation_that_fails_refuses_in_the_words_of_the_server() {
    let answers = judge(json!({"validations": [
        {"expression": "object.spec.hostNetwork == false", "message": " no host network "},
        {"expression": "true"},
        {"expression": " object.spec.containers.size() > 1 "},
    ]}));
    let first = format!("{DENIED}no host network");
    let second = format!("{DENIED}failed expression: object.spec.containers.size() > 1");
    assert_eq!(
        verdicts(&answers),
        [(Verdict::Fail, Action::Deny, &*first), (Verdict::Fail, Action::Deny, &*second)]
    );
    let reason = &answers[0].reasons[0];
    assert_eq!(reason.at, "/spec/validations/0/expression");
    assert_eq!(reason.values, [("object.spec.hostNetwork".to_owned(), "true".to_owned())]);
}

#[test]
fn an_error_is_what_the_failure_policy_says() {
    let spec = |policy| json!({"failurePolicy": policy, "validations": [{"expression": "object.spec.nope == 1"}]});
    let error = "expression 'object.spec.nope == 1' resulted in error: no such key: nope";
    let denied = format!("{DENIED}{error}");
    assert_eq!(verdicts(&judge(spec("Fail"))), [(Verdict::Error, Action::Deny, &*denied)]);
    assert_eq!(verdicts(&judge(spec("Ignore"))), [(Verdict::Error, Action::Ignore, error)]);
}

#[test]
fn an_expression_makes_the_message_unless_it_makes_none() {
    let message = |expression: &str| {
        let answers = judge(json!({"validations": [
            {"expression": "false", "message": "else", "messageExpression": expression},
        ]}));
        answers[0].message.strip_prefix(DENIED).unwrap().to_owned()
    };
    assert_eq!(
        message("' ' + object.metadata.name + ' by ' + request.userInfo.username"),
        "web by alice"
    );
    assert_eq!(message("string(object.nope)"), "else");
    assert_eq!(message("'a\\nb'"), "else");
    assert_eq!(message("'  '"), "else");
}

#[test]
fn variables_build_on_each_other_and_are_evaluated_when_they_are_asked_for() {
    let variables = json!([
        {"name": "names", "expression": "object.spec.containers.map(it, it.name)"},
        {"name": "count", "expression": "size(variables.names)"},
        {"name": "wrong", "expression": "object.nope"},
    ]);
    let answers = judge(json!({"variables": variables, "validations": [
        {"expression": "variables.count == 1 || variables.wrong"},
        {"expression": "variables.wrong == 1"},
    ]}));
    let error = format!(
        "{DENIED}expression 'variables.wrong == 1' resulted in error: composited variable \"wrong\" fails \
         to evaluate: no such key: nope"
    );
    assert_eq!(verdicts(&answers), [(Verdict::Error, Action::Deny, &*error)]);
}

#[test]
fn conditions_leave_requests_out() {
    let spec = |expressions: [&str; 2]| {
        let condition =
            |(index, it): (usize, &str)| json!({"name": format!("c{index}"), "expression": it});
        let conditions: Vec<Value> = expressions.into_iter().enumerate().map(condition).collect();
        json!({"matchConditions": conditions, "validations": [{"expression": "false"}]})
    };
    assert_eq!(judge(spec(["true", "true"]))[0].verdict, Verdict::Fail);
    assert_eq!(
        judge(spec(["object.nope == 1", "request.userInfo.username != 'alice'"]))[0].verdict,
        Verdict::Skip
    );
    let failed = judge(spec(["object.nope == 1", "namespaceObject.metadata.name == 'shop'"]));
    assert_eq!(failed[0].verdict, Verdict::Error);
    assert!(failed[0].message.contains("[expression 'object.nope == 1' resulted"), "{failed:?}");
    assert!(failed[0].message.ends_with("no such key: metadata]"), "{failed:?}");
}

#[test]
fn rules_and_selectors_say_what_a_policy_is_about() {
    let is_about = |constraints: Value| {
        let spec =
            json!({"matchConstraints": constraints, "validations": [{"expression": "false"}]});
        !judge(spec).is_empty()
    };
    let rule = |resources: &str, operation: &str| json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": [operation], "resources": [resources]}]);
    assert!(is_about(json!({"resourceRules": rule("pods", "CREATE")})));
    assert!(!is_about(json!({"resourceRules": rule("pods", "UPDATE")})));
    assert!(!is_about(json!({"resourceRules": rule("pods/status", "*")})));
    assert!(is_about(json!({"resourceRules": rule("*/*", "*")})));
    let selecting = |app: &str, namespace: &str| {
        json!({
            "resourceRules": rule("pods", "*"),
            "objectSelector": {"matchLabels": {"app": app}},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        })
    };
    assert!(is_about(selecting("web", "shop")));
    assert!(!is_about(selecting("db", "shop")));
    assert!(!is_about(selecting("web", "kube-system")));
    let excluding =
        json!({"resourceRules": rule("*", "*"), "excludeResourceRules": rule("pods", "*")});
    assert!(!is_about(excluding));
    assert!(is_about(
        json!({"resourceRules": rule("pods", "*"), "excludeResourceRules": rule("pods", "DELETE")})
    ));
}

#[test]
fn labels_of_a_namespace_that_is_not_at_hand_are_not_judged() {
    let spec = json!({
        "matchConstraints": {
            "resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["pods"]}],
            "namespaceSelector": {"matchLabels": {"team": "a"}},
        },
        "validations": [{"expression": "false"}],
    });
    let objects = [policy(spec), binding(json!({}))];
    assert_eq!(answers(&objects, pod(), &cluster())[0].verdict, Verdict::NotJudged);
    let mut known = cluster();
    known.add(Object::new(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "a"}}})));
    assert_eq!(answers(&objects, pod(), &known)[0].verdict, Verdict::Fail);
}

#[test]
fn params_are_those_that_the_binding_names() {
    let spec = json!({
        "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
        "validations": [{"expression": "params.data.image == object.spec.containers[0].image"}],
    });
    let with = |param: Value| {
        answers(&[policy(spec.clone()), binding(json!({"paramRef": param}))], pod(), &{
            let mut cluster = cluster();
            cluster.is_whole = true;
            for (name, image) in [("a", "nginx"), ("b", "redis")] {
                cluster.add(Object::new(json!({
                    "apiVersion": "v1", "kind": "ConfigMap",
                    "metadata": {"name": name, "namespace": "shop", "labels": {"of": "policy"}},
                    "data": {"image": image},
                })));
            }
            cluster
        })
    };
    let verdict = |param: Value| with(param).iter().map(|it| it.verdict).collect::<Vec<_>>();
    let named = |name: &str, action: &str| json!({"name": name, "parameterNotFoundAction": action});
    assert_eq!(verdict(named("a", "Deny")), [Verdict::Pass]);
    assert_eq!(verdict(named("b", "Deny")), [Verdict::Fail]);
    assert_eq!(verdict(named("c", "Allow")), [Verdict::Skip]);
    let denied = with(named("c", "Deny"));
    assert_eq!(
        denied[0].message,
        format!(
            "{DENIED}failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
        )
    );
    let selected =
        json!({"selector": {"matchLabels": {"of": "policy"}}, "parameterNotFoundAction": "Deny"});
    assert_eq!(verdict(selected), [Verdict::Pass, Verdict::Fail]);
}

#[test]
fn what_the_server_refuses_to_store_is_refused() {
    assert_eq!(
        refusals(
            json!({"validations": [{"expression": "object.spec.?hostNetwork.orValue(false)"}]})
        ),
        ["ValidatingAdmissionPolicy.admissionregistration.k8s.io \"policy\" is invalid: \
          spec.validations[0].expression: Invalid value: \"object.spec.?hostNetwork.orValue(false)\": must \
          evaluate to bool but got dyn"]
    );
    assert_eq!(
        refusals(json!({"validations": [{"expression": "request.nope == 'a'"}]})),
        ["ValidatingAdmissionPolicy.admissionregistration.k8s.io \"policy\" is invalid: \
          spec.validations[0].expression: Invalid value: \"request.nope == 'a'\": compilation failed: ERROR: \
          <input>:1:8: undefined field 'nope'\n | request.nope == 'a'\n | .......^"]
    );
    assert_eq!(refusals(json!({"validations": [{"expression": "params.x == 1"}]})).len(), 1);
    assert_eq!(refusals(json!({"validations": [{"expression": "variables.x == 1"}]})).len(), 1);
    let message = json!({"validations": [{"expression": "true", "message": "a\nb"}]});
    assert!(refusals(message)[0].ends_with("must not contain line breaks"));
    let authorizer = "authorizer.group('').resource('pods').check('get').reason()";
    let message = json!({"validations": [{"expression": "true", "messageExpression": authorizer}]});
    assert_eq!(refusals(message).len(), 1);
    // What a server of the last version cannot read is not stored anew.
    let new = json!({"validations": [{"expression": "[1].includes(1)"}]});
    assert_eq!(refusals(new).len(), 1);
}

#[test]
fn the_authorizer_is_not_judged_where_it_is_asked() {
    let allowed = "authorizer.group('').resource('pods').check('get').allowed()";
    let verdict =
        |expression: String| judge(json!({"validations": [{"expression": expression}]}))[0].verdict;
    assert_eq!(verdict(allowed.to_owned()), Verdict::NotJudged);
    assert_eq!(verdict(format!("true || {allowed}")), Verdict::Pass);
}

#[test]
fn values_of_a_secret_are_not_told() {
    let secret = Object::new(json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "s", "namespace": "shop"}, "data": {"password": "aHVudGVyMg=="},
    }));
    let spec = json!({"validations": [{
        "expression": "object.data.password == 'x' && object.metadata.name == 's'",
        "messageExpression": "'it is ' + object.data.password",
    }]});
    let answers = answers(&[policy(spec), binding(json!({}))], secret, &cluster());
    let shown = format!("{answers:?}");
    assert!(!shown.contains("aHVudGVyMg"), "{shown}");
    assert!(shown.contains(r#"("object.metadata.name", "\"s\"")"#), "{shown}");
}

#[test]
fn policies_say_nothing_of_policies() {
    let objects = [policy(json!({"validations": [{"expression": "false"}]})), binding(json!({}))];
    assert_eq!(answers(&objects, objects[0].clone(), &cluster()), []);
}
