//! What expressions see in one evaluation of a policy.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::asked::Asked;
use super::expression::Expression;
use super::library;
use crate::cel::{Failure, Key, LIMIT, Map, Value, Variables};
use crate::kubernetes::seen::{Hidden, told};
use crate::{Cluster, Object, Reason};

type Result<T> = std::result::Result<T, Failure>;

/// How deep variables may be within others.
const DEPTH: usize = 32;

/// What all expressions of one evaluation may cost together, as the API server counts; Kyverno bounds none.
const COST: u64 = 20_000_000;

/// The values of one evaluation.
pub(super) struct Scope<'a> {
    asked: &'a Asked<'a>,
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
    /// What expressions have cost.
    spent: Cell<u64>,
    /// Secrets that were looked at.
    secrets: RefCell<Vec<Object>>,
    /// Objects that were generated, by their namespaces.
    generated: RefCell<Vec<(String, Value)>>,
}

impl<'a> Scope<'a> {
    /// Without variables of the policy.
    pub(super) fn new(asked: &'a Asked<'a>, namespace: &'a str) -> Self {
        let request = asked.request;
        let of = |it: &Option<Object>| {
            it.as_ref().map_or_else(|| Value::Map(Arc::default()), |it| it.cel().clone())
        };
        Self {
            asked,
            namespace,
            object: of(&request.object),
            old: of(&request.old),
            given: BTreeMap::new(),
            variables: &[],
            known: RefCell::default(),
            depth: Cell::new(0),
            spent: Cell::new(0),
            secrets: RefCell::default(),
            generated: RefCell::default(),
        }
    }

    /// With null, and no empty object, for what is not there: so pods are seen that are taken out of others.
    pub(super) fn with_nulls(mut self) -> Self {
        let of = |it: &Option<Object>| it.as_ref().map_or(Value::Null, |it| it.cel().clone());
        let request = self.asked.request;
        (self.object, self.old) = (of(&request.object), of(&request.old));
        self
    }

    /// With the object, and null for all that a request has beside it.
    pub(super) fn with_object_alone(mut self) -> Self {
        let object = self.asked.request.subject();
        self.object = object.map_or(Value::Null, |it| it.cel().clone());
        self.old = Value::Null;
        self.give("request", Value::Null);
        self.give("namespaceObject", Value::Null);
        self
    }

    /// With an object that is there already in the place of that of the request.
    pub(super) fn with_target(mut self, object: &Object) -> Self {
        self.object = object.cel().clone();
        self.old = Value::Null;
        self.give("namespaceObject", Value::Null);
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
        self.asked.cluster()
    }

    pub(super) fn policy_namespace(&self) -> &str {
        self.namespace
    }

    /// The value of an expression.
    pub(super) fn evaluate(&self, expression: &Expression) -> Result<Value> {
        if self.spent.get() > COST {
            return Err(Failure::NotJudged(
                "the expressions of the policy take too long".to_owned(),
            ));
        }
        let (value, (_, cost)) = expression.program.evaluate_with_cost(self);
        let cost = if matches!(value, Err(Failure::TooCostly)) { cost.max(LIMIT) } else { cost };
        self.spent.set(self.spent.get().saturating_add(cost));
        value
    }

    /// Evaluates an expression that is a condition.
    pub(super) fn holds(&self, expression: &Expression) -> Result<bool> {
        match self.evaluate(expression)? {
            Value::Bool(it) => Ok(it),
            other => Err(unconvertible(&other, "bool")),
        }
    }

    /// Evaluates an expression that is a text.
    pub(super) fn text(&self, expression: &Expression) -> Result<Arc<str>> {
        match self.evaluate(expression)? {
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

    /// Why conditions leave something out: the first that does not hold.
    pub(super) fn decisive(&self, conditions: &[Expression]) -> Vec<Reason> {
        let decisive = conditions.iter().find(|it| !matches!(self.holds(it), Ok(true)));
        decisive.map(|it| self.reason(it)).into_iter().collect()
    }

    /// Notes that an object of the cluster was looked at.
    pub(super) fn look_at(&self, object: &Object) {
        if object.is("", "Secret") {
            self.secrets.borrow_mut().push(object.clone());
        }
    }

    /// What nobody is told.
    fn hidden(&self) -> Hidden {
        let mut hidden = self.asked.facts.map(|it| Hidden::of(it, None)).unwrap_or_default();
        self.secrets.borrow().iter().for_each(|it| hidden.add("variables", it));
        hidden
    }

    /// A message without values of Secrets.
    pub(super) fn masked(&self, message: &str) -> String {
        self.hidden().masked(message)
    }

    /// That an expression decided, and what it saw.
    pub(super) fn reason(&self, expression: &Expression) -> Reason {
        let seen = expression.program.seen(self).into_iter();
        let seen = seen.map(|(path, it)| (path, it.map(|it| it.to_json()))).collect();
        let (at, source) = (expression.at.clone(), expression.source.clone());
        Reason { at, expression: source, values: told(seen, &self.hidden()) }
    }

    /// Takes in objects that are generated.
    pub(super) fn generate(&self, namespace: &str, objects: &[Value]) {
        let mut generated = self.generated.borrow_mut();
        generated.extend(objects.iter().map(|it| (namespace.to_owned(), it.clone())));
    }

    /// What was generated.
    pub(super) fn generated(self) -> Vec<(String, Value)> {
        self.generated.into_inner()
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
        let value = self.evaluate(expression);
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
            "request" => Ok(self.asked.admission()),
            "request.options" => Ok(Value::Null),
            "namespaceObject" => self.asked.namespace(),
            "namespaceObject.metadata.name" => self.asked.namespace_name(),
            "variables" => self.all_variables(),
            "exceptions.allowedImages" | "exceptions.allowedValues" => {
                Ok(Value::List(Arc::default()))
            }
            name => Ok(library::handle(name)?),
        })
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value>> {
        library::call(name, args, self)
    }
}
