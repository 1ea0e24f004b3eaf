//! From plain to encrypted.

use super::{Stage, called, newest};
use crate::generators::OptionError;
use crate::generators::encryption::configuration::{Configuration, Entry, ResourceRule};
use crate::generators::encryption::new_key::NewKeys;
use crate::generators::encryption::resource::{self, Resource};
use crate::generators::encryption::writer::Writer;

/// Gives the resources a key that reads, while they are written in plain.
pub(super) fn add(
    resources: &[Resource],
    configuration: &mut Configuration,
    keys: &mut NewKeys<'_>,
) -> Result<Option<String>, OptionError> {
    let mut ruled = Vec::new();
    for resource in resources {
        let deciding = configuration.rules_for(resource.as_str());
        match deciding.first().and_then(|index| configuration.rules.get(*index)) {
            Some(rule) if rule.encrypts() => {
                let rule = format!("{} encrypts it already", called(rule.writer()));
                return Err(OptionError::new("--resources", resource, rule));
            }
            Some(rule) if rule.entries.iter().any(|it| *it != Entry::Identity) => {
                return Err(Stage::Add.reject(format!(
                    "the rule of {resource} has a key already, which does not write yet: --stage promote comes next"
                )));
            }
            // A wildcard that leaves it out stays as it is, and a rule before it says more.
            Some(rule) if rule.resources.iter().any(|it| it == resource.as_str()) => {
                ruled.push(resource.clone());
            }
            _ => {}
        }
    }
    let mut added = Vec::new();
    for list in resource::rules(resources) {
        let entries = vec![Entry::Identity, keys.entry(None)?];
        added.push(ResourceRule { resources: list, entries });
    }
    for rule in &mut configuration.rules {
        rule.resources.retain(|it| ruled.iter().all(|ruled| ruled.as_str() != it));
    }
    configuration.rules.retain(|it| !it.resources.is_empty());
    for rule in added {
        let at = place(configuration, &rule);
        configuration.rules.insert(at, rule);
    }
    Ok(None)
}

/// Lets the key write.
pub(super) fn promote(
    writer: &Writer,
    configuration: &mut Configuration,
) -> Result<Option<String>, OptionError> {
    let mut changed = 0;
    for rule in configuration.rules.iter_mut().filter(|it| !it.encrypts()) {
        let first = rule.position(|it| *it != Entry::Identity);
        let Some(index) = newest(writer, rule).filter(|it| *it > 0).or(first) else { continue };
        rule.promote(index);
        // Identity reads last: nearly everything is encrypted soon.
        rule.entries.retain(|it| *it != Entry::Identity);
        rule.entries.push(Entry::Identity);
        changed += 1;
    }
    if changed > 0 {
        return Ok(None);
    }
    Err(Stage::Promote.reject(match configuration.rules.iter().find(|it| it.encrypts()) {
        Some(rule) => format!(
            "{} writes {} already: re-encryption and --stage retire are next",
            called(rule.writer()),
            rule.title()
        ),
        None => "the file has no key that could write: --stage add comes first".to_owned(),
    }))
}

/// Takes plain reading out.
pub(super) fn retire(configuration: &mut Configuration) -> Result<Option<String>, OptionError> {
    let stage = Stage::Retire;
    let waits =
        |it: &&ResourceRule| !it.encrypts() && it.entries.iter().any(|it| *it != Entry::Identity);
    if let Some(rule) = configuration.rules.iter().find(waits) {
        return Err(stage.reject(format!(
            "{} are still written in plain, and would be unreadable: --stage promote comes first",
            rule.title()
        )));
    }
    let mut changed = 0;
    for rule in configuration.rules.iter_mut().filter(|it| it.encrypts()) {
        let before = rule.entries.len();
        rule.entries.retain(|it| *it != Entry::Identity);
        changed += before - rule.entries.len();
    }
    if changed == 0 {
        return Err(stage.reject(if configuration.rules.iter().any(ResourceRule::encrypts) {
            "no rule that encrypts reads plain objects any more: there is nothing to take out"
        } else {
            "nothing is encrypted, and identity is all that reads: --stage add comes first"
        }));
    }
    Ok(None)
}

/// Before the first rule that would mask it, and else at the end.
fn place(configuration: &Configuration, rule: &ResourceRule) -> usize {
    let masks = |written: &String| {
        rule.resources.iter().any(|it| {
            let (_, group) = crate::configuration::encryption::split(it);
            written == "*.*" || *written == format!("*.{group}")
        })
    };
    let found = configuration.rules.iter().position(|it| it.resources.iter().any(masks));
    found.unwrap_or(configuration.rules.len())
}
