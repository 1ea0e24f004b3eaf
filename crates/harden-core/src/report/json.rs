//! The report as JSON and YAML, in a versioned shape.

mod v1;

use std::io::{self, Write};

use super::Report;

/// The JSON Schema that every JSON and YAML report satisfies.
pub const JSON_SCHEMA: &str = include_str!("json/v1.schema.json");

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &v1::Report::new(report))?;
    writeln!(out)
}

pub(super) fn write_yaml(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let value = serde_json::to_value(v1::Report::new(report))?;
    out.write_all(harden_yaml::write(&value).as_bytes())
}
