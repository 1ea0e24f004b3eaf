//! The types of an expression, as the server's checker finds them.

mod calls;
mod folds;
mod literals;
mod messages;

use super::environment::Environment;
use super::library::Patterns;
use super::refusal::{Found, Stop};
use super::syntax::{Entry, Kind, Literal, Node};
use super::types::{Bindings, Type, most_general};
pub(super) use calls::TRACKED_MARK;
use literals::Literals;

/// Flaws that the server tells, the first that it finds.
const TOLD: usize = 100;

/// Checks a tree, and writes the full names of functions into it: its type, and the regular expressions
/// within it. All flaws, in order of their places.
pub(super) fn check(
    node: &mut Node,
    environment: &Environment,
) -> Result<(Type, Patterns), Vec<Stop>> {
    let mut checker = Checker {
        environment,
        bindings: Bindings::default(),
        scopes: Vec::new(),
        flaws: Vec::new(),
        unjudged: None,
        literals: Literals::default(),
    };
    checker.literals.exempt(environment.has_mixed_literals, 1);
    let found = checker.check(node);
    if let Some(why) = checker.unjudged {
        return Err(vec![Stop::NotJudged(why)]);
    }
    let mut flaws = checker.flaws;
    if flaws.is_empty() {
        match checker.literals.flaws(&checker.bindings) {
            Ok(found) => flaws = found,
            Err(stop) => return Err(vec![stop]),
        }
    }
    let more = flaws.len().saturating_sub(TOLD);
    flaws.truncate(TOLD);
    flaws.sort_by_key(|it| it.at);
    if flaws.is_empty() {
        return Ok((checker.bindings.resolved(&found, true), checker.literals.patterns()));
    }
    let told = flaws.into_iter().map(Stop::Flaw);
    Err(told.chain((more > 0).then_some(Stop::More(more))).collect())
}

struct Checker<'a> {
    environment: &'a Environment,
    bindings: Bindings,
    /// Variables of macros, inner ones last.
    scopes: Vec<(String, Type)>,
    flaws: Vec<Found>,
    unjudged: Option<String>,
    literals: Literals,
}

