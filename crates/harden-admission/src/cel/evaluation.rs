//! The value of a checked expression.

mod folds;
mod price;

use std::sync::Arc;

use super::budget::Budget;
use super::checker::TRACKED_MARK;
use super::environment::named_type;
use super::failure::Failure;
use super::library::{Patterns, cost, find, index, unfit, unknown};
use super::syntax::{Entry, Field, Kind, Literal, Node};
use super::types::Type;
use super::value::{JSON_PATCH, Key, Map, Message, Value};
use super::variables::Variables;
use price::price;

/// Steps that a function takes which the server does not have.
const FOREIGN: usize = 100;

/// One evaluation.
pub(super) struct Evaluation<'a> {
    variables: &'a dyn Variables,
    /// Variables of macros, inner ones last.
    scopes: Vec<(&'a str, Value)>,
    budget: Budget,
    /// Why the evaluation has ended.
    halted: Option<Failure>,
}

type Result<T> = std::result::Result<T, Failure>;

impl<'a> Evaluation<'a> {
    pub(super) fn new(variables: &'a dyn Variables, patterns: Arc<Patterns>) -> Self {
        Self { variables, scopes: Vec::new(), budget: Budget::new(patterns), halted: None }
    }

    pub(super) fn value(&mut self, node: &'a Node) -> Result<Value> {
        self.budget.take(1)?;
        self.count(price(&node.kind))?;
        match &node.kind {
            Kind::Literal(literal) => Ok(of_literal(literal)),
            Kind::Ident(name) => self.variable(name),
            Kind::Select { operand, field } => {
                let operand = self.value(operand)?;
                field_of(operand, field)
            }
            Kind::OptionalSelect { operand, field } => {
                let operand = self.value(operand)?;
                optional_field(&operand, field)
            }
            Kind::Presence { operand, field } => has(&self.value(operand)?, field).map(Value::Bool),
            Kind::Logic { all, operands } => self.logic(*all, operands),
            Kind::Conditional(parts) => {
                let [condition, yes, no] = &**parts;
                match self.value(condition)? {
                    Value::Bool(true) => self.value(yes),
                    Value::Bool(false) => self.value(no),
                    _ => Failure::no_overload(),
                }
            }
            Kind::List(elements) => self.list(elements).and_then(|it| self.weighed(it)),
            Kind::Map(entries) => self.map(entries).and_then(|it| self.weighed(it)),
            Kind::Struct { name, fields } => {
                self.message(name, fields).and_then(|it| self.weighed(it))
            }
            Kind::Fold(fold) => self.fold(fold).and_then(|it| self.weighed(it)),
            Kind::Call { name, target, args, guard } => self
                .call(name, target.as_deref(), args, guard.as_deref())
                .and_then(|it| self.weighed(it)),
        }
    }

    /// A value that was made, if all that is in it can be looked at: lists within lists share what is in them,
    /// so that few steps make more than there is memory for as soon as somebody compares or writes it.
    fn weighed(&mut self, value: Value) -> Result<Value> {
        const MOST: usize = 1_000_000;
        const OF_A_STEP: usize = 16;
        let mut weight = 0;
        let mut open = vec![&value];
        while let Some(it) = open.pop() {
            weight += 1;
            if weight > MOST {
                return Err(Failure::TooCostly);
            }
            match it {
                Value::List(items) => open.extend(items.iter()),
                Value::Map(map) => open.extend(map.iter().map(|(_, it)| it)),
                Value::Message(message) => open.extend(message.fields.iter().map(|(_, it)| it)),
                Value::Optional(Some(inner)) => open.push(inner),
                _ => {}
            }
        }
        self.budget.take(weight / OF_A_STEP)?;
        Ok(value)
    }

    fn variable(&self, name: &str) -> Result<Value> {
        if let Some((_, value)) = self.scopes.iter().rev().find(|(it, _)| *it == name) {
            return Ok(value.clone());
        }
        if let Some(value) = self.variables.value(name) {
            return value;
        }
        match named_type(name) {
            Some(it) => Ok(Value::Type(it.name())),
            None => Failure::error(format!("no such attribute(s): {name}")),
        }
    }

    fn logic(&mut self, all: bool, operands: &'a [Node]) -> Result<Value> {
        let mut verdict = Verdict::new(!all);
        for operand in operands {
            let value = self.value(operand);
            self.check_halted()?;
            if verdict.is_decided_by(value)? {
                return Ok(Value::Bool(!all));
            }
        }
        verdict.end()
    }

