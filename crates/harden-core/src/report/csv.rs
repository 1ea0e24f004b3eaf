//! Comma-separated values by RFC 4180, a line per finding, and one for each thing that was not checked.

use std::io::{self, Write};

use super::escape::Csv;
use super::wide::reason;
use super::{Format, Order, Report};
use crate::kubernetes::Level;

const COLUMNS: &str = "severity,level,category,rule,source,line,column,apiVersion,kind,namespace,name,path,message,remedy,ignored,page\r\n";

pub(super) const FORMAT: Format = Format {
    name: "csv",
    help: "Comma-separated values, for spreadsheets",
    order: Order::Place,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(COLUMNS.as_bytes())?;
    for finding in report.findings {
        let (about, spot) = (&finding.about, finding.spots.first());
        let object = finding.object.as_deref();
        let ignored = finding.ignored.as_deref().map_or_else(String::new, reason);
        let number = |it: Option<u32>| it.map_or_else(String::new, |it| it.to_string());
        let fields = [
            about.severity.name(),
            about.level.map_or("", Level::as_str),
            &about.category,
            &about.id,
            report.source(finding).name,
            &number(spot.map(|it| it.start.line)),
            &number(spot.map(|it| it.start.column)),
            object.map_or("", |it| &it.api_version),
            object.map_or("", |it| &it.kind),
            object.map_or("", |it| &it.namespace),
            object.map_or("", |it| &it.name),
            spot.map_or("", |it| &it.path),
            &finding.message,
            &about.remedy,
            &ignored,
            &about.page(),
        ];
        for (index, field) in fields.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(out, "{comma}{}", Csv(field))?;
        }
        out.write_all(b"\r\n")?;
    }
    for incomplete in report.incomplete {
        let (what, why) = (Csv(&incomplete.what), Csv(&incomplete.why));
        write!(out, ",,coverage,not-checked,{what},,,,,,,,{why},,,\r\n")?;
    }
    if let Some(omission) = report.omission() {
        write!(out, ",,coverage,not-shown,,,,,,,,,{},,,\r\n", Csv(&omission))?;
    }
    Ok(())
}
