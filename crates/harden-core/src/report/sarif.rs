//! SARIF 2.1.0 (OASIS), as code scanning reads it.

mod fix;
mod log;
mod rule;

use std::io::{self, Write};

use super::format::Unchanged;
use super::{Format, Order, Report};

pub(super) const FORMAT: Format = Format {
    name: "sarif",
    help: "SARIF 2.1.0, for code scanning",
    order: Order::Place,
    unchanged: Unchanged::Shown,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &log::Log::new(report))?;
    writeln!(out)
}
