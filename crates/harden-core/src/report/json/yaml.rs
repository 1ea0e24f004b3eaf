//! The same as YAML.

use std::io::{self, Write};

use serde::Serialize;

use super::v1;
use crate::finding::Finding;
use crate::report::changes::{Fixes, told_secrets};
use crate::report::format::Unchanged;
use crate::report::{Format, Order, Report, fingerprints, pieces};

pub(in crate::report) const FORMAT: Format = Format {
    name: "yaml",
    help: "The same as YAML",
    order: Order::Place,
    unchanged: Unchanged::Shown,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let (head, tail) = v1::frame(report);
    out.write_all(yaml(&head)?.as_bytes())?;
    let hashes = fingerprints::hashes(report);
    let secrets = told_secrets(report);
    let render = |first: usize, findings: &[Finding], piece: &mut Vec<u8>| {
        let mut fixes = Fixes::of(report, &secrets);
        for (finding, hash) in findings.iter().zip(hashes.iter().skip(first)) {
            let finding = v1::finding(report, finding, *hash, fixes.splices(finding));
            piece.extend_from_slice(yaml(&[finding])?.as_bytes());
        }
        Ok(())
    };
    out.write_all(if hashes.is_empty() { b"findings: []\n" } else { b"findings:\n" })?;
    pieces::write(report.findings, render, out)?;
    out.write_all(yaml(&tail)?.as_bytes())
}

fn yaml(value: &impl Serialize) -> io::Result<String> {
    Ok(harden_yaml::write(&serde_json::to_value(value)?))
}
