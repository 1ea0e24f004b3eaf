//! What the report is compared with, and what is there no more.

use serde::Serialize;

use super::{Incomplete, Object, Position};
use crate::comparison::{self, Fate};
use crate::report;
use crate::report::fingerprints::hex;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Against<'a> {
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    new: usize,
    unchanged: usize,
    gone: usize,
    ignored: usize,
    not_judged: usize,
    grown: usize,
    was_ignored: usize,
    absent: Vec<Absent<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules_not_run: Vec<&'a str>,
    incomplete: Vec<Incomplete<'a>>,
}

#[derive(Serialize)]
pub(super) struct Absent<'a> {
    status: &'static str,
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object<'a>>,
    fingerprint: String,
}

impl<'a> Against<'a> {
    pub(super) fn of(against: report::Against<'a>) -> Self {
        let report::Against { what, comparison, .. } = against;
        let incomplete = comparison.incomplete.iter();
        Self {
            kind: what.kind(),
            name: what.name(),
            commit: what.commit(),
            new: comparison.new,
            unchanged: comparison.unchanged,
            gone: comparison.count(Fate::Gone),
            ignored: comparison.count(Fate::Ignored),
            not_judged: comparison.count(Fate::NotJudged),
            grown: comparison.grown,
            was_ignored: comparison.was_ignored,
            absent: comparison.absent.iter().map(Absent::from).collect(),
            rules_not_run: comparison.not_run.iter().map(AsRef::as_ref).collect(),
            incomplete: incomplete.map(|it| Incomplete { what: &it.what, why: &it.why }).collect(),
        }
    }
}

impl<'a> From<&'a comparison::Absent> for Absent<'a> {
    fn from(absent: &'a comparison::Absent) -> Self {
        let known = &absent.known;
        let (line, column) = known.start;
        Self {
            status: absent.fate.name(),
            rule: &known.rule,
            severity: known.severity.name(),
            message: &known.message,
            source: &known.source,
            start: (line > 0).then_some(Position { line, column }),
            object: known.object.as_deref().map(Object::from),
            fingerprint: hex(known.fingerprint),
        }
    }
}
