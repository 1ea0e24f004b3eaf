//! Strings of a pattern: alternatives by `|`, conditions by `&`, operators, ranges and wildcards.

use std::borrow::Cow;
use std::cmp::Ordering;

use harden_core::kubernetes::Quantity;
use serde_json::Value;

use super::budget::{Budget, Exhausted};
use super::printed::Numeric;
use super::wildcard::Wildcard;
use super::{duration, float};

/// A string of a pattern.
#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    text: Box<str>,
    /// One of these must hold, which does when all in it hold.
    pub(crate) any: Box<[Box<[Condition]>]>,
}

#[derive(Debug, Clone)]
pub(crate) enum Condition {
    Compared(Operator, Operand),
    /// From the first to the second.
    Within(Operand, Operand),
    /// Before the first or after the second.
    Without(Operand, Operand),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    More,
    MoreEqual,
    Less,
    LessEqual,
}

/// What a value is compared with: the first of these that both are.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    pub(crate) duration: Option<i64>,
    pub(crate) quantity: Option<Quantity>,
    pub(crate) wildcard: Wildcard,
}

impl Conditions {
    pub(crate) fn new(text: &str) -> Self {
        let alternative = |it: &str| {
            let all = it.trim_matches(' ').split('&');
            all.map(|it| Condition::new(it.trim_matches(' '))).collect()
        };
        Self { text: text.into(), any: text.split('|').map(alternative).collect() }
    }

    /// As it is in the pattern.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a value is as these ask.
    pub(in crate::kyverno::pattern) fn admit(
        &self,
        value: &Value,
        budget: &mut Budget,
    ) -> Result<bool, Exhausted> {
        if value.as_str() == Some(&*self.text) {
            return Ok(true);
        }
        let compared = Compared::new(value);
        'alternatives: for all in &self.any {
            for condition in all {
                budget.spend(1 + compared.number.as_deref().map_or(0, str::len))?;
                if !condition.holds(&compared, budget)? {
                    continue 'alternatives;
                }
            }
            return Ok(true);
        }
        Ok(false)
    }
}

/// A value in the forms that it is compared in.
struct Compared<'a> {
    /// For durations and quantities; nothing is zero.
    number: Option<Cow<'a, str>>,
    /// For wildcards.
    text: Option<Cow<'a, str>>,
}

impl<'a> Compared<'a> {
    fn new(value: &'a Value) -> Self {
        let (number, text) = match value {
            Value::Null => (Some("0".into()), None),
            Value::Bool(is) => (None, Some(if *is { "true" } else { "false" }.into())),
            Value::Number(number) => match Numeric::of(number) {
                Numeric::Integer(whole) => {
                    let text = Cow::from(whole.to_string());
                    (Some(text.clone()), Some(text))
                }
                Numeric::Float(float) => {
                    let number = format!("{float:.6}");
                    (Some(number.into()), Some(float::with_exponent(float).into()))
                }
            },
            Value::String(text) => (Some(text.into()), Some(text.into())),
            Value::Array(_) | Value::Object(_) => (None, None),
        };
        Self { number, text }
    }
}

impl Condition {
    fn new(text: &str) -> Self {
        if let Some((operator, operand)) = Operator::split(text) {
            return Self::Compared(operator, Operand::new(operand.trim()));
        }
        let range = |separator| {
            let (from, to) = range(text, separator)?;
            Some((Operand::new(from), Operand::new(to)))
        };
        if let Some((from, to)) = range("!-") {
            Self::Without(from, to)
        } else if let Some((from, to)) = range("-") {
            Self::Within(from, to)
        } else {
            Self::Compared(Operator::Equal, Operand::new(text.trim()))
        }
    }

    fn holds(&self, value: &Compared<'_>, budget: &mut Budget) -> Result<bool, Exhausted> {
        use Operator::{Less, LessEqual, More, MoreEqual};
        match self {
            Self::Compared(operator, operand) => operand.compare(*operator, value, budget),
            Self::Within(from, to) => {
                Ok(from.compare(MoreEqual, value, budget)?
                    && to.compare(LessEqual, value, budget)?)
            }
            Self::Without(from, to) => {
                Ok(from.compare(Less, value, budget)? || to.compare(More, value, budget)?)
            }
        }
    }
}

impl Operator {
    /// The operator that a condition begins with, and what follows it; a single character is none.
    fn split(text: &str) -> Option<(Self, &str)> {
        const SIGNS: [(&str, Operator); 5] = [
            (">=", Operator::MoreEqual),
            ("<=", Operator::LessEqual),
            (">", Operator::More),
            ("<", Operator::Less),
            ("!", Operator::NotEqual),
        ];
        if text.len() < 2 {
            return None;
        }
        SIGNS.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
    }

    /// As expressions write it.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::More => ">",
            Self::MoreEqual => ">=",
            Self::Less => "<",
            Self::LessEqual => "<=",
        }
    }

    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::More => order.is_gt(),
            Self::MoreEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
        }
    }
}

impl Operand {
    fn new(text: &str) -> Self {
        Self {
            duration: duration::parse(text),
            quantity: Quantity::amount(text),
            wildcard: Wildcard::new(text),
        }
    }

    fn compare(
        &self,
        operator: Operator,
        value: &Compared<'_>,
        budget: &mut Budget,
    ) -> Result<bool, Exhausted> {
        if let Some(number) = value.number.as_deref() {
            let ours = self.duration.as_ref();
            if let Some((ours, theirs)) = ours.and_then(|it| Some((it, duration::parse(number)?))) {
                return Ok(operator.holds(theirs.cmp(ours)));
            }
            let ours = self.quantity.as_ref();
            if let Some((ours, theirs)) = ours.and_then(|it| Some((it, Quantity::amount(number)?)))
            {
                return Ok(operator.holds(theirs.cmp(ours)));
            }
        }
        let Some(text) = value.text.as_deref() else { return Ok(false) };
        match operator {
            Operator::Equal => self.wildcard.matches(text, budget),
            Operator::NotEqual => Ok(!self.wildcard.matches(text, budget)?),
            _ => Ok(false),
        }
    }
}

/// The ends of a range such as `1-5`, `100Mi!-1Gi` or `-5--1`; `None` where it is none.
fn range<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let (from, rest) = end(text)?;
    let (to, rest) = end(rest.strip_prefix(separator)?)?;
    rest.is_empty().then_some((from, to))
}

/// A number with a unit of letters, and what follows. Upstream takes `|` for a sign, too.
fn end(text: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = usize::from(text.starts_with(['-', '|', '+']));
    let whole = digits(text.get(length..)?);
    if whole == 0 {
        return None;
    }
    length += whole;
    if let Some(fraction) = text.get(length..)?.strip_prefix('.') {
        let fraction = digits(fraction);
        length += if fraction > 0 { fraction + 1 } else { 0 };
    }
    length += text.get(length..)?.bytes().take_while(u8::is_ascii_alphabetic).count();
    text.split_at_checked(length)
}

#[cfg(test)]
mod tests;
