//! Random ValidatingAdmissionPolicies with a binding each.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::expressions::expression;

/// A policy of this name and its binding, about objects with the label `policy` of that name.
pub(crate) fn policy(name: &str, dice: &mut Dice) -> [Value; 2] {
    let has_params = dice.chance(30);
    let variables: Vec<Value> = (0..dice.below(3))
        .map(|index| {
            let kind = *dice.pick(&['S', 'I', 'L', 'X', 'B']);
            json!({"name": format!("v{index}"), "expression": expression(kind, dice)})
        })
        .collect();
    let validations: Vec<Value> =
        (0..=dice.below(2)).map(|_| validation(has_params, variables.len(), dice)).collect();
    let mut spec = json!({
        "failurePolicy": dice.pick(&["Fail", "Fail", "Ignore"]),
        "matchConstraints": constraints(name, dice),
        "variables": variables,
        "validations": validations,
    });
    if has_params {
        spec["paramKind"] = json!({"apiVersion": "v1", "kind": "ConfigMap"});
    }
    if dice.chance(30) {
        let conditions: Vec<Value> = (0..=dice.below(2))
            .map(|index| json!({"name": format!("c{index}"), "expression": condition(has_params, dice)}))
            .collect();
        spec["matchConditions"] = conditions.into();
    }
    if dice.chance(20) {
        let value = match dice.below(3) {
            0 => "null".to_owned(),
            1 => format!("{} ? {} : null", condition(has_params, dice), expression('S', dice)),
            _ => expression('S', dice),
        };
        spec["auditAnnotations"] = json!([{"key": "told", "valueExpression": value}]);
    }
    if dice.chance(5) {
        flaw(&mut spec, dice);
    }
    let kind = |kind: &str, spec: Value| {
        let api_version = "admissionregistration.k8s.io/v1";
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec})
    };
    [
        kind("ValidatingAdmissionPolicy", spec),
        kind("ValidatingAdmissionPolicyBinding", binding(name, has_params, dice)),
    ]
}

fn binding(name: &str, has_params: bool, dice: &mut Dice) -> Value {
    let mut binding = json!({"policyName": name, "validationActions": ["Deny"]});
    if has_params && dice.chance(90) {
        let action = *dice.pick(&["Allow", "Deny"]);
        let mut params = match dice.below(3) {
            0 => json!({"selector": {"matchLabels": {"only": "one"}}}),
            _ => json!({"name": dice.pick(&["params", "absent"])}),
        };
        params["parameterNotFoundAction"] = action.into();
        if dice.chance(40) {
            params["namespace"] = (*dice.pick(&["a", "b"])).into();
        }
        binding["paramRef"] = params;
    }
    if dice.chance(30) {
        binding["matchResources"] = match dice.below(4) {
            0 => json!({"namespaceSelector": {"matchLabels": {"team": "x"}}}),
            1 => {
                json!({"objectSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}})
            }
            2 => json!({"excludeResourceRules": [rule(dice)]}),
            _ => json!({"resourceRules": [rule(dice)], "matchPolicy": "Exact"}),
        };
    }
    binding
}

fn constraints(name: &str, dice: &mut Dice) -> Value {
    let mut rules = vec![
        json!({"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}),
    ];
    if dice.chance(30) {
        rules = (0..=dice.below(3)).map(|_| rule(dice)).collect();
    }
    let mut constraints =
        json!({"resourceRules": rules, "objectSelector": {"matchLabels": {"policy": name}}});
    match dice.below(8) {
        0 => {
            constraints["namespaceSelector"] = json!({"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["x"]}]});
        }
        1 => constraints["excludeResourceRules"] = json!([rule(dice)]),
        _ => {}
    }
    constraints
}

fn rule(dice: &mut Dice) -> Value {
    let mut rule = json!({
        "apiGroups": dice.pick(&[vec![""], vec!["apps"], vec!["", "apps"], vec!["*"]]),
        "apiVersions": dice.pick(&[vec!["v1"], vec!["v1beta1"], vec!["*"]]),
        "operations": dice.pick(&[vec!["CREATE"], vec!["UPDATE"], vec!["*"], vec!["CREATE", "DELETE"]]),
        "resources": dice.pick(&[vec!["pods"], vec!["deployments"], vec!["pods", "deployments"], vec!["*"], vec!["*/*"], vec!["pods/status"]]),
    });
    if dice.chance(20) {
        rule["scope"] = (*dice.pick(&["Namespaced", "Cluster", "*"])).into();
    }
    if dice.chance(10) {
        rule["resourceNames"] = json!(["web-0", "other"]);
    }
    rule
}

/// A condition that names what policies have beside the object.
fn condition(has_params: bool, dice: &mut Dice) -> String {
    let inner = expression('B', dice);
    let text = expression('S', dice);
    match dice.below(12) {
        0 => format!("request.operation == 'CREATE' && {inner}"),
        1 => format!("request.namespace == 'a' ? {inner} : true"),
        2 => "namespaceObject.metadata.labels['team'] == 'x'".to_owned(),
        3 => format!("namespaceObject.metadata.name in [{text}, 'a']"),
        4 => format!("request.userInfo.groups.exists(it, it == {text}) || {inner}"),
        5 => "request.userInfo.username == 'admin' && request.dryRun".to_owned(),
        6 => format!("oldObject == null && {inner}"),
        7 => "has(request.subResource) || has(request.name)".to_owned(),
        8 => format!("request.kind.kind + request.resource.resource == {text}"),
        9 => "oldObject.metadata.name == 'x'".to_owned(),
        10 if has_params => format!("params.data['k'] == {text}"),
        11 if has_params => "params == null || has(params.data)".to_owned(),
        _ => inner,
    }
}

fn validation(has_params: bool, variables: usize, dice: &mut Dice) -> Value {
    let mut source = condition(has_params, dice);
    if variables > 0 && dice.chance(60) {
        let name = format!("variables.v{}", dice.below(variables));
        source = match dice.below(4) {
            0 => format!("{name} == {}", expression('S', dice)),
            1 => format!("string({name}) != 'x'"),
            2 => format!("{name} || {source}"),
            _ => format!("size({name}) > 1 && {source}"),
        };
    }
    let mut validation = json!({"expression": source});
    if dice.chance(50) {
        validation["message"] = (*dice.pick(&["no", " padded ", "must be x"])).into();
    }
    if dice.chance(40) {
        validation["messageExpression"] = expression('S', dice).into();
    }
    if dice.chance(30) {
        validation["reason"] =
            (*dice.pick(&["Forbidden", "Invalid", "RequestEntityTooLarge"])).into();
    }
    validation
}

/// Something that the server does not store.
fn flaw(spec: &mut Value, dice: &mut Dice) {
    match dice.below(8) {
        0 => spec["validations"] = json!([]),
        1 => spec["validations"][0]["message"] = "a\nb".into(),
        2 => spec["validations"][0]["reason"] = "Unauthorized".into(),
        3 => spec["failurePolicy"] = "Never".into(),
        4 => spec["matchConstraints"]["resourceRules"] = json!([]),
        5 => spec["matchConstraints"]["resourceRules"][0]["operations"] = json!(["*", "CREATE"]),
        6 => spec["validations"][0]["expression"] = "object.spec.replicas".into(),
        _ => {
            spec["matchConditions"] =
                json!([{"name": "c", "expression": "true"}, {"name": "c", "expression": "true"}]);
        }
    }
}
