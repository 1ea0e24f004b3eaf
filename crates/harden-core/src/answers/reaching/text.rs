//! An answer for a terminal, row by row.

use std::io::{self, Write};

use super::{Answer, Change, Coverage, Exposed, Link, Record, Selection};
use crate::network::Direction;
use crate::report::escape::plain;

/// Writes the answer as lines.
///
/// # Errors
///
/// Nothing can be written.
pub fn write_text(answer: &Answer<'_>, coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let mut is_empty = true;
    answer.each(&mut |record| {
        is_empty = false;
        match record {
            Record::Link(it) => link(it, out),
            Record::Change(it) => change(it, out),
            Record::Selection(it) => selection(it, out),
            Record::Exposed(it) => exposed(it, out),
        }
    })?;
    if is_empty {
        say(answer.nothing(), out)?;
    }
    let [came, went] = answer.workloads();
    for (word, all) in [("New", came), ("Gone", went)] {
        if !all.is_empty() {
            say(&format!("{word}: {}", all.join(", ")), out)?;
        }
    }
    for policy in answer.idle() {
        let place = policy.spot().map(|it| format!(" ({it})")).unwrap_or_default();
        say(&format!("For no workload: {policy}{place}"), out)?;
    }
    writeln!(out)?;
    coverage.closing().iter().try_for_each(|it| say(it, out))
}

/// A line that is safe for a terminal: names may be anything.
fn say(text: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(plain(text).as_bytes())?;
    out.write_all(b"\n")
}

/// What is said of a row that policies say something of which nobody knows.
fn doubt(is_known: bool) -> &'static str {
    if is_known { "" } else { "  (not known)" }
}

fn link(it: &Link<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Link { from, to, connections, is_known } = it;
    say(&format!("{from} -> {to}: {connections}{}", doubt(*is_known)), out)
}

fn change(it: &Change<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (sign, connections) in [('+', it.opened()), ('-', it.closed())] {
        if !connections.is_empty() {
            let doubt = doubt(it.is_known);
            say(&format!("{sign} {} -> {}: {connections}{doubt}", it.from, it.to), out)?;
        }
    }
    Ok(())
}

fn selection(it: &Selection<'_>, out: &mut dyn Write) -> io::Result<()> {
    say(&it.workload.to_string(), out)?;
    if it.is_on_host {
        return say("  on the network of its node, where no policy is for it", out);
    }
    for side in &it.sides {
        let way = side.direction.word().to_lowercase();
        let state = if side.is_isolated { "isolated" } else { "open" };
        let names: Vec<_> = side.policies.iter().map(ToString::to_string).collect();
        let by = match names.as_slice() {
            [] => "no policy".to_owned(),
            names => names.join(", "),
        };
        say(&format!("  {way:<7}  {state:<8}  {by}"), out)?;
        for it in &side.doubts {
            say(&format!("  {way:<7}  not known  {it}, which the API server refuses"), out)?;
        }
    }
    Ok(())
}

fn exposed(it: &Exposed<'_>, out: &mut dyn Write) -> io::Result<()> {
    let arrow = match it.direction {
        Direction::Ingress => "<-",
        Direction::Egress => "->",
    };
    let Exposed { workload, exposure, has_policies, is_known, .. } = it;
    let why = if *has_policies { "" } else { "  (no policy)" };
    let doubt = doubt(*is_known);
    say(&format!("{workload} {arrow} {}: {exposure}{why}{doubt}", exposure.with), out)
}
