//! What a CustomResourceDefinition asks of values beside their types, judged as the API server does.

mod format;
mod pattern;
mod read;
#[cfg(test)]
mod tests;
mod unique;
mod words;

use harden_yaml::{Action, Kind, Place};

use super::limit::{either, is_spelt_like};
use super::similar::similar;
use crate::object::is_placeholder;
pub(super) use format::Format;
use pattern::Pattern;
use unique::Unique;

/// What a value must be like.
#[derive(Debug, Clone, Default)]
pub(super) struct Validation {
    /// `type`, where other alternatives have another one.
    kind: Option<TypeName>,
    choices: Option<Vec<Literal>>,
    minimum: Option<Bound>,
    maximum: Option<Bound>,
    multiple_of: Option<i64>,
    length: Counts,
    pattern: Option<Pattern>,
    format: Option<Format>,
    items: Counts,
    entries: Counts,
    unique: Option<Unique>,
    /// Whether the items of a list must not be null.
    has_no_null: bool,
    required: Vec<Required>,
    fields: Vec<Property>,
    each: Option<Box<Self>>,
    all_of: Vec<Self>,
    any_of: Vec<Self>,
    one_of: Vec<Self>,
    not: Option<Box<Self>>,
    /// Whether something is asked that is not judged here.
    is_partial: bool,
}

/// The name of a JSON type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TypeName {
    String,
    Boolean,
    Integer,
    Number,
    Array,
    Object,
}

/// A value of an enum.
#[derive(Debug, Clone, PartialEq)]
enum Literal {
    Text(String),
    Integer(i64),
    Bool(bool),
    /// One that is not compared.
    Other,
}

/// The end of a range.
#[derive(Debug, Clone, Copy)]
struct Bound {
    value: f64,
    is_exclusive: bool,
}

/// How many there may be.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    least: Option<u64>,
    most: Option<u64>,
}

/// A field that must be there.
#[derive(Debug, Clone)]
struct Required {
    name: String,
    /// Whether null stays in it, so that it is there.
    keeps_null: bool,
}

/// What is asked of a field.
#[derive(Debug, Clone)]
struct Property {
    name: String,
    validation: Validation,
    /// Whether the server writes a value where there is none.
    has_default: bool,
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Refused<'d> {
    /// The value.
    pub(super) place: Place<'d>,
    /// What it must be, without a subject.
    pub(super) words: String,
    /// What would mend it, where there can be no doubt.
    pub(super) change: Option<Action>,
}

/// What came of judging a value.
#[derive(Debug)]
struct Verdict<'d> {
    refused: Vec<Refused<'d>>,
    /// Whether everything that is asked was judged.
    is_whole: bool,
}

