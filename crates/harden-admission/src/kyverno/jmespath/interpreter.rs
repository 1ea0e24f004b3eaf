//! The values of expressions.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::functions::call;
use super::node::{Comparator, Node};
use super::{Failure, Scope, World};

/// Evaluates expressions in a world.
#[derive(Clone, Copy)]
pub(super) struct Interpreter<'w> {
    pub world: &'w World,
}

/// What an expression is applied to, or what it makes.
#[derive(Debug, Clone)]
pub(super) enum Operand<'a> {
    Scope(&'a Scope),
    Value(Cow<'a, Value>),
    /// An expression as an argument.
    Reference(&'a Node),
}

pub(super) type Evaluated<'a> = Result<Operand<'a>, Failure>;

impl<'a> Operand<'a> {
    pub(super) const NULL: Self = Self::Value(Cow::Owned(Value::Null));

    pub(super) fn of(value: &'a Value) -> Self {
        Self::Value(Cow::Borrowed(value))
    }

    pub(super) fn owned(value: impl Into<Value>) -> Self {
        Self::Value(Cow::Owned(value.into()))
    }

    /// As a value; an expression has none.
    pub(super) fn value(&self) -> Cow<'_, Value> {
        match self {
            Self::Scope(scope) => Cow::Owned(scope.whole()),
            Self::Value(value) => Cow::Borrowed(value),
            Self::Reference(_) => Cow::Owned(Value::Null),
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Scope(scope) => scope.whole(),
            Self::Value(value) => value.into_owned(),
            Self::Reference(_) => Value::Null,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Value(it) if it.is_null())
    }

    fn is_false(&self) -> bool {
        match self {
            Self::Scope(_) | Self::Reference(_) => false,
            Self::Value(value) => match &**value {
                Value::Null => true,
                Value::Bool(it) => !it,
                Value::Number(_) => false,
                Value::String(it) => it.is_empty(),
                Value::Array(it) => it.is_empty(),
                Value::Object(it) => it.is_empty(),
            },
        }
    }

    fn field(self, key: &str) -> Self {
        match self {
            Self::Value(Cow::Borrowed(Value::Object(map))) => {
                map.get(key).map_or(Self::NULL, Self::of)
            }
            Self::Value(Cow::Owned(Value::Object(mut map))) => {
                map.swap_remove(key).map_or(Self::NULL, Self::owned)
            }
            Self::Scope(scope) => scope.get(key).map_or(Self::NULL, Self::of),
            _ => Self::NULL,
        }
    }

    fn has(&self, key: &str) -> Option<bool> {
        match self {
            Self::Scope(scope) => Some(scope.get(key).is_some()),
            Self::Value(value) => value.as_object().map(|it| it.contains_key(key)),
            Self::Reference(_) => None,
        }
    }

    /// The elements of a list; none where it is no list.
    fn elements(self) -> Option<Vec<Self>> {
        match self {
            Self::Value(Cow::Borrowed(Value::Array(items))) => {
                Some(items.iter().map(Self::of).collect())
            }
            Self::Value(Cow::Owned(Value::Array(items))) => {
                Some(items.into_iter().map(Self::owned).collect())
            }
            _ => None,
        }
    }
}

/// Takes what is absent for null.
pub(super) fn lenient(evaluated: Evaluated<'_>) -> Evaluated<'_> {
    match evaluated {
        Err(Failure::NotFound(_)) => Ok(Operand::NULL),
        other => other,
    }
}

/// Takes every error for null, as projections do with what they are of.
fn careless(evaluated: Evaluated<'_>) -> Evaluated<'_> {
    match evaluated {
        Err(Failure::NotFound(_) | Failure::Error(_)) => Ok(Operand::NULL),
        other => other,
    }
}

impl Interpreter<'_> {
    /// Another of the same: what is not of the context is copied.
    fn copy<'a>(self, operand: &Operand<'a>) -> Evaluated<'a> {
        if let Operand::Value(Cow::Owned(value)) = operand {
            self.world.spend(weight(value))?;
        }
        Ok(operand.clone())
    }

    /// A value of its own.
    pub(super) fn own(self, operand: Operand<'_>) -> Result<Value, Failure> {
        if let Operand::Value(value) = &operand {
            self.world.spend(weight(value))?;
        }
        Ok(operand.into_value())
    }

    pub(super) fn evaluate(self, node: &Node, operand: Operand<'_>) -> Result<Value, Failure> {
        self.execute(node, operand).map(Operand::into_value)
    }

    pub(super) fn execute<'a>(self, node: &'a Node, operand: Operand<'a>) -> Evaluated<'a> {
        self.world.spend(1)?;
        match node {
            Node::Identity => Ok(operand),
            Node::Field(key) => match operand.has(key) {
                Some(true) => Ok(operand.field(key)),
                Some(false) => Err(Failure::NotFound(key.clone())),
                None => Ok(Operand::NULL),
            },
            Node::Index(index) => Ok(at(operand, *index)),
            Node::Slice(parts) => self.slice(operand, parts),
            Node::Literal(value) => Ok(Operand::of(value)),
            Node::Sub(parts) => {
                let [left, right] = &**parts;
                let left = self.execute(left, operand)?;
                self.execute(right, left)
            }
            Node::Pipe(parts) => {
                let [left, right] = &**parts;
                let left = lenient(self.execute(left, operand))?;
                lenient(self.execute(right, left))
            }
            Node::Or(parts) => {
                let [left, right] = &**parts;
                let first = lenient(self.execute(left, self.copy(&operand)?))?;
                if first.is_false() { lenient(self.execute(right, operand)) } else { Ok(first) }
            }
            Node::And(parts) => {
                let [left, right] = &**parts;
                let first = lenient(self.execute(left, self.copy(&operand)?))?;
                if first.is_false() { Ok(first) } else { self.execute(right, operand) }
            }
            Node::Not(inner) => {
                let inner = lenient(self.execute(inner, operand))?;
                Ok(Operand::owned(inner.is_false()))
            }
            Node::Comparison(comparator, parts) => self.compare(*comparator, parts, operand),
            Node::Flatten(inner) => {
                let Some(elements) = careless(self.execute(inner, operand))?.elements() else {
                    return Ok(Operand::NULL);
                };
                let mut all = Vec::new();
                for element in elements {
                    match self.own(element)? {
                        Value::Array(items) => all.extend(items),
                        other => all.push(other),
                    }
                }
                self.world.spend(all.len())?;
                Ok(Operand::owned(all))
            }
            Node::Projection(parts) => {
                let [left, right] = &**parts;
                let left = lenient(self.execute(left, operand))?;
                self.project(left.elements(), right, None)
            }
            Node::Filter(parts) => {
                let [left, right, condition] = &**parts;
                let left = careless(self.execute(left, operand))?;
                self.project(left.elements(), right, Some(condition))
            }
            Node::Values(parts) => {
                let [left, right] = &**parts;
                let left = careless(self.execute(left, operand))?;
                let Value::Object(map) = self.own(left)? else { return Ok(Operand::NULL) };
                // The library looks at as many nulls before the values.
                let nulls = map.values().map(|_| Operand::NULL).collect::<Vec<_>>();
                let values = sorted(map).into_iter().map(|(_, value)| Operand::owned(value));
                self.project(Some(nulls.into_iter().chain(values).collect()), right, None)
            }
            Node::List(elements) => {
                if operand.is_null() {
                    return Ok(Operand::NULL);
                }
                let each = elements
                    .iter()
                    .map(|it| self.own(lenient(self.execute(it, self.copy(&operand)?))?));
                Ok(Operand::owned(each.collect::<Result<Vec<_>, _>>()?))
            }
            Node::Hash(entries) => {
                if operand.is_null() {
                    return Ok(Operand::NULL);
                }
                let each = entries.iter().map(|(key, it)| {
                    let value = lenient(self.execute(it, self.copy(&operand)?))?;
                    Ok((key.clone(), self.own(value)?))
                });
                Ok(Operand::owned(Value::Object(each.collect::<Result<Map<_, _>, Failure>>()?)))
            }
            Node::Call(name, arguments) => {
                let each =
                    arguments.iter().map(|it| lenient(self.execute(it, self.copy(&operand)?)));
                let arguments = each.collect::<Result<Vec<_>, _>>()?;
                let made = call(name, arguments, self)?;
                self.world.spend(weight(&made))?;
                Ok(Operand::owned(made))
            }
            Node::Reference(inner) => Ok(Operand::Reference(inner)),
        }
    }

    fn compare<'a>(
        self,
        comparator: Comparator,
        parts: &'a [Node; 2],
        operand: Operand<'a>,
    ) -> Evaluated<'a> {
        let [left, right] = parts;
        let left = lenient(self.execute(left, self.copy(&operand)?))?;
        let right = lenient(self.execute(right, operand))?;
        let (left, right) = (left.value(), right.value());
        self.world.spend(weight(&left).min(weight(&right)))?;
        Ok(compare(comparator, &left, &right))
    }

    /// Applies an expression to elements, of which those without a value are left out.
    fn project<'a>(
        self,
        elements: Option<Vec<Operand<'a>>>,
        each: &'a Node,
        condition: Option<&'a Node>,
    ) -> Evaluated<'a> {
        let Some(elements) = elements else { return Ok(Operand::NULL) };
        let mut values = Vec::new();
        for element in elements {
            if let Some(condition) = condition
                && lenient(self.execute(condition, self.copy(&element)?))?.is_false()
            {
                continue;
            }
            let value = lenient(self.execute(each, element))?;
            if !value.is_null() {
                values.push(self.own(value)?);
            }
        }
        Ok(Operand::owned(values))
    }

    fn slice<'a>(self, operand: Operand<'a>, parts: &[Option<i64>; 3]) -> Evaluated<'a> {
        let Some(elements) = operand.elements() else { return Ok(Operand::NULL) };
        let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
        let step = parts[2].unwrap_or(1);
        if step == 0 {
            return Err(Failure::Error("Invalid slice, step cannot be 0".to_owned()));
        }
        let cap = |at: i64| {
            if at < 0 {
                let at = at.saturating_add(length);
                if at >= 0 { at } else { -i64::from(step < 0) }
            } else if at >= length {
                if step < 0 { length - 1 } else { length }
            } else {
                at
            }
        };
        let start = parts[0].map_or(if step < 0 { length - 1 } else { 0 }, cap);
        let end = parts[1].map_or(if step < 0 { -1 } else { length }, cap);
        let mut values = Vec::new();
        let mut index = start;
        while if step > 0 { index < end } else { index > end } {
            if let Some(element) = usize::try_from(index).ok().and_then(|it| elements.get(it)) {
                values.push(self.own(self.copy(element)?)?);
            }
            index = index.saturating_add(step);
        }
        Ok(Operand::owned(values))
    }
}

