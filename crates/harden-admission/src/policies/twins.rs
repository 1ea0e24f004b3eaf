//! Objects of one name: an API server has one of them, and no text says which.

use std::collections::BTreeMap;

use crate::{Action, Answer, Object, PolicyName, Reason, Verdict};

/// The policies by group, kind, namespace and name, each once, and what is said of those that are not alike.
pub(super) fn part(objects: &[Object]) -> (Vec<&Object>, Vec<Answer>) {
    let mut by_name: BTreeMap<[&str; 4], Vec<&Object>> = BTreeMap::new();
    for object in objects {
        let key = [object.group(), object.kind(), object.namespace(), object.name()];
        let known = by_name.entry(key).or_default();
        // Those without a name are told apart by nothing.
        if object.name().is_empty() || !known.iter().any(|it| it.json() == object.json()) {
            known.push(object);
        }
    }
    let (mut single, mut twins) = (Vec::new(), Vec::new());
    for same in by_name.into_values() {
        match same.as_slice() {
            [first, _, ..] if !first.name().is_empty() => twins.push(told(first, same.len())),
            _ => single.extend(same),
        }
    }
    (single, twins)
}

fn told(object: &Object, count: usize) -> Answer {
    Answer {
        policy: PolicyName {
            kind: object.kind().to_owned(),
            namespace: object.namespace().to_owned(),
            name: object.name().to_owned(),
        },
        rule: String::new(),
        verdict: Verdict::NotJudged,
        action: Action::Deny,
        message: format!(
            "there are {count} of this name that are not alike, and nobody can say which is in force"
        ),
        reasons: vec![Reason {
            at: "/metadata/name".to_owned(),
            expression: String::new(),
            values: Vec::new(),
        }],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(name: &str, action: &str) -> Object {
        let spec = json!({"validationFailureAction": action});
        Object::new(json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy",
                           "metadata": {"name": name}, "spec": spec}))
    }

    #[test]
    fn what_is_alike_counts_once_and_what_is_not_counts_never() {
        let objects = [policy("b", "Audit"), policy("a", "Audit"), policy("b", "Audit")];
        let names = |objects: &[Object]| {
            let (single, twins) = part(objects);
            let single: Vec<_> = single.iter().map(|it| it.name().to_owned()).collect();
            (single, twins.len())
        };
        assert_eq!(names(&objects), (vec!["a".to_owned(), "b".to_owned()], 0));
        let objects = [policy("b", "Audit"), policy("a", "Audit"), policy("b", "Enforce")];
        assert_eq!(names(&objects), (vec!["a".to_owned()], 1));
        let nameless = [policy("", "Audit"), policy("", "Enforce")];
        assert_eq!(names(&nameless), (vec![String::new(), String::new()], 0));
    }
}