impl Validation {
    /// Everything for which the API server refuses a value of the right type.
    pub(super) fn refuse<'d>(&self, place: Place<'d>) -> Vec<Refused<'d>> {
        self.judge(place).refused
    }

    fn judge<'d>(&self, place: Place<'d>) -> Verdict<'d> {
        let mut verdict = Verdict { refused: Vec::new(), is_whole: !self.is_partial };
        // The server has taken what is null away, but where it may be.
        if !place.exists() {
            verdict.is_whole = false;
            return verdict;
        }
        if self.kind.is_some_and(|it| !it.is_kind_of(place)) {
            if !self.is_filled_in(place) {
                verdict.say(place, format!("must be {}", self.kind.map_or("", TypeName::words)));
            }
            verdict.is_whole = false;
            return verdict;
        }
        self.judge_choices(place, &mut verdict);
        match place.kind() {
            Kind::String => self.judge_text(place, &mut verdict),
            Kind::Int | Kind::Float => self.judge_number(place, &mut verdict),
            Kind::List => self.judge_list(place, &mut verdict),
            Kind::Map => self.judge_map(place, &mut verdict),
            Kind::Bool | Kind::Null | Kind::Missing => {}
        }
        self.judge_alternatives(place, &mut verdict);
        if !verdict.refused.is_empty() && self.is_filled_in(place) {
            verdict = Verdict { refused: Vec::new(), is_whole: false };
        }
        verdict
    }

    /// Whether something else will be put in a place.
    fn is_filled_in(&self, place: Place<'_>) -> bool {
        place.as_str().is_some_and(|text| {
            let choices = self.choices.iter().flatten();
            let texts = choices.filter_map(|it| match it {
                Literal::Text(text) => Some(text.as_str()),
                _ => None,
            });
            is_placeholder(text) && !is_spelt_like(text, texts)
        })
    }

    fn judge_choices<'d>(&self, place: Place<'d>, verdict: &mut Verdict<'d>) {
        let Some(choices) = &self.choices else { return };
        if choices.iter().any(|it| it.is_value_of(place)) {
            return;
        }
        if choices.contains(&Literal::Other)
            || matches!(place.kind(), Kind::Float | Kind::List | Kind::Map)
        {
            verdict.is_whole = false;
            return;
        }
        let names: Vec<_> = choices.iter().map(Literal::words).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let mut words = format!("must be {}", either(&names));
        let written = place.as_str().unwrap_or_default();
        let same =
            names.iter().find(|it| !written.is_empty() && it.eq_ignore_ascii_case(written.trim()));
        let meant = same.copied().or_else(|| similar(written, names.iter().copied()));
        if let Some(meant) = meant {
            words = format!("{words}; did you mean `{meant}`");
        }
        let change = same.map(|it| Action::set(*it));
        verdict.refused.push(Refused { place, words, change });
    }

    fn judge_text<'d>(&self, place: Place<'d>, verdict: &mut Verdict<'d>) {
        let text = place.as_str().unwrap_or_default();
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        if let Some(words) = self.length.refuse(length, "character") {
            verdict.say(place, words);
        }
        if let Some(pattern) = &self.pattern {
            match pattern.matches(text) {
                Some(true) => {}
                Some(false) => verdict.say(place, format!("must match `{}`", pattern.text())),
                None => verdict.is_whole = false,
            }
        }
        if let Some(format) = self.format {
            match format.is_text(text) {
                Some(true) => {}
                Some(false) => verdict.say(place, format!("must be {}", format.words())),
                None => verdict.is_whole = false,
            }
        }
    }

    fn judge_number<'d>(&self, place: Place<'d>, verdict: &mut Verdict<'d>) {
        let Some(value) = place.as_f64() else { return };
        if self.format == Some(Format::Int32)
            && place.as_i64().is_some_and(|it| i32::try_from(it).is_err())
        {
            verdict.say(place, "must be a 32-bit integer".to_owned());
        }
        // Upstream compares integers with what is left of a bound without its fraction.
        let end = |it: f64| if place.kind() == Kind::Int { it.trunc() } else { it };
        if let Some(Bound { value: least, is_exclusive }) = self.minimum {
            let least = end(least);
            if value < least {
                let or = if is_exclusive { "more than" } else { "at least" };
                verdict.say(place, format!("must be {or} {least}"));
            } else if is_exclusive && value <= least {
                verdict.say(place, format!("must be more than {least}"));
            }
        }
        if let Some(Bound { value: most, is_exclusive }) = self.maximum {
            let most = end(most);
            if value > most {
                let or = if is_exclusive { "less than" } else { "at most" };
                verdict.say(place, format!("must be {or} {most}"));
            } else if is_exclusive && value >= most {
                verdict.say(place, format!("must be less than {most}"));
            }
        }
        match (self.multiple_of, place.as_i64()) {
            (Some(of), Some(value)) if value % of != 0 => {
                verdict.say(place, format!("must be a multiple of {of}"));
            }
            (Some(_), None) => verdict.is_whole = false,
            _ => {}
        }
    }

    fn judge_list<'d>(&self, place: Place<'d>, verdict: &mut Verdict<'d>) {
        let count = u64::try_from(place.len()).unwrap_or(u64::MAX);
        if let Some(words) = self.items.refuse(count, "item") {
            verdict.say(place, words);
        }
        if let Some(unique) = &self.unique {
            for (item, words) in unique.twice(place) {
                verdict.say(item, words);
            }
        }
        for item in place.items() {
            if self.has_no_null && item.is_null() {
                verdict.say(item, "must not be null".to_owned());
            } else if let Some(each) = &self.each {
                verdict.merge(each.judge(item));
            }
        }
    }

    fn judge_map<'d>(&self, place: Place<'d>, verdict: &mut Verdict<'d>) {
        let count = place.entries().filter(|(_, it)| it.exists()).count();
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if let Some(words) = self.entries.refuse(count, "field") {
            verdict.say(place, words);
        }
        for Required { name, keeps_null } in &self.required {
            if !place.get(name).is_some_and(|it| it.exists() || *keeps_null) {
                verdict.say(place, format!("must have `{name}`"));
            }
        }
        for property in &self.fields {
            match place.get(&property.name) {
                Some(value) if value.exists() => verdict.merge(property.validation.judge(value)),
                _ if property.has_default => verdict.is_whole = false,
                _ => {}
            }
        }
    }

    fn judge_alternatives<'d>(&self, place: Place<'d>, verdict: &mut Verdict<'d>) {
        for one in &self.all_of {
            verdict.merge(one.judge(place));
        }
        for (alternatives, is_only_one) in [(&self.any_of, false), (&self.one_of, true)] {
            if alternatives.is_empty() {
                continue;
            }
            let judged: Vec<_> = alternatives.iter().map(|it| it.judge(place)).collect();
            let fits = judged.iter().filter(|it| it.refused.is_empty() && it.is_whole).count();
            let is_open = judged.iter().any(|it| it.refused.is_empty() && !it.is_whole);
            if is_only_one && fits > 1 {
                verdict.say(place, words::too_many(alternatives));
            } else if fits == 0 && !is_open {
                verdict.say(place, words::none_of(&judged));
            } else if is_open && (is_only_one || fits == 0) {
                verdict.is_whole = false;
            }
        }
        if let Some(not) = &self.not {
            let judged = not.judge(place);
            if judged.refused.is_empty() && judged.is_whole {
                verdict.say(place, not.forbidden());
            } else if judged.refused.is_empty() {
                verdict.is_whole = false;
            }
        }
    }

    /// What must not be so, where this must not.
    fn forbidden(&self) -> String {
        match self.required.as_slice() {
            [] => "is what its CustomResourceDefinition rules out (`not`)".to_owned(),
            [one] => format!("must not have `{}`", one.name),
            several => {
                let names: Vec<_> = several.iter().map(|it| format!("`{}`", it.name)).collect();
                format!("must not have {} together", names.join(" and "))
            }
        }
    }
}

