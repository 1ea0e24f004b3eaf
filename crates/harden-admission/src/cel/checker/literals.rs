//! What the server checks of literals once the types are known.

use std::collections::{BTreeMap, BTreeSet};

use super::super::failure::Failure;
use super::super::library::{Patterns, Timestamp, duration, format, regex, timestamp};
use super::super::refusal::{Found, Stop};
use super::super::syntax::{Kind, Literal, Node};
use super::super::types::{Bindings, Type};

/// Types of nodes, by their places.
type Placed = Vec<(usize, Type)>;

/// What is to be checked.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// Elements of lists and maps, which are of one type.
    alike: Vec<Placed>,
    /// Calls of `format` that the place is within.
    formats: i32,
    texts: Vec<(usize, Parsed, String)>,
    clauses: Vec<(usize, String, Placed)>,
    seconds: Vec<(usize, i64)>,
    patterns: BTreeSet<String>,
    /// Elements of each list, by its place.
    lists: BTreeMap<usize, Placed>,
}

/// What a text is an argument of.
#[derive(Debug, Clone, Copy)]
enum Parsed {
    Duration,
    Timestamp,
    Pattern,
}

impl Literals {
    /// Enters (1) or leaves (-1) arguments whose lists may hold anything.
    pub(super) fn exempt(&mut self, is_format: bool, by: i32) {
        self.formats += if is_format { by } else { 0 };
    }

    pub(super) fn is_exempt(&self) -> bool {
        self.formats > 0
    }

    pub(super) fn list(&mut self, at: usize, elements: Placed) {
        self.lists.insert(at, elements.clone());
        self.same(elements);
    }

    pub(super) fn same(&mut self, elements: Placed) {
        if self.formats == 0 && elements.len() > 1 {
            self.alike.push(elements);
        }
    }

    pub(super) fn call(&mut self, at: usize, name: &str, target: Option<&Node>, args: &[Node]) {
        let text = |it: &Node| match &it.kind {
            Kind::Literal(Literal::String(text)) => Some(text.clone()),
            _ => None,
        };
        let parsed = match name {
            "duration" => Some(Parsed::Duration),
            "timestamp" => Some(Parsed::Timestamp),
            "matches" => Some(Parsed::Pattern),
            _ => None,
        };
        if let Some(parsed) = parsed
            && let Some(first) = args.first()
            && let Some(text) = text(first)
        {
            self.texts.push((first.at, parsed, text));
        }
        if name == "timestamp"
            && let Some(Node { at, kind: Kind::Literal(Literal::Int(seconds)), .. }) = args.first()
        {
            self.seconds.push((*at, *seconds));
        }
        if matches!(name, "matches" | "find" | "findAll") {
            self.patterns.extend(args.get(usize::from(target.is_none())).and_then(text));
        }
        if name == "format"
            && let Some(template) = target.and_then(text)
            && let [Node { kind: Kind::List(_), at: list, .. }] = args
        {
            let elements = self.lists.get(list).cloned().unwrap_or_default();
            self.clauses.push((at, template, elements));
        }
    }

    /// Those regular expressions that compile.
    pub(super) fn patterns(self) -> Patterns {
        let compiled = self.patterns.into_iter().map(|text| (regex(&text), text));
        compiled.filter_map(|(regex, text)| Some((text, regex.ok()?))).collect()
    }

    /// What is wrong, where every type is known.
    pub(super) fn flaws(&self, bindings: &Bindings) -> Result<Vec<Found>, Stop> {
        let mut flaws = Vec::new();
        for elements in &self.alike {
            let mut elements = elements.iter().map(|(at, it)| (*at, bindings.resolved(it, true)));
            let Some((_, first)) = elements.next() else { continue };
            if let Some((at, other)) = elements.find(|(_, it)| *it != first) {
                flaws.push(Found::new(at, format!("expected type '{first}' but found '{other}'")));
            }
        }
        for (at, parsed, text) in &self.texts {
            let (name, result) = match parsed {
                Parsed::Duration => ("duration", duration(text).map(|_| ())),
                Parsed::Timestamp => ("timestamp", timestamp(text).map(|_| ())),
                Parsed::Pattern => ("matches", regex(text).map(|_| ())),
            };
            match result {
                Ok(()) => {}
                Err(Failure::Error(_)) => {
                    flaws.push(Found::new(*at, format!("invalid {name} argument")));
                }
                Err(other) => return Err(Stop::NotJudged(other.to_string())),
            }
        }
        for (at, seconds) in &self.seconds {
            if Timestamp::of_seconds(*seconds).is_err() {
                flaws.push(Found::new(*at, "invalid timestamp argument"));
            }
        }
        for (at, template, args) in &self.clauses {
            let verbs = format::verbs(template).into_iter();
            let unfit = verbs.zip(args).find_map(|(verb, (at, it))| {
                let it = bindings.resolved(it, true);
                let message =
                    (it != Type::Dyn).then(|| format::unfit(verb, it.name())).flatten()?;
                Some((*at, message))
            });
            let counted = format::check(template, args.len()).map_err(|message| (*at, message));
            if let Some((at, message)) = unfit.or(counted.err()) {
                flaws.push(Found::new(at, message));
            }
        }
        Ok(flaws)
    }
}