/// How much a copy of a value takes, roughly.
fn weight(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Object(map) => {
            1 + map.iter().map(|(key, it)| key.len() / 8 + weight(it)).sum::<usize>()
        }
        Value::String(text) => 1 + text.len() / 8,
        _ => 1,
    }
}

/// The entries of a map by their keys: the library's order is random.
pub(super) fn sorted(map: Map<String, Value>) -> Vec<(String, Value)> {
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    entries
}

fn at(operand: Operand<'_>, index: i64) -> Operand<'_> {
    let Some(mut elements) = operand.elements() else { return Operand::NULL };
    let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let index = if index < 0 { index.saturating_add(length) } else { index };
    match usize::try_from(index) {
        Ok(index) if index < elements.len() => elements.swap_remove(index),
        _ => Operand::NULL,
    }
}

fn compare<'a>(comparator: Comparator, left: &Value, right: &Value) -> Operand<'a> {
    let float = |it: &Value| match it {
        Value::Number(number) if number.is_f64() => number.as_f64(),
        _ => None,
    };
    let holds = match comparator {
        Comparator::Equal => left == right,
        Comparator::NotEqual => left != right,
        _ => match (float(left), float(right)) {
            (Some(left), Some(right)) => match comparator {
                Comparator::Greater => left > right,
                Comparator::GreaterOrEqual => left >= right,
                Comparator::Less => left < right,
                _ => left <= right,
            },
            _ => return Operand::NULL,
        },
    };
    Operand::owned(holds)
}
