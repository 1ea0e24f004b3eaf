//! Between the engine, which knows what to change, and the workbench, which changes texts: the page only
//! hands it on.

use serde::{Deserialize, Serialize};

/// What findings want of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePlan {
    /// The number of the file.
    pub file: u32,
    /// What each of them wants, in the order of the check.
    pub wishes: Vec<Wish>,
    /// The bytes of the file that may be secret, where somebody looks at the changes before they are made:
    /// first, and the one after the last.
    pub secret: Vec<(u32, u32)>,
}

/// What a finding wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The finding, by its place in the check.
    pub finding: usize,
    /// Whether it needs thought.
    pub needs_thought: bool,
    /// The document of the file, counted from 0.
    pub document: usize,
    /// Fields, each with what to change for it.
    pub changes: Vec<(String, Vec<Step>)>,
    /// Fields that take a decision.
    pub undecided: Vec<String>,
    /// Fields whose change would change, too, what an ignored finding is about.
    pub ignored: Vec<String>,
    /// Objects to add, if there are any.
    pub wanted: Option<Wanted>,
}

/// Objects to add: which, by their places among all, and what they are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Which.
    pub what: Vec<usize>,
    /// The namespace that they are for.
    pub namespace: String,
    /// The kind of the finding's object.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The minor version of Kubernetes that they are made for.
    pub version: u16,
    /// Whether they are for nothing where none of the finding's edits is made.
    pub goes_with_edits: bool,
}

/// One change: where, and what to do there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The keys and indices on the way there from the root of the document.
    pub way: Vec<String>,
    /// What to do.
    pub act: Act,
}

/// What to do at a place; values are JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Write this in place of what is there.
    Set(String),
    /// Remove what is there.
    Remove,
    /// Add this to the end of the list.
    Append(String),
    /// Add this to the list before the item with this index.
    Insert(usize, String),
    /// Give the key this name.
    Rename(String),
}
