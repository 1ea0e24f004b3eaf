//! What the variables of a policy are for one request.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::json;

use super::definition::Variable;
use super::facts::Facts;
use crate::Object;
use crate::cel::{Failure, Value, Variables};

/// The variables of a policy, of which its own are evaluated once somebody asks.
pub(super) struct Activation<'a> {
    object: Value,
    old: Value,
    params: Value,
    request: Value,
    /// None where it is not known.
    namespace: Option<Value>,
    namespace_name: &'a str,
    variables: &'a [Variable],
    known: RefCell<BTreeMap<usize, Result<Value, Failure>>>,
}

impl<'a> Activation<'a> {
    /// Those of a request, with the object in a version.
    pub(super) fn new(
        facts: &'a Facts<'a>,
        version: &str,
        params: Option<&Object>,
        variables: &'a [Variable],
    ) -> Self {
        let request = facts.request;
        Self {
            object: in_version(request.object.as_ref(), version),
            old: in_version(request.old.as_ref(), version),
            params: params.map_or(Value::Null, |it| it.cel().clone()),
            request: facts.request_value(version),
            namespace: facts.namespace_value(),
            namespace_name: if facts.is_namespaced() { &facts.namespace } else { "" },
            variables,
            known: RefCell::default(),
        }
    }

    /// As match conditions are evaluated, which have no namespace.
    pub(super) fn for_conditions(mut self) -> Self {
        self.namespace = Some(Value::Null);
        self.namespace_name = "";
        self
    }

    fn own(&self, name: &str) -> Option<Result<Value, Failure>> {
        // Of two of a name the last one counts.
        let index = self.variables.iter().rposition(|it| it.name == name)?;
        if let Some(known) = self.known.borrow().get(&index) {
            return Some(known.clone());
        }
        let value =
            self.variables.get(index)?.expression.evaluate(self).map_err(|failure| match failure {
                Failure::Error(message) => Failure::Error(format!(
                    "composited variable \"{name}\" fails to evaluate: {message}"
                )),
                other => other,
            });
        self.known.borrow_mut().insert(index, value.clone());
        Some(value)
    }
}

fn in_version(object: Option<&Object>, version: &str) -> Value {
    let Some(object) = object else { return Value::Null };
    if object.version() == version {
        return object.cel().clone();
    }
    let mut json = object.json().clone();
    if let Some(fields) = json.as_object_mut() {
        let api_version = match object.group() {
            "" => json!(version),
            group => json!(format!("{group}/{version}")),
        };
        fields.insert("apiVersion".to_owned(), api_version);
    }
    Value::from_json(&json)
}

impl Variables for Activation<'_> {
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, Failure>> {
        match (name, args) {
            ("jsonpatch.escapeKey", [Value::String(key)]) => {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                Some(Ok(Value::String(escaped.into())))
            }
            _ => None,
        }
    }

    fn value(&self, name: &str) -> Option<Result<Value, Failure>> {
        let unknown = |what: &str| Err(Failure::NotJudged(what.to_owned()));
        Some(match name {
            "object" => Ok(self.object.clone()),
            "oldObject" => Ok(self.old.clone()),
            "params" => Ok(self.params.clone()),
            "request" => Ok(self.request.clone()),
            "request.options" => unknown("the options of the request are not known"),
            "namespaceObject.metadata.name" if self.namespace_name.is_empty() => {
                Err(Failure::Error("no such key: metadata".to_owned()))
            }
            "namespaceObject.metadata.name" => Ok(Value::String(self.namespace_name.into())),
            "namespaceObject" => match &self.namespace {
                Some(namespace) => Ok(namespace.clone()),
                None => unknown("the namespace is not at hand"),
            },
            "authorizer" | "authorizer.requestResource" => {
                unknown("what the authorizer of the cluster says is not known")
            }
            "variables" => unknown("the variables as a whole"),
            other => return other.strip_prefix("variables.").and_then(|name| self.own(name)),
        })
    }
}
