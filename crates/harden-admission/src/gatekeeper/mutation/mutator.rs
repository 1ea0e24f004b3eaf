//! Mutators as they are written.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Subject;
use super::apply_to::{ApplyTo, apply_to};
use super::image::Image;
use super::location::{Step, parse};
use super::setting::{Condition, Place, Setter, type_of};
use crate::gatekeeper::matching::{Match, Matched};
use crate::gatekeeper::template::Refused;
use crate::{Object, PolicyName, Verdict};

/// What changes one place of objects.
#[derive(Debug)]
pub(super) struct Mutator {
    pub(super) policy: PolicyName,
    pub(super) steps: Vec<Step>,
    tests: BTreeMap<usize, Condition>,
    /// None for all kinds.
    apply_to: Option<Vec<ApplyTo>>,
    matches: Match,
    change: Change,
    pub(super) terminal: Terminal,
    /// Whether nothing is below the place.
    pub(super) must_end: bool,
}

/// What a mutator takes the place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terminal {
    Unknown,
    Set,
    Text,
}

/// What is done at the place.
#[derive(Debug)]
enum Change {
    Assign(Value),
    Metadata(&'static str),
    Merge(Vec<Value>),
    Prune(Vec<Value>),
    Image(Image),
    /// What another program says is assigned.
    External,
}

/// What a mutator did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Set,
    /// Its conditions leave the object out.
    None,
    /// Nobody can say here.
    Unknown(&'static str),
}

pub(super) fn error(at: &str, message: impl Into<String>) -> Refused {
    Refused { verdict: Verdict::Error, at: at.to_owned(), message: message.into() }
}

const LOCATION: &str = "/spec/location";
const ASSIGN: &str = "/spec/parameters/assign";
const PATH_TESTS: &str = "/spec/parameters/pathTests";

impl Mutator {
    pub(super) fn read(object: &Object) -> Result<Self, Refused> {
        let (kind, name) = (object.kind(), object.name());
        if name.len() > 63 {
            return Err(error("/metadata/name", "maximum name length is 63 characters"));
        }
        let location = object.at(LOCATION).and_then(Value::as_str).unwrap_or_default();
        let steps = parse(location).map_err(|it| {
            error(LOCATION, format!("invalid location format `{location}` for {kind} {name}: {it}"))
        })?;
        let is_metadata = steps.first() == Some(&Step::Field("metadata".to_owned()));
        let is_last_element = matches!(steps.last(), Some(Step::Element { .. }));
        let change = match kind {
            "AssignMetadata" => {
                check_metadata(name, location, &steps)?;
                assigned(object, name)?
            }
            _ if is_metadata => {
                let what = format!("{} {name} can't change metadata", kind.to_lowercase());
                return Err(error(LOCATION, what));
            }
            "Assign" => {
                check_key(&steps)?;
                let change = assigned(object, name)?;
                check_element(&steps, &change)?;
                change
            }
            "ModifySet" => {
                if is_last_element {
                    let what = "final node in a modifyset location cannot be a keyed list";
                    return Err(error(LOCATION, what));
                }
                merged(object)?
            }
            _ => {
                if is_last_element {
                    let what = format!("assignImage {name} cannot mutate list-type fields");
                    return Err(error(LOCATION, what));
                }
                check_key(&steps)?;
                image(object, name)?
            }
        };
        if steps.is_empty() {
            return Err(error(LOCATION, "empty path"));
        }
        let is_of_metadata = kind == "AssignMetadata";
        let tests = if is_of_metadata {
            BTreeMap::from([(steps.len() - 1, Condition::MustNotExist)])
        } else {
            tests(object, kind, &steps)?
        };
        let apply_to = if is_of_metadata { None } else { Some(apply_to(object, kind)?) };
        let matches =
            Match::read(object.at("/spec/match")).map_err(|it| error("/spec/match", it))?;
        let policy = PolicyName {
            kind: kind.to_owned(),
            namespace: object.namespace().to_owned(),
            name: name.to_owned(),
        };
        let terminal = match change {
            Change::Merge(_) | Change::Prune(_) => Terminal::Set,
            Change::Image(_) => Terminal::Text,
            _ => Terminal::Unknown,
        };
        let must_end = matches!(change, Change::Image(_) | Change::External);
        Ok(Self { policy, steps, tests, apply_to, matches, change, terminal, must_end })
    }

