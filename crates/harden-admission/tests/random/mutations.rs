//! Random MutatingAdmissionPolicies with a binding each.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::expressions::expression;

/// A policy of this name and its binding, about objects with the label `policy` of that name.
pub(crate) fn policy(name: &str, dice: &mut Dice) -> [Value; 2] {
    let mutations: Vec<Value> = (0..=dice.below(2))
        .map(|_| {
            if dice.chance(50) {
                json!({"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": configuration(dice)}})
            } else {
                json!({"patchType": "JSONPatch", "jsonPatch": {"expression": patch(dice)}})
            }
        })
        .collect();
    let mut spec = json!({
        "failurePolicy": dice.pick(&["Fail", "Fail", "Ignore"]),
        "reinvocationPolicy": dice.pick(&["Never", "IfNeeded"]),
        "matchConstraints": {
            "resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE"], "resources": ["*"]}],
            "objectSelector": {"matchLabels": {"policy": name}},
        },
        "variables": [{"name": "text", "expression": expression('S', dice)}],
        "mutations": mutations,
    });
    if dice.chance(20) {
        spec["matchConditions"] = json!([{"name": "c", "expression": expression('B', dice)}]);
    }
    let kind = |kind: &str, spec: Value| {
        let api_version = "admissionregistration.k8s.io/v1";
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec})
    };
    [
        kind("MutatingAdmissionPolicy", spec),
        kind("MutatingAdmissionPolicyBinding", json!({"policyName": name})),
    ]
}

fn text(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => expression('S', dice),
        1 => "variables.text".to_owned(),
        _ => (*dice.pick(&["'x'", "'web'", "'nginx:1.25'", "object.metadata.name", "'a-b'"]))
            .to_owned(),
    }
}

fn configuration(dice: &mut Dice) -> String {
    let text = text(dice);
    let name = *dice.pick(&["'c1'", "'web'", "'new'", "object.spec.containers[0].name"]);
    match dice.below(14) {
        0 => format!("Object{{metadata: Object.metadata{{labels: {{'added': {text}}}}}}}"),
        1 => format!("Object{{metadata: Object.metadata{{annotations: {{'a/c': {text}, 'a/b': 'y'}}}}}}"),
        2 => format!("Object{{spec: Object.spec{{replicas: {}}}}}", expression('I', dice)),
        3 => "Object{spec: Object.spec{hostNetwork: false, serviceAccountName: 'default'}}".to_owned(),
        4 => format!("Object{{spec: Object.spec{{containers: [Object.spec.containers{{name: {name}, image: {text}}}]}}}}"),
        5 => "Object{spec: Object.spec{containers: object.spec.containers.map(it, Object.spec.containers{name: it.name, \
              imagePullPolicy: 'Never'})}}"
            .to_owned(),
        6 => format!(
            "Object{{spec: Object.spec{{template: Object.spec.template{{spec: Object.spec.template.spec{{containers: \
             [Object.spec.template.spec.containers{{name: {name}, image: {text}, env: \
             [Object.spec.template.spec.containers.env{{name: 'A', value: {text}}}]}}]}}}}}}}}"
        ),
        7 => "Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: 'a', operator: 'Exists'}]}}".to_owned(),
        8 => "Object{spec: Object.wrong{replicas: 1}}".to_owned(),
        9 => "Object{spec: Object.spec{volumes: [Object.spec.volumes{name: 'data', emptyDir: \
              Object.spec.volumes.emptyDir{medium: 'Memory'}}, Object.spec.volumes{name: 'more', emptyDir: \
              Object.spec.volumes.emptyDir{}}]}}"
            .to_owned(),
        10 => format!("Object{{spec: Object.spec{{nope: {text}}}}}"),
        11 => format!("{} ? Object{{}} : Object{{metadata: Object.metadata{{labels: {{'t': 'x'}}}}}}", expression('B', dice)),
        12 => "Object{metadata: Object.metadata{?labels: optional.of({'o': 'x'}), finalizers: ['a/b']}}".to_owned(),
        _ => "Object{spec: Object.spec{securityContext: Object.spec.securityContext{runAsNonRoot: true}}}".to_owned(),
    }
}

fn patch(dice: &mut Dice) -> String {
    let text = text(dice);
    let operation = match dice.below(14) {
        0 => format!("JSONPatch{{op: 'add', path: '/metadata/labels/added', value: {text}}}"),
        1 => format!("JSONPatch{{op: 'add', path: '/metadata/annotations', value: {{'a/b': {text}}}}}"),
        2 => "JSONPatch{op: 'remove', path: '/metadata/labels/app'}".to_owned(),
        3 => format!("JSONPatch{{op: 'replace', path: '/spec/replicas', value: {}}}", expression('I', dice)),
        4 => format!("JSONPatch{{op: 'test', path: '/metadata/name', value: {text}}}"),
        5 => "JSONPatch{op: 'add', path: '/spec/containers/-', value: Object.spec.containers{name: 'p', image: 'i'}}".to_owned(),
        6 => format!("JSONPatch{{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/' + {text}), value: 'x'}}"),
        7 => "JSONPatch{op: 'copy', from: '/metadata/labels/app', path: '/metadata/labels/copied'}".to_owned(),
        8 => "JSONPatch{op: 'move', from: '/metadata/labels/app', path: '/metadata/labels/moved'}".to_owned(),
        9 => "JSONPatch{op: 'replace', path: '/spec/containers/0/image', value: 'i:2'}".to_owned(),
        10 => "JSONPatch{op: 'remove', path: '/spec/containers/5'}".to_owned(),
        11 => "JSONPatch{op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'i:3'}".to_owned(),
        12 => format!("JSONPatch{{op: 'add', path: '/spec/nope', value: {text}}}"),
        _ => "JSONPatch{op: 'add', path: '/metadata/labels', value: {'only': 'this'}}".to_owned(),
    };
    match dice.below(4) {
        0 => format!("{} ? [{operation}] : []", expression('B', dice)),
        1 => format!(
            "[{operation}, JSONPatch{{op: 'add', path: '/metadata/labels/last', value: 'x'}}]"
        ),
        2 => format!(
            "[JSONPatch{{op: 'test', path: '/metadata/labels/app', value: 'web'}}, {operation}]"
        ),
        _ => format!("[{operation}]"),
    }
}
