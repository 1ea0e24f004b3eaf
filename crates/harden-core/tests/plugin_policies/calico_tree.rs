//! Random selectors of Calico.

use std::collections::BTreeMap;

use super::cluster::word;
use super::random::Random;

/// A selector as a tree, so that its text need not be read here.
#[derive(Debug, Clone)]
pub(crate) enum Tree {
    All,
    Has(String),
    Is(String, String),
    IsNot(String, String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Contains(String, String),
    Starts(String, String),
    Ends(String, String),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

pub(crate) type Labels = BTreeMap<String, String>;

impl Tree {
    pub(crate) fn random(random: &mut Random, keys: &[&str], values: &[&str], depth: u64) -> Self {
        let key = word(random, keys);
        let value = word(random, values);
        let several =
            |random: &mut Random| (0..random.below(3)).map(|_| word(random, values)).collect();
        let deeper = |random: &mut Random| Box::new(Self::random(random, keys, values, depth - 1));
        match random.below(if depth == 0 { 9 } else { 13 }) {
            0 => Self::All,
            1 => Self::Has(key),
            2 => Self::Is(key, value),
            3 => Self::IsNot(key, value),
            4 => Self::In(key, several(random)),
            5 => Self::NotIn(key, several(random)),
            6 => Self::Contains(key, value),
            7 => Self::Starts(key, value),
            8 => Self::Ends(key, value),
            9 => Self::Not(deeper(random)),
            10 | 11 => Self::And(deeper(random), deeper(random)),
            _ => Self::Or(deeper(random), deeper(random)),
        }
    }

    pub(crate) fn text(&self) -> String {
        let list = |values: &[String]| {
            values.iter().map(|it| format!("'{it}'")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::All => "all()".to_owned(),
            Self::Has(key) => format!("has({key})"),
            Self::Is(key, value) => format!("{key} == \"{value}\""),
            Self::IsNot(key, value) => format!("{key}!='{value}'"),
            Self::In(key, values) => format!("{key} in {{{}}}", list(values)),
            Self::NotIn(key, values) => format!("{key} not in {{ {} }}", list(values)),
            Self::Contains(key, value) => format!("{key} contains '{value}'"),
            Self::Starts(key, value) => format!("{key} starts with '{value}'"),
            Self::Ends(key, value) => format!("{key} ends with '{value}'"),
            Self::Not(inner) => format!("!({})", inner.text()),
            Self::And(one, other) => format!("({}) && ({})", one.text(), other.text()),
            Self::Or(one, other) => format!("({}) || ({})", one.text(), other.text()),
        }
    }

    /// `all` is what `all()` means.
    pub(crate) fn holds(&self, all: bool, value: &dyn Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::All => all,
            Self::Has(key) => value(key).is_some(),
            Self::Is(key, wanted) => value(key).as_ref() == Some(wanted),
            Self::IsNot(key, wanted) => value(key).as_ref() != Some(wanted),
            Self::In(key, values) => value(key).is_some_and(|it| values.contains(&it)),
            Self::NotIn(key, values) => !value(key).is_some_and(|it| values.contains(&it)),
            Self::Contains(key, part) => value(key).is_some_and(|it| it.contains(part)),
            Self::Starts(key, part) => value(key).is_some_and(|it| it.starts_with(part)),
            Self::Ends(key, part) => value(key).is_some_and(|it| it.ends_with(part)),
            Self::Not(inner) => !inner.holds(all, value),
            Self::And(one, other) => one.holds(all, value) && other.holds(all, value),
            Self::Or(one, other) => one.holds(all, value) || other.holds(all, value),
        }
    }
}
