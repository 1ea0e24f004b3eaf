//! What a rule says of a text, for the tests beside the rules.

use super::{Checker, Settings, SourceText};
use crate::finding::Finding;
use crate::rule::Rule;

/// The findings of one rule.
pub(crate) fn findings(rule: &'static Rule, text: &str) -> Vec<Finding> {
    let mut settings = Settings { rules: vec![rule], ..Settings::default() };
    settings.namespaces.learn(&SourceText::new(0, text));
    let checker = Checker::new(settings);
    let sources = [SourceText::new(0, text)];
    let judged: Vec<_> = sources.iter().map(|source| checker.judge(source)).collect();
    let over_all = checker.conclude(&judged, &sources);
    judged.into_iter().flat_map(|it| it.findings).chain(over_all).collect()
}

/// The messages of one rule.
pub(crate) fn messages(rule: &'static Rule, text: &str) -> Vec<String> {
    findings(rule, text).into_iter().map(|it| it.message.to_string()).collect()
}
