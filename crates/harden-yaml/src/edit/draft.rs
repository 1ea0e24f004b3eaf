//! A plan as replaced bytes.

use std::ops::Range;

use serde_json::Value;

use super::plan::{Operation, Plan};
use super::source::Source;
use super::{Refusal, Splice, block, flow, proof, remove, scalar};
use crate::json::quoted;
use crate::tree::{Id, NodeKind};
use crate::{Span, Style};

/// Bytes to replace, and for which changes.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) range: Range<usize>,
    pub(super) with: String,
    /// The node that it is for: what belongs to inner nodes stands before what belongs to outer ones.
    pub(super) node: Id,
    pub(super) changes: Vec<usize>,
}

/// Where drafts and refusals are collected.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    drafts: Vec<Draft>,
    /// Changes that cannot be written, and why.
    pub(super) refused: Vec<(usize, Refusal)>,
}

/// Splices, and for each the changes that it is for.
pub(super) type Written = (Vec<Splice>, Vec<Vec<usize>>);

impl Drafts {
    /// Writes all operations of a plan.
    pub(super) fn of(source: &Source<'_>, plan: &Plan) -> Self {
        let mut drafts = Self::default();
        for operation in plan.replaced.values() {
            drafts.draft(&operation.changes, |out| replace(source, operation, out));
        }
        for operation in plan.renamed.values() {
            drafts.draft(&operation.changes, |out| rename(source, operation, out));
        }
        for operation in plan.added.values() {
            let entries = Value::Object(operation.what.clone());
            drafts.draft(&operation.changes, |out| {
                if flow::is_flow(source, &operation.held) {
                    flow::add(source, operation.held.id, &entries, out)
                } else {
                    block::add(source, operation.held.id, &entries, out)
                }
            });
        }
        for inserts in plan.inserted.values() {
            for (index, operation) in inserts {
                let items = Value::Array(operation.what.clone());
                let list = operation.held.id;
                let count = source.node(list).map_or(0, crate::tree::Node::count);
                let before = Some(*index).filter(|it| *it as u64 != count);
                drafts.draft(&operation.changes, |out| {
                    match (flow::is_flow(source, &operation.held), before) {
                        (true, Some(index)) => flow::insert(source, list, index, &items, out),
                        (true, None) => flow::add(source, list, &items, out),
                        (false, Some(index)) => block::insert(source, list, index, &items, out),
                        (false, None) => block::add(source, list, &items, out),
                    }
                });
            }
        }
        remove::remove(source, plan, &mut drafts);
        drafts
    }

    /// Takes in what some operation for these changes comes to.
    pub(super) fn draft(
        &mut self,
        changes: &[usize],
        write: impl FnOnce(&mut Vec<(Range<usize>, String, Id)>) -> Result<(), Refusal>,
    ) {
        let mut out = Vec::new();
        match write(&mut out) {
            Ok(()) => self.drafts.extend(out.into_iter().map(|(range, with, node)| Draft {
                range,
                with,
                node,
                changes: changes.to_vec(),
            })),
            Err(refusal) => self.refused.extend(changes.iter().map(|it| (*it, refusal))),
        }
    }

    /// The splices, where no two want the same bytes.
    pub(super) fn into_splices(mut self) -> Option<Written> {
        self.drafts.retain(|it| !it.range.is_empty() || !it.with.is_empty());
        self.drafts
            .sort_by_key(|it| (it.range.start, !it.range.is_empty(), std::cmp::Reverse(it.node)));
        let (mut splices, mut owners): (Vec<Splice>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        for draft in self.drafts {
            let Draft { range, with, changes, .. } = draft;
            match (splices.last_mut(), owners.last_mut()) {
                (Some(last), Some(owner)) if last.span.start as usize == range.start => {
                    if !last.span.is_empty() {
                        return None;
                    }
                    last.span = Span::new(range.start, range.end);
                    last.with.push_str(&with);
                    owner.extend(changes);
                }
                (Some(last), _) if last.span.end as usize > range.start => return None,
                _ => {
                    splices.push(Splice { span: Span::new(range.start, range.end), with });
                    owners.push(changes);
                }
            }
        }
        for owner in &mut owners {
            owner.sort_unstable();
            owner.dedup();
        }
        Some((splices, owners))
    }
}

fn rename(
    source: &Source<'_>,
    operation: &Operation<String>,
    out: &mut Vec<(Range<usize>, String, Id)>,
) -> Result<(), Refusal> {
    let Operation { held, what: name, .. } = operation;
    let id = held.key.ok_or(Refusal::NoKey)?;
    let key = source.node(id).ok_or(Refusal::NoKey)?;
    let is_scalar = matches!(key.style, Style::Plain | Style::SingleQuoted | Style::DoubleQuoted);
    if !is_scalar || key.span.text(source.text).contains('\n') {
        return Err(Refusal::Unusual);
    }
    let with = if source.is_json() { quoted(name) } else { scalar::like(name, key.style) };
    out.push((key.span.range(), with, id));
    Ok(())
}

fn replace(
    source: &Source<'_>,
    operation: &Operation<Value>,
    out: &mut Vec<(Range<usize>, String, Id)>,
) -> Result<(), Refusal> {
    let Operation { held, what, .. } = operation;
    if proof::is_value(source.document, held.id, what) {
        return Ok(());
    }
    let was = source.node(held.id).map(|it| it.kind);
    let stays_root = match (was, what) {
        // A YAML text that begins with a bracket may be read as JSON.
        (Some(NodeKind::Map), Value::Object(entries)) => source.is_json() || !entries.is_empty(),
        (Some(NodeKind::List), _) => what.is_array(),
        _ => false,
    };
    if held.parent.is_none() && !stays_root {
        return Err(Refusal::Whole);
    }
    if held.in_flow {
        flow::replace(source, held, what, out)
    } else {
        block::replace(source, held, what, out)
    }
}
