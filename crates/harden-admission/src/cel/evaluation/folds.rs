//! Macros with variables.

use std::sync::Arc;

use super::super::checker::TRACKED_MARK;
use super::super::failure::Failure;
use super::super::library::shown;
use super::super::syntax::{Fold, Kind, Node, Range};
use super::super::value::{Key, Map, Value};
use super::{Evaluation, Result, Verdict};

fn is_tracked(node: &Node) -> bool {
    matches!(&node.kind, Kind::Call { name, .. } if name.ends_with(TRACKED_MARK))
}

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
                self.filtered(range, filter.as_ref(), false, |this| {
                    items.push(this.value(item)?);
                    Ok(())
                })?;
                Ok(Value::list(items))
            }
            Fold::Map { range, filter, key, item } => {
                let mut map = Map::default();
                self.filtered(range, filter.as_ref(), true, |this| {
                    this.insert(&mut map, key.as_deref(), item)
                })?;
                Ok(Value::Map(Arc::new(map)))
            }
            Fold::Let { name, value, body } => {
                let value = match self.value(value) {
                    // The list of `sortBy` is not looked at before it is sorted.
                    Err(Failure::Error(_)) if is_tracked(body) => {
                        return self.halt("*types.Err", "Add");
                    }
                    value => value?,
                };
                self.scopes.push((name, value));
                let result = self.value(body);
                self.scopes.pop();
                result
            }
        }
    }

    /// Collects those elements that pass. An error of a filter stays until the next one, as in the server;
    /// one of an element stays until one of a filter.
    fn filtered(
        &mut self,
        range: &'a Range,
        filter: Option<&'a Node>,
        is_map: bool,
        mut add: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let mut failure = None;
        self.each(range, |this| {
            let passes = this.passes(filter);
            this.check_halted()?;
            match passes {
                Ok(false) => {}
                Ok(true) if failure.is_some() => {}
                Ok(true) => failure = add(this).err(),
                Err(other) => failure = Some(other),
            }
            // The server adds each to a list of its own.
            this.count((0, if is_map { 4 } else { 13 }))?;
            match failure {
                Some(Failure::TooCostly) => Err(Failure::TooCostly),
                _ => Ok(Next::On),
            }
        })?;
        failure.map_or(Ok(()), Err)
    }

    fn quantified(&mut self, range: &'a Range, test: &'a Node, decisive: bool) -> Result<Value> {
        let mut verdict = Verdict::new(decisive);
        let mut decided = false;
        let each = if decisive { 4 } else { 3 };
        self.each(range, |this| {
            this.count((1, each))?;
            let value = this.value(test);
            this.check_halted()?;
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
            this.count((0, 2))?;
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
            other if is_pair => {
                let name = other.native_name();
                return Failure::error(format!("unsupported comprehension range type: {name}"));
            }
            other => {
                let name = other.native_name();
                return Failure::error(format!("got '{name}', expected iterable type"));
            }
        }
        Ok(())
    }
}
