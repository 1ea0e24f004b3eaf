//! The fixes of one text.

use std::cell::LazyCell;
use std::sync::Arc;

use harden_yaml::{Change, Document, Pointer, Refusal, Splice, documents, documents_in};

use super::companions::Companions;
use super::demands::demands;
use super::user::name_user;
use super::{Choice, Existing, Fate, Hidden, Plan, Proposal, Refused, Wanted, Why};
use crate::finding::Finding;

/// A text with its fixes made.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedText {
    /// Its source, by its place in the outcome.
    pub source: usize,
    /// What is replaced in the text as it was, in its order.
    pub splices: Vec<Splice>,
    /// The text with all of that replaced.
    pub text: String,
    /// What became of each finding that is to be mended, in the order of the outcome.
    pub proposals: Vec<Proposal>,
    /// What was mended that could only be found once others were.
    pub hidden: Vec<Hidden>,
}

/// The edits of one spot, on their way into the text.
struct Planned {
    /// The place of its proposal.
    proposal: usize,
    document: usize,
    path: Arc<str>,
    change: Change,
    user: Option<i64>,
}

/// Mends the findings of one text; `first` is the place of the first of them in the outcome.
pub(super) fn mend(
    source: usize,
    text: &str,
    (first, findings): (usize, &[Finding]),
    choice: &Choice<'_>,
) -> FixedText {
    make(source, text, Plan::all(first, findings, choice), choice.existing)
}

/// Makes what findings want of one text, which are in the order of the outcome; `existing` are the objects of the
/// whole input.
pub fn make(
    source: usize,
    text: &str,
    plans: impl IntoIterator<Item = Plan>,
    existing: &Existing<'_>,
) -> FixedText {
    let mut fixed = FixedText {
        source,
        splices: Vec::new(),
        text: String::new(),
        proposals: Vec::new(),
        hidden: Vec::new(),
    };
    let mut planned = Vec::new();
    let mut undecided = Vec::new();
    let mut wanted = Vec::new();
    for plan in plans {
        let proposal = fixed.proposals.len();
        let Plan { finding, safety, fate, document, .. } = plan;
        let changes = plan.changes.into_iter();
        planned.extend(changes.map(|(path, change)| Planned {
            proposal,
            document,
            path,
            change,
            user: plan.user,
        }));
        wanted.extend(plan.wanted.map(|it| (proposal, it)));
        let refused =
            |why: Why| move |path: Arc<str>| Refused { path: path.to_string(), why: why.clone() };
        let known = plan.undecided.into_iter().map(refused(Why::Decision));
        let known = known.chain(plan.ignored.into_iter().map(refused(Why::Ignored)));
        undecided.push(known.collect::<Vec<_>>());
        fixed.proposals.push(Proposal { finding, safety, splices: Vec::new(), fate });
    }
    if fixed.proposals.is_empty() {
        return fixed;
    }
    let mut refused = vec![Vec::new(); fixed.proposals.len()];
    planned.sort_by_key(|it| it.document);
    edit(text, &mut planned, &mut fixed, &mut refused);
    let mut companions = Companions::default();
    let edited = LazyCell::new(|| demands(&harden_yaml::splice(text, &fixed.splices)));
    let demands_of = |wanted: &Wanted| {
        let bounds =
            wanted.bounds().then(|| existing.demands(&wanted.namespace, Some((text, &edited))));
        bounds.unwrap_or_default()
    };
    for (proposal, wanted) in wanted {
        // What goes with edits is for nothing without them.
        let is_made = fixed.proposals.get(proposal).is_some_and(|it| !it.splices.is_empty());
        if is_made || !wanted.goes_with_edits {
            let there =
                companions.add(proposal, &wanted, demands_of(&wanted), existing).into_iter();
            if let Some(refused) = refused.get_mut(proposal) {
                refused.extend(there.map(|why| Refused { path: String::new(), why }));
            }
        }
    }
    companions.append(text, &mut fixed, &mut refused);
    let refused = refused.into_iter().zip(undecided);
    for (proposal, (mut refused, undecided)) in fixed.proposals.iter_mut().zip(refused) {
        if proposal.fate == Fate::Made {
            refused.extend(undecided);
            proposal.conclude(refused);
        }
    }
    fixed.text = harden_yaml::splice(text, &fixed.splices);
    fixed
}

/// Makes the edits of each document.
fn edit(text: &str, planned: &mut [Planned], fixed: &mut FixedText, refused: &mut [Vec<Refused>]) {
    let mut groups = planned.chunk_by_mut(|one, other| one.document == other.document).peekable();
    if groups.peek().is_none() {
        return;
    }
    let sections = harden_yaml::sections(text);
    if sections.len() > 1 {
        // Each is a document, and those that stay as they are need not be read.
        for group in groups {
            let section = group.first().and_then(|it| sections.get(it.document));
            let document = section.and_then(|it| documents_in(text, *it).next());
            document.into_iter().for_each(|it| edit_document(&it, group, fixed, refused));
        }
        return;
    }
    for (number, document) in documents(text).enumerate() {
        if let Some(group) = groups.next_if(|it| it.first().is_some_and(|it| it.document == number))
        {
            edit_document(&document, group, fixed, refused);
        }
        if groups.peek().is_none() {
            break;
        }
    }
}

fn edit_document(
    document: &Document<'_>,
    group: &mut [Planned],
    fixed: &mut FixedText,
    refused: &mut [Vec<Refused>],
) {
    let take = |planned: &mut Planned| {
        let mut edits = std::mem::take(&mut planned.change.edits);
        if edits.iter().any(|it| begins_item(document, &it.pointer)) {
            edits.clear();
            let why = Why::Text(Refusal::NoItem);
            let refused = refused.get_mut(planned.proposal).into_iter();
            refused.for_each(|it| {
                it.push(Refused { path: planned.path.to_string(), why: why.clone() });
            });
        }
        if let Some(user) = planned.user {
            name_user(document, &mut edits, user);
        }
        Change { edits }
    };
    let changes: Vec<_> = group.iter_mut().map(take).collect();
    let edited = harden_yaml::edit(document, &changes);
    let base = fixed.splices.len();
    fixed.splices.extend(edited.splices);
    for (planned, fate) in group.iter().zip(edited.fates) {
        let other = |change: usize| {
            let other = group.get(change).and_then(|it| fixed.proposals.get(it.proposal));
            other.map(|it| it.finding)
        };
        let why = match fate {
            Ok(splices) => {
                if let Some(proposal) = fixed.proposals.get_mut(planned.proposal) {
                    proposal.splices.extend(splices.into_iter().map(|it| base + it));
                }
                continue;
            }
            Err(Refusal::Excludes(change)) => other(change).map_or(Why::Decision, Why::Excludes),
            Err(refusal) => Why::Text(refusal),
        };
        if let Some(refused) = refused.get_mut(planned.proposal) {
            refused.push(Refused { path: planned.path.to_string(), why });
        }
    }
}

/// Whether something would be written below an item of nothing, such as a container that is none: it would not be
/// whole by that.
fn begins_item(document: &Document<'_>, pointer: &Pointer) -> bool {
    let (mut place, mut is_item) = (document.root(), false);
    for step in pointer.steps() {
        if is_item && place.is_null() {
            return true;
        }
        is_item = place.is_list();
        let Some(next) = place.step(&step) else { return false };
        place = next;
    }
    false
}
