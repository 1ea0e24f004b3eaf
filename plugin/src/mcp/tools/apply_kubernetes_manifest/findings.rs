//! What the rules find in an object that they did not find in it before.

use std::collections::HashSet;
use std::sync::Arc;

use harden_core::check::Outcome;
use harden_core::finding::Finding;
use harden_core::report::{Order, Report, ReportSource};
use harden_core::source::Source;
use serde_json::Value;

use super::state::State;
use crate::mcp::refusal::Refusal;
use crate::mcp::tools::check_manifest::{self, NAME, Rules};

/// The findings of a state that another has not, as `check -o json` prints them.
pub(super) fn new(before: Option<&State>, after: &State) -> Result<Value, Refusal> {
    let Rules { settings, .. } = check_manifest::default_rules()?;
    let check = |text: String| check_manifest::check(vec![Source::new(NAME, text)], &settings);
    let key = |it: &Finding| (it.about.id.clone(), Arc::clone(&it.message));
    let known: HashSet<_> = before
        .map(|it| check(it.text()))
        .iter()
        .flat_map(|it: &Outcome<'_>| &it.findings)
        .map(key)
        .collect();
    let mut outcome = check(after.text());
    outcome.findings.retain(|it| !known.contains(&key(it)));
    Order::Severity.sort(&mut outcome.findings);
    let sources = ReportSource::of_cluster(&outcome);
    let report = check_manifest::told(&Report::of(&outcome, &settings, &sources))?;
    let mut findings = report.get("findings").cloned().unwrap_or_default();
    for finding in findings.as_array_mut().into_iter().flatten() {
        if let Some(fields) = finding.as_object_mut() {
            fields.retain(|name, _| matches!(name.as_str(), "rule" | "severity" | "message"));
        }
    }
    Ok(findings)
}
