//! What can be read without asking anything: the rules, and the last reports.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::rules;

/// Where the rules are, each by its id.
pub(super) const RULES: &str = "harden://rules/";

/// Where the last reports are, each by its number.
pub(super) const REPORTS: &str = "harden://reports/";

/// So many of the last reports are kept, each as long as an answer may be.
const KEPT: usize = 16;

/// Something that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) uri: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) mime: &'static str,
}

const MARKDOWN: &str = "text/markdown";
const JSON: &str = "application/json";

/// The last reports as they were told, for as long as the server runs.
#[derive(Debug, Default)]
pub(super) struct Reports(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// How many there were.
    count: u64,
    last: VecDeque<(u64, &'static str, String)>,
}

impl Reports {
    /// Keeps an answer that is a report; what has findings is one.
    pub(super) fn keep(&self, tool: &'static str, answer: &Value) {
        if answer.get("findings").is_none() {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.count += 1;
        let number = kept.count;
        kept.last.push_front((number, tool, answer.to_string()));
        kept.last.truncate(KEPT);
    }

    /// Everything that can be read: the last reports first, then the rules.
    pub(super) fn list(&self) -> Vec<Listed> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reports = kept.last.iter().map(|(number, tool, _)| Listed {
            uri: format!("{REPORTS}{number}"),
            name: format!("report {number}"),
            description: format!("What {tool} answered"),
            mime: JSON,
        });
        let rules = rules::all().map(|it| Listed {
            uri: format!("{RULES}{}", it.id),
            name: it.id.to_owned(),
            description: it.summary.to_owned(),
            mime: MARKDOWN,
        });
        reports.chain(rules).collect()
    }

    /// What stands at an address, and of which type it is.
    pub(super) fn read(&self, uri: &str) -> Option<(String, &'static str)> {
        if let Some(id) = uri.strip_prefix(RULES) {
            return rules::find(id).map(|it| (it.page(), MARKDOWN));
        }
        let number: u64 = uri.strip_prefix(REPORTS)?.parse().ok()?;
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let report = kept.last.iter().find(|(it, ..)| *it == number)?;
        Some((report.2.clone(), JSON))
    }
}
