//! Every format is read by its own schema or by a program that reads such formats.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

mod against;
mod cluster;
mod documents;
mod gallery;
mod hostile;
mod input;
mod json;
mod objects;

use harden_core::report::{self, Format, Report};

/// A report as text, in the format of this name.
fn written(report: &Report<'_>, format: &str) -> String {
    let format = Format::find(format).unwrap();
    let mut findings = report.findings.to_vec();
    format.order.sort(&mut findings);
    let report = &Report { findings: &findings, ..*report };
    let mut out = Vec::new();
    report::write(report, format, false, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
