//! The Code Quality report of GitLab, which shows findings in merge requests.

use std::hash::Hasher as _;
use std::io::{self, Write};

use fnv::FnvHasher;
use serde::{Serialize, Serializer};

use super::format::Unchanged;
use super::{Format, Order, Report, fingerprints};
use crate::finding::Severity;

/// GitLab reads up to the first entry that it does not take, so every entry has all fields.
#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

struct Entries<'a>(&'a Report<'a>);

pub(super) const FORMAT: Format = Format {
    name: "gitlab",
    help: "Code Quality of GitLab",
    order: Order::Place,
    unchanged: Unchanged::Shown,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Entries(report))?;
    writeln!(out)
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counted = fingerprints::all(self.0).filter(|(it, _)| it.ignored.is_none());
        let findings = counted.map(|(finding, fingerprint)| {
            let name = self.0.source(finding).name;
            let object = finding.object.as_ref().map_or_else(String::new, |it| format!("{it}: "));
            let spot = finding.spots.first();
            Entry {
                description: format!("{object}{} ({})", finding.message, finding.about.remedy),
                check_name: &finding.about.id,
                fingerprint,
                severity: match finding.about.severity {
                    Severity::Critical => "blocker",
                    Severity::High => "critical",
                    Severity::Medium => "major",
                    Severity::Low => "minor",
                },
                location: Location {
                    path: name.strip_prefix("./").unwrap_or(name),
                    lines: Lines {
                        begin: spot.map_or(1, |it| it.start.line),
                        end: spot.map_or(1, |it| it.end.line),
                    },
                },
            }
        });
        let not_checked = self.0.incomplete.iter().map(|it| {
            let mut hash = FnvHasher::default();
            [&it.what, &it.why].into_iter().for_each(|it| hash.write(it.as_bytes()));
            Entry {
                description: format!("not checked: {}: {}", it.what, it.why),
                check_name: "not-checked",
                fingerprint: format!("{:016x}", hash.finish()),
                severity: "info",
                location: Location {
                    path: it.what.strip_prefix("./").unwrap_or(&it.what),
                    lines: Lines { begin: 1, end: 1 },
                },
            }
        });
        let not_shown = self.0.omission().map(|text| Entry {
            description: format!("not shown: {text}"),
            check_name: "not-shown",
            fingerprint: "0".repeat(16),
            severity: "info",
            location: Location { path: ".", lines: Lines { begin: 1, end: 1 } },
        });
        serializer.collect_seq(findings.chain(not_checked).chain(not_shown))
    }
}
