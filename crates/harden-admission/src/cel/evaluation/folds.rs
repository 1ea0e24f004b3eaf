//! Macros with variables.

use std::sync::Arc;

use super::super::failure::Failure;
use super::super::library::shown;
use super::super::syntax::{Fold, Node, Range};
use super::super::value::{Key, Map, Value};
use super::{Evaluation, Result, Verdict};

/// Whether to go on.
enum Next {
    On,
    Stop,
}

impl<'a> Evaluation<'a> {
    pub(super) fn fold(&mut self, fold: &'a Fold) -> Result<Value> {
        match fold {
            Fold::All { range, test } => self.quantified(range, test, false),
            Fold::Exists { range, test } => self.quantified(range, test, true),
            Fold::ExistsOne { range, test } => self.exactly_one(range, test),
            Fold::List { range, filter, item } => {
                let mut items = Vec::new();
                self.each(range, |this| {
                    if this.passes(filter.as_ref())? {
                        items.push(this.value(item)?);
                    }
                    Ok(Next::On)
                })?;
                Ok(Value::list(items))
            }
            Fold::Map { range, filter, key, item } => {
                let mut map = Map::default();
                self.each(range, |this| {
                    if this.passes(filter.as_ref())? {
                        this.insert(&mut map, key.as_deref(), item)?;
                    }
                    Ok(Next::On)
                })?;
                Ok(Value::Map(Arc::new(map)))
            }
            Fold::Let { name, value, body } => {
                let value = self.value(value)?;
                self.scopes.push((name, value));
                let result = self.value(body);
                self.scopes.pop();
                result
            }
        }
    }

    fn quantified(&mut self, range: &'a Range, test: &'a Node, decisive: bool) -> Result<Value> {
        let mut verdict = Verdict::new(decisive);
        let mut decided = false;
        self.each(range, |this| {
            let value = this.value(test);
            decided = verdict.is_decided_by(value)?;
            Ok(if decided { Next::Stop } else { Next::On })
        })?;
        if decided { Ok(Value::Bool(decisive)) } else { verdict.end() }
    }

    /// An error of a test stays until the next one, as in the server; there is no way back to a value.
    fn exactly_one(&mut self, range: &'a Range, test: &'a Node) -> Result<Value> {
        let mut count = 0_usize;
        let mut failure = None;
        self.each(range, |this| {
            match this.value(test) {
                Ok(Value::Bool(true)) => count += 1,
                Ok(Value::Bool(false)) => {}
                Ok(_) => failure = Some(Failure::Error("no such overload".to_owned())),
                Err(Failure::TooCostly) => return Err(Failure::TooCostly),
                Err(other) => failure = Some(other),
            }
            Ok(Next::On)
        })?;
        failure.map_or(Ok(Value::Bool(count == 1)), Err)
    }

    fn passes(&mut self, filter: Option<&'a Node>) -> Result<bool> {
        let Some(filter) = filter else { return Ok(true) };
        match self.value(filter)? {
            Value::Bool(it) => Ok(it),
            _ => Failure::no_overload(),
        }
    }

    fn insert(&mut self, map: &mut Map, key: Option<&str>, item: &'a Node) -> Result<()> {
        let item = self.value(item)?;
        self.budget.take(map.len() / 64)?;
        let mut add = |key: Key, value: Value| {
            let name = shown(&key.value());
            if map.insert(key, value) {
                return Ok(());
            }
            Failure::error(format!("insert failed: key {name} already exists"))
        };
        if let Some(key) = key {
            let Some(key) = Key::of(&self.variable(key)?) else { return Failure::no_overload() };
            return add(key, item);
        }
        let Value::Map(entries) = item else { return Failure::no_overload() };
        entries.iter().try_for_each(|(key, value)| add(key.clone(), value.clone()))
    }

    /// Does something for each element, with the variables of the range.
    fn each(
        &mut self,
        range: &'a Range,
        mut body: impl FnMut(&mut Self) -> Result<Next>,
    ) -> Result<()> {
        let before = self.scopes.len();
        let over = self.value(&range.over)?;
        let mut step = |this: &mut Self, first: Value, second: Option<Value>| {
            this.scopes.push((&range.first, first));
            if let (Some(name), Some(value)) = (&range.second, second) {
                this.scopes.push((name, value));
            }
            let next = body(this);
            this.scopes.truncate(before);
            next
        };
        let is_pair = range.second.is_some();
        match over {
            Value::List(items) => {
                for (position, item) in (0_i64..).zip(items.iter()) {
                    let (first, second) = if is_pair {
                        (Value::Int(position), Some(item.clone()))
                    } else {
                        (item.clone(), None)
                    };
                    if let Next::Stop = step(self, first, second)? {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                for (key, value) in map.iter() {
                    let second = is_pair.then(|| value.clone());
                    if let Next::Stop = step(self, key.value(), second)? {
                        break;
                    }
                }
            }
            other => {
                // The server names the type in its own code.
                let name = match other.type_name().rsplit('.').next().unwrap_or_default() {
                    "null_type" => "Null".to_owned(),
                    name => name
                        .chars()
                        .take(1)
                        .flat_map(char::to_uppercase)
                        .chain(name.chars().skip(1))
                        .collect(),
                };
                return Failure::error(format!("got 'types.{name}', expected iterable type"));
            }
        }
        Ok(())
    }
}
