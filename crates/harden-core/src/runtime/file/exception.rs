//! Exceptions of a rule: fields, how they are compared, and the values for which the rule is silent.

use harden_yaml::Place;

use super::decoding::{invalid, required, scalar};
use crate::runtime::condition::{Family, Modifier, Operator};
use crate::runtime::fields;
use crate::runtime::problem::{Code, Loaded, Missing, Problem};

/// An exception.
#[derive(Debug, Clone)]
pub struct Exception<'d> {
    /// Its name.
    pub name: String,
    /// The field or fields that are compared.
    pub fields: Option<Entry>,
    /// The operator of each.
    pub comps: Option<Entry>,
    /// What they are compared with; the rule is silent where all of one compare so.
    pub values: Vec<Entry>,
    /// Where it is.
    pub place: Place<'d>,
}

/// A text, or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A text.
    One(String),
    /// A list.
    Many(Vec<Entry>),
}

impl Entry {
    pub(in crate::runtime) fn text(&self) -> &str {
        match self {
            Self::One(text) => text,
            Self::Many(_) => "",
        }
    }
}

/// How deep a value may be a list of lists: one level more than has a meaning.
const DEPTH: usize = 4;

fn entry<'d>(place: Place<'d>, depth: usize) -> Loaded<'d, Entry> {
    if place.is_list() && depth < DEPTH {
        let all: Loaded<'d, Vec<_>> = place.items().map(|it| entry(it, depth + 1)).collect();
        return Ok(Entry::Many(all?));
    }
    match scalar(place) {
        Some(text) if text.is_empty() => Err(invalid(place, "Value must be non-empty")),
        // What is neither is no value, for Falco, and no error.
        text => Ok(Entry::One(text.unwrap_or_default().into_owned())),
    }
}

/// The exceptions of an item; those that are appended may leave out fields.
pub(in crate::runtime) fn read<'d>(
    item: Place<'d>,
    is_append: bool,
    problems: &mut Vec<Problem<'d>>,
) -> Loaded<'d, Vec<Exception<'d>>> {
    let mut found: Vec<Exception<'d>> = Vec::new();
    let Some(all) = item.get("exceptions").filter(|it| !it.is_null()) else { return Ok(found) };
    if !all.is_list() {
        return Err(invalid(all, "Rule exceptions must be a sequence"));
    }
    for place in all.items() {
        if !place.is_map() {
            return Err(invalid(place, "Rule exception must be a mapping"));
        }
        let name = required(place, "name")?;
        if found.iter().any(|it| it.name == name) {
            let words = format!("Multiple definitions of exception '{name}' in the same rule");
            problems.push(Problem::new(Code::ExceptionNameNotUnique, place, words));
        }
        if place.get("fields").is_none() && !is_append {
            return Err(invalid(place, "Item has no mapping for key 'fields'"));
        }
        let of = |key: &str| place.get(key).map(|it| entry(it, 0)).transpose();
        let (fields, comps) = (of("fields")?, of("comps")?);
        let mut values = Vec::new();
        if let Some(written) = place.get("values") {
            if !written.is_list() {
                return Err(invalid(written, "Rule exception values must be a sequence"));
            }
            for it in written.items() {
                values.push(entry(it, 0)?);
            }
        } else if is_append {
            let words = "Overriding/appending exception with no values";
            problems.push(Problem::new(Code::AppendNoValues, place, words));
        }
        found.push(Exception { name, fields, comps, values, place });
    }
    Ok(found)
}

/// Whether this is an operator, and whether it has a modifier.
fn operator(text: &str) -> Option<(Operator, bool)> {
    let (word, modifier) =
        text.split_once(' ').map_or((text, None), |it| (it.0, Some(it.1.trim())));
    let operator = Operator::ALL.into_iter().find(|it| it.as_str() == word)?;
    match modifier {
        None => Some((operator, false)),
        Some(it) => {
            let is_one = Modifier::ALL.iter().any(|known| known.as_str() == it);
            (is_one && operator.family() == Family::Text).then_some((operator, true))
        }
    }
}

/// Whether a list stands on the other side of this operator.
fn takes_list(text: &str) -> bool {
    operator(text).is_some_and(|it| it.1 || it.0.family() == Family::List)
}

