//! Comma-separated values by RFC 4180, a line per finding, and one for each thing that was not checked.

use std::io::{self, Write};

use super::escape::Csv;
use super::format::Unchanged;
use super::wide::reason;
use super::{Format, Order, Report};
use crate::comparison::Absent;
use crate::finding::Status;
use crate::kubernetes::Level;

const COLUMNS: &str = "severity,level,category,rule,source,line,column,apiVersion,kind,namespace,name,path,message,remedy,ignored,page";

pub(super) const FORMAT: Format = Format {
    name: "csv",
    help: "Comma-separated values, for spreadsheets",
    order: Order::Place,
    unchanged: Unchanged::Shown,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let against = report.view.against;
    // What reads reports without a comparison reads them as it always did.
    let (head, none) = if against.is_some() { (",status", ",") } else { ("", "") };
    write!(out, "{COLUMNS}{head}\r\n")?;
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
        if against.is_some() {
            write!(out, ",{}", finding.status.map_or("", Status::name))?;
        }
        out.write_all(b"\r\n")?;
    }
    let absent = against.map_or(&[][..], |it| &it.comparison.absent);
    absent.iter().try_for_each(|it| write_absent(it, out))?;
    for incomplete in report.incomplete {
        let (what, why) = (Csv(&incomplete.what), Csv(&incomplete.why));
        write!(out, ",,coverage,not-checked,{what},,,,,,,,{why},,,{none}\r\n")?;
    }
    if let Some(omission) = report.omission() {
        write!(out, ",,coverage,not-shown,,,,,,,,,{},,,{none}\r\n", Csv(&omission))?;
    }
    Ok(())
}

/// A line for a finding of the earlier check that does not count now.
fn write_absent(absent: &Absent, out: &mut dyn Write) -> io::Result<()> {
    let Absent { fate, known } = absent;
    let object = known.object.as_deref();
    let number = |it: u32| if it == 0 { String::new() } else { it.to_string() };
    let (line, column) = (number(known.start.0), number(known.start.1));
    let fields = [
        known.severity.name(),
        "",
        "",
        &known.rule,
        &known.source,
        &line,
        &column,
        object.map_or("", |it| &it.api_version),
        object.map_or("", |it| &it.kind),
        object.map_or("", |it| &it.namespace),
        object.map_or("", |it| &it.name),
        "",
        &known.message,
        "",
        "",
        "",
    ];
    fields.iter().try_for_each(|it| write!(out, "{},", Csv(it)))?;
    write!(out, "{}\r\n", fate.name())
}
