//! What the webhook tells of what violates constraints.

use super::*;

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