impl Checker<'_> {
    fn flaw(&mut self, at: usize, message: impl Into<String>) -> Type {
        self.flaws.push(Found::new(at, message));
        Type::Error
    }

    fn mismatch(&mut self, at: usize, expected: &Type, found: &Type) {
        let message = format!("expected type '{expected}' but found '{found}'");
        self.flaw(at, message);
    }

    fn undeclared(&mut self, at: usize, name: &str) -> Type {
        if self.environment.is_unjudged(name) {
            self.unjudged = Some(format!("`{name}` has no answer here"));
        }
        self.flaw(at, format!("undeclared reference to '{name}' (in container '')"))
    }

    fn fit(&mut self, first: &[Type], second: &[Type]) -> bool {
        self.bindings.fit(first, second)
    }

    fn variable(&self, name: &str) -> Option<Type> {
        let local = self.scopes.iter().rev().find(|(it, _)| it == name).map(|(_, it)| it.clone());
        local.or_else(|| self.environment.variable(name))
    }

    /// Whether a dotted name begins with a variable of a macro.
    fn is_local(&self, name: &str) -> bool {
        let root = name.split('.').next();
        self.scopes.iter().any(|(it, _)| Some(it.as_str()) == root)
    }

    fn check(&mut self, node: &mut Node) -> Type {
        let at = node.at;
        if let Some(name) = node.qualified_name()
            && matches!(node.kind, Kind::Select { .. })
            && !self.is_local(&name)
            && let Some(found) = self.environment.variable(&name)
        {
            node.kind = Kind::Ident(name);
            return found;
        }
        if let Kind::OptionalSelect { operand, field } = &node.kind
            && let Some(name) = operand.qualified_name().map(|it| format!("{it}.{field}"))
            && !self.is_local(&name)
            && let Some(found) = self.environment.variable(&name)
        {
            let there = Node::new(at, Kind::Ident(name));
            node.kind = Node::call(at, "optional.of", None, vec![there]).kind;
            return Type::optional(found);
        }
        let found = match &mut node.kind {
            Kind::Literal(literal) => literal_type(literal),
            Kind::Ident(name) => {
                let name = name.clone();
                self.variable(&name).unwrap_or_else(|| self.undeclared(at, &name))
            }
            Kind::Select { operand, field } => self.select(at, operand, field, false),
            Kind::OptionalSelect { operand, field } => self.select(at, operand, field, true),
            Kind::Presence { operand, field } => {
                self.select(at, operand, field, false);
                Type::BOOL
            }
            Kind::Logic { operands, .. } => self.logic(operands),
            Kind::Conditional(parts) => {
                let found = parts.each_mut().map(|it| self.check(it));
                self.conditional(at, &found)
            }
            Kind::List(elements) => self.list(at, elements),
            Kind::Map(entries) => self.map(entries),
            Kind::Struct { name, fields } => self.message(at, &name.clone(), fields),
            Kind::Fold(fold) => self.fold(at, fold),
            Kind::Call { .. } => self.call(node),
        };
        self.bindings.resolved(&found, false)
    }

    fn select(&mut self, at: usize, operand: &mut Node, field: &str, optional: bool) -> Type {
        let (target, is_optional) = self.check(operand).unwrapped();
        let found = match target {
            Type::Map(_, values) => *values,
            Type::Variable(_) => {
                self.fit(&[Type::Dyn], &[target]);
                Type::Dyn
            }
            target if target.is_open() => Type::Dyn,
            Type::Message(name) => messages::field(&name, field)
                .unwrap_or_else(|| self.flaw(at, format!("undefined field '{field}'"))),
            target => match self.environment.fields(&target).map(|it| it.get(field).cloned()) {
                Some(Some(found)) => found,
                Some(None) => self.flaw(at, format!("undefined field '{field}'")),
                None => {
                    self.flaw(at, format!("type '{target}' does not support field selection"));
                    Type::Dyn
                }
            },
        };
        if is_optional || optional { Type::optional(found) } else { found }
    }

    fn logic(&mut self, operands: &mut [Node]) -> Type {
        let found: Vec<Type> = operands.iter_mut().map(|it| self.check(it)).collect();
        let mut result = Type::BOOL;
        for (operand, found) in operands.iter().zip(found) {
            if !self.is_bool(operand.at, &found) {
                result = Type::Error;
            }
        }
        result
    }

    fn is_bool(&mut self, at: usize, found: &Type) -> bool {
        let fits = self.fit(std::slice::from_ref(found), &[Type::BOOL]);
        if !fits {
            self.mismatch(at, &Type::BOOL, found);
        }
        fits
    }

    fn conditional(&mut self, at: usize, found: &[Type; 3]) -> Type {
        let open = self.bindings.open();
        if self.fit(found, &[Type::BOOL, open.clone(), open.clone()]) {
            return open;
        }
        self.no_overload(at, "_?_:_", found, false)
    }

    fn no_overload(&mut self, at: usize, name: &str, args: &[Type], member: bool) -> Type {
        let shown: Vec<String> =
            args.iter().map(|it| self.bindings.resolved(it, true).to_string()).collect();
        let signature = match shown.split_first() {
            Some((target, rest)) if member => format!("{target}.({})", rest.join(", ")),
            _ => format!("({})", shown.join(", ")),
        };
        self.flaw(at, format!("found no matching overload for '{name}' applied to '{signature}'"))
    }

    fn joined(&mut self, before: Option<Type>, found: Type) -> Type {
        match before {
            None => found,
            Some(before)
                if self.fit(std::slice::from_ref(&before), std::slice::from_ref(&found)) =>
            {
                most_general(&before, &found).clone()
            }
            Some(_) => Type::Dyn,
        }
    }

    /// An element of a type that is not known yet is not judged beside others: it would get theirs.
    fn check_known(&mut self, before: Option<&Type>, found: &Type, has_optional: bool) {
        let is_open = |it: &Type| matches!(it, Type::Variable(_));
        if !has_optional && before.is_some_and(|it| it != found && (is_open(it) || is_open(found)))
        {
            self.unjudged = Some("an element of unknown type beside others".to_owned());
        }
    }

    /// The type of an element, of which an optional one must be one.
    fn element(&mut self, at: usize, found: Type, optional: bool) -> Type {
        if !optional {
            return found;
        }
        let (inner, is_optional) = found.unwrapped();
        if inner == Type::Dyn && !is_optional && !self.literals.is_exempt() {
            self.unjudged =
                Some("an optional element of unknown type, at which the server panics".to_owned());
        }
        if !is_optional && inner != Type::Dyn {
            self.mismatch(at, &Type::optional(inner.clone()), &inner);
        }
        inner
    }

    fn list(&mut self, at: usize, elements: &mut [(Node, bool)]) -> Type {
        let mut joined = None;
        let has_optional = elements.iter().any(|(_, optional)| *optional);
        let mut seen = Vec::new();
        for (element, optional) in elements {
            let found = self.check(element);
            let found = self.element(element.at, found, *optional);
            self.check_known(joined.as_ref(), &found, has_optional);
            seen.push((element.at, found.clone()));
            joined = Some(self.joined(joined, found));
        }
        self.literals.list(at, seen);
        Type::list(joined.unwrap_or_else(|| self.bindings.open()))
    }

    fn map(&mut self, entries: &mut [Entry]) -> Type {
        let (mut keys, mut values) = (None, None);
        let has_optional = entries.iter().any(|it| it.optional);
        let (mut seen_keys, mut seen_values) = (Vec::new(), Vec::new());
        for Entry { key, value, optional } in entries {
            let found = self.check(key);
            seen_keys.push((key.at, found.clone()));
            keys = Some(self.joined(keys, found));
            let found = self.check(value);
            let found = self.element(value.at, found, *optional);
            self.check_known(values.as_ref(), &found, has_optional);
            seen_values.push((value.at, found.clone()));
            values = Some(self.joined(values, found));
        }
        self.literals.same(seen_keys);
        self.literals.same(seen_values);
        let keys = keys.unwrap_or_else(|| self.bindings.open());
        Type::map(keys, values.unwrap_or_else(|| self.bindings.open()))
    }
}

fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::BOOL,
        Literal::Int(_) => Type::INT,
        Literal::Uint(_) => Type::UINT,
        Literal::Double(_) => Type::DOUBLE,
        Literal::String(_) => Type::STRING,
        Literal::Bytes(_) => Type::BYTES,
    }
}
