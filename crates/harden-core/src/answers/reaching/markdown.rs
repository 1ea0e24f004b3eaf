//! An answer as Markdown, for an issue or a pull request, row by row.

use std::io::{self, Write};

use super::{Answer, Change, Coverage, Record, Selection};
use crate::report::escape::{Code, Markdown};

/// Writes the answer as tables.
///
/// # Errors
///
/// Nothing can be written.
pub fn write_markdown(
    answer: &Answer<'_>,
    coverage: &Coverage,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns: &[&str] = match answer {
        Answer::List(_) => &["From", "To", "Connections"],
        Answer::Changes(_) => &["", "From", "To", "Connections"],
        Answer::Selections(_) => &["Workload", "Ingress", "Egress"],
        Answer::Exposures(_) => &["From", "To", "Connections", "Policies"],
    };
    let mut is_empty = true;
    answer.each(&mut |record| {
        if std::mem::take(&mut is_empty) {
            writeln!(out, "| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()))?;
        }
        match record {
            Record::Link(it) => {
                let [from, to] = [&it.from, &it.to].map(ToString::to_string);
                let connections = it.connections.to_string();
                let cells = [code(&from), code(&to), known(&connections, it.is_known)];
                row(&cells, out)
            }
            Record::Change(it) => change(it, out),
            Record::Selection(it) => selection(it, out),
            Record::Exposed(it) => {
                let [from, to] = it.ends();
                let through = known(&it.exposure.to_string(), it.is_known);
                let policies = if it.has_policies { "some" } else { "none" };
                row(&[code(&from), code(&to), through, policies.to_owned()], out)
            }
        }
    })?;
    if is_empty {
        writeln!(out, "{}", Markdown(answer.nothing()))?;
    }
    let [came, went] = answer.workloads();
    for (word, all) in [("New", came), ("Gone", went)] {
        if !all.is_empty() {
            let names: Vec<_> = all.iter().map(|it| code(it)).collect();
            writeln!(out, "\n{word}: {}", names.join(", "))?;
        }
    }
    for policy in answer.idle() {
        writeln!(out, "\nFor no workload: {}", code(&policy.to_string()))?;
    }
    for line in coverage.closing() {
        writeln!(out, "\n{}", Markdown(&line))?;
    }
    Ok(())
}

fn code(text: &str) -> String {
    Code(text).to_string()
}

fn known(connections: &str, is_known: bool) -> String {
    let doubt = if is_known { "" } else { " (not known)" };
    format!("{}{doubt}", Markdown(connections))
}

fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {} |", cells.join(" | "))
}

fn change(it: &Change<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (word, connections) in [("opened", it.opened()), ("closed", it.closed())] {
        if !connections.is_empty() {
            let [from, to] = [&it.from, &it.to].map(ToString::to_string);
            let connections = known(&connections.to_string(), it.is_known);
            row(&[word.to_owned(), code(&from), code(&to), connections], out)?;
        }
    }
    Ok(())
}

fn selection(it: &Selection<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut cells = vec![code(&it.workload.to_string())];
    for side in &it.sides {
        let names = side.policies.iter().chain(&side.doubts).map(|it| code(&it.to_string()));
        let names: Vec<_> = names.collect();
        let state = match () {
            () if it.is_on_host => "on the network of the node",
            () if !side.doubts.is_empty() => "not known",
            () if side.is_isolated => "isolated",
            () => "open",
        };
        let between = if names.is_empty() { "" } else { ": " };
        cells.push(format!("{state}{between}{}", names.join(", ")));
    }
    row(&cells, out)
}
