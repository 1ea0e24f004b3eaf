//! What the fields of policies hold: a policy in which one holds something else is no policy to an API server.

mod table;

use serde_json::Value;

use crate::{Action, Answer, Object, PolicyName, Reason, Verdict};
use table::{METADATA, spec};

/// What a field holds. A field that is null is one that is not there; an item is never null.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Whatever it is, an engine says what it takes.
    Any,
    Text,
    Flag,
    List(&'static Self),
    /// Fields of any name.
    Map(&'static Self),
    /// Fields by their names; others are for an engine to judge.
    Fields(&'static [(&'static str, Self)]),
}

/// What is wrong with a policy so that no API server decodes it.
pub(super) fn flaw(policy: &Object) -> Option<Answer> {
    let fields: [(&str, Shape); 2] = [("metadata", METADATA), ("spec", spec(policy))];
    let (at, what) = fields
        .iter()
        .find_map(|(name, shape)| {
            let value = policy.json().get(*name).unwrap_or(&Value::Null);
            let is_written = !value.is_null();
            is_written.then(|| unlike(value, *shape, &format!("/{name}"))).flatten()
        })
        .or_else(|| {
            let is_named =
                !policy.name().is_empty() || policy.at("/metadata/generateName").is_some();
            let what = "Required value: name or generateName is required";
            (!is_named).then(|| ("/metadata/name".to_owned(), what.to_owned()))
        })?;
    let path = at.trim_start_matches('/').replace('/', ".");
    Some(Answer {
        policy: PolicyName {
            kind: policy.kind().to_owned(),
            namespace: policy.namespace().to_owned(),
            name: policy.name().to_owned(),
        },
        rule: String::new(),
        verdict: Verdict::Error,
        action: Action::Deny,
        message: format!("{path}: {what}"),
        reasons: vec![Reason { at, expression: String::new(), values: Vec::new() }],
    })
}

/// What is wrong with the metadata of an object of any kind so that no API server decodes it: where, and why.
pub(crate) fn metadata_flaw(object: &Object) -> Option<(String, String)> {
    let metadata = object.json().get("metadata").filter(|it| !it.is_null())?;
    let (at, what) = unlike(metadata, METADATA, "/metadata")?;
    Some((at.trim_start_matches('/').replace('/', "."), what))
}

/// The first place where a value is not of a shape, as a JSON pointer, and why not.
fn unlike(value: &Value, shape: Shape, at: &str) -> Option<(String, String)> {
    let is_not =
        |wanted: &str| Some((at.to_owned(), format!("cannot be decoded, for it is not {wanted}")));
    match (shape, value) {
        (Shape::Any, _) | (Shape::Text, Value::String(_)) | (Shape::Flag, Value::Bool(_)) => None,
        (Shape::Text, _) => is_not("a text"),
        (Shape::Flag, _) => is_not("true or false"),
        (Shape::List(of), Value::Array(items)) => items
            .iter()
            .enumerate()
            .find_map(|(index, it)| unlike(it, *of, &format!("{at}/{index}"))),
        (Shape::List(_), _) => is_not("a list"),
        (Shape::Map(of), Value::Object(fields)) => fields
            .iter()
            .filter(|(_, it)| !it.is_null())
            .find_map(|(key, it)| unlike(it, *of, &format!("{at}/{}", escaped(key)))),
        (Shape::Fields(known), Value::Object(fields)) => known.iter().find_map(|(key, of)| {
            let value = fields.get(*key).filter(|it| !it.is_null())?;
            unlike(value, *of, &format!("{at}/{key}"))
        }),
        (Shape::Map(_) | Shape::Fields(_), _) => is_not("a map"),
    }
}

/// A key in a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(policy: Value) -> Option<(String, String)> {
        flaw(&Object::new(policy)).map(|it| (it.reasons[0].at.clone(), it.message))
    }

    fn policy(kind: &str, spec: &Value) -> Value {
        let metadata = json!({"name": "a", "labels": null});
        json!({"apiVersion": "policies.kyverno.io/v1", "kind": kind, "metadata": metadata, "spec": spec})
    }

    #[test]
    fn what_holds_something_else_is_told_with_its_place() {
        let rules = json!([{"apiGroups": ["", 1], "resources": null}]);
        let spec = json!({"matchConstraints": {"resourceRules": rules}});
        let expected = (
            "/spec/matchConstraints/resourceRules/0/apiGroups/1".to_owned(),
            "spec.matchConstraints.resourceRules.0.apiGroups.1: cannot be decoded, for it is not a text".to_owned(),
        );
        assert_eq!(told(policy("ValidatingPolicy", &spec)), Some(expected));
        assert_eq!(told(policy("ValidatingPolicy", &json!({"more": 1}))), None);
    }

    #[test]
    fn a_policy_has_a_name() {
        let mut policy = policy("ValidatingPolicy", &json!({}));
        policy["metadata"] = json!({});
        assert!(told(policy.clone()).is_some());
        policy["metadata"] = json!({"generateName": "a-"});
        assert_eq!(told(policy), None);
    }
}
