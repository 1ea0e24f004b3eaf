//! Changes of a document: as values, and as replaced bytes that keep every other byte and every comment.

mod attempt;
mod block;
mod draft;
mod flow;
mod json;
mod plan;
mod proof;
mod refusal;
mod remove;
mod rival;
mod scalar;
mod source;
mod target;
mod wish;

use std::ops::Range;

use serde_json::Value;

pub use self::refusal::Refusal;
use crate::{Document, Pointer, Span};

/// One change of one document of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// Which of the documents that [`crate::documents()`] yields, counted from 0.
    pub document: usize,
    /// Where in it. What is missing on the way is made, as maps.
    pub pointer: Pointer,
    /// What to do there.
    pub action: Action,
}

/// What to do at a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// Write this value, in place of what is there.
    Set(Value),
    /// Remove what is there: a key with its value, or an item.
    Remove,
    /// Add this value to the end of the list that is there.
    Append(Value),
    /// Add this value to the list that is there, before the item with this index.
    Insert(usize, Value),
    /// Give the key that leads here this name, and leave its value as it is. Not for items, and not where the map
    /// has a key of that name.
    Rename(String),
}

impl Action {
    /// Writes a value of any shape.
    pub fn set(value: impl Into<Value>) -> Self {
        Self::Set(value.into())
    }
}

/// Edits that are made together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Change {
    /// All of one document. Pointers are those of the text as it is, before any edit of any change.
    pub edits: Vec<Edit>,
}

/// Bytes of a text, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Splice {
    /// The bytes; none where something is only inserted.
    pub span: Span,
    /// What to write there.
    pub with: String,
}

/// What became of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// Sorted and disjoint, in positions of the whole text that the document is in.
    pub splices: Vec<Splice>,
    /// For each change, in order: the splices that it takes part in, none of them where all is as it wants it
    /// already; or why it was refused.
    pub fates: Vec<Result<Vec<usize>, Refusal>>,
    /// The document's part of the text with the splices in place.
    pub text: String,
}

/// Makes changes of one document, and proves that the text that comes out says what it should.
///
/// The numbers of documents in the edits are not looked at: all edits are those of `document`.
pub fn edit(document: &Document<'_>, changes: &[Change]) -> Edited {
    attempt::edit(document, changes)
}

/// A text with sorted and disjoint splices in place; those that do not fit it are left out.
pub fn splice(text: &str, splices: &[Splice]) -> String {
    splice_part(text, 0..text.len(), splices)
}

/// A part of a text with splices in place.
fn splice_part(text: &str, part: Range<usize>, splices: &[Splice]) -> String {
    let new: usize = splices.iter().map(|splice| splice.with.len()).sum();
    let mut edited = String::with_capacity(part.len() + new);
    let mut done = part.start;
    for Splice { span, with } in splices {
        let range = span.range();
        if let (Some(kept), Some(_)) = (text.get(done..range.start), text.get(range.clone())) {
            edited.push_str(kept);
            edited.push_str(with);
            done = range.end;
        }
    }
    edited.push_str(text.get(done..part.end).unwrap_or_default());
    edited
}

#[cfg(test)]
mod tests;
