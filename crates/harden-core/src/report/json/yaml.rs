//! The same as YAML.

use std::io::{self, Write};

use serde_json::Value;

use super::v1;
use crate::report::{Format, Report, fingerprints};

pub(in crate::report) const FORMAT: Format =
    Format { name: "yaml", help: "The same as YAML", write: |report, _, out| write(report, out) };

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
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
