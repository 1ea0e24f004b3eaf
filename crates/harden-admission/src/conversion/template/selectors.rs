//! Selectors of a policy and its binding as those of a constraint, or as conditions.

use serde_json::{Map, Value, json};

use super::super::matching::selector;
use super::super::metadata::set;
use super::super::selection;
use super::requests::Requests;
use crate::kyverno::policy::field::{filled, items, text, texts};

/// The label that holds the name of every namespace.
const NAME: &str = "kubernetes.io/metadata.name";

/// `spec.match` of a constraint, and conditions for what it cannot say.
pub(super) fn read(
    constraints: &Value,
    resources: &Value,
    merged: &Value,
    requests: &Requests,
) -> (Value, Vec<Value>) {
    let mut matched = Value::Object(Map::new());
    let mut conditions = Vec::new();
    let namespaces = filled(merged, "namespaceSelector").map(|it| named(it, &mut matched));
    let namespaces = namespaces.filter(|it| it.as_object().is_some_and(|it| !it.is_empty()));
    if let Some(it) = &namespaces {
        set(&mut matched, "namespaceSelector", it.clone());
    }
    let is_changing = namespaces.is_some() && requests.may_be_namespaces();
    let objects: Vec<&Value> =
        [constraints, resources].iter().filter_map(|it| filled(it, "objectSelector")).collect();
    match objects.as_slice() {
        [only] if !is_changing => set(&mut matched, "labelSelector", (*only).clone()),
        several => {
            // A constraint wants all of one object, and a policy each of any.
            for (index, it) in several.iter().enumerate() {
                let term = selection::of_objects(it, "object", "oldObject");
                let name = format!("object-selector-{}", index + 1);
                conditions.push(json!({"name": name, "expression": term.to_string()}));
            }
        }
    }
    if let Some(Value::Object(it)) = namespaces.filter(|_| is_changing) {
        // A constraint looks at the labels that a Namespace had before, too.
        let own = selector(&it, "variables.anyObject.metadata.?labels");
        let expression = format!("request.kind.kind != \"Namespace\" || ({own})");
        conditions.push(json!({"name": "namespace-selector", "expression": expression}));
    }
    (matched, conditions)
}

/// A selector of namespaces without what it says of names, which a constraint says by names.
fn named(of: &Value, matched: &mut Value) -> Value {
    let is_name = |it: &String| {
        !it.is_empty() && it.bytes().all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    let mut rest = of.clone();
    if let Some(labels) = rest.get_mut("matchLabels").and_then(Value::as_object_mut) {
        let name = labels.get(NAME).and_then(Value::as_str).map(str::to_owned);
        if let Some(name) = name.filter(is_name) {
            labels.remove(NAME);
            set(matched, "namespaces", [name].to_vec());
        }
    }
    let mut kept = Vec::new();
    for it in items(of, "matchExpressions") {
        let key = match text(it, "operator") {
            "In" => "namespaces",
            "NotIn" => "excludedNamespaces",
            _ => "",
        };
        let values = texts(it, "values");
        let is_sayable = text(it, "key") == NAME
            && !key.is_empty()
            && !values.is_empty()
            && values.iter().all(is_name)
            && matched.get(key).is_none();
        if is_sayable {
            set(matched, key, values);
        } else {
            kept.push(it.clone());
        }
    }
    if let Some(map) = rest.as_object_mut() {
        map.insert("matchExpressions".to_owned(), kept.into());
        map.retain(|_, it| filled(&json!({"it": it}), "it").is_some());
    }
    rest
}
