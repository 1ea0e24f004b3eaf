//! What expressions see in one evaluation of a policy.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::expression::Expression;
use super::library;
use crate::cel::{Failure, Key, Map, Value, Variables};
use crate::{Cluster, Object, Request};

type Result<T> = std::result::Result<T, Failure>;

/// How deep variables may be within others.
const DEPTH: usize = 32;

/// The values of one evaluation.
pub(super) struct Scope<'a> {
    request: &'a Request<'a>,
    /// The namespace of the policy; empty for policies of the cluster.
    namespace: &'a str,
    object: Value,
    old: Value,
    /// Values that only some policies have, such as `images`.
    given: BTreeMap<&'static str, Value>,
    variables: &'a [(String, Expression)],
    /// Values of variables that were asked for, by their places.
    known: RefCell<BTreeMap<usize, Result<Value>>>,
    /// How many variables the one that is evaluated is within.
    depth: Cell<usize>,
    /// Objects that were generated, by their namespaces.
    generated: RefCell<Vec<(String, Value)>>,
}

impl<'a> Scope<'a> {
    /// Without variables of the policy.
    pub(super) fn new(request: &'a Request<'a>, namespace: &'a str) -> Self {
        let of = |it: &Option<Object>| {
            it.as_ref().map_or_else(|| Value::Map(Arc::default()), |it| it.cel().clone())
        };
        Self {
            request,
            namespace,
            object: of(&request.object),
            old: of(&request.old),
            given: BTreeMap::new(),
            variables: &[],
            known: RefCell::default(),
            depth: Cell::new(0),
            generated: RefCell::default(),
        }
    }

    /// With null, and no empty object, for what is not there: so pods are seen that are taken out of others.
    pub(super) fn with_nulls(mut self) -> Self {
        let of = |it: &Option<Object>| it.as_ref().map_or(Value::Null, |it| it.cel().clone());
        (self.object, self.old) = (of(&self.request.object), of(&self.request.old));
        self
    }

    pub(super) fn with_variables(mut self, variables: &'a [(String, Expression)]) -> Self {
        self.variables = variables;
        self
    }

    pub(super) fn give(&mut self, name: &'static str, value: Value) {
        self.given.insert(name, value);
    }

    /// Goes on with an object that was changed. Variables stay as they were asked for.
    pub(super) fn set_object(&mut self, object: &Object) {
        self.object = object.cel().clone();
    }