impl<'d> Verdict<'d> {
    fn say(&mut self, place: Place<'d>, words: String) {
        self.refused.push(Refused { place, words, change: None });
    }

    fn merge(&mut self, other: Self) {
        self.refused.extend(other.refused);
        self.is_whole &= other.is_whole;
    }
}

impl TypeName {
    fn is_kind_of(self, place: Place<'_>) -> bool {
        match self {
            Self::String => place.kind() == Kind::String,
            Self::Boolean => place.kind() == Kind::Bool,
            Self::Integer => place.kind() == Kind::Int,
            Self::Number => matches!(place.kind(), Kind::Int | Kind::Float),
            Self::Array => place.is_list(),
            Self::Object => place.is_map(),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Array => "a list",
            Self::Object => "a map",
        }
    }
}

impl Literal {
    fn is_value_of(&self, place: Place<'_>) -> bool {
        match self {
            Self::Text(text) => place.as_str() == Some(text),
            Self::Integer(value) => place.as_i64() == Some(*value),
            Self::Bool(value) => place.as_bool() == Some(*value),
            Self::Other => false,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Integer(value) => value.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::Other => String::new(),
        }
    }
}

impl Counts {
    fn refuse(self, count: u64, of: &str) -> Option<String> {
        let said = |or: &str, end: u64| {
            let plural = if end == 1 { "" } else { "s" };
            Some(format!("must have at {or} {end} {of}{plural}"))
        };
        match (self.least, self.most) {
            (Some(least), _) if count < least => said("least", least),
            (_, Some(most)) if count > most => said("most", most),
            _ => None,
        }
    }
}
