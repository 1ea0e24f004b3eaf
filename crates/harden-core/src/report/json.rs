//! The report as JSON, in a versioned shape.

mod v1;
pub(super) mod yaml;

use std::io::{self, Write};

use super::changes::{Fixes, told_secrets};
use super::format::Unchanged;
use super::{Format, News, Order, Report, fingerprints, pieces};
use crate::finding::Finding;

/// The JSON Schema that every JSON and YAML report satisfies.
pub const JSON_SCHEMA: &str = include_str!("json/v1.schema.json");

pub(super) const FORMAT: Format = Format {
    name: "json",
    help: "The report as JSON, for programs",
    order: Order::Place,
    unchanged: Unchanged::Shown,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let (head, tail) = v1::frame(report);
    let (head, tail) = (serde_json::to_string(&head)?, serde_json::to_string(&tail)?);
    write!(out, "{},\"findings\":[", head.strip_suffix('}').unwrap_or(&head))?;
    let hashes = fingerprints::hashes(report);
    let secrets = told_secrets(report);
    let render = |first: usize, findings: &[Finding], piece: &mut Vec<u8>| {
        let mut fixes = Fixes::of(report, &secrets);
        for (index, (finding, hash)) in
            (first..).zip(findings.iter().zip(hashes.iter().skip(first)))
        {
            if index > 0 {
                piece.push(b',');
            }
            v1::finding(report, finding, *hash, fixes.splices(finding)).write(piece)?;
        }
        Ok(())
    };
    pieces::write(report.findings, render, out)?;
    writeln!(out, "],{}", tail.strip_prefix('{').unwrap_or(&tail))
}

/// Writes what changed since the check before as one line.
pub(super) fn write_news(news: &News<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &v1::news::News::of(news))?;
    writeln!(out)
}
