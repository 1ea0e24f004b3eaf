//! The types of macros with variables.

use super::super::syntax::{Fold, Node, Range};
use super::super::types::Type;
use super::Checker;

impl Checker<'_> {
    pub(super) fn fold(&mut self, at: usize, fold: &mut Fold) -> Type {
        match fold {
            Fold::All { range, test } | Fold::Exists { range, test } => {
                self.within(range, |this| {
                    let found = this.check(test);
                    this.is_bool(test.at, &found);
                });
                Type::BOOL
            }
            Fold::ExistsOne { range, test } => {
                self.within(range, |this| {
                    let found = this.check(test);
                    this.conditional(at, &[found, Type::INT, Type::INT]);
                });
                Type::BOOL
            }
            Fold::List { range, filter, item } => self.within(range, |this| {
                let condition = filter.as_mut().map(|it| this.check(it));
                let list = Type::list(this.check(item));
                this.filtered(at, condition, list)
            }),
            Fold::Map { range, filter, key, item } => self.within(range, |this| {
                let condition = filter.as_mut().map(|it| this.check(it));
                let map = this.entry(at, key.as_deref(), item);
                this.filtered(at, condition, map)
            }),
            Fold::Let { name, value, body } => {
                let found = self.check(value);
                self.scopes.push((name.clone(), found));
                let result = self.check(body);
                self.scopes.pop();
                result
            }
        }
    }

    fn filtered(&mut self, at: usize, condition: Option<Type>, found: Type) -> Type {
        if let Some(condition) = condition {
            // Whatever is wrong with the condition, the result is of its type.
            self.conditional(at, &[condition, found.clone(), found.clone()]);
        }
        found
    }

    /// The map of one entry, whose value is the item, or the item where there is no key.
    fn entry(&mut self, at: usize, key: Option<&str>, item: &mut Node) -> Type {
        let found = self.check(item);
        let open = Type::map(self.bindings.open(), self.bindings.open());
        if let Some(key) = key {
            let key = self.variable(key).unwrap_or(Type::Dyn);
            return Type::map(key, found);
        }
        if self.fit(std::slice::from_ref(&found), std::slice::from_ref(&open)) {
            return open;
        }
        self.no_overload(at, "cel.@mapInsert", &[open, found], false)
    }

    /// Checks a body with the variables of a range.
    fn within<T>(&mut self, range: &mut Range, body: impl FnOnce(&mut Self) -> T) -> T {
        let over = self.check(&mut range.over);
        let is_pair = range.second.is_some();
        let (first, second) = match over {
            Type::List(of) if is_pair => (Type::INT, *of),
            Type::List(of) => (*of, Type::Dyn),
            Type::Map(keys, values) => (*keys, *values),
            Type::Variable(_) => {
                self.fit(&[Type::Dyn], &[over]);
                (Type::Dyn, Type::Dyn)
            }
            over if over.is_open() => (Type::Dyn, Type::Dyn),
            over => {
                let message = format!(
                    "expression of type '{over}' cannot be range of a comprehension (must be list, map, or dynamic)"
                );
                self.flaw(range.over.at, message);
                (Type::Error, Type::Error)
            }
        };
        let before = self.scopes.len();
        self.scopes.push((range.first.clone(), first));
        self.scopes.extend(range.second.clone().map(|name| (name, second)));
        let result = body(self);
        self.scopes.truncate(before);
        result
    }
}
