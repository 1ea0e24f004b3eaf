//! Where a pointer leads to, and whether the place may be changed.

use std::collections::BTreeSet;

use super::Refusal;
use super::source::Source;
use crate::tree::{Flags, Id, NodeKind};
use crate::{Pointer, ProblemKind, Rejected, Span, Style};

/// More missing steps than this, or levels of a value, are refused.
pub(super) const MOST_LEVELS: usize = 100;

/// A value of the document, and how it is held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) id: Id,
    /// Its key, unless it is the root or an item.
    pub(super) key: Option<Id>,
    /// The map or list that it is in.
    pub(super) parent: Option<Id>,
    /// How that one is held.
    parent_key: Option<Id>,
    grandparent: Option<Id>,
    /// Whether there are brackets around it, and around its parent.
    pub(super) in_flow: bool,
    parent_in_flow: bool,
}

impl Held {
    /// The map or list that it is in; nothing is known of what is above that.
    pub(super) fn above(&self) -> Option<Self> {
        Some(Self {
            id: self.parent?,
            key: self.parent_key,
            parent: self.grandparent,
            parent_key: None,
            grandparent: None,
            in_flow: self.parent_in_flow,
            parent_in_flow: self.parent_in_flow,
        })
    }
}

/// Where a pointer leads to.
pub(super) enum Target {
    /// To something.
    There(Held),
    /// To something below a null or an empty map or list.
    Void(Held, Vec<String>),
    /// To something below a key that a map does not have.
    Absent(Held, Vec<String>),
    /// To behind the last item of a list.
    End(Held),
}

/// Finds places in a document.
pub(super) struct Finder<'s, 'd> {
    source: &'s Source<'d>,
    twice: BTreeSet<Span>,
    overridden: BTreeSet<Span>,
}

impl<'s, 'd> Finder<'s, 'd> {
    pub(super) fn new(source: &'s Source<'d>) -> Self {
        let problems = source.document.problems();
        let of = |wanted: fn(&ProblemKind) -> bool| {
            problems.iter().filter(|it| wanted(&it.kind)).map(|it| it.span).collect()
        };
        Self {
            source,
            twice: of(|kind| {
                matches!(kind, ProblemKind::DuplicateKey { .. } | ProblemKind::AmbiguousKey { .. })
            }),
            overridden: of(|kind| matches!(kind, ProblemKind::OverridingMerge { .. })),
        }
    }

    /// Why nothing of the document can be changed.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let document = self.source.document;
        if document.problems().iter().any(|it| it.rejected() == Rejected::Always) {
            return Some(Refusal::Broken);
        }
        let root = self.source.node(0);
        root.is_none_or(|it| it.kind == NodeKind::Null).then_some(Refusal::Empty)
    }

    pub(super) fn find(&self, pointer: &Pointer) -> Result<Target, Refusal> {
        let source = self.source;
        let mut steps = pointer.steps();
        let mut held = Held {
            id: 0,
            key: None,
            parent: None,
            parent_key: None,
            grandparent: None,
            in_flow: source.is_json(),
            parent_in_flow: source.is_json(),
        };
        loop {
            let node = source.node(held.id).ok_or(Refusal::Empty)?;
            if source.is_aliased(node.span) || node.flags.has(Flags::ALIAS) {
                return Err(Refusal::Anchored);
            }
            let Some(step) = steps.next() else { return Ok(Target::There(held)) };
            let below = |id, key| Held {
                id,
                key,
                parent: Some(held.id),
                parent_key: held.key,
                grandparent: held.parent,
                in_flow: held.in_flow || node.style == Style::Flow,
                parent_in_flow: held.in_flow,
            };
            match node.kind {
                NodeKind::Null => {
                    let keys = missing(&step, steps)?;
                    let is_item = is_item(&step);
                    return if is_item {
                        Err(Refusal::NoItem)
                    } else {
                        Ok(Target::Void(held, keys))
                    };
                }
                NodeKind::Map if node.count() == 0 => {
                    return Ok(Target::Void(held, missing(&step, steps)?));
                }
                NodeKind::Map => {
                    let Some((key, value)) = source.entry(held.id, &step) else {
                        return Ok(Target::Absent(held, missing(&step, steps)?));
                    };
                    let span = source.node(key).map(|it| it.span).unwrap_or_default();
                    if self.twice.contains(&span) {
                        return Err(Refusal::Twice);
                    }
                    let is_elsewhere = span.start < node.span.start || span.end > node.span.end;
                    if is_elsewhere || source.is_merged(span) || self.overridden.contains(&span) {
                        return Err(Refusal::Merged);
                    }
                    held = below(value, Some(key));
                }
                NodeKind::List => {
                    let count = usize::try_from(node.count()).unwrap_or(usize::MAX);
                    let index = if step == "-" { Some(count) } else { index(&step) };
                    let item = index.and_then(|index| source.child(held.id, index));
                    match item {
                        Some(item) => held = below(item, None),
                        None if index == Some(count) && steps.next().is_none() => {
                            return Ok(Target::End(held));
                        }
                        None => return Err(Refusal::NoItem),
                    }
                }
                _ => return Err(Refusal::Occupied),
            }
        }
    }
}

/// The keys from a missing one on.
fn missing<'p>(
    first: &str,
    rest: impl Iterator<Item = std::borrow::Cow<'p, str>>,
) -> Result<Vec<String>, Refusal> {
    let mut keys = vec![first.to_owned()];
    for step in rest {
        // What is made is maps, and nobody wants a map with the key `0`.
        if is_item(&step) {
            return Err(Refusal::NoItem);
        }
        if keys.len() >= MOST_LEVELS {
            return Err(Refusal::TooDeep);
        }
        keys.push(step.into_owned());
    }
    Ok(keys)
}

fn is_item(step: &str) -> bool {
    step == "-" || index(step).is_some()
}

fn index(step: &str) -> Option<usize> {
    let is_number = step == "0" || step.starts_with(|it: char| matches!(it, '1'..='9'));
    is_number.then(|| step.parse().ok())?
}
