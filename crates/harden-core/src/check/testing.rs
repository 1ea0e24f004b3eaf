//! What a rule says of a text, for the tests beside the rules.

use super::Settings;
use crate::finding::Finding;
use crate::kubernetes::MinorVersion;
use crate::rule::Rule;

/// The findings of one rule.
pub(crate) fn findings(rule: &'static Rule, text: &str) -> Vec<Finding> {
    super::check(Settings::new([rule]), [text]).findings
}

/// The messages of one rule.
pub(crate) fn messages(rule: &'static Rule, text: &str) -> Vec<String> {
    findings(rule, text).into_iter().map(|it| it.message.to_string()).collect()
}

/// The messages of one rule for servers of a version.
pub(crate) fn messages_at(version: MinorVersion, rule: &'static Rule, text: &str) -> Vec<String> {
    let mut settings = Settings::new([rule]);
    settings.version = version;
    let findings = super::check(settings, [text]).findings;
    findings.into_iter().map(|it| it.message.to_string()).collect()
}