    pub(super) fn cluster(&self) -> &'a Cluster {
        self.request.cluster
    }

    pub(super) fn policy_namespace(&self) -> &str {
        self.namespace
    }

    /// Evaluates an expression that is a condition.
    pub(super) fn holds(&self, expression: &Expression) -> Result<bool> {
        match expression.program.evaluate(self)? {
            Value::Bool(it) => Ok(it),
            other => Err(unconvertible(&other, "bool")),
        }
    }

    /// Evaluates an expression that is a text.
    pub(super) fn text(&self, expression: &Expression) -> Result<Arc<str>> {
        match expression.program.evaluate(self)? {
            Value::String(it) => Ok(it),
            other => Err(unconvertible(&other, "string")),
        }
    }

    /// Whether all conditions hold. One that does not decides; else errors do, all of them.
    pub(super) fn all_hold(&self, conditions: &[Expression]) -> Result<bool> {
        let mut errors = Vec::new();
        let mut unknown = None;
        for condition in conditions {
            match self.holds(condition) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(Failure::NotJudged(why)) => unknown = Some(Failure::NotJudged(why)),
                Err(failure) => errors.push(failure.to_string()),
            }
        }
        match unknown {
            Some(failure) => Err(failure),
            None if errors.is_empty() => Ok(true),
            None => Err(Failure::Error(errors.join("; "))),
        }
    }

    /// Takes in objects that are generated.
    pub(super) fn generate(&self, namespace: &str, objects: &[Value]) -> Result<()> {
        let mut generated = self.generated.borrow_mut();
        generated.extend(objects.iter().map(|it| (namespace.to_owned(), it.clone())));
        Ok(())
    }

    /// What was generated.
    pub(super) fn generated(self) -> Vec<(String, Value)> {
        self.generated.into_inner()
    }

    /// What a GlobalContextEntry holds.
    pub(super) fn global_context(&self, name: &str, projection: Option<&Value>) -> Result<Value> {
        if !self.namespace.is_empty() {
            let message = "globalContext.* is not allowed in namespaced policies";
            return Err(Failure::Error(format!("failed to get global reference: {message}")));
        }
        let _ = projection;
        Err(Failure::NotJudged(format!("what the GlobalContextEntry `{name}` holds is not known")))
    }

    fn variable(&self, name: &str) -> Option<Result<Value>> {
        let index = self.variables.iter().position(|(it, _)| it == name)?;
        if let Some(known) = self.known.borrow().get(&index) {
            return Some(known.clone());
        }
        let (_, expression) = self.variables.get(index)?;
        let depth = self.depth.get();
        if depth >= DEPTH {
            let why = format!("variables are within more than {DEPTH} others");
            return Some(Err(Failure::NotJudged(why)));
        }
        self.depth.set(depth + 1);
        let value = expression.program.evaluate(self);
        self.depth.set(depth);
        self.known.borrow_mut().insert(index, value.clone());
        Some(value)
    }

    /// All variables, for an expression that asks what there is.
    fn all_variables(&self) -> Result<Value> {
        let mut entries = Vec::new();
        for (name, _) in self.variables {
            match self.variable(name) {
                Some(Ok(value)) => entries.push((Key::String(name.as_str().into()), value)),
                Some(Err(failure)) => {
                    return Err(Failure::NotJudged(format!("the variable `{name}`: {failure}")));
                }
                None => {}
            }
        }
        Ok(Value::Map(Arc::new(entries.into_iter().collect::<Map>())))
    }

    /// The Namespace of the object.
    fn namespace_object(&self) -> Result<Value> {
        let Some(object) = self.request.subject() else { return Ok(Value::Null) };
        let cluster = self.request.cluster;
        let is_namespaced = cluster.resource(object.group(), object.kind()).is_namespaced;
        let name = match object.namespace() {
            "" if is_namespaced => "default",
            name => name,
        };
        if name.is_empty() {
            return Ok(Value::Null);
        }
        if cluster.get("", "Namespace", "", name).is_some() {
            return Ok(cluster.namespace(name).cel().clone());
        }
        if cluster.is_whole {
            return Ok(Value::Null);
        }
        Err(Failure::NotJudged(format!("the Namespace `{name}` is not at hand")))
    }

    fn admission_request(&self) -> Value {
        let request = self.request;
        let Some(object) = request.subject() else { return Value::Null };
        let resource = request.cluster.resource(object.group(), object.kind());
        let kind = json!({
            "group": object.group(), "version": object.version(), "kind": object.kind(),
        });
        let name = json!({
            "group": object.group(), "version": object.version(), "resource": resource.name,
        });
        let user = &request.user;
        let mut it = json!({
            "uid": "",
            "kind": kind,
            "requestKind": kind,
            "resource": name,
            "requestResource": name,
            "operation": request.operation.word(),
            "userInfo": {},
            "dryRun": request.is_dry_run,
            "options": null,
        });
        let mut set = |pointer: &str, key: &str, value: serde_json::Value| {
            let is_empty = match &value {
                serde_json::Value::String(it) => it.is_empty(),
                serde_json::Value::Array(it) => it.is_empty(),
                serde_json::Value::Object(it) => it.is_empty(),
                _ => false,
            };
            if !is_empty && let Some(at) = it.pointer_mut(pointer).and_then(|it| it.as_object_mut())
            {
                at.insert(key.to_owned(), value);
            }
        };
        set("", "subResource", request.subresource.as_str().into());
        set("", "requestSubResource", request.subresource.as_str().into());
        set("", "name", object.name().into());
        set("", "namespace", object.namespace().into());
        set("/userInfo", "username", user.name.as_str().into());
        set("/userInfo", "uid", user.uid.as_str().into());
        set("/userInfo", "groups", json!(user.groups));
        set("/userInfo", "extra", json!(user.extra));
        let mut entries: Vec<(Key, Value)> = match Value::from_json(&it) {
            Value::Map(map) => map.iter().cloned().collect(),
            _ => Vec::new(),
        };
        let of = |it: &Option<Object>| it.as_ref().map_or(Value::Null, |it| it.cel().clone());
        entries.push((Key::String("object".into()), of(&request.object)));
        entries.push((Key::String("oldObject".into()), of(&request.old)));
        Value::Map(Arc::new(entries.into_iter().collect::<Map>()))
    }
}

fn unconvertible(value: &Value, wanted: &str) -> Failure {
    Failure::Error(format!("type conversion error from '{}' to '{wanted}'", value.type_name()))
}

impl Variables for Scope<'_> {
    fn value(&self, name: &str) -> Option<Result<Value>> {
        if let Some(name) = name.strip_prefix("variables.") {
            return self.variable(name);
        }
        if let Some(value) = self.given.get(name) {
            return Some(Ok(value.clone()));
        }
        Some(match name {
            "object" => Ok(self.object.clone()),
            "oldObject" => Ok(self.old.clone()),
            "request" => Ok(self.admission_request()),
            "namespaceObject" => self.namespace_object(),
            "variables" => self.all_variables(),
            name => Ok(library::handle(name)?),
        })
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value>> {
        library::call(name, args, self)
    }
}
