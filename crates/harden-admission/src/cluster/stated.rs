//! What a test file says in the place of a cluster.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Object;

/// Answers that a test file gives, so that no cluster is asked.
///
/// Objects that it gives are in the [`Cluster`](crate::Cluster), with all others: targets, parameters, what
/// its context and its cluster have, and the Namespaces whose labels it gives.
#[derive(Debug, Clone, Default)]
pub struct Stated {
    /// Whether it gives a cluster (`clusterResources`). Where it does not, Kyverno's command leaves out of
    /// ClusterPolicies what is read from one: `configMap` and `apiCall` entries without an answer in
    /// [`calls`](Self::calls) set nothing, and so do `imageRegistry` entries, always.
    pub has_cluster: bool,
    /// Values of variables, for ClusterPolicies and Policies.
    pub values: Values,
    /// Answers to calls.
    pub calls: Vec<Call>,
    /// GlobalContextEntries by name.
    pub global_entries: BTreeMap<String, GlobalEntry>,
    /// What registries say of images (`image`, `resolvedImage`, `registry`, `repository`, `tag`, `digest`,
    /// `imageIndex`, `manifest`, `config`).
    pub images: Vec<Value>,
    /// Roles, as `namespace:name`, that whoever asks is bound to.
    pub roles: Vec<String>,
    /// ClusterRoles that whoever asks is bound to.
    pub cluster_roles: Vec<String>,
    /// Kinds that are subresources of other kinds.
    pub subresources: Vec<Subresource>,
}

impl Stated {
    /// The subresource that an object is asked for as. The request has its name; its kind for policies is
    /// that of the parent.
    pub fn subresource(&self, object: &Object) -> Option<&Subresource> {
        let own = [object.group(), object.version(), object.kind()];
        self.subresources.iter().rev().find(|it| it.kind == own)
    }

    /// The answer to a call: that for the method, or else that for any.
    pub fn call(&self, method: &str, url: &str) -> Option<&Call> {
        let of = |method: &str| self.calls.iter().find(|it| it.method == method && it.url == url);
        of(method).or_else(|| of(""))
    }
}

/// A kind that is a subresource of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subresource {
    /// Group, version and kind of what is sent, such as `autoscaling`, `v1`, `Scale`.
    pub kind: [String; 3],
    /// Group, version and kind of what it is part of.
    pub parent: [String; 3],
    /// Its name, such as `scale`.
    pub name: String,
}

/// The answer to a call of the API server or of a service.
#[derive(Debug, Clone)]
pub struct Call {
    /// The whole URL of a service, or the path at the API server.
    pub url: String,
    /// `GET` or `POST`; empty for both.
    pub method: String,
    /// The status of the answer.
    pub status: u16,
    /// Its body.
    pub body: Value,
}

/// What a GlobalContextEntry holds.
#[derive(Debug, Clone, Default)]
pub struct GlobalEntry {
    /// The data, or the list of its objects.
    pub data: Value,
    /// A JMESPath expression for the part of the data that is meant; empty for the whole.
    pub field_path: String,
    /// Names and JMESPath expressions over that part. Where there are some, the entry is the object of
    /// them.
    pub projections: Vec<(String, String)>,
}

/// Values of variables.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// For all policies.
    pub global: Map<String, Value>,
    /// For some of them.
    pub policies: Vec<PolicyValues>,
}

/// Values of variables for one policy.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct PolicyValues {
    pub policy: String,
    /// By the name of the resource that is judged.
    pub resources: Vec<(String, Map<String, Value>)>,
    pub rules: Vec<RuleValues>,
}

/// Values of variables for one rule of a policy.
#[derive(Debug, Clone, Default)]
pub struct RuleValues {
    /// The rule, by the name that it has after autogen.
    pub rule: String,
    /// Set before the entries of the rule's context; an entry of the same name does not replace them,
    /// where it asks a cluster or a registry that is not there.
    pub values: Map<String, Value>,
    /// Set with them, the first of each list: Kyverno's command never moves on to the others.
    pub foreach: Map<String, Value>,
}

impl Values {
    /// The values for a policy and the name of a resource: keys as they are written, with dots, to be set
    /// in the context of the whole policy over what is there ([`steps()`] splits them).
    pub fn of(&self, policy: &str, resource: &str) -> Map<String, Value> {
        let mut all = self.global.clone();
        let of_policy = self.policies.iter().filter(|it| it.policy == policy);
        let of_resource =
            of_policy.flat_map(|it| &it.resources).filter(|(name, _)| name == resource);
        for (_, values) in of_resource {
            all.extend(values.clone());
        }
        all
    }

    /// The values for a rule, which are set each time that a context is read.
    pub fn rule(&self, policy: &str, rule: &str) -> Option<&RuleValues> {
        let of_policy = self.policies.iter().find(|it| it.policy == policy)?;
        of_policy.rules.iter().find(|it| it.rule == rule)
    }
}

/// The steps of a key of [`Values`]: parts between dots; a part in double quotes may have dots.
pub fn steps(key: &str) -> Vec<String> {
    let mut steps = vec![String::new()];
    let mut is_quoted = false;
    let mut rest = key.chars().peekable();
    while let Some(character) = rest.next() {
        let is_start = steps.last().is_none_or(String::is_empty);
        match character {
            '"' if is_quoted && rest.peek() == Some(&'"') => {
                rest.next();
                push(&mut steps, '"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if is_start => is_quoted = true,
            '.' if !is_quoted => steps.push(String::new()),
            other => push(&mut steps, other),
        }
    }
    steps
}

fn push(steps: &mut [String], character: char) {
    if let Some(last) = steps.last_mut() {
        last.push(character);
    }
}

/// Sets what is at the steps in a value: maps are merged, all else is replaced.
pub fn set(into: &mut Value, steps: &[String], value: &Value) {
    let Some((first, rest)) = steps.split_first() else {
        merge(into, value);
        return;
    };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    if let Value::Object(map) = into {
        set(map.entry(first.clone()).or_insert(Value::Null), rest, value);
    }
}

fn merge(into: &mut Value, value: &Value) {
    match (into, value) {
        (Value::Object(into), Value::Object(values)) => {
            for (key, value) in values {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, value) => *into = value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_quoted_step_keeps_its_dots() {
        assert_eq!(steps("a.b"), ["a", "b"]);
        assert_eq!(steps("a.\"b.c/d\".e"), ["a", "b.c/d", "e"]);
        assert_eq!(steps("a.\"x\"\"y\""), ["a", "x\"y"]);
    }

    #[test]
    fn a_set_value_merges_maps_and_replaces_all_else() {
        let mut into = json!({"request": {"object": {"a": 1, "b": [1]}}});
        set(&mut into, &steps("request.object"), &json!({"b": [2], "c": {}}));
        set(&mut into, &steps("request.object.d.e"), &json!("f"));
        let expected = json!({"a": 1, "b": [2], "c": {}, "d": {"e": "f"}});
        assert_eq!(into, json!({"request": {"object": expected}}));
    }
}
