//! What a rule says of a text, for the tests beside the rules.

use std::sync::Arc;

use harden_yaml::Action;

use super::Settings;
use crate::finding::Finding;
use crate::kubernetes::MinorVersion;
use crate::lock::Lock;
use crate::rule::Rule;

/// The findings of one rule.
pub(crate) fn findings(rule: &'static Rule, text: &str) -> Vec<Finding> {
    super::check(Settings::new([rule]), [text]).findings
}

/// The messages of one rule.
pub(crate) fn messages(rule: &'static Rule, text: &str) -> Vec<String> {
    findings(rule, text).into_iter().map(|it| it.message.to_string()).collect()
}

/// The messages of one rule by the lock of its examples.
pub(crate) fn messages_with_lock(rule: &'static Rule, text: &str) -> Vec<String> {
    let lock = Lock::read(rule.check.lock().unwrap_or_default());
    let lock = Some(Arc::new(lock.unwrap_or_else(|error| panic!("{}: {error}", rule.id))));
    let findings = super::check(Settings { lock, ..Settings::new([rule]) }, [text]).findings;
    findings.into_iter().map(|it| it.message.to_string()).collect()
}

/// The messages of one rule for servers of a version.
pub(crate) fn messages_at(version: MinorVersion, rule: &'static Rule, text: &str) -> Vec<String> {
    let mut settings = Settings::new([rule]);
    settings.version = version;
    let findings = super::check(settings, [text]).findings;
    findings.into_iter().map(|it| it.message.to_string()).collect()
}

/// What the findings of one rule would do where, each edit once, as `pointer = value`, `removed`, `+ item`,
/// `+ item at index` or `-> key`; `-` alone where one of them takes a decision.
pub(crate) fn mends(rule: &'static Rule, text: &str) -> Vec<String> {
    let found = findings(rule, text);
    assert!(!found.is_empty(), "{} finds nothing in {text}", rule.id);
    let mut all = Vec::new();
    for finding in &found {
        let Some(fix) = finding.fix() else { return vec!["-".to_owned()] };
        for edit in fix.edits {
            let place = edit.pointer.as_str();
            let shown = match &edit.action {
                Action::Set(value) => format!("{place} = {value}"),
                Action::Remove => format!("{place} removed"),
                Action::Append(value) => format!("{place} + {value}"),
                Action::Insert(at, value) => format!("{place} + {value} at {at}"),
                Action::Rename(name) => format!("{place} -> {name}"),
            };
            if !all.contains(&shown) {
                all.push(shown);
            }
        }
    }
    all
}
