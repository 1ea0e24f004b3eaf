//! A rule, or what changes an earlier one.

use std::collections::BTreeSet;

use harden_yaml::Place;

use super::super::decoding::{emptiable, flag, invalid, number, optional, required, tags};
use super::super::{exception, overrides};
use super::text;
use crate::runtime::problem::{Code, Loaded, Problem};
use crate::runtime::rule_set::{Collection, Definition, NewRule, Priority, Update};

/// The keys that a rule may have.
pub(super) const KEYS: &[&str] = &[
    "rule",
    "condition",
    "output",
    "desc",
    "priority",
    "source",
    "enabled",
    "capture",
    "capture_duration",
    "warn_evttypes",
    "skip-if-unknown-filter",
    "tags",
    "exceptions",
    "override",
    "append",
];

const APPENDABLE: &[&str] = &["condition", "exceptions", "output", "desc", "tags"];

const REPLACEABLE: &[&str] = &[
    "condition",
    "exceptions",
    "output",
    "desc",
    "tags",
    "priority",
    "capture",
    "capture_duration",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
];

const OLD_ENABLED: &str = "The standalone 'enabled' key usage is deprecated. The correct approach \
                           requires also a 'replace' entry under the 'override' key (i.e. 'enabled: \
                           replace').";

pub(super) fn read<'d>(
    item: Place<'d>,
    into: &mut Collection<'d>,
    problems: &mut Vec<Problem<'d>>,
) -> Loaded<'d, ()> {
    let name = required(item, "rule")?;
    let definition = Definition { name, place: item.at("rule") };
    let source = emptiable(item, "source")?;
    let found = overrides::read(item, APPENDABLE, REPLACEABLE, problems)?;
    if !found.appended.is_empty() || !found.replaced.is_empty() {
        return change(item, definition, &source, &found, into, problems);
    }
    if found.is_append {
        let mut update = Update { source, ..Update::default() };
        if item.get("condition").is_some() {
            update.text = Some(text(item, "condition")?);
        }
        if item.get("exceptions").is_some() {
            update.exceptions = Some(exception::read(item, true, problems)?);
        }
        return into.append_rule(definition, update);
    }
    if ["condition", "output", "desc", "priority"].iter().all(|it| item.get(it).is_none()) {
        let Some(is_enabled) = flag(item, "enabled")? else {
            return Err(invalid(item, "Item has no mapping for key 'enabled'"));
        };
        problems.push(Problem::new(Code::DeprecatedItem, item.at("enabled"), OLD_ENABLED));
        return into.enable(definition, is_enabled);
    }
    let text_of_condition = text(item, "condition")?;
    let mut output = text(item, "output")?;
    output.text.truncate(output.text.trim_end().len());
    let rule = NewRule {
        text: text_of_condition,
        output,
        description: required(item, "desc")?,
        priority: priority(item)?,
        source: optional(item, "source")?.unwrap_or_else(|| String::from("syscall")),
        is_enabled: flag(item, "enabled")?.unwrap_or(true),
        captures: flag(item, "capture")?.unwrap_or(false),
        capture_duration: number(item, "capture_duration")?.unwrap_or(0),
        warns_of_event_types: flag(item, "warn_evttypes")?.unwrap_or(true),
        skips_unknown: flag(item, "skip-if-unknown-filter")?.unwrap_or(false),
        tags: tags(item)?,
        exceptions: exception::read(item, false, problems)?,
    };
    into.define_rule(definition, rule, problems)
}

fn priority(item: Place<'_>) -> Loaded<'_, Priority> {
    let priority = Priority::read(&required(item, "priority")?);
    priority.ok_or_else(|| invalid(item.at("priority"), "Invalid priority"))
}

/// What is written of an item under `override`.
fn update<'d>(
    item: Place<'d>,
    source: &str,
    keys: &BTreeSet<String>,
    operation: &str,
    left: &mut BTreeSet<&str>,
    problems: &mut Vec<Problem<'d>>,
) -> Loaded<'d, Update<'d>> {
    let mut update = Update::default();
    // In this order, Falco says what is missing.
    for key in REPLACEABLE.iter().filter(|it| keys.contains(**it)) {
        if !left.remove(key) {
            let words = format!(
                "An {operation} override for '{key}' was specified but '{key}' is not defined"
            );
            return Err(invalid(item.at("override").at(key), words));
        }
        match *key {
            "condition" => {
                source.clone_into(&mut update.source);
                update.text = Some(text(item, "condition")?);
            }
            "exceptions" => {
                let is_append = operation == "append";
                update.exceptions = Some(exception::read(item, is_append, problems)?);
            }
            "output" => update.output = Some(text(item, "output")?),
            "desc" => update.description = Some(required(item, "desc")?),
            "tags" => update.tags = Some(tags(item)?),
            "priority" => update.priority = Some(priority(item)?),
            "capture" => update.captures = needed(flag(item, key)?, item, key)?,
            "capture_duration" => update.capture_duration = needed(number(item, key)?, item, key)?,
            "enabled" => update.is_enabled = needed(flag(item, key)?, item, key)?,
            "warn_evttypes" => update.warns_of_event_types = needed(flag(item, key)?, item, key)?,
            _ => update.skips_unknown = needed(flag(item, key)?, item, key)?,
        }
    }
    Ok(update)
}

fn needed<'d, T>(value: Option<T>, item: Place<'d>, key: &str) -> Loaded<'d, Option<T>> {
    let words = || invalid(item, format!("Item has no mapping for key '{key}'"));
    value.map(Some).ok_or_else(words)
}

fn change<'d>(
    item: Place<'d>,
    definition: Definition<'d>,
    source: &str,
    found: &overrides::Overrides,
    into: &mut Collection<'d>,
    problems: &mut Vec<Problem<'d>>,
) -> Loaded<'d, ()> {
    let written = REPLACEABLE.iter().copied().filter(|it| item.get(it).is_some());
    let mut left: BTreeSet<&str> = written.collect();
    if !found.appended.is_empty() {
        let update = update(item, source, &found.appended, "append", &mut left, problems)?;
        into.append_rule(definition.clone(), update)?;
    }
    if !found.replaced.is_empty() {
        let update = update(item, source, &found.replaced, "replace", &mut left, problems)?;
        into.replace_rule(definition, update)?;
    }
    let Some(key) = left.into_iter().next() else { return Ok(()) };
    let words =
        format!("Unexpected key '{key}': no corresponding entry under 'override' is defined.");
    let value = item.get(key).unwrap_or(item);
    let problem = invalid(value, words);
    Err(Box::new(Problem { span: value.key_span(), ..*problem }))
}
