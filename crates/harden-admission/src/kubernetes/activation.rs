//! What the variables of a policy are for one request.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde_json::json;

use super::definition::Variable;
use super::facts::Facts;
use crate::Object;
use crate::cel::{Failure, LIMIT, Value, Variables};

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
    /// What all that was evaluated has cost, the least and the most.
    spent: Cell<(u64, u64)>,
}

/// What the server lets all validations of a policy cost with their messages, all its audit annotations, or one
/// mutation: `RuntimeCELCostBudget` of `k8s.io/apiserver/pkg/apis/cel`.
pub(super) const BUDGET: u64 = 10_000_000;

/// What it lets the match conditions of a policy cost: `RuntimeCELCostBudgetMatchConditions`.
pub(super) const BUDGET_OF_CONDITIONS: u64 = 2_500_000;

/// What it says when that is spent.
const EXHAUSTED: &str =
    "validation failed due to running out of cost budget, no further validation rules will be run";

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
            spent: Cell::default(),
        }
    }

    /// Charges what was evaluated. What was not evaluated to its end may have cost all that one expression may.
    pub(super) fn charge(&self, (least, most): (u64, u64), is_whole: bool) {
        let most = if is_whole { most } else { most.max(LIMIT) };
        let spent = self.spent.get();
        self.spent.set((spent.0.saturating_add(least), spent.1.saturating_add(most)));
    }

    /// Lets what was spent count for what is evaluated here: the server evaluates the variables again.
    pub(super) fn after(self, other: &Self) -> Self {
        self.spent.set(other.spent.get());
        self
    }

    /// Whether more was spent than there is, which the server finds after each expression.
    ///
    /// # Errors
    ///
    /// The server ends the policy here, or it is of no use to go on.
    pub(super) fn check_budget(&self, budget: u64) -> Result<(), Failure> {
        match self.spent.get() {
            (least, _) if least > budget => Err(Failure::Error(EXHAUSTED.to_owned())),
            (_, most) if most / 5 > budget => near(),
            _ => Ok(()),
        }
    }

    /// Whether all that was evaluated may have cost more than there is.
    ///
    /// # Errors
    ///
    /// The server may have ended the policy.
    pub(super) fn check_all(&self, budget: u64) -> Result<(), Failure> {
        if self.spent.get().1 > budget { near() } else { Ok(()) }
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

fn near() -> Result<(), Failure> {
    let why = "what the expressions of the policy cost together, near what the server allows";
    Err(Failure::NotJudged(why.to_owned()))
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
