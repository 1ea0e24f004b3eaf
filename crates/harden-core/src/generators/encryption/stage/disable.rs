//! From encrypted to plain.

use super::{Stage, called};
use crate::generators::OptionError;
use crate::generators::encryption::configuration::{Configuration, Entry, ResourceRule};

/// Lets plain objects be read wherever they are not yet.
pub(super) fn add(configuration: &mut Configuration) -> Result<Option<String>, OptionError> {
    check(Stage::Add, configuration)?;
    let mut changed = false;
    for rule in configuration.rules.iter_mut().filter(|it| it.encrypts() && !it.reads_plain()) {
        rule.entries.push(Entry::Identity);
        changed = true;
    }
    Ok((!changed).then(|| {
        "every rule reads plain objects already: the file stays as it is, and --stage promote is next".to_owned()
    }))
}

/// Writes in plain.
pub(super) fn promote(configuration: &mut Configuration) -> Result<Option<String>, OptionError> {
    let stage = Stage::Promote;
    check(stage, configuration)?;
    for rule in configuration.rules.iter_mut().filter(|it| it.encrypts()) {
        let Some(index) = rule.position(|it| *it == Entry::Identity) else {
            return Err(stage.reject(format!(
                "no provider of {} reads plain objects: what it would write could not be read; --stage add comes first",
                rule.title()
            )));
        };
        rule.promote(index);
    }
    Ok(None)
}

/// Takes out everything but plain.
pub(super) fn retire(configuration: &mut Configuration) -> Result<Option<String>, OptionError> {
    let stage = Stage::Retire;
    if let Some(rule) = configuration.rules.iter().find(|it| it.encrypts()) {
        return Err(stage.reject(format!(
            "{} still writes {}: what it writes would be unreadable; --stage promote comes first",
            called(rule.writer()),
            rule.title()
        )));
    }
    let mut changed = 0;
    for rule in &mut configuration.rules {
        let before = rule.entries.len();
        rule.entries.retain(|it| *it == Entry::Identity);
        rule.entries.dedup();
        changed += before - rule.entries.len();
    }
    if changed == 0 {
        return Err(stage.reject("no key is left in the file: there is nothing to take out"));
    }
    Ok(Some(
        "once every API server uses this file, take --encryption-provider-config off its flags, and delete the file: it encrypts nothing".to_owned(),
    ))
}

fn check(stage: Stage, configuration: &Configuration) -> Result<(), OptionError> {
    if configuration.rules.iter().any(ResourceRule::encrypts) {
        return Ok(());
    }
    Err(stage.reject(if configuration.holds_keys() || configuration.kms_names().next().is_some() {
        "identity writes every rule already: re-encryption and --stage retire are next"
    } else {
        "nothing is encrypted by this file: there is nothing to disable"
    }))
}
