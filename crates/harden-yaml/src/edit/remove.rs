//! What is removed from lists and maps of which something stays. Comments stay, as lines of their own.

use std::collections::BTreeMap;
use std::ops::Range;

use super::draft::Drafts;
use super::flow::{self, Part};
use super::plan::{Operation, Plan};
use super::source::Source;
use super::target::Held;
use super::{Refusal, block};
use crate::tree::Id;
use crate::write::push_indent;

type Out<'o> = &'o mut Vec<(Range<usize>, String, Id)>;

/// Something to remove, and the changes that want it.
type Removal<'p> = (Part, &'p [usize]);

/// Writes the removals of a plan.
pub(super) fn remove(source: &Source<'_>, plan: &Plan, drafts: &mut Drafts) {
    let mut by_parent: BTreeMap<Id, (bool, Vec<Removal<'_>>)> = BTreeMap::new();
    for Operation { held, changes, .. } in plan.removed.values() {
        let Some(parent) = held.parent else { continue };
        // One that cannot be removed must not keep the others.
        drafts.draft(changes, |_| {
            let part = part_of(source, held)?;
            let (_, parts) = by_parent.entry(parent).or_insert((held.in_flow, Vec::new()));
            parts.push((part, changes));
            Ok(())
        });
    }
    for (parent, (in_flow, mut removals)) in by_parent {
        removals.sort_by_key(|(part, _)| part.start);
        if in_flow {
            remove_from_flow(source, parent, &removals, drafts);
        } else {
            remove_from_block(source, parent, &removals, drafts);
        }
    }
}

fn changes_of(removals: &[Removal<'_>]) -> Vec<usize> {
    removals.iter().flat_map(|(_, changes)| changes.iter().copied()).collect()
}

fn remove_from_flow(
    source: &Source<'_>,
    parent: Id,
    removals: &[Removal<'_>],
    drafts: &mut Drafts,
) {
    let parts: Vec<Part> = removals.iter().map(|(part, _)| *part).collect();
    let mut runs = Vec::new();
    drafts.draft(&changes_of(removals), |_| {
        runs = flow::remove(source, parent, &parts)?;
        Ok(())
    });
    let mut left = removals;
    for (range, count) in runs {
        let (run, after) = left.split_at(count.min(left.len()));
        drafts.draft(&changes_of(run), |out| {
            out.push((range, String::new(), parent));
            Ok(())
        });
        left = after;
    }
}

fn remove_from_block(
    source: &Source<'_>,
    parent: Id,
    removals: &[Removal<'_>],
    drafts: &mut Drafts,
) {
    let mut left = removals;
    while let Some(((first, _), rest)) = left.split_first() {
        let is_own_line = source.lead(first.start).trim_matches([' ', '\t']).is_empty();
        let (mut end, mut length) = (first.end, 1);
        if !is_own_line {
            // What moves up next may go, too.
            for (next, _) in rest {
                if source.skip(end) != next.start {
                    break;
                }
                end = next.end;
                length += 1;
            }
        }
        let (run, after) = left.split_at(length);
        drafts.draft(&changes_of(run), |out| {
            if is_own_line {
                take_lines(source, parent, first.start..end, out);
                Ok(())
            } else {
                move_up(source, parent, first.start..end, out)
            }
        });
        left = after;
    }
}

/// Where an entry or item is: from its key or dash.
fn part_of(source: &Source<'_>, held: &Held) -> Result<Part, Refusal> {
    let node = source.node(held.id).ok_or(Refusal::Empty)?;
    let key = held.key.and_then(|it| source.node(it)).map(|it| it.span.range());
    let start = match &key {
        Some(key) => key.start,
        None if held.in_flow => node.span.start as usize,
        None => source.dash(node.span.start as usize).ok_or(Refusal::Unusual)?,
    };
    let end = if held.in_flow || node.span.is_empty() {
        (node.span.end as usize).max(key.map_or(start, |it| it.end))
    } else {
        block::end_of(source, node)
    };
    Ok(Part { start, end })
}

/// Removes all lines of an entry or item, but for comments.
fn take_lines(source: &Source<'_>, parent: Id, range: Range<usize>, out: Out<'_>) {
    let end = source.line_end(range.end);
    if keep_comments(source, parent, range.start..end, out) {
        return;
    }
    let whole = match source.line_above(range.start) {
        Some(above) => above..end,
        None => source.line_start(range.start)..source.line_after(end),
    };
    out.push((whole, String::new(), parent));
}

/// Removes an entry or item behind a dash, so that the next one moves up.
fn move_up(
    source: &Source<'_>,
    parent: Id,
    range: Range<usize>,
    out: Out<'_>,
) -> Result<(), Refusal> {
    if !source.lead(range.start).trim_matches([' ', '\t', '-']).is_empty() {
        return Err(Refusal::Unusual);
    }
    let (end, next) = (source.line_end(range.end), source.skip(range.end));
    if source.comments(&(range.start..next)).is_empty() {
        out.push((range.start..next, String::new(), parent));
    } else if !keep_comments(source, parent, range.start..end, out) {
        let dash = source.trim_blanks(source.line_start(range.start), range.start);
        out.push((dash..end, String::new(), parent));
    }
    Ok(())
}

/// Removes all but the comments, if there are any.
fn keep_comments(source: &Source<'_>, parent: Id, range: Range<usize>, out: Out<'_>) -> bool {
    let mut gap = String::new();
    let comments = source.comments(&range);
    let mut from = range.start;
    for comment in comments {
        let to = comment.start as usize;
        if source.text.get(from..to) != Some(gap.as_str()) {
            out.push((from..to, gap.clone(), parent));
        }
        from = comment.end as usize;
        if gap.is_empty() {
            gap.push_str(source.newline);
            push_indent(&mut gap, source.column(range.start));
        }
    }
    if !comments.is_empty() && from < range.end {
        out.push((from..range.end, String::new(), parent));
    }
    !comments.is_empty()
}