impl<'d> Exception<'d> {
    /// Fills in the operators that are not written, or says why Falco does not take the exception for a rule
    /// of this source.
    pub(in crate::runtime) fn complete(&mut self, source: &str) -> Loaded<'d, ()> {
        let place = self.place;
        let wrong = |words: String| Err(Problem::boxed(Code::Validate, place, words));
        match &self.fields {
            None => wrong(String::from(
                "Rule exception item must have fields property with a list of fields",
            )),
            Some(Entry::Many(all)) => {
                let equal = || Entry::Many(vec![Entry::One(String::from("=")); all.len()]);
                let mut comps = match self.comps.take().unwrap_or_else(equal) {
                    Entry::Many(comps) => comps,
                    Entry::One(_) => Vec::new(),
                };
                if all.len() != comps.len() {
                    return wrong(String::from("Fields and comps lists must have equal length"));
                }
                for comp in &mut comps {
                    let text = comp.text().trim().to_owned();
                    if text != "exists" && operator(&text).is_none() {
                        return wrong(format!("'{text}' is not a supported comparison operator"));
                    }
                    *comp = Entry::One(text);
                }
                for field in all {
                    check_field(place, field.text(), source)?;
                }
                self.comps = Some(Entry::Many(comps));
                Ok(())
            }
            Some(Entry::One(field)) => {
                let comps = self.comps.take().unwrap_or_else(|| Entry::One(String::from("in")));
                let Entry::One(comp) = comps else {
                    return wrong(String::from("Fields and comps must both be strings"));
                };
                let comp = comp.trim().to_owned();
                if !takes_list(&comp) {
                    return wrong(String::from(
                        "When fields is a single value, comps must be one of (in, pmatch, intersects) \
                         or a modifier operator (e.g. startswith oneof)",
                    ));
                }
                check_field(place, field, source)?;
                self.comps = Some(Entry::One(comp));
                Ok(())
            }
        }
    }

    /// What the exception adds to the condition of its rule; empty where it has no values.
    pub(in crate::runtime) fn condition(&self) -> Loaded<'d, String> {
        let wrong = |words: &str| Err(Problem::boxed(Code::Validate, self.place, words));
        let empty = Entry::One(String::new());
        let (fields, comps) = (self.fields.as_ref(), self.comps.as_ref().unwrap_or(&empty));
        match (fields, comps) {
            (Some(Entry::Many(fields)), Entry::Many(comps)) => {
                let mut alternatives = Vec::new();
                for values in &self.values {
                    let Entry::Many(values) = values else {
                        return wrong("Fields and values lists must have equal length");
                    };
                    if fields.len() != values.len() {
                        return wrong("Fields and values lists must have equal length");
                    }
                    let sides = fields.iter().zip(comps).zip(values);
                    let checks: Vec<_> = sides
                        .map(|((field, comp), value)| {
                            format!(
                                " {} {} {}",
                                field.text(),
                                comp.text(),
                                side(comp.text(), value)
                            )
                        })
                        .collect();
                    alternatives.push(format!("({})", checks.join(" and ")));
                }
                let all = alternatives.join(" or ");
                Ok(if all.is_empty() { all } else { format!("({all})") })
            }
            (Some(field), comp) => {
                let mut values = Vec::new();
                for value in &self.values {
                    let Entry::One(text) = value else {
                        return wrong("Expected values array to contain a list of strings");
                    };
                    values.push(quoted(text));
                }
                let all = values.join(", ");
                let (field, comp) = (field.text(), comp.text());
                Ok(if values.is_empty() { all } else { format!("({field} {comp} ({all}))") })
            }
            (None, _) => Ok(String::new()),
        }
    }
}

/// The right side of a comparison.
fn side(comp: &str, value: &Entry) -> String {
    match value {
        Entry::Many(all) => {
            let all: Vec<_> = all.iter().map(|it| quoted(it.text())).collect();
            format!("({})", all.join(", "))
        }
        Entry::One(text) if takes_list(comp) && !text.starts_with('(') => format!("({text})"),
        Entry::One(text) if takes_list(comp) => text.clone(),
        Entry::One(text) => quoted(text),
    }
}

/// A text in quotes, if it has blanks and no quotes.
pub(in crate::runtime) fn quoted(text: &str) -> String {
    let needs_quotes = text.contains(' ') && !text.starts_with(['"', '\'']);
    if needs_quotes { format!("\"{text}\"") } else { text.to_owned() }
}

/// Fields may be in transformations, which the condition is read with; only what is a name is judged here.
fn check_field<'d>(place: Place<'d>, text: &str, source: &str) -> Loaded<'d, ()> {
    let name = text.split('[').next().unwrap_or_default();
    let is_name = !text.contains('(');
    let is_known =
        !fields::SOURCES.contains(&source) || fields::find(name).is_some_and(|it| it.is_of(source));
    if is_name && !is_known {
        let words = format!("'{text}' is not a supported filter field");
        let missing = Some(Missing::Field(name.to_owned()));
        return Err(Box::new(Problem { missing, ..Problem::new(Code::Validate, place, words) }));
    }
    Ok(())
}
