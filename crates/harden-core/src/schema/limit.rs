//! What the API server asks of a value whose type is right.

use harden_yaml::{Action, Kind, Place};

use super::similar::similar;
use super::validation::Validation;
use crate::kubernetes::Quantity;
use crate::object::is_placeholder;

/// The largest mode of a file with permissions alone, and with the bits above them.
const MODES: [(i64, &str); 2] = [(0o777, "0777"), (0o1777, "01777")];

/// What a value must be.
#[derive(Debug, Clone)]
pub(super) enum Limit {
    /// One of these strings.
    Choices(Vec<Choice>),
    /// An integer in a range.
    Range { low: Option<i64>, high: Option<i64> },
    /// A quantity that is not below zero.
    NotNegative,
    /// A quantity above zero.
    Positive,
    /// The number of a port or its name; zero and nothing are none, where that will do.
    Port { or_none: bool },
    /// What the schema of a custom kind asks for.
    Schema(Box<Validation>),
    /// A count, or a percentage of which there may be more than 100.
    Percent { at_most_100: bool },
}

/// A string that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    /// The string; empty where it may be left empty.
    pub(super) value: &'static str,
    /// The first minor version that accepts it.
    pub(super) since: u16,
}

/// What is wrong with a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What it must be, and what was meant, e.g. `must be TCP or UDP; did you mean UDP`.
    pub(super) words: String,
    /// What would mend it, where there can be no doubt.
    pub(super) change: Option<Action>,
}

impl Limit {
    /// The limit of a value that may be an integer or a string, by its name in the table.
    pub(super) fn of_int_or_string(word: &str) -> Option<Self> {
        Some(match word {
            "port" => Self::Port { or_none: false },
            "port0" => Self::Port { or_none: true },
            "percent" => Self::Percent { at_most_100: false },
            "percent100" => Self::Percent { at_most_100: true },
            _ => return None,
        })
    }

    /// Why a value whose type is right is refused by an API server of this minor version, unless something else
    /// will be put there.
    pub(super) fn refuses(&self, place: Place<'_>, target: u16) -> Option<Refusal> {
        let refusal = self.refuses_as_written(place, target)?;
        let is_filled_in = match (self, place.as_str()) {
            (_, None) => false,
            (Self::Choices(choices), Some(text)) => {
                is_placeholder(text) && !is_spelt_like(text, choices.iter().map(|it| it.value))
            }
            (_, Some(text)) => is_placeholder(text),
        };
        (!is_filled_in).then_some(refusal)
    }

    fn refuses_as_written(&self, place: Place<'_>, target: u16) -> Option<Refusal> {
        match self {
            Self::Choices(choices) => refuse_other(choices, place.as_str()?, target),
            Self::Range { low, high } => {
                let value = place.as_i64()?;
                let is_outside =
                    low.is_some_and(|it| value < it) || high.is_some_and(|it| value > it);
                refuse(is_outside, || range(*low, *high))
            }
            Self::NotNegative => {
                refuse(quantity(place)?.is_negative(), || "must not be below zero".to_owned())
            }
            // It looks into values, too, so it is asked by itself.
            Self::Schema(_) => None,
            Self::Positive => {
                refuse(quantity(place)? <= Quantity::zero(), || "must be above zero".to_owned())
            }
            Self::Port { or_none } => refuse(!is_port(place, *or_none), || {
                "must be a port from 1 to 65535, or the name of one: at most 15 of a-z, 0-9 and \
                 single hyphens between them, with a letter"
                    .to_owned()
            }),
            Self::Percent { at_most_100 } => refuse(!is_percent(place, *at_most_100), || {
                let most = if *at_most_100 { "a percentage up to 100%" } else { "a percentage" };
                format!("must be an integer from 0 on, or {most} such as 25%")
            }),
        }
    }
}

fn refuse(is_wrong: bool, words: impl FnOnce() -> String) -> Option<Refusal> {
    is_wrong.then(|| Refusal { words: words(), change: None })
}

fn refuse_other(choices: &[Choice], value: &str, target: u16) -> Option<Refusal> {
    let known = choices.iter().find(|it| it.value == value);
    if known.is_some_and(|it| it.since <= target) {
        return None;
    }
    let named = choices.iter().filter(|it| it.since <= target && !it.value.is_empty());
    let values: Vec<_> = named.map(|it| it.value).collect();
    let words = format!("must be {}", either(&values));
    if let Some(Choice { since, .. }) = known {
        let words = format!("{words}; `{value}` is accepted from v1.{since} on");
        return Some(Refusal { words, change: None });
    }
    // What differs in case alone cannot mean anything else.
    let same = values.iter().find(|it| it.eq_ignore_ascii_case(value.trim()));
    let meant = same.copied().or_else(|| similar(value, values.iter().copied()));
    let hint = meant.map_or_else(String::new, |it| format!("; did you mean `{it}`"));
    let words = format!("{words}{hint}");
    Some(Refusal { words, change: same.map(|it| Action::set(*it)) })
}

/// Whether what looks like a placeholder is spelt like these values: `IF_NOT_PRESENT`, or any words in capitals
/// where the values are.
pub(super) fn is_spelt_like<'v>(text: &str, mut values: impl Iterator<Item = &'v str>) -> bool {
    let letters = |it: &str| {
        let letters = it.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|it| it.to_ascii_lowercase()).collect::<String>()
    };
    let is_word = text.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it));
    is_word && values.any(|it| is_placeholder(it) || letters(it) == letters(text))
}

/// `a`, `a or b`, `one of a, b, c`.
pub(super) fn either(values: &[&str]) -> String {
    match values {
        [one] => format!("`{one}`"),
        [one, other] => format!("`{one}` or `{other}`"),
        _ => {
            let values: Vec<_> = values.iter().map(|it| format!("`{it}`")).collect();
            format!("one of {}", values.join(", "))
        }
    }
}

fn range(low: Option<i64>, high: Option<i64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => {
            let mode = MODES.iter().find(|(it, _)| low == 0 && *it == high);
            let octal = mode.map_or_else(String::new, |(_, octal)| format!(", in octal {octal}"));
            format!("must be from {low} to {high}{octal}")
        }
        (Some(low), None) => format!("must be {low} or more"),
        (None, Some(high)) => format!("must be {high} or less"),
        (None, None) => String::new(),
    }
}

/// A quantity, however it is written.
fn quantity(place: Place<'_>) -> Option<Quantity> {
    match place.kind() {
        Kind::String => Quantity::amount(place.as_str()?.trim()),
        Kind::Int | Kind::Float => Quantity::amount(&place.number()?),
        _ => None,
    }
}

/// Whether it is a port: by its number, or by a name as IANA gives them to services.
fn is_port(place: Place<'_>, or_none: bool) -> bool {
    match place.as_str() {
        None => place.as_i64().is_none_or(|it| (i64::from(!or_none)..=65535).contains(&it)),
        Some("") => or_none,
        Some(name) => {
            name.len() <= 15
                && name.bytes().all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-'))
                && name.bytes().any(|it| it.is_ascii_lowercase())
                && !name.starts_with('-')
                && !name.ends_with('-')
                && !name.contains("--")
        }
    }
}

fn is_percent(place: Place<'_>, at_most_100: bool) -> bool {
    let Some(text) = place.as_str() else { return place.as_i64().is_none_or(|it| it >= 0) };
    let Some(digits) = text.strip_suffix('%') else { return false };
    let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    is_number && (!at_most_100 || digits.parse::<u64>().is_ok_and(|it| it <= 100))
}
