//! An answer as comma-separated values by RFC 4180, row by row.

use std::io::{self, Write};

use super::{Answer, Coverage, Record};
use crate::report::escape::Csv;

/// Writes the answer as lines; what is not known has lines, too.
///
/// # Errors
///
/// Nothing can be written.
pub fn write_csv(answer: &Answer<'_>, coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let columns: &[&str] = match answer {
        Answer::List(_) => &["from", "to", "connections", "status"],
        Answer::Changes(_) => &["from", "to", "before", "now", "opened", "closed", "status"],
        Answer::Selections(_) => &["workload", "direction", "isolated", "policies", "status"],
        Answer::Exposures(_) => &["from", "to", "connections", "direction", "policies", "status"],
    };
    line(columns, out)?;
    answer.each(&mut |record| match record {
        Record::Link(it) => {
            let fields = [it.from.to_string(), it.to.to_string(), it.connections.to_string()];
            let [from, to, connections] = fields.each_ref().map(String::as_str);
            line(&[from, to, connections, status(it.is_known)], out)
        }
        Record::Change(it) => {
            let sides = [&it.before, &it.now, &it.opened(), &it.closed()].map(ToString::to_string);
            let [before, now, opened, closed] = sides.each_ref().map(String::as_str);
            let (from, to) = (it.from.to_string(), it.to.to_string());
            line(&[&from, &to, before, now, opened, closed, status(it.is_known)], out)
        }
        Record::Selection(it) => it.sides.iter().try_for_each(|side| {
            let policies: Vec<_> = side.policies.iter().map(ToString::to_string).collect();
            let isolated = if side.is_isolated { "yes" } else { "no" };
            let status = match (it.is_on_host, side.doubts.is_empty()) {
                (true, _) => "on the network of the node",
                (false, is_known) => status(is_known),
            };
            let (workload, way) = (it.workload.to_string(), side.direction.word());
            line(&[&workload, way, isolated, &policies.join("; "), status], out)
        }),
        Record::Exposed(it) => {
            let [from, to] = it.ends();
            let (connections, way) = (it.exposure.to_string(), it.direction.word());
            let policies = if it.has_policies { "some" } else { "none" };
            line(&[&from, &to, &connections, way, policies, status(it.is_known)], out)
        }
    })?;
    for it in &coverage.incomplete {
        let mut fields = vec![""; columns.len()];
        let why = format!("not known: {}", it.why);
        fields.first_mut().into_iter().for_each(|first| *first = &it.what);
        fields.last_mut().into_iter().for_each(|last| *last = &why);
        line(&fields, out)?;
    }
    Ok(())
}

fn status(is_known: bool) -> &'static str {
    if is_known { "" } else { "not known" }
}

fn line(fields: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let fields: Vec<_> = fields.iter().map(|it| Csv(it).to_string()).collect();
    write!(out, "{}\r\n", fields.join(","))
}
