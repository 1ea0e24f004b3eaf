//! How values are measured before something is made of them.

use regorus::Value;

use super::super::{guards, limits};

/// What something makes or looks at, by what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Growth {
    /// No more than a text or a number, or the top of a value.
    Part,
    /// As many elements or characters.
    Copy,
    /// All that is within.
    Whole,
    /// All that is within, for each of what is within.
    Square,
    /// What is written in a text.
    Parse,
}

impl Growth {
    pub(in super::super) const ALL: [Self; 5] =
        [Self::Part, Self::Copy, Self::Whole, Self::Square, Self::Parse];

    /// The function that measures.
    pub(in super::super) fn name(self) -> &'static str {
        self.opening().trim_end_matches('(')
    }

    /// What begins a call of it.
    pub(in super::super) fn opening(self) -> &'static str {
        match self {
            Self::Part => "__part__(",
            Self::Copy => "__copy__(",
            Self::Whole => "__whole__(",
            Self::Square => "__square__(",
            Self::Parse => "__parse__(",
        }
    }

    /// Charges what a value may grow to; `None` where there is no room for it.
    pub(super) fn measure(self, value: &Value) -> Option<()> {
        match (self, value) {
            (_, Value::Number(_)) => limits::check_number(value),
            (Self::Part, Value::String(it)) => limits::work(1 + it.len() / 64),
            (Self::Part, _) | (_, Value::Null | Value::Bool(_) | Value::Undefined) => Some(()),
            (Self::Copy | Self::Parse, Value::String(it)) => {
                if self == Self::Parse && has_huge_number(it) {
                    return limits::charge(usize::MAX);
                }
                limits::charge(it.len().saturating_mul(limits::ELEMENT))
            }
            (Self::Copy | Self::Parse, it) => {
                let count = match it {
                    Value::Array(items) => items.len(),
                    Value::Set(items) => items.len(),
                    Value::Object(fields) => fields.len(),
                    _ => 1,
                };
                limits::charge(count.saturating_mul(limits::ELEMENT))
            }
            (Self::Whole, it) => limits::measure(it).map(drop),
            (Self::Square, Value::String(it)) => {
                limits::work(it.len().saturating_mul(it.len()) / 16)
            }
            (Self::Square, it) => {
                let size = limits::measure(it)?;
                limits::work(size.saturating_mul(size) / 16)
            }
        }
    }
}

/// Whether a number that is too large is written in a text, outside of quotes.
fn has_huge_number(text: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '+' | '-' | '_');
    let outside = text.split('"').step_by(2);
    // What is within quotes with a quote in it is taken for outside at worst.
    outside.flat_map(|it| it.split(|it| !is_part(it))).any(guards::is_huge)
}