    fn list(&mut self, elements: &'a [(Node, bool)]) -> Result<Value> {
        let mut items = Vec::with_capacity(elements.len());
        for (element, optional) in elements {
            match (self.value(element)?, optional) {
                (Value::Optional(it), true) => items.extend(it.map(Arc::unwrap_or_clone)),
                (_, true) => {
                    return Failure::error(
                        "cannot initialize optional list element from non-optional value",
                    );
                }
                (it, false) => items.push(it),
            }
        }
        Ok(Value::list(items))
    }

    fn map(&mut self, entries: &'a [Entry]) -> Result<Value> {
        let mut map = Map::default();
        for Entry { key, value, optional } in entries {
            let key = self.value(key)?;
            let Some(key) = Key::of(&key) else {
                let name = key.type_name();
                return Failure::not_judged(format!("a map with a key of type {name}"));
            };
            let value = match (self.value(value)?, optional) {
                (Value::Optional(None), true) => continue,
                (Value::Optional(Some(it)), true) => Arc::unwrap_or_clone(it),
                (_, true) => {
                    return Failure::error(
                        "cannot initialize optional entry from non-optional value",
                    );
                }
                (it, false) => it,
            };
            map.set(key, value);
        }
        Ok(Value::Map(Arc::new(map)))
    }

    fn message(&mut self, name: &str, fields: &'a [Field]) -> Result<Value> {
        let mut given = Map::default();
        for Field { name: field, value, optional } in fields {
            let value = match (self.value(value)?, optional) {
                (Value::Optional(None), true) => continue,
                (Value::Optional(Some(it)), true) => Arc::unwrap_or_clone(it),
                (_, true) => {
                    return Failure::error(
                        "cannot initialize optional entry from non-optional value",
                    );
                }
                (it, false) => it,
            };
            if name == JSON_PATCH && field != "value" && !matches!(value, Value::String(_)) {
                return Failure::error(format!(
                    "unexpected type {} for JSONPatchType '{field}' field",
                    value.type_name()
                ));
            }
            given.set(Key::String(field.as_str().into()), value);
        }
        Ok(Value::Message(Arc::new(Message { name: name.into(), fields: given })))
    }

    /// Counts as the server does; where it takes too much, the whole evaluation ends.
    fn count(&mut self, cost: (u64, u64)) -> Result<()> {
        self.budget.count(cost).inspect_err(|failure| self.halted = Some(failure.clone()))
    }

    /// What the server has counted so far, the least and the most.
    pub(super) fn cost(&self) -> (u64, u64) {
        self.budget.cost()
    }

    /// Ends the whole evaluation, as the server does when it takes something for a list that is none.
    fn halt(&mut self, found: &str, lacks: &str) -> Result<Value> {
        let message = format!(
            "internal error: interface conversion: {found} is not traits.Lister: missing method {lacks}"
        );
        self.halted = Some(Failure::Error(message.clone()));
        Failure::error(message)
    }

    /// An error if the evaluation has ended; it is one whatever stands beside it.
    fn check_halted(&self) -> Result<()> {
        self.halted.clone().map_or(Ok(()), Err)
    }

    fn call(
        &mut self,
        name: &str,
        target: Option<&'a Node>,
        args: &'a [Node],
        guard: Option<&[Type]>,
    ) -> Result<Value> {
        if let (Some(target), "or" | "orValue", [other]) = (target, name, args) {
            return match self.value(target)? {
                it @ Value::Optional(Some(_)) if name == "or" => Ok(it),
                Value::Optional(Some(it)) => Ok(Arc::unwrap_or_clone(it)),
                Value::Optional(None) => self.value(other),
                _ => Failure::no_overload(),
            };
        }
        if let ("_[_]" | "_[?_]", [of, at]) = (name, args) {
            // What is absent has no elements, whatever the index is.
            return match self.value(of)? {
                Value::Optional(None) => Ok(Value::Optional(None)),
                of => index(&of, &self.value(at)?, name == "_[?_]"),
            };
        }
        let tracked = name.strip_suffix(TRACKED_MARK);
        let mut values = Vec::with_capacity(args.len() + 1);
        // Of two arguments both are evaluated, of others those up to the first error.
        let is_pair = usize::from(target.is_some()) + args.len() == 2;
        let mut failure = None;
        for node in target.into_iter().chain(args) {
            let value = self.value(node);
            self.check_halted()?;
            match (value, tracked) {
                (Ok(value), _) => values.push(value),
                (Err(Failure::Error(_)), Some(_)) => return self.halt("*types.Err", "Add"),
                (Err(Failure::TooCostly), _) => return Err(Failure::TooCostly),
                (Err(other), _) => failure = failure.or(Some(other)),
            }
            if !is_pair && let Some(failure) = failure {
                return Err(failure);
            }
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        if name == "@orValue" {
            return Ok(or_value(values));
        }
        if let (Some(_), Some(first)) = (tracked, values.first())
            && !matches!(first, Value::List(_))
        {
            let lacks = if matches!(first, Value::Bool(_) | Value::Null | Value::Optional(_)) {
                "Add"
            } else {
                "Contains"
            };
            return match first {
                Value::Map(_) => {
                    let failure = Failure::NotJudged("a map where a list is needed".to_owned());
                    self.halted = Some(failure.clone());
                    Err(failure)
                }
                other => self.halt(other.native_name(), lacks),
            };
        }
        if let Some(guard) = guard
            && !values.iter().zip(guard).all(|(it, guard)| it.is_of(guard))
        {
            return Failure::error(unfit(name, &values));
        }
        let name = tracked.unwrap_or(name);
        let result = match find(name, &values, &mut self.budget) {
            Some(result) => result?,
            None => self.call_foreign(name, &values)?,
        };
        // What is a constant is evaluated beforehand, and costs nothing.
        self.count((0, cost(name, &values, &result)))?;
        Ok(result)
    }

    /// Calls a function that the server does not have.
    fn call_foreign(&mut self, name: &str, values: &[Value]) -> Result<Value> {
        let Some(result) = self.variables.call(name, values) else {
            return unknown(name, values, &self.budget);
        };
        let items = result.as_ref().map_or(0, |it| match it {
            Value::Map(map) => map.field("items").map_or(0, Value::weight),
            it => it.weight(),
        });
        self.budget.take(FOREIGN + items)?;
        result
    }
}

/// `&&` and `||` over values and errors: one that decides wins, else the first error.
pub(super) struct Verdict {
    decisive: bool,
    failure: Option<Failure>,
}

impl Verdict {
    pub(super) fn new(decisive: bool) -> Self {
        Self { decisive, failure: None }
    }

