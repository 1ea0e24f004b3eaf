//! One result of such a report: a finding, or what was not checked.

use serde_json::{Map, Value, json};

use super::super::wide::reason;
use super::super::{Report, fingerprints};
use super::object::insert;
use crate::finding::{Finding, Reference};

/// So many bytes has a text of a result at most.
const LONGEST: usize = 2000;

/// A result but for its time.
#[derive(Debug)]
pub(super) struct Entry {
    head: Value,
    properties: Map<String, Value>,
}

impl Entry {
    /// A finding.
    pub(super) fn of(report: &Report<'_>, finding: &Finding, fingerprint: u64) -> Self {
        let about = &finding.about;
        let head = json!({
            "policy": about.category,
            "rule": about.id,
            "category": about.level.map_or_else(
                || "Hardening".to_owned(),
                |level| format!("Pod Security Standards ({level})"),
            ),
            "source": "kubectl-harden",
            "severity": about.severity.name(),
            "result": if finding.ignored.is_some() { "skip" } else { "fail" },
            "scored": finding.ignored.is_none(),
            "message": shortened(finding.message.to_string()),
        });
        let mut properties = Map::new();
        let mut add = |key: &str, text: String| {
            if !text.is_empty() {
                properties.insert(key.to_owned(), shortened(text).into());
            }
        };
        let spot = finding.spots.first();
        // Of a cluster there is no file, and its objects have no lines.
        if report.view.cluster.is_none() {
            add("file", report.source(finding).name.to_owned());
            add("line", spot.map_or_else(String::new, |it| it.start.line.to_string()));
        }
        add("path", spot.map_or_else(String::new, |it| it.path.to_string()));
        add("remedy", about.remedy.to_string());
        add("page", about.page());
        add("ignored", finding.ignored.as_deref().map_or_else(String::new, reason));
        for (key, wanted) in [("cis", 0), ("mitre", 1), ("owasp", 2)] {
            let references = about.references.iter().filter_map(|it| match (it, wanted) {
                (Reference::Cis(text), 0)
                | (Reference::Mitre(text), 1)
                | (Reference::Owasp(text), 2) => Some(&**text),
                _ => None,
            });
            add(key, references.collect::<Vec<_>>().join(", "));
        }
        add("fingerprint", fingerprints::hex(fingerprint));
        Self { head, properties }
    }

    /// What was not checked, or is not shown.
    pub(super) fn of_coverage(rule: &str, result: &str, message: String) -> Self {
        let head = json!({
            "policy": "coverage",
            "rule": rule,
            "source": "kubectl-harden",
            "result": result,
            "message": shortened(message),
        });
        Self { head, properties: Map::new() }
    }

    /// What it says, as JSON without the time.
    pub(super) fn text(&self) -> String {
        let properties = Value::from(self.properties.clone());
        format!("{}{properties}", self.head)
    }

    /// As it is written, with the time in seconds since 1970.
    pub(super) fn into_value(self, seconds: Option<i64>) -> Value {
        let Self { mut head, properties } = self;
        if let Some(seconds) = seconds {
            insert(&mut head, "timestamp", json!({"seconds": seconds, "nanos": 0}));
        }
        if !properties.is_empty() {
            insert(&mut head, "properties", properties.into());
        }
        head
    }
}

/// A text, cut where it is too long for an object of a cluster.
fn shortened(mut text: String) -> String {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    text
}

/// Seconds since 1970 of an RFC 3339 timestamp in UTC.
pub(super) fn unix_seconds(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !text.ends_with('Z') || !(1..=12).contains(&month) {
        return None;
    }
    // Years begin in March here, so that the leap day is a year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::unix_seconds;

    #[test]
    fn timestamps_are_counted_from_1970() {
        assert_eq!(unix_seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix_seconds("2000-02-29T12:00:00Z"), Some(951_825_600));
        assert_eq!(unix_seconds("2026-11-23T08:00:00.5Z"), Some(1_795_420_800));
        for bad in ["", "2026-11-23T08:00:00+01:00", "2026-13-01T00:00:00Z", "now"] {
            assert_eq!(unix_seconds(bad), None, "{bad}");
        }
    }
}
