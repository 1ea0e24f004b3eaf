//! Makes in texts what the engine said of their findings, as `kubectl harden fix` does.

use std::sync::Arc;

use harden_core::finding::{Companion, Safety};
use harden_core::fix::{self, Counts, Existing, Fate, Plan, Refused, Sign};
use harden_core::kubernetes::MinorVersion;
use harden_yaml::{Action, Change, Edit, Pointer, Span, Splice};
use serde_json::Value;

use crate::protocol;
use crate::protocol::plan::{Act, FilePlan, Step, Wanted, Wish};
use crate::protocol::workbench::{FixAsk, Fixed, FixedFile, Hunk};
use crate::texts::Texts;
use crate::units::UnitIndex;

/// Makes it; what cannot be read as a plan changes nothing.
pub(super) fn make(texts: &Texts, ask: &FixAsk) -> Result<Fixed, String> {
    let plans: Vec<FilePlan> = protocol::read(&ask.plan)?;
    let existing = Existing::of(texts.all());
    let mut all = Vec::new();
    let mut files = Vec::new();
    for (place, plan) in plans.into_iter().enumerate() {
        let text = texts.of(plan.file);
        let wishes = plan.wishes.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let fixed = fix::make(place, text, wishes, &existing);
        if !fixed.splices.is_empty() {
            let hunks =
                if ask.shows { hunks(text, &fixed.splices, &plan.secret) } else { Vec::new() };
            files.push(file(plan.file, text, &fixed.splices, hunks));
        }
        all.push(fixed);
    }
    let outcome = outcome(&Counts::of(&all), files.len());
    let proposals = all.iter().flat_map(|it| &it.proposals);
    let refused = proposals.flat_map(|it| match &it.fate {
        Fate::Partly(refused) | Fate::Refused(refused) => refused.as_slice(),
        _ => &[],
    });
    let refusals = refused.filter(|_| ask.shows).map(refusal).collect();
    Ok(Fixed { shows: ask.shows, files, outcome, refusals })
}

fn file(file: u32, text: &str, splices: &[Splice], hunks: Vec<Hunk>) -> FixedFile {
    let units = UnitIndex::new(text);
    let ends = splices.iter().map(|it| units.units(it.span)).flat_map(|it| [it.from, it.to]);
    FixedFile {
        file,
        ends: ends.collect(),
        texts: splices.iter().map(|it| it.with.clone()).collect(),
        hunks,
    }
}

/// `` `spec.containers[0].image`: what is right here takes a decision ``.
fn refusal(refused: &Refused) -> String {
    match refused.path.as_str() {
        "" => refused.why.to_string(),
        path => format!("`{path}`: {}", refused.why),
    }
}

/// What became of findings, in the words of the command.
fn outcome(counts: &Counts, files: usize) -> String {
    let are = |count: usize| if count == 1 { "finding is" } else { "findings are" };
    let mut parts = Vec::new();
    if counts.made() > 0 {
        let files = if files == 1 { "one file".to_owned() } else { format!("{files} files") };
        let mut part = format!("{} {} mended in {files}", counts.made(), are(counts.made()));
        if counts.thought > 0 {
            part = format!("{part}, {} in need of thought", counts.thought);
        }
        parts.push(part);
    }
    for (count, how) in
        [(counts.partly, "mended in part"), (counts.refused, "not mended, and each says why")]
    {
        if count > 0 {
            parts.push(format!("{count} {} {how}", are(count)));
        }
    }
    format!("{}.", parts.join("; "))
}

/// What is shown of changes before they are made.
fn hunks(text: &str, splices: &[Splice], secret: &[(u32, u32)]) -> Vec<Hunk> {
    let last = splices.split_last().filter(|(last, _)| adds_documents(last, text));
    let within = last.map_or(splices, |(_, before)| before);
    let secret: Vec<_> =
        secret.iter().map(|(start, end)| Span { start: *start, end: *end }).collect();
    let mut hunks: Vec<_> =
        fix::hunks(text, within, &secret, fix::CONTEXT).iter().map(hunk).collect();
    hunks.extend(last.map(|(added, _)| {
        let copy = added.with.trim_start().to_owned();
        let diff = copy.lines().map(|it| format!("+{it}\n")).collect();
        Hunk { title: "Added at the end of the file".to_owned(), diff, copy }
    }));
    hunks
}

/// Whether a splice adds documents behind all others: no change of a document begins with the mark of one.
fn adds_documents(splice: &Splice, text: &str) -> bool {
    splice.span.range() == (text.len()..text.len()) && splice.with.trim_start().starts_with("---")
}

fn hunk(hunk: &fix::Hunk) -> Hunk {
    let (first, last) = (hunk.before.start + 1, hunk.before.end);
    let mut shown = Hunk {
        title: if first < last {
            format!("Lines {first} to {last}")
        } else {
            format!("Line {first}")
        },
        ..Hunk::default()
    };
    for line in &hunk.lines {
        shown.diff.push(match line.sign {
            Sign::Stays => ' ',
            Sign::Goes => '-',
            Sign::Comes => '+',
        });
        shown.diff.push_str(&line.text);
        shown.diff.push('\n');
        if line.sign == Sign::Comes && !hunk.is_masked {
            shown.copy.push_str(&line.text);
            shown.copy.push('\n');
        }
    }
    if hunk.is_masked {
        shown.title.push_str(", with what may be secret masked");
    }
    shown
}

/// What the engine wrote.
fn read(wish: Wish) -> Result<Plan, String> {
    let document = wish.document;
    let mut changes = Vec::new();
    for (path, steps) in wish.changes {
        let edits = steps.into_iter().map(|it| edit(document, it)).collect::<Result<_, _>>()?;
        changes.push((Arc::from(path), Change { edits }));
    }
    let safety = if wish.needs_thought { Safety::NeedsThought("".into()) } else { Safety::Safe };
    Ok(Plan {
        finding: wish.finding,
        safety,
        fate: Fate::Made,
        document,
        changes,
        undecided: wish.undecided.into_iter().map(Arc::from).collect(),
        ignored: wish.ignored.into_iter().map(Arc::from).collect(),
        wanted: wish.wanted.map(wanted),
        user: None,
    })
}

fn wanted(wanted: Wanted) -> fix::Wanted {
    let Wanted { what, namespace, kind, name, version, goes_with_edits } = wanted;
    let what = what.into_iter().filter_map(|it| Companion::ALL.get(it).copied()).collect();
    fix::Wanted { what, namespace, kind, name, version: MinorVersion(version), goes_with_edits }
}

fn edit(document: usize, step: Step) -> Result<Edit, String> {
    let action = match step.act {
        Act::Set(json) => Action::Set(value(&json)?),
        Act::Remove => Action::Remove,
        Act::Append(json) => Action::Append(value(&json)?),
        Act::Insert(index, json) => Action::Insert(index, value(&json)?),
        Act::Rename(name) => Action::Rename(name),
    };
    let pointer = step.way.iter().fold(Pointer::default(), |pointer, key| pointer.at(key));
    Ok(Edit { document, pointer, action })
}

fn value(json: &str) -> Result<Value, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}
