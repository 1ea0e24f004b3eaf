//! What changed since the check before.

use serde::Serialize;

use super::against::Absent;
use super::{Finding, Incomplete, Totals, finding};
use crate::report::{self, Summary};

#[derive(Serialize)]
pub(in crate::report::json) struct News<'a> {
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    summary: Totals,
    new: Vec<Finding<'a>>,
    absent: Vec<Absent<'a>>,
    incomplete: Vec<Incomplete<'a>>,
    restored: Vec<&'a str>,
}

impl<'a> News<'a> {
    pub(in crate::report::json) fn of(news: &'a report::News<'a>) -> Self {
        let report = &news.report;
        let lacks = news.lacks().map(|it| Incomplete { what: &it.what, why: &it.why });
        let new = news.found().map(|it| finding(report, it, it.fingerprint(), Vec::new()));
        Self {
            version: "v1",
            time: report.now,
            summary: Totals::new(&Summary::new(report), report.view.compared),
            new: new.collect(),
            absent: news.comparison.absent.iter().map(Absent::from).collect(),
            incomplete: lacks.collect(),
            restored: news.restored().map(|it| &*it.what).collect(),
        }
    }
}