    /// Kinds and operations whose objects have the location.
    pub(super) fn bindings(&self) -> Vec<[String; 4]> {
        let mut all: Vec<_> = self.apply_to.iter().flatten().flat_map(ApplyTo::bindings).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Whether it is about an object.
    pub(super) fn matches(&self, subject: &Subject<'_>) -> Matched {
        let object = subject.object;
        let is_for = |it: &ApplyTo| {
            it.is_for(object.group(), object.version(), object.kind())
                && it.takes(subject.operation)
        };
        if self.apply_to.as_ref().is_some_and(|all| !all.iter().any(is_for)) {
            return Matched::Kind;
        }
        self.matches.matches(object, subject.namespace, subject.source)
    }

    /// Changes an object, which is `of` before.
    pub(super) fn apply(&self, json: &mut Value, of: &Object) -> Result<Effect, String> {
        if matches!(self.change, Change::External) {
            return Ok(Effect::Unknown("a value of an external provider is assigned"));
        }
        let setter = Set { change: &self.change, of };
        let place = Place { steps: &self.steps, tests: &self.tests };
        let is_set = place.set(json, &setter)?;
        Ok(if is_set { Effect::Set } else { Effect::None })
    }
}

struct Set<'m> {
    change: &'m Change,
    of: &'m Object,
}

impl Setter for Set<'_> {
    fn set(&self, before: Option<Value>) -> Result<Option<Value>, String> {
        let list = |it: Value| match it {
            Value::Array(items) => Ok(items),
            other => Err(format!("{other} is not a list of values, cannot treat it as a set")),
        };
        let value = match (self.change, before) {
            (Change::Assign(value), _) => value.clone(),
            (Change::Metadata("namespace"), _) => self.of.namespace().into(),
            (Change::Metadata(_), _) => self.of.name().into(),
            (Change::Merge(values), None) => Value::Array(values.clone()),
            (Change::Merge(values), Some(before)) => {
                let mut items = list(before)?;
                for value in values {
                    if !items.contains(value) {
                        items.push(value.clone());
                    }
                }
                Value::Array(items)
            }
            (Change::Prune(_), None) => return Ok(None),
            (Change::Prune(values), Some(before)) => {
                let mut items = list(before)?;
                items.retain(|it| !values.contains(it));
                Value::Array(items)
            }
            (Change::Image(image), before) => match before {
                None => image.of("").into(),
                Some(Value::String(it)) => image.of(&it).into(),
                Some(other) => {
                    return Err(format!(
                        "expected value at AssignImage location to be a string, got {other} of type {}",
                        type_of(&other)
                    ));
                }
            },
            (Change::External, _) => Value::Null,
        };
        Ok(Some(value))
    }

    fn element(&self) -> Result<&Map<String, Value>, String> {
        match self.change {
            Change::Assign(Value::Object(element)) => Ok(element),
            Change::Assign(other) => {
                Err(format!("assign.value for keyed list is not an object: {other}"))
            }
            _ => Err("mutator does not understand keyed lists".to_owned()),
        }
    }
}

fn check_metadata(name: &str, location: &str, steps: &[Step]) -> Result<(), Refused> {
    let field = |at: usize| match steps.get(at) {
        Some(Step::Field(it)) => Some(it.as_str()),
        _ => None,
    };
    let is_valid = steps.len() == 3
        && field(0) == Some("metadata")
        && matches!(field(1), Some("labels" | "annotations"))
        && field(2).is_some();
    if is_valid {
        return Ok(());
    }
    Err(error(LOCATION, format!("invalid location for assignmetadata {name}: {location}")))
}

/// The key of an element does not change.
fn check_key(steps: &[Step]) -> Result<(), Refused> {
    match steps {
        [] => Err(error(LOCATION, "empty path")),
        [.., Step::Element { key, .. }, Step::Field(last)] if key == last => {
            Err(error(LOCATION, "invalid path format: changing the item key is not allowed"))
        }
        _ => Ok(()),
    }
}

fn check_element(steps: &[Step], change: &Change) -> Result<(), Refused> {
    let Some(Step::Element { key, value }) = steps.last() else { return Ok(()) };
    let assigned = match change {
        Change::Assign(value) => value,
        Change::Metadata(_) => {
            return Err(error(ASSIGN, "cannot assign a metadata field to a list"));
        }
        _ => return Err(error(ASSIGN, "cannot assign external data response to a list")),
    };
    let Some(value) = value else {
        return Err(error(LOCATION, "can't append to a globbed list"));
    };
    if !assigned.is_object() {
        let what = format!("invalid value: `{assigned}`, only objects can be added to keyed lists");
        return Err(error(ASSIGN, what));
    }
    if !assigned.get(key).is_some_and(|it| value.is(it)) {
        let what = format!("adding object to list with different key {key}");
        return Err(error(ASSIGN, what));
    }
    Ok(())
}

