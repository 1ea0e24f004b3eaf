//! The report as JSON and YAML, in a versioned shape.

mod v1;

use std::io::{self, Write};

use serde_json::Value;

use super::{Report, fingerprints, pieces};
use crate::finding::Finding;

/// The JSON Schema that every JSON and YAML report satisfies.
pub const JSON_SCHEMA: &str = include_str!("json/v1.schema.json");

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let (head, tail) = v1::frame(report);
    let (head, tail) = (serde_json::to_string(&head)?, serde_json::to_string(&tail)?);
    write!(out, "{},\"findings\":[", head.strip_suffix('}').unwrap_or(&head))?;
    let hashes = fingerprints::hashes(report);
    let render = |first: usize, findings: &[Finding], piece: &mut Vec<u8>| {
        for (index, (finding, hash)) in
            (first..).zip(findings.iter().zip(hashes.iter().skip(first)))
        {
            if index > 0 {
                piece.push(b',');
            }
            serde_json::to_writer(&mut *piece, &v1::finding(report, finding, *hash))?;
        }
        Ok(())
    };
    pieces::write(report.findings, render, out)?;
    writeln!(out, "],{}", tail.strip_prefix('{').unwrap_or(&tail))
}

pub(super) fn write_yaml(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let (head, tail) = v1::frame(report);
    let findings = report.findings.iter().zip(fingerprints::hashes(report));
    let findings = findings.map(|(it, hash)| serde_json::to_value(v1::finding(report, it, hash)));
    let mut whole = serde_json::to_value(head)?;
    if let (Value::Object(whole), Value::Object(tail)) = (&mut whole, serde_json::to_value(tail)?) {
        whole.insert("findings".to_owned(), findings.collect::<Result<Vec<_>, _>>()?.into());
        whole.extend(tail);
    }
    out.write_all(harden_yaml::write(&whole).as_bytes())
}
