//! The findings by object, those at one place together with the lines to change.

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use super::Page;
use crate::finding::{Finding, ObjectReference};
use crate::fix::{Hunk, Previews, Sign};
use crate::report::changes::changes;
use crate::report::escape::{Markup, Prose};
use crate::report::excerpt::{Excerpt, excerpts};
use crate::report::groups::{self, Group};
use crate::report::secrets::Secrets;
use crate::report::wide::reason;
use crate::report::{Report, location};

/// How many places are shown of one finding.
const PLACES: usize = 12;

/// The findings by object, objects in the order of their first findings.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    let secrets = Secrets::of(report);
    writeln!(
        out,
        "<section>\n<h2>Where</h2>\n<p class=\"filter\" hidden><label for=\"find\">Objects and files with</label> \
         <input type=\"search\" id=\"find\" autocomplete=\"off\" spellcheck=\"false\"> <span id=\"found\" role=\"status\"></span></p>"
    )?;
    let findings = by_object(report);
    let groups = findings.chunk_by(|one, other| subject(one) == subject(other));
    let mut previews = Previews::default();
    for group in groups {
        let Some(first) = group.first() else { continue };
        let name = report.source(first).name;
        writeln!(out, "<details class=\"object\" open>")?;
        match &first.object {
            Some(object) => writeln!(
                out,
                "<summary><b>{}</b> <span class=\"count\">{}</span></summary>",
                Markup(&object.to_string()),
                Markup(name)
            )?,
            None => writeln!(out, "<summary><b>{}</b></summary>", Markup(name))?,
        }
        let gathered = groups::gather(group.iter().copied());
        for findings in groups::all(&gathered) {
            write_group(report, findings, &secrets, &mut previews, out)?;
        }
        writeln!(out, "</details>")?;
    }
    writeln!(out, "</section>")
}

/// What a finding is about.
fn subject(finding: &Finding) -> (usize, Option<&ObjectReference>) {
    (finding.source, finding.object.as_deref())
}

/// The findings with those of one object together.
fn by_object<'a>(report: &Report<'a>) -> Vec<&'a Finding> {
    let mut numbers = FxHashMap::default();
    let numbered = report.findings.iter().map(|it| {
        let next = numbers.len();
        (*numbers.entry(subject(it)).or_insert(next), it)
    });
    let mut numbered: Vec<_> = numbered.collect();
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, it)| it).collect()
}

/// Findings at the same places.
fn write_group<'a>(
    report: &Report<'a>,
    findings: Group<'_, 'a>,
    secrets: &Secrets,
    previews: &mut Previews<'a>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(first) = findings.first() else { return Ok(()) };
    let source = report.source(first);
    writeln!(out, "<div class=\"one\">")?;
    for finding in findings {
        write_finding(finding, out)?;
    }
    let place = location(source, first.spots.first());
    writeln!(out, "<p class=\"place\"><code>{}</code></p>", Markup(&place))?;
    let excerpts = excerpts_of(source.text, first, secrets);
    let hunks = changes(source.text, findings, previews, secrets);
    let is_changed = |number: u32| {
        let mut lines = hunks.iter().flat_map(Hunk::numbered);
        lines.any(|(at, it)| at == number as usize && it.sign != Sign::Comes)
    };
    for excerpt in &excerpts {
        write_excerpt(excerpt, is_changed, out)?;
    }
    for hunk in &hunks {
        write!(out, "<pre>")?;
        for (number, line) in hunk.numbered() {
            let (tag, sign) = match line.sign {
                Sign::Stays => ("span", ' '),
                Sign::Goes => ("del", '-'),
                Sign::Comes => ("ins", '+'),
            };
            let text = Markup(&line.text);
            writeln!(
                out,
                "<{tag}><span class=\"number\">{number:>4} {sign} </span>{text}</{tag}>"
            )?;
        }
        writeln!(out, "</pre>")?;
    }
    writeln!(out, "</div>")
}

fn excerpts_of<'a>(
    text: Option<&'a str>,
    finding: &'a Finding,
    secrets: &Secrets,
) -> Vec<Excerpt<'a>> {
    text.map_or_else(Vec::new, |text| excerpts(text, finding, PLACES, secrets))
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let about = &finding.about;
    let severity = about.severity.name();
    let state = if finding.ignored.is_some() { " ignored" } else { "" };
    writeln!(
        out,
        "<article class=\"finding {severity}{state}\">\n<h3><span class=\"badge {severity}\">{severity}</span> {}</h3>",
        Prose(&finding.message)
    )?;
    if let Some(ignored) = &finding.ignored {
        writeln!(out, "<p><b>{}</b></p>", Markup(&reason(ignored)))?;
    }
    writeln!(out, "<p><b>To do:</b> {} · {}</p>\n</article>", Prose(&about.remedy), Page(about))
}

/// The lines that findings are about, but for those that are shown changed.
fn write_excerpt(
    excerpt: &Excerpt<'_>,
    is_changed: impl Fn(u32) -> bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut start = 0;
    let mut is_open = false;
    for (number, line) in (excerpt.line..).zip(excerpt.text.split('\n')) {
        let end = start + line.len();
        let is_marked = excerpt.marks.iter().any(|(it, _)| it.start >= start && it.start <= end);
        if is_marked && !is_changed(number) {
            if !std::mem::replace(&mut is_open, true) {
                write!(out, "<pre>")?;
            }
            writeln!(out, "<span class=\"number\">{number:>4}   </span>{}", Markup(line))?;
        }
        start = end + 1;
    }
    if is_open { writeln!(out, "</pre>") } else { Ok(()) }
}