    /// Whether the value decides.
    pub(super) fn is_decided_by(&mut self, value: Result<Value>) -> Result<bool> {
        let failure = match value {
            Ok(Value::Bool(it)) => return Ok(it == self.decisive),
            Ok(_) => Failure::Error("no such overload".to_owned()),
            Err(Failure::TooCostly) => return Err(Failure::TooCostly),
            Err(failure) => failure,
        };
        let is_unknown = |it: &Failure| matches!(it, Failure::NotJudged(_));
        if self.failure.is_none() || is_unknown(&failure) {
            self.failure = Some(failure);
        }
        Ok(false)
    }

    pub(super) fn end(self) -> Result<Value> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(Value::Bool(!self.decisive)),
        }
    }
}

/// The first of two values, or what is in it; the second where nothing is.
fn or_value(values: Vec<Value>) -> Value {
    let mut values = values.into_iter();
    match values.next() {
        Some(Value::Optional(Some(it))) => Arc::unwrap_or_clone(it),
        None | Some(Value::Optional(None)) => values.next().unwrap_or(Value::Null),
        Some(it) => it,
    }
}

pub(super) fn of_literal(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(it) => Value::Bool(*it),
        Literal::Int(it) => Value::Int(*it),
        Literal::Uint(it) => Value::Uint(*it),
        Literal::Double(it) => Value::Double(*it),
        Literal::String(it) => Value::text(it.as_str()),
        Literal::Bytes(it) => Value::Bytes(it.as_slice().into()),
    }
}

fn field_of(operand: Value, field: &str) -> Result<Value> {
    match operand {
        Value::Map(map) => match map.field(field) {
            Some(value) => Ok(value.clone()),
            None => Failure::error(format!("no such key: {field}")),
        },
        Value::Optional(_) => optional_field(&operand, field),
        Value::Message(it) => match it.fields.field(field) {
            Some(value) => Ok(value.clone()),
            None if *it.name != *JSON_PATCH => Ok(Value::Null),
            None if field == "value" => Failure::not_judged("the value of a patch without one"),
            None => Ok(Value::text("")),
        },
        Value::List(_) => Failure::error("unsupported index type 'string' in list"),
        _ => Failure::error(format!("no such key: {field}")),
    }
}

fn optional_field(operand: &Value, field: &str) -> Result<Value> {
    match operand {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(inner)) => optional_field(inner, field),
        operand => index(operand, &Value::text(field), true),
    }
}

fn has(operand: &Value, field: &str) -> Result<bool> {
    match operand {
        Value::Map(map) => Ok(map.field(field).is_some()),
        Value::Message(it) => Ok(match it.fields.field(field) {
            Some(Value::String(text)) if *it.name == *JSON_PATCH && field != "value" => {
                !text.is_empty()
            }
            found => found.is_some(),
        }),
        Value::Optional(Some(inner)) => has(inner, field),
        Value::List(_) => Failure::error("unsupported index type 'string' in list"),
        _ => Ok(false),
    }
}
