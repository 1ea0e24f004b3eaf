//! From one key to the next.

use super::{Stage, called, name_of, newest, rotates};
use crate::generators::OptionError;
use crate::generators::encryption::configuration::{Configuration, Entry, ResourceRule};
use crate::generators::encryption::new_key::NewKeys;
use crate::generators::encryption::writer::Writer;

/// Puts a new key second.
pub(super) fn add(
    writer: &Writer,
    configuration: &mut Configuration,
    keys: &mut NewKeys<'_>,
) -> Result<Option<String>, OptionError> {
    check(Stage::Add, writer, configuration)?;
    let any = Writer { key_name: None, provider: None, ..writer.clone() };
    for rule in configuration.rules.iter_mut().filter(|it| rotates(writer, it)) {
        let waiting = newest(&any, rule).filter(|it| *it > 0 && writer.key_name.is_none());
        if let Some(entry) = waiting.and_then(|index| rule.entries.get(index)) {
            return Err(Stage::Add.reject(format!(
                "{} was added to the rule of {} and does not write yet: --stage promote comes first",
                called(entry),
                rule.title()
            )));
        }
        let kind = match rule.writer() {
            Entry::Key(kind, _) => Some(*kind),
            _ => None,
        };
        rule.entries.insert(1, keys.entry(kind)?);
    }
    Ok(None)
}

/// Lets the new key write.
pub(super) fn promote(
    writer: &Writer,
    configuration: &mut Configuration,
) -> Result<Option<String>, OptionError> {
    let stage = Stage::Promote;
    check(stage, writer, configuration)?;
    let mut changed = 0;
    for rule in configuration.rules.iter_mut().filter(|it| rotates(writer, it)) {
        let Some(index) = newest(writer, rule) else { return Err(missing(stage, writer, rule)) };
        if index > 0 {
            rule.promote(index);
            changed += 1;
        }
    }
    match configuration.rules.iter().find(|it| rotates(writer, it)) {
        Some(rule) if changed == 0 => Err(stage.reject(format!(
            "{} writes already, and no newer key waits behind it: --stage add comes first, or, if it was promoted, re-encryption and --stage retire are next",
            called(rule.writer())
        ))),
        _ => Ok(None),
    }
}

/// Takes out what wrote before.
pub(super) fn retire(
    writer: &Writer,
    configuration: &mut Configuration,
) -> Result<Option<String>, OptionError> {
    let stage = Stage::Retire;
    check(stage, writer, configuration)?;
    let mut changed = 0;
    let mut reads_plain = false;
    for rule in configuration.rules.iter_mut().filter(|it| rotates(writer, it)) {
        let Some(index) = newest(writer, rule) else { return Err(missing(stage, writer, rule)) };
        if index > 0 {
            return Err(stage.reject(format!(
                "{} still writes {}: what it writes would be unreadable; --stage promote comes first",
                called(rule.writer()),
                rule.title()
            )));
        }
        let before = rule.entries.len();
        let mut position = 0;
        rule.entries.retain(|entry| {
            position += 1;
            position == 1 || *entry == Entry::Identity
        });
        changed += before - rule.entries.len();
        reads_plain |= rule.reads_plain();
    }
    if changed == 0 {
        return Err(stage.reject("no old key is left in the file: there is nothing to take out"));
    }
    Ok(reads_plain.then(|| {
        "identity is still there and reads plain objects: `kubectl harden encryption enable --stage retire` takes it out".to_owned()
    }))
}

/// Whether there is anything to rotate.
fn check(stage: Stage, writer: &Writer, configuration: &Configuration) -> Result<(), OptionError> {
    let rules = &configuration.rules;
    if rules.iter().any(|it| rotates(writer, it)) {
        Ok(())
    } else if rules.iter().any(ResourceRule::encrypts) {
        Err(stage.reject(
            "KMS plugins rotate their keys themselves, and no rule writes with a key of the file; --provider replaces the plugin",
        ))
    } else {
        Err(stage.reject(
            "identity writes every rule of the file, so that there is no key to rotate: `kubectl harden encryption enable` comes first",
        ))
    }
}

fn missing(stage: Stage, writer: &Writer, rule: &ResourceRule) -> OptionError {
    let title = rule.title();
    let has_several = rule.entries.iter().filter(|it| **it != Entry::Identity).nth(1).is_some();
    match name_of(writer) {
        Some(name) => OptionError::new(
            "--key-name",
            name,
            format!("the rule of {title} has no key of this name: --stage add comes first"),
        ),
        None if has_several && writer.provider.is_none() => stage.reject(format!(
            "the names of the keys of {title} do not tell which is the new one: say it with --key-name"
        )),
        None => stage.reject(format!(
            "the rule of {title} has no new key: what it would write could not be read; --stage add comes first"
        )),
    }
}
