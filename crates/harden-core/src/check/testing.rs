//! What a rule says of a text, for the tests beside the rules.

use super::Settings;
use crate::finding::Finding;
use crate::rule::Rule;

/// The findings of one rule.
pub(crate) fn findings(rule: &'static Rule, text: &str) -> Vec<Finding> {
    super::check(Settings::new([rule]), [text]).findings
}

/// The messages of one rule.
pub(crate) fn messages(rule: &'static Rule, text: &str) -> Vec<String> {
    findings(rule, text).into_iter().map(|it| it.message.to_string()).collect()
}