fn assigned(object: &Object, name: &str) -> Result<Change, Refused> {
    const ONE_OF: &str = "one of `externalData`, `value` or `fromMetadata`: invalid assign field";
    let part = |key: &str| object.at(ASSIGN)?.get(key).filter(|it| !it.is_null());
    let is_metadata = object.kind() == "AssignMetadata";
    match (part("value"), part("fromMetadata"), part("externalData")) {
        (Some(value), None, None) => {
            if is_metadata && !value.is_string() {
                let what = format!(
                    "spec.parameters.assign.value field must be a string for AssignMetadata {name:?}"
                );
                return Err(error(ASSIGN, what));
            }
            Ok(Change::Assign(value.clone()))
        }
        (None, Some(from), None) => match from.get("field").and_then(Value::as_str) {
            Some("namespace") => Ok(Change::Metadata("namespace")),
            Some("name") => Ok(Change::Metadata("name")),
            other => {
                let what = format!(
                    "field {} is not recognized: invalid fromMetadata field",
                    other.unwrap_or_default()
                );
                Err(error(ASSIGN, what))
            }
        },
        (None, None, Some(_)) => Ok(Change::External),
        (None, None, None) => Err(error(ASSIGN, format!("assign must set {ONE_OF}"))),
        _ => Err(error(ASSIGN, format!("assign must only set {ONE_OF}"))),
    }
}

fn merged(object: &Object) -> Result<Change, Refused> {
    let values = object.at("/spec/parameters/values/fromList").and_then(Value::as_array);
    let values = values.cloned().unwrap_or_default();
    match object.at("/spec/parameters/operation").and_then(Value::as_str) {
        None | Some("merge") => Ok(Change::Merge(values)),
        Some("prune") => Ok(Change::Prune(values)),
        Some(other) => {
            let what = format!(
                "spec.parameters.operation: Unsupported value: {other:?}: supported values: \"merge\", \
                 \"prune\""
            );
            Err(error("/spec/parameters/operation", what))
        }
    }
}

fn image(object: &Object, name: &str) -> Result<Change, Refused> {
    let text = |key: &str| {
        let it = object.at("/spec/parameters").and_then(|it| it.get(key)).and_then(Value::as_str);
        it.unwrap_or_default().to_owned()
    };
    let image =
        Image { domain: text("assignDomain"), path: text("assignPath"), tag: text("assignTag") };
    image.check().map_err(|it| {
        error("/spec/parameters", format!("assignImage {name} has invalid parameters: {it}"))
    })?;
    Ok(Change::Image(image))
}

fn tests(
    object: &Object,
    kind: &str,
    steps: &[Step],
) -> Result<BTreeMap<usize, Condition>, Refused> {
    let mut tests = BTreeMap::new();
    let all = object.at(PATH_TESTS).and_then(Value::as_array).into_iter().flatten();
    let (mut lowest_not, mut highest) = (usize::MAX, 0);
    for (index, it) in all.enumerate() {
        let text = |key: &str| it.get(key).and_then(Value::as_str).unwrap_or_default();
        let sub = text("subPath");
        let path = parse(sub).map_err(|it| {
            let what =
                format!("problem parsing sub path `{sub}` for {kind} {}: {it}", object.name());
            error(PATH_TESTS, what)
        })?;
        if !steps.starts_with(&path) {
            let what = format!(
                "all subpaths must be a prefix of the `location` value of the mutation: subpath {sub:?} is \
                 not a prefix of location"
            );
            return Err(error(PATH_TESTS, what));
        }
        let Some(depth) = path.len().checked_sub(1) else { continue };
        let condition = match text("condition") {
            "MustExist" => Condition::MustExist,
            "MustNotExist" => Condition::MustNotExist,
            other => {
                let what = format!("{other} is not a valid path test condition");
                return Err(error(PATH_TESTS, what));
            }
        };
        match condition {
            Condition::MustNotExist => lowest_not = lowest_not.min(index),
            Condition::MustExist => highest = highest.max(index),
        }
        if tests.insert(depth, condition).is_some_and(|it| it != condition) {
            let what = format!(
                "conflicting path test conditions: path {sub:?} is marked both MustExist and MustNotExist"
            );
            return Err(error(PATH_TESTS, what));
        }
    }
    if highest > lowest_not {
        let what = "conflicting path test conditions: a path is marked MustExist but its parent \
                    MustNotExist";
        return Err(error(PATH_TESTS, what));
    }
    Ok(tests)
}
